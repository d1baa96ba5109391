-- CROSS JOIN fixes the order of a join in SQLite: the list or the word index first, then rows by their number.
-- A + before a column keeps its index out of the plan.

-- name: latest
-- The last change in the log, how often vectors were replaced, and when that change was recorded.
SELECT coalesce((SELECT max(seq) FROM log), 0), CAST((SELECT value FROM meta WHERE key = 'vectors_epoch') AS INTEGER),
    coalesce((SELECT at FROM log ORDER BY seq DESC LIMIT 1), 0);

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
-- Who already stands for an identity, or stood for it before it was erased.
SELECT id, content, recorded_at, status FROM entity WHERE identity = ?1
UNION ALL SELECT id, seq, at, 1 FROM erased WHERE identity = ?1;

-- name: identities_get
-- The same of several, each behind the identity; they are given in hexadecimal digits.
SELECT e.identity, e.id, e.content, e.recorded_at, e.status FROM json_each(?1) i
CROSS JOIN entity e ON e.identity = unhex(i.value)
UNION ALL SELECT x.identity, x.id, x.seq, x.at, 1 FROM json_each(?1) i CROSS JOIN erased x ON x.identity = unhex(i.value);

-- name: ids_taken
-- Which of the ids a tenant's entities have.
SELECT e.id FROM json_each(?2) i CROSS JOIN entity e ON e.tenant = ?1 AND e.id = i.value AND e.status >= 0;

-- name: tenant_get
SELECT no, active FROM tenant WHERE name = ?1;

-- name: tenants_count
-- An erased tenant's name begins with a NUL character.
SELECT count(*) FROM tenant WHERE hex(substr(CAST(name AS BLOB), 1, 1)) <> '00';

-- name: is_unembedded
SELECT NOT EXISTS (SELECT 1 FROM embedding);

-- name: tenant_add
INSERT INTO tenant (name) VALUES (?1) RETURNING no, active;

-- name: tenant_active
UPDATE tenant SET active = active + ?2 WHERE no = ?1;

-- name: partition_next
-- Make the partition if it is new, and take its next number.
INSERT INTO partition (tenant, user, namespace, agent, last) VALUES (?1, ?2, ?3, ?4, 1)
ON CONFLICT (tenant, user, namespace, agent) DO UPDATE SET last = last + 1
RETURNING no, last;

-- name: partition_last
UPDATE partition SET last = ?2 WHERE no = ?1;

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

-- name: session_turns
UPDATE session SET turns = ?2 WHERE no = ?1;

-- name: speaker_add
INSERT OR IGNORE INTO speaker VALUES (?1, ?2);

-- name: speakers_named
-- Which of the words are names of those who speak in the given partitions.
SELECT DISTINCT s.word FROM json_each(?1) w CROSS JOIN carray(?2) p
CROSS JOIN speaker s ON s.partition = p.value AND s.word = w.value;

-- name: entity_add
INSERT INTO entity (no, id, tenant, identity, status, revision, entity_type, memory_type, session, position, speaker,
    role, event_at, recorded_at, updated_at, was, indexed, changed, valid_from, valid_until, expires_at, trust,
    importance, length, question, lent, content, state)
VALUES (:no, :id, :tenant, :identity, :status, :revision, :entity_type, :memory_type, :session, :position, :speaker,
    :role, :event_at, :recorded_at, :updated_at, :status, :no, :changed, :valid_from, :valid_until, :expires_at, :trust,
    :importance, :length, :question, :lent, :content, :state);

-- name: entity_become
-- The current version becomes another; what it was is kept by version_keep before.
UPDATE entity SET status = :status, was = :status, revision = revision + 1, entity_type = :entity_type,
    memory_type = :memory_type, event_at = :event_at, updated_at = :updated_at, changed = :changed,
    valid_from = :valid_from, valid_until = :valid_until, expires_at = :expires_at, trust = :trust,
    importance = :importance, length = :length, question = :question, lent = :lent, state = :state
WHERE no = :no;

-- name: version_keep
-- Keep the current version of an entity under another number, ended.
INSERT INTO entity SELECT ?1, id, tenant, NULL, -1, revision, entity_type, memory_type, session, position, speaker, role,
    event_at, recorded_at, updated_at, ?3, was, indexed, changed, valid_from, valid_until, expires_at, trust,
    importance, length, question, lent, content, state
FROM entity WHERE no = ?2;

-- name: version_last
-- The number of the version before the current one.
SELECT max(no) FROM entity WHERE indexed = ?1 AND status < 0;

-- name: versions_point
-- Let the earlier versions that share the words of a number find them under another.
UPDATE entity SET indexed = ?2 WHERE indexed = ?1 AND status < 0;

-- name: versions_of
-- The earlier versions of an entity, newest first, behind the number their words and vector lie under.
SELECT e.indexed, {entity} FROM entity e JOIN content c ON c.seq = e.content
WHERE e.tenant = ?1 AND e.id = ?2 AND e.status < 0 ORDER BY e.updated_at DESC, e.no DESC;

-- fragment: entity
-- What an entity is decoded from.
e.no, e.was, e.revision, e.recorded_at, e.updated_at, e.position, c.data, e.state

-- name: version_find
-- For a change: the current version of an id inside a scope.
SELECT e.changed, e.content, {entity} FROM entity e JOIN content c ON c.seq = e.content
JOIN partition p ON p.no = e.no >> 32 LEFT JOIN session s ON s.no = e.session
WHERE e.tenant = (SELECT no FROM tenant WHERE name = ?1) AND e.id = ?2 AND e.status >= 0
AND (?3 IS NULL OR p.user = ?3) AND (?4 IS NULL OR p.namespace = ?4) AND (?5 IS NULL OR p.agent = ?5)
AND (?6 IS NULL OR s.name = ?6);

-- name: version_get
SELECT e.changed, e.content, {entity} FROM entity e JOIN content c ON c.seq = e.content
WHERE e.no = ?1 AND e.status >= 0;

-- name: entity_tenant
SELECT tenant FROM entity WHERE no = ?1;

-- name: entities_due
-- Active entities past their time.
SELECT no FROM entity WHERE status = 0 AND expires_at <= ?1 ORDER BY no;

-- name: is_due
SELECT 1 FROM entity WHERE status = 0 AND expires_at <= ?1 LIMIT 1;

-- name: partition_more
-- The next number of a partition, for an earlier version.
UPDATE partition SET last = last + 1 WHERE no = ?1 RETURNING last;

-- name: fact_add
INSERT OR IGNORE INTO fact VALUES (?1, ?2, ?3, ?4);

-- name: facts_changed
-- The last change to anything that states something of the given subjects.
SELECT coalesce(max(e.changed), 0) FROM json_each(?5) w
CROSS JOIN partition p ON p.tenant = (SELECT no FROM tenant WHERE name = ?1)
    AND p.user = ?2 AND p.namespace = ?3 AND p.agent = ?4
CROSS JOIN fact f ON f.partition = p.no AND f.subject = w.value CROSS JOIN entity e ON e.no = f.no;

-- name: relation_add
INSERT INTO relation (source, target, kind, reason, confidence, since, seq) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7);

-- name: relation_standing
-- The change that made an edge which stands, and when.
SELECT seq, since FROM relation WHERE source = ?1 AND target = ?2 AND kind = ?3 AND until = 9223372036854775807;

-- name: relation_made
-- The two ends and the kind of an edge that a change made.
SELECT source, target, kind FROM relation WHERE seq = ?1 LIMIT 1;

-- name: relation_end
UPDATE relation SET until = ?2 WHERE seq = ?1 AND until = 9223372036854775807;

-- name: relation_again
-- Put an edge back that was taken.
INSERT INTO relation (source, target, kind, reason, confidence, since, seq)
SELECT source, target, kind, reason, confidence, ?2, seq FROM relation WHERE seq = ?1 LIMIT 1;

-- name: log_entry
SELECT l.seq, l.kind, l.entity, l.id, c.data, coalesce(l.grp, l.seq) FROM log l LEFT JOIN content c USING (seq) WHERE l.seq = ?1;

-- name: log_group
-- The log from a change on.
SELECT l.seq, l.kind, l.entity, l.id, c.data, coalesce(l.grp, l.seq) FROM log l LEFT JOIN content c USING (seq)
WHERE l.seq >= ?1 ORDER BY l.seq;

-- name: identity_release
-- Free an identity that was made from content; the entity's number makes what is left of it its own.
UPDATE entity SET identity = CAST(?3 || identity || printf('%020d', no) AS BLOB) WHERE no = ?1 AND substr(identity, 1, 1) = ?2;

-- name: identity_reclaim
-- Take the identity back, unless the same content was remembered anew meanwhile.
UPDATE OR IGNORE entity SET identity = substr(identity, 2, length(identity) - 21)
WHERE no = ?1 AND substr(identity, 1, 1) = ?2;

-- name: label_add
INSERT OR IGNORE INTO label VALUES (?1, ?2, ?3);

-- name: label_delete
DELETE FROM label WHERE name = ?1 AND value = ?2 AND no = ?3;

-- name: content_add
INSERT INTO content VALUES (?1, ?2, ?3);

-- name: log_add
INSERT INTO log VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9);

-- name: log_since
SELECT seq, kind, entity FROM log WHERE seq > ?1 ORDER BY seq;

-- name: entities_touched
-- The entities that changes after a place in the log concern, up to a number of them.
SELECT DISTINCT entity FROM log WHERE seq > ?1 LIMIT ?2;

-- name: versions_touched
-- The earlier versions of entities, by the numbers of their current ones.
SELECT v.no FROM carray(?1) n CROSS JOIN entity e ON e.no = n.value
CROSS JOIN entity v INDEXED BY entity_before ON v.tenant = e.tenant AND v.id = e.id AND v.status < 0;

-- name: log_all
SELECT l.seq, l.at, l.kind, l.entity, l.id, l.actor, l.digest, l.hash, l.grp, c.key, c.data FROM log l LEFT JOIN content c USING (seq)
ORDER BY l.seq;

-- name: log_lost
-- Content of changes that the log does not hold any more.
SELECT seq FROM content WHERE seq > ?1 ORDER BY seq LIMIT 1;

-- name: log_disagreements
-- Entities, with a change, that the log does not account for: added by no change, without content, last changed by
-- none, of another status than it says, or gone without an erasure.
SELECT e.id, e.content FROM entity e
LEFT JOIN log a ON a.seq = e.content AND a.kind = 1 AND a.id = e.id AND (a.entity = e.no OR e.status < 0)
LEFT JOIN content c ON c.seq = e.content
LEFT JOIN log l ON l.seq = e.changed AND l.id = e.id AND (l.entity = e.no OR e.status < 0)
WHERE a.seq IS NULL OR c.seq IS NULL OR l.seq IS NULL
UNION ALL
SELECT e.id, e.changed FROM entity e WHERE e.status >= 0 AND e.status <> coalesce((
    SELECT CASE json_extract(c.data, iif(l.kind = 1, '$.status', '$.after.status'))
        WHEN 'active' THEN 0 WHEN 'forgotten' THEN 1 WHEN 'superseded' THEN 2 WHEN 'silenced' THEN 3
        WHEN 'quarantined' THEN 4 WHEN 'expired' THEN 5 WHEN 'merged' THEN 6 ELSE iif(l.kind = 2, 1, 0) END
    FROM log l JOIN content c USING (seq) WHERE l.entity = e.no
    AND (l.kind <= 3 OR json_extract(c.data, '$.after.status') IS NOT NULL) ORDER BY l.seq DESC LIMIT 1), -1)
UNION ALL
SELECT l.id, l.seq FROM log l LEFT JOIN entity e ON e.no = l.entity AND e.id = l.id
WHERE e.no IS NULL AND NOT EXISTS (SELECT 1 FROM log x WHERE x.entity = l.entity AND x.kind = 14)
LIMIT 1;

-- name: embedding_put
INSERT INTO embedding VALUES (?1, ?2, ?3, ?4) ON CONFLICT (no) DO UPDATE SET model = ?2, active = ?3, vector = ?4;

-- name: embedding_copy
-- Keep the vector of a text that is about to change under another number.
INSERT INTO embedding SELECT ?1, model, 0, vector FROM embedding WHERE no = ?2;

-- name: embedding_return
-- Give a number the vector that lies under another.
UPDATE embedding SET (model, vector) = (SELECT model, vector FROM embedding WHERE no = ?2) WHERE no = ?1;

-- name: embedding_active
UPDATE embedding SET active = ?2 WHERE no = ?1;

-- name: words_add
INSERT INTO words (rowid, scope, said, around) VALUES (?1, ?2, ?3, ?4);

-- name: words_delete
DELETE FROM words WHERE rowid = ?1;

-- name: past_words_add
INSERT INTO past_words (rowid, scope, said, around) VALUES (?1, ?2, ?3, ?4);

-- name: past_words_delete
DELETE FROM past_words WHERE rowid = ?1;

-- name: words_put
INSERT OR REPLACE INTO words (rowid, scope, said, around) VALUES (?1, ?2, ?3, ?4);

-- name: past_words_put
INSERT OR REPLACE INTO past_words (rowid, scope, said, around) VALUES (?1, ?2, ?3, ?4);

-- name: entity_by_id
-- An entity's number, and whether it is active.
SELECT e.no, e.status = 0 FROM entity e JOIN tenant t ON t.no = e.tenant WHERE t.name = ?1 AND e.id = ?2 AND e.status >= 0;

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
AND (:trust_min IS NULL OR e.trust >= :trust_min)
AND (:partitions IS NULL OR e.no >> 32 IN (SELECT value FROM json_each(:partitions)))
AND (:sessions IS NULL OR e.session IN (SELECT value FROM json_each(:sessions)))
AND (:topics IS NULL OR EXISTS (
    SELECT 1 FROM label l
    WHERE l.name = 'topic' AND l.value IN (SELECT value FROM json_each(:topics)) AND l.no = e.no))
AND (:mentions IS NULL OR EXISTS (
    SELECT 1 FROM label l
    WHERE l.name = 'mention' AND l.value IN (SELECT value FROM json_each(:mentions)) AND l.no = e.no))
AND (:metadata IS NULL OR NOT EXISTS (
    SELECT 1 FROM json_each(:metadata) m
    WHERE NOT EXISTS (SELECT 1 FROM label l WHERE l.name = m.key AND l.value = m.value AND l.no = e.no)))
AND (:lacking_names IS NULL OR NOT EXISTS (
    SELECT 1 FROM json_each(:lacking_names) n JOIN json_each(:lacking_values) v ON v.key = n.key
    CROSS JOIN label l ON l.name = n.value AND l.value = v.value AND l.no = e.no))
AND (:ids IS NULL OR e.id IN (SELECT value FROM json_each(:ids)))

-- fragment: version
-- A row as it stood at a moment: known and not expired then, of one of the statuses, and valid at a time if asked.
e.updated_at <= :as_of AND e.until > :as_of AND ((1 << e.was) & :statuses)
AND (e.was <> 0 OR :alive_at IS NULL OR e.expires_at IS NULL OR e.expires_at > :alive_at)
AND (:valid_at IS NULL OR (e.valid_from <= :valid_at AND e.valid_until > :valid_at))

-- name: match_then
-- Best words at a moment, among what is recalled now and what is not.
SELECT number, score FROM (
    SELECT e.no AS number, bm25(words, 0, 1, 0.5) AS score FROM words
    CROSS JOIN entity e INDEXED BY entity_by_index ON e.indexed = words.rowid
    WHERE words MATCH :match AND words.rowid BETWEEN :low AND :high AND +e.tenant = :tenant AND {version} AND {filter}
    ORDER BY words.rowid DESC LIMIT :scored)
UNION ALL SELECT number, score FROM (
    SELECT e.no AS number, bm25(past_words, 0, 1, 0.5) AS score FROM past_words
    CROSS JOIN entity e INDEXED BY entity_by_index ON e.indexed = past_words.rowid
    WHERE past_words MATCH :match AND past_words.rowid BETWEEN :low AND :high AND +e.tenant = :tenant
    AND {version} AND {filter}
    ORDER BY past_words.rowid DESC LIMIT :scored)
ORDER BY score, number LIMIT :limit;

-- name: match_then_all
-- The same without any filter, answered from the index alone: 3 times as quick as with a look at each row.
SELECT number, score FROM (
    SELECT e.no AS number, bm25(words, 0, 1, 0.5) AS score FROM words
    CROSS JOIN entity e INDEXED BY entity_by_index ON e.indexed = words.rowid
    WHERE words MATCH :match AND words.rowid BETWEEN :low AND :high
    AND e.updated_at <= :as_of AND e.until > :as_of AND ((1 << e.was) & :statuses)
    ORDER BY words.rowid DESC LIMIT :scored)
UNION ALL SELECT number, score FROM (
    SELECT e.no AS number, bm25(past_words, 0, 1, 0.5) AS score FROM past_words
    CROSS JOIN entity e INDEXED BY entity_by_index ON e.indexed = past_words.rowid
    WHERE past_words MATCH :match AND past_words.rowid BETWEEN :low AND :high
    AND e.updated_at <= :as_of AND e.until > :as_of AND ((1 << e.was) & :statuses)
    ORDER BY past_words.rowid DESC LIMIT :scored)
ORDER BY score, number LIMIT :limit;

-- name: numbers_then
-- The versions between two numbers that stood at a moment and pass every filter, with where their vectors lie.
SELECT e.no, e.indexed FROM entity e
WHERE e.no BETWEEN :low AND :high AND +e.tenant = :tenant AND {version} AND {filter} LIMIT :limit;

-- name: numbers_sharing
-- The versions that share the vectors of the given numbers, stood at a moment and pass every filter.
SELECT e.no, e.indexed FROM carray(:numbers) n CROSS JOIN entity e INDEXED BY entity_by_index ON e.indexed = n.value
WHERE +e.tenant = :tenant AND {version} AND {filter};

-- name: numbers_indexed
-- Where the vectors of versions lie.
SELECT e.no, e.indexed FROM carray(?1) n CROSS JOIN entity e ON e.no = n.value;

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

-- name: numbers_mentioning
-- The same, found through the names that are mentioned.
SELECT DISTINCT e.no FROM json_each(:mentions) t
CROSS JOIN label l ON l.name = 'mention' AND l.value = t.value AND l.no BETWEEN :low AND :high
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
SELECT m.no, m.vector FROM carray(?1) c CROSS JOIN embedding m ON m.no = c.value WHERE m.model = ?2;

-- name: vectors_between
-- The vectors of the entities between two numbers that are active, or of those that are not.
SELECT no, vector FROM embedding WHERE no BETWEEN ?1 AND ?2 AND model = ?3 AND active = ?4;

-- name: vectors_of_tenant
SELECT m.no, m.vector FROM partition p CROSS JOIN embedding m ON m.no BETWEEN p.no << 32 AND (p.no << 32) + p.last
WHERE p.tenant = ?1 AND m.model = ?2 AND m.active = ?3;

-- name: vectors_touched
-- The vectors under the given numbers, with tenant, and whether they are active.
SELECT m.no, p.tenant, m.active, m.vector FROM carray(?1) c CROSS JOIN embedding m ON m.no = c.value
CROSS JOIN partition p ON p.no = m.no >> 32 WHERE m.model = ?2;

-- fragment: features
-- What ranking needs to know.
e.no, e.session, e.position, coalesce(s.turns, 1), e.speaker, e.role, e.event_at, e.length, e.question, e.importance

-- name: features
-- Of the active ones among the given numbers.
SELECT {features} FROM carray(?1) c CROSS JOIN entity e ON e.no = c.value LEFT JOIN session s ON s.no = e.session
WHERE e.status = 0;

-- name: features_then
-- Of the versions that stood at a moment of what the given numbers are versions of: their own, or, where they became
-- another since they were found, an earlier one.
SELECT {features} FROM carray(:numbers) n CROSS JOIN entity e ON e.no = n.value LEFT JOIN session s ON s.no = e.session
WHERE {version}
UNION ALL
SELECT n.value, e.session, e.position, coalesce(s.turns, 1), e.speaker, e.role, e.event_at, e.length, e.question,
    e.importance
FROM carray(:numbers) n CROSS JOIN entity i ON i.no = n.value AND i.updated_at > :as_of
CROSS JOIN entity e INDEXED BY entity_before ON e.tenant = i.tenant AND e.id = i.id AND e.status < 0
LEFT JOIN session s ON s.no = e.session WHERE {version};

-- name: lent_before
-- What the two turns before each number in its session lend, nearest first.
SELECT e.no, o.lent FROM carray(?1) n CROSS JOIN entity e ON e.no = n.value
CROSS JOIN entity o ON o.session = e.session AND o.position BETWEEN e.position - 2 AND e.position - 1 AND o.status >= 0
ORDER BY e.no, o.position DESC;

-- name: scopes_of
-- What the scope column of each number's words holds.
SELECT e.no, 't' || e.tenant || coalesce(' s' || e.session, '') FROM carray(?1) n CROSS JOIN entity e ON e.no = n.value;

-- name: load
-- The entities behind numbers, if they are active and of this tenant.
SELECT {entity} FROM carray(?1) n CROSS JOIN entity e ON e.no = n.value JOIN content c ON c.seq = e.content
WHERE e.status = 0 AND e.tenant = ?2;

-- name: load_then
-- The same as features_then, whole.
SELECT {entity} FROM carray(:numbers) n CROSS JOIN entity e ON e.no = n.value AND e.tenant = :tenant
JOIN content c ON c.seq = e.content WHERE {version}
UNION ALL
SELECT n.value, e.was, e.revision, e.recorded_at, e.updated_at, e.position, c.data, e.state
FROM carray(:numbers) n CROSS JOIN entity i ON i.no = n.value AND i.tenant = :tenant AND i.updated_at > :as_of
CROSS JOIN entity e INDEXED BY entity_before ON e.tenant = i.tenant AND e.id = i.id AND e.status < 0
JOIN content c ON c.seq = e.content WHERE {version};

-- name: get
-- One entity of a tenant by its id, whatever its status.
SELECT {entity} FROM entity e JOIN content c ON c.seq = e.content WHERE e.tenant = ?1 AND e.id = ?2 AND e.status >= 0;

-- name: get_several
-- Entities of a tenant by their ids, whatever their status.
SELECT {entity} FROM json_each(?2) i CROSS JOIN entity e ON e.tenant = ?1 AND e.id = i.value AND e.status >= 0
JOIN content c ON c.seq = e.content;

-- name: get_then
-- One entity of a tenant by its id as it was known to be at a time, if it was valid at another.
SELECT {entity} FROM entity e JOIN content c ON c.seq = e.content
WHERE e.tenant = ?1 AND e.id = ?2 AND e.status < 0 AND e.updated_at <= ?3 AND e.until > ?3
AND (?4 IS NULL OR (e.valid_from <= ?4 AND e.valid_until > ?4))
UNION ALL
SELECT {entity} FROM entity e JOIN content c ON c.seq = e.content
WHERE e.tenant = ?1 AND e.id = ?2 AND e.status >= 0 AND e.updated_at <= ?3
AND (?4 IS NULL OR (e.valid_from <= ?4 AND e.valid_until > ?4));

-- name: list
-- Active entities in the order they were recorded.
SELECT e.content, {entity} FROM entity e JOIN content c ON c.seq = e.content
WHERE e.content > :cursor AND e.tenant = :tenant AND e.status = 0 AND {filter}
ORDER BY e.content LIMIT :limit;

-- name: list_among
-- The active ones among numbers that pass, in the order they were recorded.
SELECT e.content, {entity} FROM carray(:numbers) n CROSS JOIN entity e ON e.no = n.value
JOIN content c ON c.seq = e.content WHERE e.status = 0 AND e.content > :cursor ORDER BY e.content LIMIT :limit;

-- name: list_newest_among
-- The same, the newest first.
SELECT e.content, {entity} FROM carray(:numbers) n CROSS JOIN entity e ON e.no = n.value
JOIN content c ON c.seq = e.content WHERE e.status = 0 AND e.content < :cursor ORDER BY e.content DESC LIMIT :limit;

-- name: list_then
-- Entities as they stood at a moment, in the order they were recorded.
SELECT e.content, {entity} FROM entity e JOIN content c ON c.seq = e.content
WHERE e.content > :cursor AND e.tenant = :tenant AND {version} AND {filter}
ORDER BY e.content LIMIT :limit;

-- name: list_newest
-- The same, the newest first.
SELECT e.content, {entity} FROM entity e JOIN content c ON c.seq = e.content
WHERE e.content < :cursor AND e.tenant = :tenant AND e.status = 0 AND {filter}
ORDER BY e.content DESC LIMIT :limit;

-- name: list_newest_then
SELECT e.content, {entity} FROM entity e JOIN content c ON c.seq = e.content
WHERE e.content < :cursor AND e.tenant = :tenant AND {version} AND {filter}
ORDER BY e.content DESC LIMIT :limit;

-- name: count
SELECT count(*) FROM entity e WHERE e.tenant = :tenant AND e.status = 0 AND {filter};

-- name: count_then
SELECT count(*) FROM entity e WHERE e.tenant = :tenant AND {version} AND {filter};

-- name: facts_about
-- The entities that state something of the given subjects, in the given slots if any, as they stood at a moment.
SELECT {entity} FROM json_each(:subjects) w CROSS JOIN carray(:numbers) p
CROSS JOIN fact f ON f.partition = p.value AND f.subject = w.value
    AND (:slots IS NULL OR f.slot IN (SELECT value FROM json_each(:slots)))
CROSS JOIN entity i ON i.no = f.no CROSS JOIN entity e ON e.tenant = i.tenant AND e.id = i.id AND {stood}
JOIN content c ON c.seq = e.content
ORDER BY e.content LIMIT :limit;

-- fragment: stood
-- The version of an entity at a recorded time; the condition on status lets SQLite use the indexes of both kinds.
(e.status >= 0 OR e.status < 0) AND e.updated_at <= :as_of AND e.until > :as_of

-- name: subjects_named
-- The subjects of which something is stated, with how many entities do.
SELECT f.subject, count(DISTINCT f.no) FROM carray(?1) p CROSS JOIN fact f ON f.partition = p.value
WHERE ?3 IS NULL OR EXISTS (
    SELECT 1 FROM entity e JOIN session s ON s.no = e.session WHERE e.no = f.no AND s.name = ?3)
GROUP BY f.subject ORDER BY 2 DESC, 1 LIMIT ?2;

-- name: relations_of
-- The edges from and to an entity that stood at a recorded time.
SELECT s.id, t.id, r.kind, r.reason, r.confidence, r.since, r.seq
FROM relation r JOIN entity s ON s.no = r.source JOIN entity t ON t.no = r.target
WHERE (r.source = ?1 OR r.target = ?1) AND r.since <= ?2 AND r.until > ?2
ORDER BY r.since, r.seq;

-- name: history
-- The changes to an entity, oldest first.
SELECT {event} FROM log l LEFT JOIN content c USING (seq) WHERE l.entity = ?1 ORDER BY l.seq;

-- fragment: event
l.seq, l.at, l.kind, l.id, l.actor, c.data, coalesce(l.grp, l.seq)

-- name: events
-- The changes between two recorded times, (after, until], in some partitions, oldest first.
SELECT {event} FROM log l LEFT JOIN content c USING (seq)
WHERE l.at > ?1 AND l.at <= ?2 AND l.entity >> 32 IN (SELECT value FROM carray(?3)) AND (?5 IS NULL OR EXISTS (
    SELECT 1 FROM entity e JOIN session s ON s.no = e.session WHERE e.no = l.entity AND s.name = ?5))
ORDER BY l.seq LIMIT ?4;

-- name: event
SELECT {event} FROM log l LEFT JOIN content c USING (seq) WHERE l.seq = ?1;

-- name: unindexed
-- Entities without words or without a vector of this model, with whatever status.
SELECT {entity} FROM entity e JOIN content c ON c.seq = e.content
LEFT JOIN embedding m ON m.no = e.no AND m.model = :model
WHERE e.status >= 0 AND (m.no IS NULL OR length(m.vector) <> 2 * :dimensions
    OR (e.status = 0 AND e.no NOT IN (SELECT id FROM words_docsize))
    OR (e.status > 0 AND e.no NOT IN (SELECT id FROM past_words_docsize))) LIMIT :limit;

-- name: unindexed_since
-- The same of what changes after a place in the log concern: a look at those rows only.
SELECT {entity} FROM (SELECT DISTINCT entity AS no FROM log WHERE seq > :after) l CROSS JOIN entity e ON e.no = l.no
JOIN content c ON c.seq = e.content
LEFT JOIN embedding m ON m.no = e.no AND m.model = :model
WHERE e.status >= 0 AND (m.no IS NULL OR length(m.vector) <> 2 * :dimensions
    OR (e.status = 0 AND e.no NOT IN (SELECT id FROM words_docsize))
    OR (e.status > 0 AND e.no NOT IN (SELECT id FROM past_words_docsize))) LIMIT :limit;

-- name: counts
SELECT
    (SELECT count(*) FROM entity WHERE status = 0), (SELECT count(*) FROM entity WHERE status > 0),
    (SELECT count(*) FROM log), (SELECT count(*) FROM tenant WHERE substr(CAST(name AS BLOB), 1, 1) IS NOT x'00'),
    (SELECT count(*) FROM partition WHERE substr(CAST(user AS BLOB), 1, 1) IS NOT x'00'),
    (SELECT count(*) FROM session), (SELECT count(*) FROM embedding),
    (SELECT count(*) FROM entity e LEFT JOIN embedding m ON m.no = e.no AND m.model = ?1
     WHERE e.status >= 0 AND m.no IS NULL);

-- name: words_missing
SELECT id FROM entity WHERE (status = 0 AND no NOT IN (SELECT id FROM words_docsize))
OR (status > 0 AND no NOT IN (SELECT id FROM past_words_docsize)) ORDER BY no;

-- name: words_surplus
SELECT id FROM words_docsize WHERE id NOT IN (SELECT no FROM entity WHERE status = 0) ORDER BY id;

-- name: past_words_surplus
SELECT id FROM past_words_docsize
WHERE id NOT IN (SELECT no FROM entity WHERE status > 0) AND id NOT IN (SELECT indexed FROM entity WHERE status < 0)
ORDER BY id;

-- name: vectors_missing
SELECT e.id FROM entity e LEFT JOIN embedding m ON m.no = e.no AND m.model = ?1
WHERE e.status >= 0 AND (m.no IS NULL OR length(m.vector) <> 2 * ?2) ORDER BY e.no;

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

-- name: access_add
-- Count that recall returned an entity so many times, the last of them at a time, unless it is gone.
INSERT INTO access SELECT ?1, ?2, ?3 WHERE EXISTS (SELECT 1 FROM entity WHERE no = ?1)
ON CONFLICT (no) DO UPDATE SET count = count + excluded.count, last_at = max(last_at, excluded.last_at);

-- name: worth
-- What the active and the silenced entities between two numbers are worth. What would lose its ground with one is what
-- extends (extend), follows from (derive) or cites it, whatever became of that, and the facts that are read in it and
-- not superseded. A guess (`Fact.is_guess`) is not read: what lies at 7 and 8 is where a fact begins and ends.
SELECT e.no, e.id, e.status, e.memory_type, e.importance,
    coalesce(json_extract(e.state, '$.pinned'), json_extract(c.data, '$.pinned'), 0),
    e.event_at, e.recorded_at, e.updated_at, coalesce(a.count, 0), a.last_at,
    (SELECT count(*) FROM relation r WHERE r.target = e.no AND r.until = 9223372036854775807
     AND r.kind IN ('extend', 'derive', 'cites'))
    + (SELECT count(*) FROM json_each(coalesce(json_extract(e.state, '$.facts'), json_extract(c.data, '$.facts'))) f
       WHERE (f.value ->> 7 < f.value ->> 8 OR f.value ->> 5 > 0.5) AND f.value ->> 13 IS NULL),
    e.session, length(CAST(coalesce(json_extract(e.state, '$.content'), json_extract(c.data, '$.content')) AS BLOB)),
    e.revision, e.entity_type, e.content
FROM entity e CROSS JOIN content c ON c.seq = e.content LEFT JOIN access a ON a.no = e.no
WHERE e.no BETWEEN :low AND :high AND +e.tenant = :tenant AND e.status IN (0, 3) AND {filter}
ORDER BY e.no LIMIT :limit;

-- name: worth_of_ids
-- The same of entities by their ids, which one looks up rather than looking at all between the numbers.
SELECT e.no, e.id, e.status, e.memory_type, e.importance,
    coalesce(json_extract(e.state, '$.pinned'), json_extract(c.data, '$.pinned'), 0),
    e.event_at, e.recorded_at, e.updated_at, coalesce(a.count, 0), a.last_at,
    (SELECT count(*) FROM relation r WHERE r.target = e.no AND r.until = 9223372036854775807
     AND r.kind IN ('extend', 'derive', 'cites'))
    + (SELECT count(*) FROM json_each(coalesce(json_extract(e.state, '$.facts'), json_extract(c.data, '$.facts'))) f
       WHERE (f.value ->> 7 < f.value ->> 8 OR f.value ->> 5 > 0.5) AND f.value ->> 13 IS NULL),
    e.session, length(CAST(coalesce(json_extract(e.state, '$.content'), json_extract(c.data, '$.content')) AS BLOB)),
    e.revision, e.entity_type, e.content
FROM (SELECT DISTINCT value FROM json_each(:ids)) i
CROSS JOIN entity e ON e.tenant = :tenant AND e.id = i.value AND e.status >= 0
CROSS JOIN content c ON c.seq = e.content LEFT JOIN access a ON a.no = e.no
WHERE e.no BETWEEN :low AND :high AND e.status IN (0, 3) AND {filter}
ORDER BY e.no LIMIT :limit;

-- name: uses_of_ids
-- How often recall returned entities, and when last, by their ids.
SELECT e.id, coalesce(a.count, 0), a.last_at FROM (SELECT DISTINCT value FROM json_each(:ids)) i
CROSS JOIN entity e ON e.tenant = :tenant AND e.id = i.value AND e.status >= 0
LEFT JOIN access a ON a.no = e.no WHERE e.status IN (0, 3)
AND (:partitions IS NULL OR e.no >> 32 IN (SELECT value FROM json_each(:partitions)))
AND (:sessions IS NULL OR e.session IN (SELECT value FROM json_each(:sessions)));

-- name: vectors_of_ids
-- The vectors of entities by their ids.
SELECT e.id, m.vector FROM json_each(:ids) i CROSS JOIN entity e ON e.tenant = :tenant AND e.id = i.value AND e.status >= 0
CROSS JOIN embedding m ON m.no = e.no WHERE m.model = :model AND {filter};

-- name: silenced_between
-- Whether an entity between two numbers is silenced.
SELECT 1 FROM entity WHERE status = 3 AND no BETWEEN ?1 AND ?2 LIMIT 1;

-- name: match_silenced
-- Best words among what is silenced, not expired, and passes every filter.
SELECT number FROM (
    SELECT past_words.rowid AS number, bm25(past_words, 0, 1, 0) AS score FROM past_words
    CROSS JOIN entity e ON e.no = past_words.rowid AND e.status = 3
    WHERE past_words MATCH :match AND past_words.rowid BETWEEN :low AND :high AND e.tenant = :tenant
    AND (e.expires_at IS NULL OR e.expires_at > :now) AND {filter}
    ORDER BY past_words.rowid DESC LIMIT :scored)
ORDER BY score, number LIMIT :limit;

-- name: silenced_holding
-- Which of the given numbers hold a word.
SELECT rowid FROM past_words WHERE past_words MATCH ?1 AND rowid IN (SELECT value FROM carray(?2));

-- name: silenced_features
-- Of the silenced ones among the given numbers.
SELECT {features} FROM carray(?1) c CROSS JOIN entity e ON e.no = c.value LEFT JOIN session s ON s.no = e.session
WHERE e.status = 3;

-- name: erase_named
-- What an id stands for inside a scope.
SELECT e.no, e.id, e.tenant FROM entity e JOIN partition p ON p.no = e.no >> 32 LEFT JOIN session s ON s.no = e.session
WHERE e.tenant = (SELECT no FROM tenant WHERE name = ?1) AND e.id = ?2 AND e.status >= 0
AND (?3 IS NULL OR p.user = ?3) AND (?4 IS NULL OR p.namespace = ?4) AND (?5 IS NULL OR p.agent = ?5)
AND (?6 IS NULL OR s.name = ?6);

-- name: erase_covered
-- Everything that a scope covers, whatever its status.
SELECT e.no, e.id, e.tenant FROM partition p CROSS JOIN entity e ON e.no BETWEEN p.no << 32 AND (p.no << 32) + p.last
LEFT JOIN session s ON s.no = e.session
WHERE p.tenant = (SELECT no FROM tenant WHERE name = ?1) AND e.status >= 0
AND (?2 IS NULL OR p.user = ?2) AND (?3 IS NULL OR p.namespace = ?3) AND (?4 IS NULL OR p.agent = ?4)
AND (?5 IS NULL OR s.name = ?5) ORDER BY e.no;

-- name: erase_numbered
-- What still stands under the numbers of what another file has erased: it is another's if its id is another.
SELECT e.no, e.id, e.tenant FROM carray(?1) n CROSS JOIN entity e ON e.no = n.value WHERE e.status >= 0 ORDER BY e.no;

-- name: erase_resting
-- What rests on the given numbers: made from the text of one of them, or citing nothing but them.
SELECT DISTINCT e.no, e.id, e.tenant FROM carray(?1) n CROSS JOIN relation r ON r.target = n.value
JOIN entity e ON e.no = r.source AND e.status >= 0
WHERE r.until = 9223372036854775807 AND e.no NOT IN (SELECT value FROM carray(?1)) AND (r.kind = 'derive'
    OR (r.kind = 'cites' AND NOT EXISTS (SELECT 1 FROM relation o WHERE o.source = e.no AND o.kind IN ('derive', 'cites')
        AND o.until = 9223372036854775807 AND o.target NOT IN (SELECT value FROM carray(?1)))));

-- name: erase_merged
-- What was merged into one of the given numbers, and is so still.
SELECT e.no, e.id, e.tenant FROM (SELECT DISTINCT value >> 32 AS no FROM carray(?1)) p
CROSS JOIN entity e ON e.no BETWEEN p.no << 32 AND (p.no + 1) << 32 AND e.status = 6
CROSS JOIN content c ON c.seq = (SELECT max(l.seq) FROM log l WHERE l.entity = e.no AND l.kind = 7)
CROSS JOIN entity i ON i.tenant = e.tenant AND i.id = json_extract(c.data, '$.by') AND i.status >= 0
WHERE i.no IN (SELECT value FROM carray(?1)) AND e.no NOT IN (SELECT value FROM carray(?1));

-- name: erased_before
-- Whether an id of a tenant was erased.
SELECT 1 FROM log l JOIN partition p ON p.no = l.entity >> 32
WHERE l.kind = 14 AND l.id = ?2 AND p.tenant = (SELECT no FROM tenant WHERE name = ?1) LIMIT 1;

-- name: erased_all
-- Every tombstone: what a copy of this file must not hold any more.
SELECT entity, id FROM log WHERE kind = 14;

-- name: erased_number
-- The number of what was erased last under an id of a tenant, and its partition's names.
SELECT l.entity, p.user, p.namespace, p.agent FROM log l JOIN partition p ON p.no = l.entity >> 32
WHERE l.kind = 14 AND l.id = ?2 AND p.tenant = ?1 ORDER BY l.seq DESC LIMIT 1;

-- name: erase_versions
-- Every version of an entity with its content, to know what to look for afterwards.
SELECT e.no, e.session, s.name, {entity} FROM entity e JOIN content c ON c.seq = e.content
LEFT JOIN session s ON s.no = e.session
WHERE e.no = ?1 OR (e.status < 0 AND e.tenant = (SELECT tenant FROM entity WHERE no = ?1)
    AND e.id = (SELECT id FROM entity WHERE no = ?1));

-- name: erase_places
-- Where the current versions among numbers lie: tenant, session, place in it, and whether they are active.
SELECT e.no, e.tenant, e.session, e.position, e.status = 0, e.speaker FROM carray(?1) n CROSS JOIN entity e ON e.no = n.value
WHERE e.status >= 0;

-- name: erase_changes
-- How many changes the log has to each of the given numbers.
SELECT l.entity, count(*) FROM carray(?1) n CROSS JOIN log l ON l.entity = n.value GROUP BY l.entity;

-- name: erase_content
DELETE FROM content WHERE seq IN (SELECT l.seq FROM carray(?1) n CROSS JOIN log l ON l.entity = n.value WHERE l.kind <> 14);

-- name: erase_labels
DELETE FROM label WHERE no IN (SELECT value FROM carray(?1));

-- name: erase_facts
DELETE FROM fact WHERE no IN (SELECT value FROM carray(?1));

-- name: erase_relations
DELETE FROM relation WHERE source IN (SELECT value FROM carray(?1)) OR target IN (SELECT value FROM carray(?1));

-- name: erase_access
DELETE FROM access WHERE no IN (SELECT value FROM carray(?1));

-- name: erase_embeddings
DELETE FROM embedding WHERE no IN (SELECT value FROM carray(?1));

-- name: erase_words
DELETE FROM words WHERE rowid IN (SELECT value FROM carray(?1));

-- name: erase_past_words
DELETE FROM past_words WHERE rowid IN (SELECT value FROM carray(?1));

-- name: erase_entities
DELETE FROM entity WHERE no IN (SELECT value FROM carray(?1));

-- name: erase_identities
-- Keep the identities that callers' keys made: a late retry finds that it was erased.
INSERT OR REPLACE INTO erased SELECT e.identity, e.id, l.seq, l.at FROM carray(?1) n CROSS JOIN entity e ON e.no = n.value
JOIN log l ON l.entity = e.no AND l.kind = 14 WHERE substr(e.identity, 1, 1) = ?2;

-- name: erase_session
DELETE FROM session WHERE no = ?1 AND NOT EXISTS (SELECT 1 FROM entity e WHERE e.session = ?1);

-- name: speakers_of
-- Who speaks in a partition, as far as it is kept.
SELECT DISTINCT speaker FROM entity WHERE no BETWEEN ?1 << 32 AND (?1 + 1) << 32 AND speaker IS NOT NULL;

-- name: speaker_delete
DELETE FROM speaker WHERE partition = ?1 AND word = ?2;

-- name: erase_speakers
DELETE FROM speaker WHERE partition = ?1;

-- name: label_living
SELECT 1 FROM label WHERE name = ?1 AND value = ?2 LIMIT 1;

-- name: partition_empty
SELECT NOT EXISTS (SELECT 1 FROM entity WHERE no BETWEEN ?1 << 32 AND (?1 + 1) << 32);

-- name: partitions_erased
SELECT no FROM partition WHERE hex(substr(CAST(user AS BLOB), 1, 1)) = '00';

-- name: tenants_erased
SELECT no FROM tenant WHERE hex(substr(CAST(name AS BLOB), 1, 1)) = '00';

-- name: tenant_empty
SELECT NOT EXISTS (SELECT 1 FROM entity WHERE tenant = ?1);

-- name: erased_last
-- The last erasure's place in the log.
SELECT coalesce(max(seq), 0) FROM log WHERE kind = 14;

-- name: partition_rename
UPDATE partition SET user = ?2, namespace = '', agent = '', active = 0 WHERE no = ?1;

-- name: tenant_rename
UPDATE tenant SET name = ?2, active = 0 WHERE no = ?1;

-- name: neighbours
-- What stands one or two places behind a place in a session, with words of its own: whether it is a current version.
SELECT e.status >= 0, {entity} FROM entity e JOIN content c ON c.seq = e.content
WHERE e.session = ?1 AND e.position BETWEEN ?2 + 1 AND ?2 + 2 AND e.indexed = e.no;

-- name: words_nudge
-- A row that gives 'optimize' something to merge: without one it leaves the terms of deleted rows where they are.
INSERT INTO words (rowid, scope) VALUES (-1, 'x');

-- name: words_merge
INSERT INTO words (words) VALUES ('optimize');

-- name: past_words_nudge
INSERT INTO past_words (rowid, scope) VALUES (-1, 'x');

-- name: past_words_merge
INSERT INTO past_words (past_words) VALUES ('optimize');

-- name: words_pages
-- The leaves of the word index: FTS5's numbering of its own pages (see segments.py).
SELECT id, block FROM words_data WHERE id > 10 AND id < ?1;

-- name: past_words_pages
SELECT id, block FROM past_words_data WHERE id > 10 AND id < ?1;

-- name: words_segments
SELECT DISTINCT segid FROM words_idx;

-- name: past_words_segments
SELECT DISTINCT segid FROM past_words_idx;

-- name: words_seek
-- Twice the number of the page of a segment where a term would stand, and a bit.
SELECT pgno FROM words_idx WHERE segid = ?1 AND term <= ?2 ORDER BY term DESC LIMIT 1;

-- name: past_words_seek
SELECT pgno FROM past_words_idx WHERE segid = ?1 AND term <= ?2 ORDER BY term DESC LIMIT 1;

-- name: words_page
SELECT block FROM words_data WHERE id = ?1;

-- name: past_words_page
SELECT block FROM past_words_data WHERE id = ?1;

-- name: meta_delete
DELETE FROM meta WHERE key = ?1;

-- name: watermarks
SELECT name FROM watermark;

-- name: watermark_delete
DELETE FROM watermark WHERE name = ?1;

-- name: vectors_under
SELECT no, vector FROM embedding WHERE no IN (SELECT value FROM carray(?1)) LIMIT ?2;

-- name: left_under
-- How many rows of each table lie under numbers that were erased.
SELECT 'entity', count(*) FROM carray(?1) n CROSS JOIN entity e ON e.no = n.value
UNION ALL SELECT 'label', count(*) FROM label WHERE no IN (SELECT value FROM carray(?1))
UNION ALL SELECT 'fact', count(*) FROM carray(?1) n CROSS JOIN fact f ON f.no = n.value
UNION ALL SELECT 'relation', count(*) FROM carray(?1) n CROSS JOIN relation r ON r.source = n.value
UNION ALL SELECT 'relation', count(*) FROM carray(?1) n CROSS JOIN relation r ON r.target = n.value
UNION ALL SELECT 'task', count(*) FROM task WHERE entity IN (SELECT value FROM carray(?1))
UNION ALL SELECT 'embedding', count(*) FROM carray(?1) n CROSS JOIN embedding m ON m.no = n.value
UNION ALL SELECT 'words', count(*) FROM carray(?1) n CROSS JOIN words_docsize d ON d.id = n.value
UNION ALL SELECT 'past_words', count(*) FROM carray(?1) n CROSS JOIN past_words_docsize d ON d.id = n.value
UNION ALL SELECT 'content', count(*) FROM carray(?1) n CROSS JOIN log l ON l.entity = n.value AND l.kind <> 14
    CROSS JOIN content c ON c.seq = l.seq;

-- name: words_vocabulary
-- The terms of the word index that a row still has.
CREATE VIRTUAL TABLE IF NOT EXISTS temp.words_terms USING fts5vocab(main, words, instance);

-- name: past_words_vocabulary
CREATE VIRTUAL TABLE IF NOT EXISTS temp.past_words_terms USING fts5vocab(main, past_words, instance);

-- name: words_living
SELECT 1 FROM temp.words_terms WHERE term = ?1 LIMIT 1;

-- name: past_words_living
SELECT 1 FROM temp.past_words_terms WHERE term = ?1 LIMIT 1;

-- name: tables
-- The tables whose rows are what this file says: not those that FTS5 keeps its index in.
SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage > 0
AND name NOT IN ('words_data', 'words_idx', 'words_docsize', 'past_words_data', 'past_words_idx', 'past_words_docsize')
UNION ALL SELECT 'sqlite_schema';

-- name: backup_add
INSERT OR REPLACE INTO backup VALUES (?1, ?2, ?3);

-- name: backups
SELECT path, keyring FROM backup ORDER BY path;

-- name: log_first
-- Where the chain begins: a copy of a file shares it.
SELECT hash FROM log WHERE seq = 1;

-- name: log_at
SELECT l.seq, l.at, l.kind, l.entity, l.id, l.actor, l.digest, l.hash, l.grp, c.key, c.data FROM log l LEFT JOIN content c USING (seq)
WHERE l.seq = ?1;

-- name: log_is_referred
-- Whether a row says that a change made it.
SELECT EXISTS (SELECT 1 FROM entity WHERE changed = ?1) OR EXISTS (SELECT 1 FROM relation WHERE seq = ?1);

-- name: content_of_erased
-- What changes to erased entities said, which no row should hold.
SELECT c.seq FROM log x CROSS JOIN log l ON l.entity = x.entity AND l.kind <> 14 CROSS JOIN content c ON c.seq = l.seq
WHERE x.kind = 14;

-- name: replay_log
-- The log, entity by entity.
SELECT l.entity, l.seq, l.at, l.kind, l.id, c.data FROM log l LEFT JOIN content c USING (seq) ORDER BY l.entity, l.seq;

-- fragment: replayed
-- What a row says of itself, as far as the log says it, too.
e.no, e.id, e.tenant, e.status, e.revision, e.entity_type, e.memory_type, e.session, e.position, e.speaker, e.role,
e.event_at, e.recorded_at, e.updated_at, e.until, e.was, e.indexed, e.changed, e.valid_from, e.valid_until, e.expires_at,
e.trust, e.importance, e.length, e.content, e.state

-- name: replay_current
SELECT {replayed} FROM entity e WHERE e.no = ?1;

-- name: replay_versions
SELECT {replayed} FROM entity e WHERE e.tenant = ?1 AND e.id = ?2 AND e.status < 0 ORDER BY e.revision, e.no;

-- name: replay_partitions
SELECT p.no, p.tenant, t.name, p.user, p.namespace, p.agent, p.last FROM partition p JOIN tenant t ON t.no = p.tenant;

-- name: replay_session
SELECT s.partition, s.name FROM session s WHERE s.no = ?1;

-- name: replay_facts
SELECT partition, subject, slot FROM fact WHERE no = ?1;

-- name: replay_label
SELECT 1 FROM label WHERE name = ?1 AND value = ?2 AND no = ?3;

-- name: labels_count
SELECT count(*) FROM label;

-- name: versions_count
SELECT count(*) FROM entity WHERE status < 0;

-- name: replay_relations
SELECT r.seq, r.source, t.id, r.kind, r.reason, r.confidence, r.since, r.until
FROM relation r LEFT JOIN entity t ON t.no = r.target ORDER BY r.seq, r.since;

-- name: erased_after
-- Whether an id was erased after a change, in the tenant of an entity.
SELECT 1 FROM log l JOIN partition p ON p.no = l.entity >> 32
WHERE l.kind = 14 AND l.id = ?1 AND l.seq > ?2 AND p.tenant = (SELECT tenant FROM partition WHERE no = ?3 >> 32) LIMIT 1;

-- name: rows_unaccounted
-- Rows that no change in the log made.
SELECT 'entity ' || e.id, e.changed FROM entity e
WHERE e.status >= 0 AND NOT EXISTS (SELECT 1 FROM log l WHERE l.entity = e.no AND l.kind = 1 AND l.id = e.id)
UNION ALL SELECT 'the key of ' || x.id, x.seq FROM erased x
LEFT JOIN log l ON l.seq = x.seq AND l.kind = 14 AND l.id = x.id AND l.at = x.at WHERE l.seq IS NULL
UNION ALL SELECT 'a fact of entity number ' || f.no, 0 FROM fact f LEFT JOIN entity e ON e.no = f.no WHERE e.no IS NULL
LIMIT 100;

-- name: counters_wrong
-- Counts that the rows do not bear out: of what is active, of the places in a session, and their order.
SELECT 'tenant ' || t.no || ' counts ' || t.active || ' active entities' FROM tenant t
WHERE t.active <> (SELECT count(*) FROM entity e WHERE e.tenant = t.no AND e.status = 0)
UNION ALL SELECT 'partition ' || p.no || ' counts ' || p.active || ' active entities' FROM partition p
WHERE p.active <> (SELECT count(*) FROM entity e WHERE e.no BETWEEN p.no << 32 AND (p.no << 32) + p.last AND e.status = 0)
UNION ALL SELECT 'session ' || s.no || ' counts ' || s.turns || ' turns' FROM session s
WHERE s.turns <= (SELECT max(e.position) FROM entity e WHERE e.session = s.no)
UNION ALL SELECT 'entity ' || id || ' stands before an earlier one in its session' FROM (
    SELECT id, position, lag(position) OVER (PARTITION BY session ORDER BY content) AS before FROM entity
    WHERE status >= 0 AND session IS NOT NULL) WHERE before >= position
LIMIT 100;

-- name: version_owners
-- Of which entity each earlier version is one.
SELECT v.no, e.no FROM entity v JOIN entity e ON e.tenant = v.tenant AND e.id = v.id AND e.status >= 0 WHERE v.status < 0;

-- name: content_owners
-- Of which entity each change speaks, tombstones aside.
SELECT seq, entity FROM log WHERE kind <> 14;

-- name: identities_keyed
SELECT no, id, identity FROM entity WHERE substr(identity, 1, 1) = ?1;

-- name: partition_numbers
SELECT no, tenant, last FROM partition ORDER BY no;

-- name: tenant_numbered
SELECT 1 FROM tenant WHERE no = ?1;

-- name: log_id
SELECT id FROM log WHERE entity = ?1 LIMIT 1;

-- name: erased_add
INSERT OR REPLACE INTO erased VALUES (?1, ?2, ?3, ?4);

-- name: relations_dangling
DELETE FROM relation WHERE source NOT IN (SELECT no FROM entity) OR target NOT IN (SELECT no FROM entity);

-- name: sessions_empty
DELETE FROM session WHERE no NOT IN (SELECT session FROM entity WHERE session IS NOT NULL);

-- name: tenants_counted
UPDATE tenant SET active = (SELECT count(*) FROM entity e WHERE e.tenant = tenant.no AND e.status = 0);

-- name: partitions_counted
UPDATE partition SET active = (SELECT count(*) FROM entity e
    WHERE e.no BETWEEN partition.no << 32 AND (partition.no << 32) + partition.last AND e.status = 0);

-- name: indexed_rows
-- Every row with words of its own: whether it is a current version.
SELECT e.status >= 0, {entity} FROM entity e JOIN content c ON c.seq = e.content WHERE e.indexed = e.no ORDER BY e.no;

-- name: owners_living
-- What a keyring may still hold keys for.
SELECT 'e', no FROM entity WHERE status >= 0 UNION ALL SELECT 's', no FROM session
UNION ALL SELECT 'p', no FROM partition WHERE hex(substr(CAST(user AS BLOB), 1, 1)) <> '00'
UNION ALL SELECT 't', no FROM tenant WHERE hex(substr(CAST(name AS BLOB), 1, 1)) <> '00';

-- name: task_add
-- What waits or runs already is not asked for again; what failed is.
INSERT INTO task (kind, entity, due_at) VALUES (?1, ?2, ?3)
ON CONFLICT (kind, entity) DO UPDATE SET state = 0, tries = 0, due_at = ?3, error = '' WHERE state = 2;

-- name: tasks_due
SELECT no FROM task WHERE kind = ?1 AND state < 2 AND due_at <= ?2 ORDER BY due_at, no LIMIT ?3;

-- name: tasks_count
-- What waits or runs, of every tenant.
SELECT count(*) FROM task WHERE state < 2;

-- name: task_lease
UPDATE task SET state = 1, tries = tries + 1, owner = ?2, due_at = ?3, error = '' WHERE no = ?1;

-- name: task_extend
UPDATE task SET due_at = ?3 WHERE no IN (SELECT value FROM carray(?1)) AND owner = ?2 AND state = 1;

-- name: task_postpone
UPDATE task SET state = ?3, due_at = ?4, error = ?5, owner = '' WHERE no = ?1 AND owner = ?2 AND state = 1;

-- name: tasks_release
UPDATE task SET state = 0, tries = tries - 1, due_at = ?2, owner = '' WHERE owner = ?1 AND state = 1;

-- name: task_held
SELECT 1 FROM task WHERE no = ?1 AND owner = ?2 AND state = 1;

-- name: task_delete
DELETE FROM task WHERE no = ?1;

-- fragment: task
t.no, t.kind, t.state, t.tries, t.due_at, t.error, n.name, p.user, p.namespace, p.agent, s.name, e.id

-- name: tasks_numbered
SELECT {task} FROM carray(?1) v CROSS JOIN task t ON t.no = v.value JOIN entity e ON e.no = t.entity
JOIN partition p ON p.no = e.no >> 32 JOIN tenant n ON n.no = p.tenant LEFT JOIN session s ON s.no = e.session
ORDER BY t.due_at, t.no;

-- name: tasks_in_scope
-- states has the bit of every state that is asked for.
SELECT {task} FROM task t JOIN entity e ON e.no = t.entity
JOIN partition p ON p.no = e.no >> 32 JOIN tenant n ON n.no = p.tenant LEFT JOIN session s ON s.no = e.session
WHERE n.name = :tenant AND (:user IS NULL OR p.user = :user) AND (:namespace IS NULL OR p.namespace = :namespace)
AND (:agent IS NULL OR p.agent = :agent) AND (:session IS NULL OR s.name = :session) AND :states >> t.state & 1
ORDER BY t.due_at, t.no LIMIT :limit;

-- name: tasks_retry
UPDATE task SET state = 0, tries = 0, due_at = :now, error = '' WHERE state = 2 AND entity IN (
    SELECT e.no FROM task o JOIN entity e ON e.no = o.entity
    JOIN partition p ON p.no = e.no >> 32 JOIN tenant n ON n.no = p.tenant LEFT JOIN session s ON s.no = e.session
    WHERE o.state = 2 AND n.name = :tenant AND (:user IS NULL OR p.user = :user)
    AND (:namespace IS NULL OR p.namespace = :namespace) AND (:agent IS NULL OR p.agent = :agent)
    AND (:session IS NULL OR s.name = :session));

-- name: erase_tasks
DELETE FROM task WHERE entity IN (SELECT value FROM carray(?1));

-- fragment: record
kind, tenant, key, user, value, quotes, revision, expires_at

-- name: record_get
SELECT {record} FROM record WHERE kind = ?1 AND tenant = ?2 AND key = ?3;

-- name: record_find
SELECT {record} FROM record WHERE kind = ?1 AND key = ?2 ORDER BY tenant;

-- name: records_list
SELECT {record} FROM record WHERE kind = :kind AND tenant = :tenant AND key >= :first AND key <> :after
AND key < :beyond AND substr(key, 1, length(:prefix)) = :prefix
AND (expires_at IS NULL OR expires_at > :now)
ORDER BY key LIMIT :limit;

-- name: records_list_all
SELECT {record} FROM record WHERE kind = :kind AND (tenant, key) > (:after_tenant, :after)
AND substr(key, 1, length(:prefix)) = :prefix AND (expires_at IS NULL OR expires_at > :now)
ORDER BY tenant, key LIMIT :limit;

-- name: record_put
INSERT INTO record (kind, tenant, key, user, value, quotes, revision, expires_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
ON CONFLICT (kind, tenant, key) DO UPDATE SET user = excluded.user, value = excluded.value, quotes = excluded.quotes,
    revision = excluded.revision, expires_at = excluded.expires_at;

-- name: record_delete
DELETE FROM record WHERE kind = ?1 AND tenant = ?2 AND key = ?3;

-- name: records_expire
DELETE FROM record WHERE expires_at <= ?1;

-- name: records_empty
-- What may quote a memory of the tenant says nothing any more.
UPDATE record SET value = ?2, revision = revision + 1 WHERE tenant = ?1 AND quotes AND value <> ?2;

-- name: records_empty_all
UPDATE record SET value = ?1, revision = revision + 1 WHERE quotes AND value <> ?1;

-- name: erase_records
-- Of a tenant, or of one of its users.
DELETE FROM record WHERE tenant = :tenant AND (:user IS NULL OR user = :user);
