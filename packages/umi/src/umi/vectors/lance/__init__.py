"""Vector indexes in Lance tables on disk: `LanceVectorBackend`.

For stores whose vectors should not all lie in memory. Derived like every index: what is lost is made anew.

General layout: `library` imports lancedb and names its faults; `durable` synchronises what Lance does not; `index` is
one table with a fresh tail in memory; `shelf` keeps the tables of a folder; `backend` is the recipe.
"""
