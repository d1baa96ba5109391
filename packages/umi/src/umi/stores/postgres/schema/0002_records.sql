-- What the columns mean is told in the SQLite schema. A read of one tenant's records sees nothing else (fence/); what is
-- looked for in every tenant, as credentials are, the owner reads.
CREATE TABLE record (
    kind text COLLATE "C" NOT NULL,
    tenant text COLLATE "C" NOT NULL,
    key text COLLATE "C" NOT NULL,
    "user" text COLLATE "C",
    value bytea NOT NULL,
    quotes boolean NOT NULL,
    revision bigint NOT NULL,
    expires_at bigint,
    PRIMARY KEY (kind, tenant, key)
);

CREATE INDEX record_by_key ON record (kind, key);
CREATE INDEX record_by_tenant ON record (tenant);
CREATE INDEX record_by_expiry ON record (expires_at) WHERE expires_at IS NOT NULL;

ALTER TABLE record ENABLE ROW LEVEL SECURITY;
ALTER TABLE record FORCE ROW LEVEL SECURITY;
CREATE POLICY owned ON record TO CURRENT_USER USING (true) WITH CHECK (true);
