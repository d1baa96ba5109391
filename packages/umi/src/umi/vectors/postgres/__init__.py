"""Vector indexes in tables of a PostgreSQL server with pgvector: `PostgresVectorBackend`.

For stores elsewhere whose vectors should lie on a server. Derived like every index: what is lost is made anew.

General layout: `adapting` says how values travel and `server` reaches a server and names its faults, both of which the
PostgreSQL store uses, too; `tables` holds the statements; `session` is the connection of a shelf with the locks of its
tables; `index` is one table with a fresh tail in memory, and `upkeep` what writes it behind the searches' back; `shelf`
keeps the tables of a schema; `backend` is the recipe.
"""
