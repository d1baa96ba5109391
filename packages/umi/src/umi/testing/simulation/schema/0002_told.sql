-- Another one: the log moves, with what finds its rows, and so do the vectors.
CREATE TABLE told (
    seq INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    entity INTEGER NOT NULL,
    id TEXT NOT NULL,
    actor TEXT NOT NULL,
    digest BLOB NOT NULL,
    hash BLOB NOT NULL,
    grp INTEGER
);

INSERT INTO told SELECT seq, at, kind, entity, id, actor, digest, hash, grp FROM log;
DROP TABLE log;
ALTER TABLE told RENAME TO log;

CREATE INDEX log_by_entity ON log (entity, seq);
CREATE INDEX log_by_time ON log (at);
CREATE INDEX log_erased ON log (id) WHERE kind = 14;

CREATE TABLE place (
    no INTEGER PRIMARY KEY,
    model INTEGER NOT NULL REFERENCES model,
    active INTEGER NOT NULL,
    vector BLOB NOT NULL
);

INSERT INTO place SELECT no, model, active, vector FROM embedding;
DROP TABLE embedding;
ALTER TABLE place RENAME TO embedding;

INSERT INTO moved SELECT 2, count(*) FROM log;
