-- The first schema. One file holds the truth (content, log) and what is derived from it (entity, words, embedding).

CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

INSERT INTO meta VALUES ('vectors_epoch', '0');

-- Who the memories belong to. Tenant numbers name the files of derived indexes.
CREATE TABLE tenant (
    no INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    active INTEGER NOT NULL DEFAULT 0
);

-- A tenant's user in a namespace with an agent. '' stands for "none given". Its entities are numbered
-- no << 32 | n, so that they lie together in every table and in the word index.
CREATE TABLE partition (
    no INTEGER PRIMARY KEY,
    tenant INTEGER NOT NULL REFERENCES tenant,
    user TEXT NOT NULL,
    namespace TEXT NOT NULL,
    agent TEXT NOT NULL,
    last INTEGER NOT NULL DEFAULT 0,
    active INTEGER NOT NULL DEFAULT 0,
    UNIQUE (tenant, user, namespace, agent)
);

CREATE TABLE session (
    no INTEGER PRIMARY KEY,
    partition INTEGER NOT NULL REFERENCES partition,
    name TEXT NOT NULL,
    turns INTEGER NOT NULL DEFAULT 0,
    UNIQUE (partition, name)
);

CREATE INDEX session_by_name ON session (name);

-- The words of the names of those who speak in a partition.
CREATE TABLE speaker (
    partition INTEGER NOT NULL REFERENCES partition,
    word TEXT NOT NULL,
    PRIMARY KEY (partition, word)
) WITHOUT ROWID;

-- One row per entity, small: what filters and ranking need. Times are microseconds since 1970, UTC.
-- status: 0 active, 1 forgotten.
CREATE TABLE entity (
    no INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    tenant INTEGER NOT NULL,
    identity BLOB NOT NULL UNIQUE,
    status INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    entity_type TEXT NOT NULL,
    memory_type TEXT NOT NULL,
    session INTEGER REFERENCES session,
    position INTEGER NOT NULL,
    speaker TEXT,
    role TEXT,
    event_at INTEGER NOT NULL,
    recorded_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    importance REAL NOT NULL,
    length INTEGER NOT NULL,
    question INTEGER NOT NULL,
    lent TEXT NOT NULL,
    content INTEGER NOT NULL,
    UNIQUE (tenant, id)
);

CREATE INDEX entity_by_content ON entity (tenant, content);

CREATE INDEX entity_by_time ON entity (tenant, event_at);

CREATE INDEX entity_by_session ON entity (session, position) WHERE session IS NOT NULL;

-- Topics ('topic') and the top-level metadata values ('meta:' || key), for filters.
CREATE TABLE label (
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    no INTEGER NOT NULL REFERENCES entity,
    PRIMARY KEY (name, value, no)
) WITHOUT ROWID;

-- What each change said, in canonical JSON, and the key of its digest in the log. Erasure removes this row.
CREATE TABLE content (
    seq INTEGER PRIMARY KEY,
    key BLOB NOT NULL,
    data TEXT NOT NULL
);

-- Append-only. digest = HMAC-SHA-256(key, data); hash covers this row and the hash before it.
CREATE TABLE log (
    seq INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    entity INTEGER NOT NULL,
    id TEXT NOT NULL,
    actor TEXT NOT NULL,
    digest BLOB NOT NULL,
    hash BLOB NOT NULL
);

CREATE INDEX log_by_entity ON log (entity, seq);

-- float16, little-endian, unit length. A row of another model than the current one counts as missing. active says
-- whether the entity's status is 0, so that a search need not look there.
CREATE TABLE model (
    no INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    dimensions INTEGER NOT NULL
);

CREATE TABLE embedding (
    no INTEGER PRIMARY KEY,
    model INTEGER NOT NULL REFERENCES model,
    active INTEGER NOT NULL,
    vector BLOB NOT NULL
);

-- scope holds t<tenant> and s<session>; said is what umi.pipeline.words made of the entity, and around what the two
-- turns before it in its session lend.
CREATE VIRTUAL TABLE words USING fts5 (
    scope, said, around,
    content = '', contentless_delete = 1,
    tokenize = 'porter unicode61 remove_diacritics 2'
);

-- Work that outlives the process, written in the transaction that asks for it.
CREATE TABLE job (
    no INTEGER PRIMARY KEY,
    kind TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL,
    done INTEGER NOT NULL DEFAULT 0,
    total INTEGER NOT NULL DEFAULT 0
);

-- How far a derived file has followed the log, written after that file is durable.
CREATE TABLE watermark (
    name TEXT PRIMARY KEY,
    model INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    checksum BLOB NOT NULL
) WITHOUT ROWID;
