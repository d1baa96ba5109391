-- What erasure has to reach beyond this file: the copies that were made of it. `keyring` is the file with the keys of a
-- sealed copy, NULL for a plain one.
CREATE TABLE backup (
    path TEXT PRIMARY KEY,
    at INTEGER NOT NULL,
    keyring TEXT
) WITHOUT ROWID;

-- Tombstones by the id of what was erased: kind 14.
CREATE INDEX log_erased ON log (id) WHERE kind = 14;
