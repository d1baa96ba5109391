"""What a store does, written over named statements: what SQLite and PostgreSQL share.

`database` is what a dialect gives: its connection, which runs the statements of its own `queries.sql` by their names.
`applying` makes changes true in a `transaction`, `writing` commits them together; `reading`, `recounting`, `searching`
and `weighing` answer; `erasing` removes; `verifying` and `replaying` prove the log.
"""
