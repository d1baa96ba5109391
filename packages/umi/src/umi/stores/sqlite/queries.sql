-- CROSS JOIN fixes the order of a join in SQLite: the list or the word index first, then rows by their number.
-- A + before a column keeps its index out of the plan.

-- name: latest
-- The last change in the log, and how often vectors were replaced.
SELECT coalesce((SELECT max(seq) FROM log), 0), CAST((SELECT value FROM meta WHERE key = 'vectors_epoch') AS INTEGER);

-- name: last_link
-- The end of the hash chain.
SELECT seq, at, hash FROM log ORDER BY seq DESC LIMIT 1;

-- name: meta_get
SELECT value FROM meta WHERE key = ?1;

-- name: meta_put
INSERT INTO meta VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = ?2;

-- name: vectors_epoch_bump
UPDATE meta SET value = CAST(value AS INTEGER) + 1 WHERE key = 'vectors_epoch';

-- name: model_get
SELECT no, dimensions FROM model WHERE name = ?1;

-- name: model_add
INSERT INTO model (name, dimensions) VALUES (?1, ?2) RETURNING no, dimensions;

-- name: identity_get
-- Who already stands for an identity.
SELECT id, content, recorded_at FROM entity WHERE identity = ?1;

-- name: tenant_get
SELECT no, active FROM tenant WHERE name = ?1;

-- name: tenants_count
SELECT count(*) FROM tenant;

-- name: is_unembedded
SELECT NOT EXISTS (SELECT 1 FROM embedding);

-- name: tenant_add
INSERT INTO tenant (name) VALUES (?1) RETURNING no, active;

-- name: tenant_active
UPDATE tenant SET active = active + ?2 WHERE no = ?1;

-- name: partition_next
-- Make the partition if it is new, and take its next number.
INSERT INTO partition (tenant, user, namespace, agent, last, active) VALUES (?1, ?2, ?3, ?4, 1, 1)
ON CONFLICT (tenant, user, namespace, agent) DO UPDATE SET last = last + 1, active = active + 1
RETURNING no, last;

-- name: partition_active
UPDATE partition SET active = active + ?2 WHERE no = ?1;

-- name: partitions_in_scope
-- Partitions of a tenant, narrowed by what is given.
SELECT no, active FROM partition
WHERE tenant = ?1 AND (?2 IS NULL OR user = ?2) AND (?3 IS NULL OR namespace = ?3) AND (?4 IS NULL OR agent = ?4)
ORDER BY no;

-- name: session_next
-- Make the session if it is new, and take the next place in it.
INSERT INTO session (partition, name, turns) VALUES (?1, ?2, 1)
ON CONFLICT (partition, name) DO UPDATE SET turns = turns + 1
RETURNING no, turns - 1;

-- name: speaker_add
INSERT OR IGNORE INTO speaker VALUES (?1, ?2);

-- name: speakers_named
-- Which of the words are names of those who speak in the given partitions.
SELECT DISTINCT s.word FROM json_each(?1) w CROSS JOIN carray(?2) p
CROSS JOIN speaker s ON s.partition = p.value AND s.word = w.value;

-- name: entity_add
INSERT INTO entity VALUES (?1, ?2, ?3, ?4, 0, 1, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?12, ?13, ?14, ?15, ?16, ?17);

-- name: entity_find
-- For a change: the number, status and partition scope of an id.
SELECT e.no, e.status, e.content, e.updated_at FROM entity e JOIN partition p ON p.no = e.no >> 32
LEFT JOIN session s ON s.no = e.session
WHERE e.tenant = ?1 AND e.id = ?2
AND (?3 IS NULL OR p.user = ?3) AND (?4 IS NULL OR p.namespace = ?4) AND (?5 IS NULL OR p.agent = ?5)
AND (?6 IS NULL OR s.name = ?6);

-- name: entity_status
UPDATE entity SET status = ?2, updated_at = ?3, revision = revision + 1 WHERE no = ?1;

-- name: identity_release
-- Free an identity that was made from content; the entity's number makes what is left of it its own.
UPDATE entity SET identity = CAST(?3 || identity || printf('%020d', no) AS BLOB) WHERE no = ?1 AND substr(identity, 1, 1) = ?2;

-- name: identity_reclaim
-- Take the identity back, unless the same content was remembered anew meanwhile.
UPDATE OR IGNORE entity SET identity = substr(identity, 2, length(identity) - 21)
WHERE no = ?1 AND substr(identity, 1, 1) = ?2;

-- name: label_add
INSERT OR IGNORE INTO label VALUES (?1, ?2, ?3);

-- name: content_add
INSERT INTO content VALUES (?1, ?2, ?3);

-- name: log_add
INSERT INTO log VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8);

-- name: log_since
SELECT seq, kind, entity FROM log WHERE seq > ?1 ORDER BY seq;

-- name: log_all
SELECT l.seq, l.at, l.kind, l.entity, l.id, l.actor, l.digest, l.hash, c.key, c.data FROM log l LEFT JOIN content c USING (seq)
ORDER BY l.seq;

-- name: log_lost
-- Content of changes that the log does not hold any more.
SELECT seq FROM content WHERE seq > ?1 ORDER BY seq LIMIT 1;

-- name: log_disagreements
-- Entities, with a change, that the log does not account for: added by no change, without content, or of another
-- status than it says.
SELECT e.id, e.content FROM entity e
LEFT JOIN log a ON a.seq = e.content AND a.kind = 1 AND a.entity = e.no AND a.id = e.id
LEFT JOIN content c ON c.seq = e.content
WHERE a.seq IS NULL OR c.seq IS NULL
UNION ALL
SELECT e.id, l.seq FROM entity e JOIN log l ON l.seq = (SELECT max(seq) FROM log WHERE entity = e.no)
WHERE (e.status = 1) <> (l.kind = 2)
UNION ALL
SELECT l.id, l.seq FROM log l LEFT JOIN entity e ON e.no = l.entity AND e.id = l.id WHERE e.no IS NULL
LIMIT 1;

-- name: embedding_put
INSERT INTO embedding VALUES (?1, ?2, 1, ?3) ON CONFLICT (no) DO UPDATE SET model = ?2, active = 1, vector = ?3;

-- name: embedding_active
UPDATE embedding SET active = ?2 WHERE no = ?1;

-- name: words_add
INSERT INTO words (rowid, scope, said, around) VALUES (?1, ?2, ?3, ?4);

-- name: words_delete
DELETE FROM words WHERE rowid = ?1;

-- name: words_put
INSERT OR REPLACE INTO words (rowid, scope, said, around) VALUES (?1, ?2, ?3, ?4);

-- name: entity_by_id
-- An active entity's number.
SELECT e.no FROM entity e JOIN tenant t ON t.no = e.tenant WHERE t.name = ?1 AND e.id = ?2 AND e.status = 0;

-- name: sessions_in_scope
SELECT s.no FROM session s WHERE s.name = ?2 AND s.partition IN (SELECT value FROM carray(?1));

-- name: match_count
-- How many entities hold a word, counted up to a limit.
SELECT count(*) FROM (SELECT 1 FROM words WHERE words MATCH ?1 LIMIT ?2);

-- name: match_count_between
-- How many entities between two numbers hold a word, counted up to a limit.
SELECT count(*) FROM (SELECT 1 FROM words WHERE words MATCH ?1 AND rowid BETWEEN ?2 AND ?3 LIMIT ?4);

-- name: active_count
SELECT coalesce(sum(active), 0) FROM tenant;

-- name: match_all
-- Best words of a whole store, among the newest matches.
SELECT rowid, score FROM (
    SELECT rowid, bm25(words, 0, 1, 0.5) AS score FROM words WHERE words MATCH :match ORDER BY rowid DESC LIMIT :scored)
ORDER BY score, rowid LIMIT :limit;

-- name: match_range
-- Best words between two numbers: a partition.
SELECT rowid, score FROM (
    SELECT rowid, bm25(words, 0, 1, 0.5) AS score FROM words WHERE words MATCH :match AND rowid BETWEEN :low AND :high
    ORDER BY rowid DESC LIMIT :scored)
ORDER BY score, rowid LIMIT :limit;

-- name: match_filtered
-- Best words among those that pass every filter.
SELECT number, score FROM (
    SELECT words.rowid AS number, bm25(words, 0, 1, 0.5) AS score FROM words CROSS JOIN entity e ON e.no = words.rowid
    WHERE words MATCH :match AND words.rowid BETWEEN :low AND :high AND e.tenant = :tenant AND e.status = 0 AND {filter}
    ORDER BY words.rowid DESC LIMIT :scored)
ORDER BY score, number LIMIT :limit;

-- fragment: filter
-- Every filter; NULL means "not asked". Lists arrive as JSON arrays, metadata as a JSON object.
(:entity_types IS NULL OR e.entity_type IN (SELECT value FROM json_each(:entity_types)))
AND (:memory_types IS NULL OR e.memory_type IN (SELECT value FROM json_each(:memory_types)))
AND (:speakers IS NULL OR e.speaker IN (SELECT value FROM json_each(:speakers)))
AND (:roles IS NULL OR e.role IN (SELECT value FROM json_each(:roles)))
AND (:after IS NULL OR e.event_at >= :after)
AND (:before IS NULL OR e.event_at < :before)
AND (:importance_min IS NULL OR e.importance >= :importance_min)
AND (:partitions IS NULL OR e.no >> 32 IN (SELECT value FROM json_each(:partitions)))
AND (:sessions IS NULL OR e.session IN (SELECT value FROM json_each(:sessions)))
AND (:topics IS NULL OR EXISTS (
    SELECT 1 FROM label l
    WHERE l.name = 'topic' AND l.value IN (SELECT value FROM json_each(:topics)) AND l.no = e.no))
AND (:metadata IS NULL OR NOT EXISTS (
    SELECT 1 FROM json_each(:metadata) m
    WHERE NOT EXISTS (SELECT 1 FROM label l WHERE l.name = m.key AND l.value = m.value AND l.no = e.no)))

-- name: numbers_filtered
-- The active entities between two numbers that pass every filter.
SELECT e.no FROM entity e
WHERE e.no BETWEEN :low AND :high AND +e.tenant = :tenant AND e.status = 0 AND {filter} LIMIT :limit;

-- name: numbers_in_sessions
-- The same, found through the sessions.
SELECT e.no FROM json_each(:sessions) s CROSS JOIN entity e ON e.session = s.value
WHERE e.no BETWEEN :low AND :high AND +e.tenant = :tenant AND e.status = 0 AND {filter} LIMIT :limit;

-- name: numbers_with_topics
-- The same, found through the topics.
SELECT DISTINCT e.no FROM json_each(:topics) t
CROSS JOIN label l ON l.name = 'topic' AND l.value = t.value AND l.no BETWEEN :low AND :high
CROSS JOIN entity e ON e.no = l.no WHERE +e.tenant = :tenant AND e.status = 0 AND {filter} LIMIT :limit;

-- name: numbers_with_metadata
-- The same, found through the first metadata value.
SELECT e.no FROM (SELECT key, value FROM json_each(:metadata) LIMIT 1) m
CROSS JOIN label l ON l.name = m.key AND l.value = m.value AND l.no BETWEEN :low AND :high
CROSS JOIN entity e ON e.no = l.no WHERE +e.tenant = :tenant AND e.status = 0 AND {filter} LIMIT :limit;

-- name: numbers_at_times
-- The same, found through the event time.
SELECT e.no FROM entity e INDEXED BY entity_by_time
WHERE e.tenant = :tenant AND e.event_at >= coalesce(:after, -9223372036854775808)
AND e.event_at < coalesce(:before, 9223372036854775807)
AND e.no BETWEEN :low AND :high AND e.status = 0 AND {filter} LIMIT :limit;

-- name: numbers_passing
-- Which of the given numbers are active and pass every filter, in the order given.
SELECT e.no FROM carray(:numbers) c CROSS JOIN entity e ON e.no = c.value
WHERE e.status = 0 AND e.tenant = :tenant AND {filter};

-- name: vectors_of
SELECT m.no, m.vector FROM carray(?1) c CROSS JOIN embedding m ON m.no = c.value WHERE m.model = ?2 AND m.active;

-- name: vectors_between
-- The vectors of the active entities between two numbers.
SELECT no, vector FROM embedding WHERE no BETWEEN ?1 AND ?2 AND model = ?3 AND active;

-- name: vectors_of_tenant
SELECT m.no, m.vector FROM partition p CROSS JOIN embedding m ON m.no BETWEEN p.no << 32 AND (p.no << 32) + p.last
WHERE p.tenant = ?1 AND m.model = ?2 AND m.active;

-- name: vectors_touched
-- The active ones among the given numbers, with tenant and vector.
SELECT m.no, p.tenant, m.vector FROM carray(?1) c CROSS JOIN embedding m ON m.no = c.value
CROSS JOIN partition p ON p.no = m.no >> 32 WHERE m.model = ?2 AND m.active;

-- name: features
-- What ranking needs to know of the active ones among the given numbers.
SELECT e.no, e.session, e.position, coalesce(s.turns, 1), e.speaker, e.role, e.event_at, e.length, e.question,
    e.importance
FROM carray(?1) c CROSS JOIN entity e ON e.no = c.value LEFT JOIN session s ON s.no = e.session WHERE e.status = 0;

-- name: lent_before
-- What the two turns before a place in a session lend, nearest first.
SELECT lent FROM entity WHERE session = ?1 AND position BETWEEN ?2 - 2 AND ?2 - 1 ORDER BY position DESC;

-- name: entity_by_number
-- A place in a session, and what the scope column of its words holds.
SELECT session, position, 't' || tenant || coalesce(' s' || session, '') FROM entity WHERE no = ?1;

-- name: load
-- The entities behind numbers, if they are active and of this tenant.
SELECT e.no, e.status, e.revision, e.recorded_at, e.updated_at, c.data
FROM carray(?1) n CROSS JOIN entity e ON e.no = n.value JOIN content c ON c.seq = e.content
WHERE e.status = 0 AND e.tenant = ?2;

-- name: get
-- One entity of a tenant by its id, forgotten or not.
SELECT e.no, e.status, e.revision, e.recorded_at, e.updated_at, c.data
FROM entity e JOIN content c ON c.seq = e.content WHERE e.tenant = ?1 AND e.id = ?2;

-- name: list
-- Active (and, if asked, forgotten) entities in the order they were recorded.
SELECT e.content, e.no, e.status, e.revision, e.recorded_at, e.updated_at, c.data
FROM entity e JOIN content c ON c.seq = e.content
WHERE e.content > :cursor AND e.tenant = :tenant AND (:forgotten OR e.status = 0) AND {filter}
ORDER BY e.content LIMIT :limit;

-- name: count
SELECT count(*) FROM entity e WHERE e.tenant = :tenant AND e.status = 0 AND {filter};

-- name: unindexed
-- Active entities without words or without a vector of this model.
SELECT e.no, e.status, e.revision, e.recorded_at, e.updated_at, c.data
FROM entity e JOIN content c ON c.seq = e.content
LEFT JOIN embedding m ON m.no = e.no AND m.model = ?1
WHERE e.status = 0
AND (m.no IS NULL OR length(m.vector) <> 2 * ?3 OR e.no NOT IN (SELECT id FROM words_docsize)) LIMIT ?2;

-- name: counts
SELECT
    (SELECT count(*) FROM entity WHERE status = 0), (SELECT count(*) FROM entity WHERE status = 1),
    (SELECT count(*) FROM log), (SELECT count(*) FROM tenant), (SELECT count(*) FROM partition),
    (SELECT count(*) FROM session), (SELECT count(*) FROM embedding),
    (SELECT count(*) FROM entity e LEFT JOIN embedding m ON m.no = e.no AND m.model = ?1
     WHERE e.status = 0 AND m.no IS NULL);

-- name: words_missing
SELECT id FROM entity WHERE status = 0 AND no NOT IN (SELECT id FROM words_docsize) ORDER BY no;

-- name: words_surplus
SELECT id FROM words_docsize WHERE id NOT IN (SELECT no FROM entity WHERE status = 0) ORDER BY id;

-- name: vectors_missing
SELECT e.id FROM entity e LEFT JOIN embedding m ON m.no = e.no AND m.model = ?1
WHERE e.status = 0 AND (m.no IS NULL OR length(m.vector) <> 2 * ?2) ORDER BY e.no;

-- name: vectors_surplus
SELECT no FROM embedding WHERE no NOT IN (SELECT no FROM entity) ORDER BY no;

-- name: vector_delete
DELETE FROM embedding WHERE no = ?1;

-- name: watermark_get
SELECT model, epoch, seq, checksum FROM watermark WHERE name = ?1;

-- name: watermark_put
INSERT OR REPLACE INTO watermark VALUES (?1, ?2, ?3, ?4, ?5);

-- name: job_start
-- Ask for work, or ask anew.
INSERT INTO job (kind, state, done, total) VALUES (?1, 'waiting', 0, ?2)
ON CONFLICT (kind) DO UPDATE SET state = 'waiting', done = 0, total = ?2;

-- name: job_advance
UPDATE job SET state = 'running', done = done + ?2 WHERE kind = ?1 AND state <> 'done';

-- name: job_finish
UPDATE job SET state = 'done' WHERE kind = ?1;

-- name: jobs
SELECT kind, state, done, total FROM job ORDER BY kind;

-- name: embeddings_count
SELECT count(*) FROM embedding;
