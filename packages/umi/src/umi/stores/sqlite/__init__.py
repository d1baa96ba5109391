"""The default store: one SQLite file through apsw.

General layout: `connection` opens and migrates a file and names its faults; `statements` reads `queries.sql`;
`codec` turns entities into canonical bytes; `chain` links the log; `writing` applies changes with group commit;
`reading` gets and lists; `searching` finds candidates with the help of `embeddings`; `upkeep` checks and copies;
`store` is the port's face over them.
"""
