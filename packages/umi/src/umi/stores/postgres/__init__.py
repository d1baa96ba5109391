"""PostgreSQL with pgvector as a store: many processes and machines share one truth.

`connection` opens one safely, brings its schema up to date and names its faults; `statements` reads `queries.sql`, and
`adapting` says how values travel; `database` is what the logic in `stores.relational` runs on. `terms` and `matching`
find by words, `embeddings` by vectors, `cueing` what is silenced; `eraser` removes and looks; `upkeep` counts and
checks. `fence/` keeps tenants apart a second time. `store` is the port's face, `backend` the recipe for it.
"""
