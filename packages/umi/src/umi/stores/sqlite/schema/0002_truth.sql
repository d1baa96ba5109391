-- What an entity was before. Every row of `entity` is a version of one: it was so from updated_at, inclusive, until
-- `until`, exclusive, in recorded time. The current version keeps the entity's number for ever, with until = 2^63 - 1;
-- an earlier one has a number of its own in the same partition and status -1. `was` is the status of that version.
-- `indexed` is the number under which its words and its vector lie: many versions of one text share them. `changed` is
-- the change that made it, and `state` what it differs in from what was added (JSON). Status: 0 active, 1 forgotten,
-- 2 superseded, 3 silenced, 4 quarantined, 5 expired, 6 merged. Trust counts from 0, untrusted.

DROP INDEX entity_by_content;
DROP INDEX entity_by_time;
DROP INDEX entity_by_session;

CREATE TABLE version (
    no INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    tenant INTEGER NOT NULL,
    identity BLOB UNIQUE,
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
    until INTEGER NOT NULL DEFAULT 9223372036854775807,
    was INTEGER NOT NULL,
    indexed INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    valid_from INTEGER NOT NULL,
    valid_until INTEGER NOT NULL DEFAULT 9223372036854775807,
    expires_at INTEGER,
    trust INTEGER NOT NULL DEFAULT 2,
    importance REAL NOT NULL,
    length INTEGER NOT NULL,
    question INTEGER NOT NULL,
    lent TEXT NOT NULL,
    content INTEGER NOT NULL,
    state TEXT
);

INSERT INTO version SELECT no, id, tenant, identity, status, revision, entity_type, memory_type, session, position,
    speaker, role, event_at, recorded_at, updated_at, 9223372036854775807, status, no,
    coalesce((SELECT max(seq) FROM log WHERE log.entity = no), content), event_at, 9223372036854775807, NULL,
    CASE role WHEN 'tool' THEN 0 WHEN 'assistant' THEN 1 ELSE 2 END,
    importance, length, question, lent, content, NULL FROM entity;

DROP TABLE entity;
ALTER TABLE version RENAME TO entity;

CREATE UNIQUE INDEX entity_by_id ON entity (tenant, id) WHERE status >= 0;
CREATE INDEX entity_before ON entity (tenant, id, updated_at) WHERE status < 0;
-- With what tells whether a version stood at a moment, so that those that did not are passed over without a look.
CREATE INDEX entity_by_index ON entity (indexed, updated_at, until, was);
CREATE INDEX entity_by_content ON entity (tenant, content);
CREATE INDEX entity_by_time ON entity (tenant, event_at);
CREATE INDEX entity_by_session ON entity (session, position) WHERE session IS NOT NULL;
CREATE INDEX entity_by_expiry ON entity (expires_at) WHERE expires_at IS NOT NULL AND status = 0;
CREATE INDEX entity_silenced ON entity (no) WHERE status = 3;

-- The words of what is not recalled by default: entities that are not active, and texts that were revised.
CREATE VIRTUAL TABLE past_words USING fts5 (
    scope, said, around,
    content = '', contentless_delete = 1,
    tokenize = 'porter unicode61 remove_diacritics 2'
);

-- Which entities ever stated something of a subject, in whatever version. What they state is read from them.
CREATE TABLE fact (
    partition INTEGER NOT NULL REFERENCES partition,
    subject TEXT NOT NULL,
    slot TEXT NOT NULL,
    no INTEGER NOT NULL REFERENCES entity,
    PRIMARY KEY (partition, subject, slot, no)
) WITHOUT ROWID;

CREATE INDEX fact_by_entity ON fact (no);

-- Edges from one entity to another, with the recorded times they stood, [since, until).
CREATE TABLE relation (
    no INTEGER PRIMARY KEY,
    source INTEGER NOT NULL REFERENCES entity,
    target INTEGER NOT NULL REFERENCES entity,
    kind TEXT NOT NULL,
    reason TEXT NOT NULL,
    confidence REAL NOT NULL,
    since INTEGER NOT NULL,
    until INTEGER NOT NULL DEFAULT 9223372036854775807,
    seq INTEGER NOT NULL
);

CREATE INDEX relation_by_source ON relation (source);
CREATE INDEX relation_by_target ON relation (target);

-- Changes that were decided together carry the place of the first of them; NULL says that it is the first itself.
ALTER TABLE log ADD COLUMN grp INTEGER;
CREATE INDEX log_by_time ON log (at);

-- How often recall returned an entity, and when last (microseconds since 1970). Lost counts cost nothing but precision.
CREATE TABLE access (
    no INTEGER PRIMARY KEY REFERENCES entity,
    count INTEGER NOT NULL,
    last_at INTEGER NOT NULL
);

-- Keys whose entity was erased: a late retry must not bring it back. The identity is a hash of the key, not of content.
CREATE TABLE erased (
    identity BLOB PRIMARY KEY,
    id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    at INTEGER NOT NULL
) WITHOUT ROWID;

-- Versions of entities that were forgotten or restored before this schema: one for each change but the last.
INSERT INTO entity SELECT
    (e.no >> 32 << 32) + p.last + row_number() OVER (PARTITION BY e.no >> 32 ORDER BY l.seq),
    e.id, e.tenant, NULL, -1, row_number() OVER (PARTITION BY e.no ORDER BY l.seq), e.entity_type, e.memory_type,
    e.session, e.position, e.speaker, e.role, e.event_at, e.recorded_at, l.at, l.next_at, l.kind = 2, e.no, l.seq,
    e.valid_from, e.valid_until, NULL, e.trust, e.importance, e.length, e.question, e.lent, e.content, NULL
FROM (SELECT *, lead(at) OVER (PARTITION BY entity ORDER BY seq) AS next_at FROM log) l
JOIN entity e ON e.no = l.entity JOIN partition p ON p.no = e.no >> 32
WHERE l.next_at IS NOT NULL;

UPDATE partition SET last = last + (SELECT count(*) FROM entity e WHERE e.no >> 32 = partition.no AND e.status < 0);

INSERT INTO label SELECT l.name, l.value, v.no FROM label l JOIN entity v ON v.indexed = l.no AND v.status < 0;
