-- Small values that are no memories: credentials, answers kept for a retry, a door's own settings. The tenant stands by
-- its name ('' is the installation itself), because a key may be made before its tenant has any memory.
-- quotes: the value may hold words of memories. revision grows with each write. expires_at: microseconds since 1970.
CREATE TABLE record (
    kind TEXT NOT NULL,
    tenant TEXT NOT NULL,
    key TEXT NOT NULL,
    user TEXT,
    value BLOB NOT NULL,
    quotes INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    expires_at INTEGER,
    PRIMARY KEY (kind, tenant, key)
) WITHOUT ROWID;

CREATE INDEX record_by_key ON record (kind, key);
CREATE INDEX record_by_tenant ON record (tenant);
CREATE INDEX record_by_expiry ON record (expires_at) WHERE expires_at IS NOT NULL;
