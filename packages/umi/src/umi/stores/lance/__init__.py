"""A store whose truth is a journal in Lance tables: `LanceStorageBackend`.

Lance commits one table at a time and knows no transaction, so a change is one row of one table: `journal` holds, for
each write transaction, what it made of the rows of a SQLite database (a patchset of SQLite's session extension). What
answers questions is that database, the working copy: the same statements and the same code as the SQLite store's. It is
derived: where it is missing, behind or damaged it is made anew of the last `snapshot` and the steps behind it.

General layout: `library` imports lancedb and names its faults; `durable` synchronises what Lance does not; `table` is
a table of which every append is on disk; `journal` is the truth, `snapshots` its beginnings; `working` makes and
follows the working copy; `database` is its writer, which asks the journal before it commits; `upkeep` keeps the folder
small; `mirror` writes the table of entities for other tools; `store` is the port's face, `backend` the recipe.
"""
