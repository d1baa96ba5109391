-- The statements of the store's logic, by the names that the dialect for SQLite has, too, and those of this dialect alone.
-- A parameter is :name, or ?1 by its place. One that is cast to an array or to halfvec is given to the driver as such: a
-- list of numbers, a JSON list, or the bytes of a vector (see statements.py and database.py). The statements that
-- gathering.py names are given one row at a time and run with columns of many rows.

-- name: latest
-- The last change in the log, how often vectors were replaced, and when that change was recorded.
SELECT coalesce((SELECT max(seq) FROM log), 0), (SELECT value FROM meta WHERE key = 'vectors_epoch')::bigint,
    coalesce((SELECT at FROM log ORDER BY seq DESC LIMIT 1), 0);

-- name: last_link
-- The end of the hash chain.
SELECT seq, at, hash FROM log ORDER BY seq DESC LIMIT 1;

-- name: meta_get
SELECT value FROM meta WHERE key = ?1;

-- name: meta_put
INSERT INTO meta VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value;

-- name: vectors_epoch_bump
UPDATE meta SET value = (value::bigint + 1)::text WHERE key = 'vectors_epoch';

-- name: model_get
SELECT no, dimensions FROM model WHERE name = ?1;

-- name: model_add
INSERT INTO model SELECT coalesce(max(no), 0) + 1, ?1::text, ?2::bigint FROM model RETURNING no, dimensions;

-- name: identity_get
-- Who already stands for an identity, or stood for it before it was erased.
SELECT id, content, recorded_at, status FROM entity WHERE identity = ?1
UNION ALL SELECT id, seq, at, 1 FROM erased WHERE identity = ?1;

-- name: identities_get
-- The same of several, each behind the identity; they are given in hexadecimal digits.
SELECT e.identity, e.id, e.content, e.recorded_at, e.status FROM unnest(?1::text[]) i (value)
JOIN entity e ON e.identity = decode(i.value, 'hex')
UNION ALL SELECT x.identity, x.id, x.seq, x.at, 1 FROM unnest(?1::text[]) i (value)
JOIN erased x ON x.identity = decode(i.value, 'hex');

-- name: ids_taken
-- Which of the ids a tenant's entities have.
SELECT e.id FROM unnest(?2::text[]) i (value) JOIN entity e ON e.tenant = ?1 AND e.id = i.value AND e.status >= 0;

-- name: tenant_get
SELECT no, active FROM tenant WHERE name = ?1;

-- name: tenants_count
-- An erased tenant's name begins with a NUL character, which adapting.py writes so.
SELECT count(*) FROM tenant WHERE NOT starts_with(name, E'\x01\x02');

-- name: is_unembedded
SELECT NOT EXISTS (SELECT 1 FROM embedding);

-- name: tenant_add
INSERT INTO tenant (no, name) SELECT coalesce(max(no), 0) + 1, ?1::text FROM tenant RETURNING no, active;

-- name: tenant_active
UPDATE tenant SET active = active + ?2 WHERE no = ?1;

-- name: partition_next
-- Make the partition if it is new, and take its next number.
INSERT INTO partition (no, tenant, "user", namespace, agent, last)
VALUES ((SELECT coalesce(max(no), 0) + 1 FROM partition), ?1, ?2, ?3, ?4, 1)
ON CONFLICT (tenant, "user", namespace, agent) DO UPDATE SET last = partition.last + 1
RETURNING no, last;

-- name: partition_last
UPDATE partition p SET last = v.last FROM unnest(?1::bigint[], ?2::bigint[]) v (no, last) WHERE p.no = v.no;

-- name: partition_active
UPDATE partition SET active = active + ?2 WHERE no = ?1;

-- name: partitions_in_scope
-- Partitions of a tenant, narrowed by what is given.
SELECT no, active FROM partition
WHERE tenant = ?1 AND (?2::text IS NULL OR "user" = ?2) AND (?3::text IS NULL OR namespace = ?3)
AND (?4::text IS NULL OR agent = ?4)
ORDER BY no;

-- name: session_next
-- Make the session if it is new, and take the next place in it.
INSERT INTO session (no, tenant, partition, name, turns)
VALUES ((SELECT coalesce(max(no), 0) + 1 FROM session), (SELECT tenant FROM partition WHERE no = ?1), ?1, ?2, 1)
ON CONFLICT (partition, name) DO UPDATE SET turns = session.turns + 1
RETURNING no, turns - 1;

-- name: session_turns
UPDATE session s SET turns = v.turns FROM unnest(?1::bigint[], ?2::bigint[]) v (no, turns) WHERE s.no = v.no;

-- name: speaker_add
INSERT INTO speaker SELECT v.partition, p.tenant, v.word FROM unnest(?1::bigint[], ?2::text[]) v (partition, word)
LEFT JOIN partition p ON p.no = v.partition ON CONFLICT DO NOTHING;

-- name: speakers_named
-- Which of the words are names of those who speak in the given partitions.
SELECT DISTINCT s.word FROM speaker s WHERE s.partition = ANY (?2::bigint[]) AND s.word = ANY (?1::text[]);

-- name: entity_add
INSERT INTO entity (no, id, tenant, identity, status, revision, entity_type, memory_type, session, position, speaker,
    role, event_at, recorded_at, updated_at, was, indexed, changed, valid_from, valid_until, expires_at, trust,
    importance, length, question, lent, content, state)
SELECT v.no, v.id, v.tenant, v.identity, v.status, v.revision, v.entity_type, v.memory_type, v.session, v.position,
    v.speaker, v.role, v.event_at, v.recorded_at, v.updated_at, v.status, v.no, v.changed, v.valid_from, v.valid_until,
    v.expires_at, v.trust, v.importance, v.length, v.question, v.lent, v.content, v.state
FROM unnest(:no::bigint[], :id::text[], :tenant::bigint[], :identity::bytea[], :status::bigint[], :revision::bigint[],
    :entity_type::text[], :memory_type::text[], :session::bigint[], :position::bigint[], :speaker::text[], :role::text[],
    :event_at::bigint[], :recorded_at::bigint[], :updated_at::bigint[], :changed::bigint[], :valid_from::bigint[],
    :valid_until::bigint[], :expires_at::bigint[], :trust::bigint[], :importance::float8[], :length::bigint[],
    :question::boolean[], :lent::text[], :content::bigint[], :state::text[])
v (no, id, tenant, identity, status, revision, entity_type, memory_type, session, position, speaker, role, event_at,
    recorded_at, updated_at, changed, valid_from, valid_until, expires_at, trust, importance, length, question, lent,
    content, state);

-- name: entity_become
-- The current version becomes another; what it was is kept by version_keep before.
UPDATE entity SET status = :status, was = :status, revision = revision + 1, entity_type = :entity_type,
    memory_type = :memory_type, event_at = :event_at, updated_at = :updated_at, changed = :changed,
    valid_from = :valid_from, valid_until = :valid_until, expires_at = :expires_at, trust = :trust,
    importance = :importance, length = :length, question = :question, lent = :lent, state = :state
WHERE no = :no;

-- name: version_keep
-- Keep the current version of an entity under another number, ended.
INSERT INTO entity SELECT ?1::bigint, id, tenant, NULL, -1, revision, entity_type, memory_type, session, position, speaker,
    role, event_at, recorded_at, updated_at, ?3::bigint, was, indexed, changed, valid_from, valid_until, expires_at, trust,
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
AND (?3::text IS NULL OR p."user" = ?3) AND (?4::text IS NULL OR p.namespace = ?4) AND (?5::text IS NULL OR p.agent = ?5)
AND (?6::text IS NULL OR s.name = ?6);

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
INSERT INTO fact SELECT v.partition, v.subject, v.slot, v.no, p.tenant
FROM unnest(?1::bigint[], ?2::text[], ?3::text[], ?4::bigint[]) v (partition, subject, slot, no)
LEFT JOIN partition p ON p.no = v.partition ON CONFLICT DO NOTHING;

-- name: facts_changed
-- The last change to anything that states something of the given subjects.
SELECT coalesce(max(e.changed), 0) FROM unnest(?5::text[]) w (value)
JOIN partition p ON p.tenant = (SELECT no FROM tenant WHERE name = ?1)
    AND p."user" = ?2 AND p.namespace = ?3 AND p.agent = ?4
JOIN fact f ON f.partition = p.no AND f.subject = w.value JOIN entity e ON e.no = f.no;

-- name: relation_add
INSERT INTO relation (no, source, target, kind, reason, confidence, since, seq, tenant)
VALUES ((SELECT coalesce(max(no), 0) + 1 FROM relation), ?1, ?2, ?3, ?4, ?5, ?6, ?7,
    (SELECT tenant FROM partition WHERE no = ?1 >> 32));

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
INSERT INTO relation (no, source, target, kind, reason, confidence, since, seq, tenant)
SELECT (SELECT max(no) + 1 FROM relation), source, target, kind, reason, confidence, ?2::bigint, seq, tenant
FROM relation WHERE seq = ?1 LIMIT 1;

-- name: log_entry
SELECT l.seq, l.kind, l.entity, l.id, c.data, coalesce(l.grp, l.seq) FROM log l LEFT JOIN content c USING (seq) WHERE l.seq = ?1;

-- name: log_group
-- The log from a change on.
SELECT l.seq, l.kind, l.entity, l.id, c.data, coalesce(l.grp, l.seq) FROM log l LEFT JOIN content c USING (seq)
WHERE l.seq >= ?1 ORDER BY l.seq;

-- name: identity_release
-- Free an identity that was made from content; the entity's number makes what is left of it its own.
UPDATE entity SET identity = ?3::bytea || identity || convert_to(lpad(no::text, 20, '0'), 'UTF8')
WHERE no = ?1 AND substr(identity, 1, 1) = ?2;

-- name: identity_reclaim
-- Take the identity back, unless the same content was remembered anew meanwhile.
UPDATE entity e SET identity = substr(e.identity, 2, length(e.identity) - 21)
WHERE e.no = ?1 AND substr(e.identity, 1, 1) = ?2
AND NOT EXISTS (SELECT 1 FROM entity o WHERE o.identity = substr(e.identity, 2, length(e.identity) - 21));

-- name: label_add
INSERT INTO label SELECT v.name, v.value, v.no, p.tenant FROM unnest(?1::text[], ?2::text[], ?3::bigint[]) v (name, value, no)
LEFT JOIN partition p ON p.no = v.no >> 32 ON CONFLICT DO NOTHING;

-- name: label_delete
DELETE FROM label WHERE name = ?1 AND value = ?2 AND no = ?3;

-- name: content_add
-- Behind its entry in the log, which knows whose it is.
INSERT INTO content SELECT v.seq, v.key, v.data, l.tenant FROM unnest(?1::bigint[], ?2::bytea[], ?3::text[]) v (seq, key, data)
LEFT JOIN log l ON l.seq = v.seq;

-- name: log_add
INSERT INTO log SELECT v.seq, v.at, v.kind, v.entity, v.id, v.actor, v.digest, v.hash, v.grp, p.tenant
FROM unnest(?1::bigint[], ?2::bigint[], ?3::bigint[], ?4::bigint[], ?5::text[], ?6::text[], ?7::bytea[], ?8::bytea[],
    ?9::bigint[]) v (seq, at, kind, entity, id, actor, digest, hash, grp)
LEFT JOIN partition p ON p.no = v.entity >> 32;

-- name: log_since
SELECT seq, kind, entity FROM log WHERE seq > ?1 ORDER BY seq;

-- name: entities_touched
-- The entities that changes after a place in the log concern, up to a number of them.
SELECT DISTINCT entity FROM log WHERE seq > ?1 LIMIT ?2;

-- name: versions_touched
-- The earlier versions of entities, by the numbers of their current ones.
SELECT v.no FROM unnest(?1::bigint[]) n (value) JOIN entity e ON e.no = n.value
JOIN entity v ON v.tenant = e.tenant AND v.id = e.id AND v.status < 0;

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
    SELECT CASE CASE l.kind WHEN 1 THEN c.data::json ->> 'status' ELSE c.data::json #>> '{after,status}' END
        WHEN 'active' THEN 0 WHEN 'forgotten' THEN 1 WHEN 'superseded' THEN 2 WHEN 'silenced' THEN 3
        WHEN 'quarantined' THEN 4 WHEN 'expired' THEN 5 WHEN 'merged' THEN 6
        ELSE CASE l.kind WHEN 2 THEN 1 ELSE 0 END END
    FROM log l JOIN content c USING (seq) WHERE l.entity = e.no
    AND (l.kind <= 3 OR c.data::json #>> '{after,status}' IS NOT NULL) ORDER BY l.seq DESC LIMIT 1), -1)
UNION ALL
SELECT l.id, l.seq FROM log l LEFT JOIN entity e ON e.no = l.entity AND e.id = l.id
WHERE e.no IS NULL AND NOT EXISTS (SELECT 1 FROM log x WHERE x.entity = l.entity AND x.kind = 14)
LIMIT 1;

-- name: embedding_put
-- Of several for one number the last one stays.
INSERT INTO embedding SELECT DISTINCT ON (v.no) v.no, p.tenant, v.model, v.active, v.vector
FROM unnest(?1::bigint[], ?2::bigint[], ?3::boolean[], ?4::halfvec[]) WITH ORDINALITY v (no, model, active, vector, place)
LEFT JOIN partition p ON p.no = v.no >> 32 ORDER BY v.no, v.place DESC
ON CONFLICT (no) DO UPDATE SET model = excluded.model, active = excluded.active, vector = excluded.vector;

-- name: embedding_copy
-- Keep the vector of a text that is about to change under another number.
INSERT INTO embedding SELECT ?1::bigint, tenant, model, false, vector FROM embedding WHERE no = ?2;

-- name: embedding_return
-- Give a number the vector that lies under another.
UPDATE embedding m SET model = o.model, vector = o.vector FROM embedding o WHERE o.no = ?2 AND m.no = ?1;

-- name: embedding_active
UPDATE embedding SET active = ?2 WHERE no = ?1;

-- name: words_add
-- Find numbers by their words: how many terms each has, and how often each holds which.
WITH given AS (
    SELECT r.no, r.past, r.length, p.tenant FROM unnest(:numbers::bigint[], :pasts::boolean[], :lengths::bigint[])
    r (no, past, length) JOIN partition p ON p.no = r.no >> 32
), held AS (
    SELECT r.no, r.past, r.length, r.tenant, t.no AS term, h.said, h.around
    FROM unnest(:places::bigint[], :names::text[], :saids::bigint[], :arounds::bigint[]) h (no, name, said, around)
    JOIN given r ON r.no = h.no JOIN term t ON t.name = h.name
), counted AS (
    UPDATE term t SET rows = t.rows + c.rows, said = t.said + c.said, past = t.past + c.past FROM (
        SELECT h.term, count(*) FILTER (WHERE NOT h.past) AS rows,
            count(*) FILTER (WHERE NOT h.past AND h.said > 0) AS said, count(*) FILTER (WHERE h.past) AS past
        FROM held h GROUP BY h.term) c WHERE t.no = c.term
), totalled AS (
    UPDATE total t SET rows = t.rows + c.rows, length = t.length + c.length FROM (
        SELECT r.past, count(*) AS rows, sum(r.length) AS length FROM given r GROUP BY r.past) c WHERE t.past = c.past
), posted AS (
    INSERT INTO posting SELECT h.tenant, h.term, h.no, least(h.said, 32767), least(h.around, 32767),
        least(h.length, 32767), h.past FROM held h
)
INSERT INTO words SELECT r.no, r.tenant, r.past, r.length, coalesce(k.terms, '{}') FROM given r
LEFT JOIN (SELECT h.no, array_agg(h.term ORDER BY h.term) AS terms FROM held h GROUP BY h.no) k ON k.no = r.no;

-- name: entity_by_id
-- An entity's number, and whether it is active.
SELECT e.no, e.status = 0 FROM entity e JOIN tenant t ON t.no = e.tenant WHERE t.name = ?1 AND e.id = ?2 AND e.status >= 0;

-- name: sessions_in_scope
SELECT s.no FROM session s WHERE s.name = ?2 AND s.partition = ANY (?1::bigint[]);

-- name: match_range
-- Best words between two numbers, among the newest matches.
SELECT s.no, s.score FROM (
    SELECT p.no, {score} AS score FROM {terms}
    GROUP BY p.no ORDER BY p.no DESC LIMIT :scored) s
ORDER BY s.score DESC, s.no LIMIT :limit;

-- name: match_filtered
-- Best words among those that pass every filter.
SELECT s.no, s.score FROM (
    SELECT p.no, {score} AS score FROM {terms}
    JOIN entity e ON e.no = p.no WHERE e.tenant = :tenant AND e.status = 0 AND {filter}
    GROUP BY p.no ORDER BY p.no DESC LIMIT :scored) s
ORDER BY s.score DESC, s.no LIMIT :limit;

-- fragment: filter
-- Every filter; NULL means "not asked".
(:entity_types::text[] IS NULL OR e.entity_type = ANY (:entity_types::text[]))
AND (:memory_types::text[] IS NULL OR e.memory_type = ANY (:memory_types::text[]))
AND (:speakers::text[] IS NULL OR e.speaker = ANY (:speakers::text[]))
AND (:roles::text[] IS NULL OR e.role = ANY (:roles::text[]))
AND (:after::bigint IS NULL OR e.event_at >= :after)
AND (:before::bigint IS NULL OR e.event_at < :before)
AND (:importance_min::float8 IS NULL OR e.importance >= :importance_min)
AND (:trust_min::bigint IS NULL OR e.trust >= :trust_min)
AND (:partitions::bigint[] IS NULL OR e.no >> 32 = ANY (:partitions::bigint[]))
AND (:sessions::bigint[] IS NULL OR e.session = ANY (:sessions::bigint[]))
AND (:topics::text[] IS NULL OR EXISTS (
    SELECT 1 FROM label l WHERE l.name = 'topic' AND l.value = ANY (:topics::text[]) AND l.no = e.no))
AND (:mentions::text[] IS NULL OR EXISTS (
    SELECT 1 FROM label l WHERE l.name = 'mention' AND l.value = ANY (:mentions::text[]) AND l.no = e.no))
AND (:metadata::pairs IS NULL OR NOT EXISTS (
    SELECT 1 FROM unnest({pairs}) m (key, value)
    WHERE NOT EXISTS (SELECT 1 FROM label l WHERE l.name = m.key AND l.value = m.value AND l.no = e.no)))
AND (:lacking_names::text[] IS NULL OR NOT EXISTS (
    SELECT 1 FROM unnest(:lacking_names::text[], :lacking_values::text[]) m (key, value)
    JOIN label l ON l.name = m.key AND l.value = m.value AND l.no = e.no))
AND (:ids::text[] IS NULL OR e.id = ANY (:ids::text[]))

-- fragment: version
-- A row as it stood at a moment: known and not expired then, of one of the statuses, and valid at a time if asked.
e.updated_at <= :as_of AND e.until > :as_of AND (1::bigint << e.was) & :statuses <> 0
AND (e.was <> 0 OR :alive_at::bigint IS NULL OR e.expires_at IS NULL OR e.expires_at > :alive_at)
AND (:valid_at::bigint IS NULL OR (e.valid_from <= :valid_at AND e.valid_until > :valid_at))

-- name: match_then
-- Best words at a moment, among what is recalled now and what is not.
SELECT s.no, s.score FROM (
    SELECT e.no, {score} AS score FROM {terms}
    JOIN entity e ON e.indexed = p.no WHERE e.tenant = :tenant AND {version} AND {filter}
    GROUP BY e.no, p.no ORDER BY p.no DESC LIMIT :scored) s
ORDER BY s.score DESC, s.no LIMIT :limit;

-- name: numbers_then
-- The versions between two numbers that stood at a moment and pass every filter, with where their vectors lie.
SELECT e.no, e.indexed FROM entity e
WHERE e.no BETWEEN :low AND :high AND e.tenant = :tenant AND {version} AND {filter} LIMIT :limit;

-- name: numbers_sharing
-- The versions that share the vectors of the given numbers, stood at a moment and pass every filter.
SELECT e.no, e.indexed FROM unnest(:numbers::bigint[]) n (value) JOIN entity e ON e.indexed = n.value
WHERE e.tenant = :tenant AND {version} AND {filter};

-- name: numbers_indexed
-- Where the vectors of versions lie.
SELECT e.no, e.indexed FROM unnest(?1::bigint[]) n (value) JOIN entity e ON e.no = n.value;

-- name: numbers_filtered
-- The active entities between two numbers that pass every filter.
SELECT e.no FROM entity e
WHERE e.no BETWEEN :low AND :high AND e.tenant = :tenant AND e.status = 0 AND {filter} LIMIT :limit;

-- name: numbers_in_sessions
-- The same, found through the sessions.
SELECT e.no FROM entity e WHERE e.session = ANY (:sessions::bigint[])
AND e.no BETWEEN :low AND :high AND e.tenant = :tenant AND e.status = 0 AND {filter} LIMIT :limit;

-- name: numbers_with_topics
-- The same, found through the topics.
SELECT DISTINCT e.no FROM label l JOIN entity e ON e.no = l.no
WHERE l.name = 'topic' AND l.value = ANY (:topics::text[]) AND l.no BETWEEN :low AND :high
AND e.tenant = :tenant AND e.status = 0 AND {filter} LIMIT :limit;

-- name: numbers_mentioning
-- The same, found through the names that are mentioned.
SELECT DISTINCT e.no FROM label l JOIN entity e ON e.no = l.no
WHERE l.name = 'mention' AND l.value = ANY (:mentions::text[]) AND l.no BETWEEN :low AND :high
AND e.tenant = :tenant AND e.status = 0 AND {filter} LIMIT :limit;

-- name: numbers_with_metadata
-- The same, found through the first metadata value.
SELECT e.no FROM (SELECT * FROM unnest({pairs}) a (key, value) LIMIT 1) m
JOIN label l ON l.name = m.key AND l.value = m.value AND l.no BETWEEN :low AND :high
JOIN entity e ON e.no = l.no WHERE e.tenant = :tenant AND e.status = 0 AND {filter} LIMIT :limit;

-- name: numbers_at_times
-- The same, found through the event time.
SELECT e.no FROM entity e
WHERE e.tenant = :tenant AND e.event_at >= coalesce(:after::bigint, -9223372036854775808)
AND e.event_at < coalesce(:before::bigint, 9223372036854775807)
AND e.no BETWEEN :low AND :high AND e.status = 0 AND {filter} LIMIT :limit;

-- name: numbers_passing
-- Which of the given numbers are active and pass every filter, in the order given.
SELECT e.no FROM unnest(:numbers::bigint[]) c (value) JOIN entity e ON e.no = c.value
WHERE e.status = 0 AND e.tenant = :tenant AND {filter};

-- name: vectors_of
SELECT m.no, m.vector FROM unnest(?1::bigint[]) c (value) JOIN embedding m ON m.no = c.value WHERE m.model = ?2;

-- name: vectors_between
-- The vectors of the entities between two numbers that are active, or of those that are not.
SELECT no, vector FROM embedding WHERE no BETWEEN ?1 AND ?2 AND model = ?3 AND active = ?4;

-- name: vectors_of_tenant
SELECT no, vector FROM embedding WHERE tenant = ?1 AND model = ?2 AND active = ?3;

-- name: vectors_touched
-- The vectors under the given numbers, with tenant, and whether they are active.
SELECT m.no, m.tenant, m.active, m.vector FROM unnest(?1::bigint[]) c (value) JOIN embedding m ON m.no = c.value
WHERE m.model = ?2;

-- name: watermark_get
SELECT model, epoch, seq, checksum FROM watermark WHERE name = ?1;

-- name: watermark_put
INSERT INTO watermark VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (name) DO UPDATE
SET model = excluded.model, epoch = excluded.epoch, seq = excluded.seq, checksum = excluded.checksum;

-- fragment: features
-- What ranking needs to know.
e.no, e.session, e.position, coalesce(s.turns, 1), e.speaker, e.role, e.event_at, e.length, e.question, e.importance

-- name: features
-- Of the active ones among the given numbers.
SELECT {features} FROM unnest(?1::bigint[]) c (value) JOIN entity e ON e.no = c.value LEFT JOIN session s ON s.no = e.session
WHERE e.status = 0;

-- name: features_then
-- Of the versions that stood at a moment of what the given numbers are versions of: their own, or, where they became
-- another since they were found, an earlier one.
SELECT {features} FROM unnest(:numbers::bigint[]) n (value) JOIN entity e ON e.no = n.value LEFT JOIN session s ON s.no = e.session
WHERE {version}
UNION ALL
SELECT n.value, e.session, e.position, coalesce(s.turns, 1), e.speaker, e.role, e.event_at, e.length, e.question,
    e.importance
FROM unnest(:numbers::bigint[]) n (value) JOIN entity i ON i.no = n.value AND i.updated_at > :as_of
JOIN entity e ON e.tenant = i.tenant AND e.id = i.id AND e.status < 0
LEFT JOIN session s ON s.no = e.session WHERE {version};

-- name: lent_before
-- What the two turns before each number in its session lend, nearest first.
SELECT e.no, o.lent FROM unnest(?1::bigint[]) n (value) JOIN entity e ON e.no = n.value
JOIN entity o ON o.session = e.session AND o.position BETWEEN e.position - 2 AND e.position - 1 AND o.status >= 0
ORDER BY e.no, o.position DESC;

-- name: scopes_of
-- What the scope column of each number's words holds.
SELECT e.no, 't' || e.tenant || coalesce(' s' || e.session, '')
FROM unnest(?1::bigint[]) n (value) JOIN entity e ON e.no = n.value;

-- name: load
-- The entities behind numbers, if they are active and of this tenant.
SELECT {entity} FROM unnest(?1::bigint[]) n (value) JOIN entity e ON e.no = n.value JOIN content c ON c.seq = e.content
WHERE e.status = 0 AND e.tenant = ?2;

-- name: load_then
-- The same as features_then, whole.
SELECT {entity} FROM unnest(:numbers::bigint[]) n (value) JOIN entity e ON e.no = n.value AND e.tenant = :tenant
JOIN content c ON c.seq = e.content WHERE {version}
UNION ALL
SELECT n.value, e.was, e.revision, e.recorded_at, e.updated_at, e.position, c.data, e.state
FROM unnest(:numbers::bigint[]) n (value) JOIN entity i ON i.no = n.value AND i.tenant = :tenant AND i.updated_at > :as_of
JOIN entity e ON e.tenant = i.tenant AND e.id = i.id AND e.status < 0
JOIN content c ON c.seq = e.content WHERE {version};

-- name: get
-- One entity of a tenant by its id, whatever its status.
SELECT {entity} FROM entity e JOIN content c ON c.seq = e.content WHERE e.tenant = ?1 AND e.id = ?2 AND e.status >= 0;

-- name: get_several
-- Entities of a tenant by their ids, whatever their status.
SELECT {entity} FROM unnest(?2::text[]) i (value) JOIN entity e ON e.tenant = ?1 AND e.id = i.value AND e.status >= 0
JOIN content c ON c.seq = e.content;

-- name: get_then
-- One entity of a tenant by its id as it was known to be at a time, if it was valid at another.
SELECT {entity} FROM entity e JOIN content c ON c.seq = e.content
WHERE e.tenant = ?1 AND e.id = ?2 AND e.status < 0 AND e.updated_at <= ?3 AND e.until > ?3
AND (?4::bigint IS NULL OR (e.valid_from <= ?4 AND e.valid_until > ?4))
UNION ALL
SELECT {entity} FROM entity e JOIN content c ON c.seq = e.content
WHERE e.tenant = ?1 AND e.id = ?2 AND e.status >= 0 AND e.updated_at <= ?3
AND (?4::bigint IS NULL OR (e.valid_from <= ?4 AND e.valid_until > ?4));

-- name: list
-- Active entities in the order they were recorded.
SELECT e.content, {entity} FROM entity e JOIN content c ON c.seq = e.content
WHERE e.content > :cursor AND e.tenant = :tenant AND e.status = 0 AND {filter}
ORDER BY e.content LIMIT :limit;

-- name: list_among
-- The active ones among numbers that pass, in the order they were recorded.
SELECT e.content, {entity} FROM unnest(:numbers::bigint[]) n (value) JOIN entity e ON e.no = n.value
JOIN content c ON c.seq = e.content WHERE e.status = 0 AND e.content > :cursor ORDER BY e.content LIMIT :limit;

-- name: list_newest_among
-- The same, the newest first.
SELECT e.content, {entity} FROM unnest(:numbers::bigint[]) n (value) JOIN entity e ON e.no = n.value
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
SELECT {entity} FROM fact f JOIN entity i ON i.no = f.no JOIN entity e ON e.tenant = i.tenant AND e.id = i.id AND {stood}
JOIN content c ON c.seq = e.content
WHERE f.partition = ANY (:numbers::bigint[]) AND f.subject = ANY (:subjects::text[])
AND (:slots::text[] IS NULL OR f.slot = ANY (:slots::text[]))
ORDER BY e.content LIMIT :limit;

-- fragment: stood
-- The version of an entity at a recorded time; the condition on status lets the indexes of both kinds be used.
(e.status >= 0 OR e.status < 0) AND e.updated_at <= :as_of AND e.until > :as_of

-- name: subjects_named
-- The subjects of which something is stated, with how many entities do.
SELECT f.subject, count(DISTINCT f.no) FROM unnest(?1::bigint[]) p (value) JOIN fact f ON f.partition = p.value
WHERE ?3::text IS NULL OR EXISTS (
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
WHERE l.tenant = (SELECT p.tenant FROM partition p WHERE p.no = (?3::bigint[])[1]) AND l.at > ?1 AND l.at <= ?2
AND l.entity >> 32 = ANY (?3::bigint[]) AND (?5::text IS NULL OR EXISTS (
    SELECT 1 FROM entity e JOIN session s ON s.no = e.session WHERE e.no = l.entity AND s.name = ?5))
ORDER BY l.seq LIMIT ?4;

-- name: event
SELECT {event} FROM log l LEFT JOIN content c USING (seq) WHERE l.seq = ?1;

-- name: unindexed
-- Entities without words or without a vector of this model, with whatever status.
SELECT {entity} FROM entity e JOIN content c ON c.seq = e.content
LEFT JOIN embedding m ON m.no = e.no AND m.model = :model
WHERE e.status >= 0 AND (m.no IS NULL OR vector_dims(m.vector) <> :dimensions
    OR NOT EXISTS (SELECT 1 FROM words w WHERE w.no = e.no AND w.past = (e.status > 0))) LIMIT :limit;

-- name: unindexed_since
-- The same of what changes after a place in the log concern: a look at those rows only.
SELECT {entity} FROM (SELECT DISTINCT entity AS no FROM log WHERE seq > :after) l JOIN entity e ON e.no = l.no
JOIN content c ON c.seq = e.content
LEFT JOIN embedding m ON m.no = e.no AND m.model = :model
WHERE e.status >= 0 AND (m.no IS NULL OR vector_dims(m.vector) <> :dimensions
    OR NOT EXISTS (SELECT 1 FROM words w WHERE w.no = e.no AND w.past = (e.status > 0))) LIMIT :limit;

-- name: counts
SELECT
    (SELECT count(*) FROM entity WHERE status = 0), (SELECT count(*) FROM entity WHERE status > 0),
    (SELECT count(*) FROM log), (SELECT count(*) FROM tenant WHERE NOT starts_with(name, E'\x01\x02')),
    (SELECT count(*) FROM partition WHERE NOT starts_with("user", E'\x01\x02')),
    (SELECT count(*) FROM session), (SELECT count(*) FROM embedding),
    (SELECT count(*) FROM entity e LEFT JOIN embedding m ON m.no = e.no AND m.model = ?1
     WHERE e.status >= 0 AND m.no IS NULL);

-- name: words_missing
SELECT e.id FROM entity e
WHERE e.status >= 0 AND NOT EXISTS (SELECT 1 FROM words w WHERE w.no = e.no AND w.past = (e.status > 0)) ORDER BY e.no;

-- name: words_surplus
SELECT w.no FROM words w
WHERE NOT w.past AND NOT EXISTS (SELECT 1 FROM entity e WHERE e.no = w.no AND e.status = 0) ORDER BY w.no;

-- name: past_words_surplus
SELECT w.no FROM words w
WHERE w.past AND NOT EXISTS (SELECT 1 FROM entity e WHERE e.no = w.no AND e.status > 0)
AND NOT EXISTS (SELECT 1 FROM entity e WHERE e.indexed = w.no AND e.status < 0) ORDER BY w.no;

-- name: vectors_missing
SELECT e.id FROM entity e LEFT JOIN embedding m ON m.no = e.no AND m.model = ?1
WHERE e.status >= 0 AND (m.no IS NULL OR vector_dims(m.vector) <> ?2) ORDER BY e.no;

-- name: vectors_surplus
SELECT m.no FROM embedding m WHERE NOT EXISTS (SELECT 1 FROM entity e WHERE e.no = m.no) ORDER BY m.no;

-- name: vector_delete
DELETE FROM embedding WHERE no = ?1;

-- name: job_start
-- Ask for work, or ask anew.
INSERT INTO job (no, kind, state, done, total)
VALUES ((SELECT coalesce(max(no), 0) + 1 FROM job), ?1, 'waiting', 0, ?2)
ON CONFLICT (kind) DO UPDATE SET state = 'waiting', done = 0, total = excluded.total;

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
INSERT INTO access SELECT e.no, ?2::bigint, ?3::bigint, e.tenant FROM entity e WHERE e.no = ?1
ON CONFLICT (no) DO UPDATE SET count = access.count + excluded.count, last_at = greatest(access.last_at, excluded.last_at);

-- name: worth
-- What the active and the silenced entities between two numbers are worth. What would lose its ground with one is what
-- extends (extend), follows from (derive) or cites it, whatever became of that, and the facts that are read in it and
-- not superseded. A guess (`Fact.is_guess`) is not read: what lies at 7 and 8 is where a fact begins and ends.
SELECT e.no, e.id, e.status, e.memory_type, e.importance,
    coalesce((e.state::json ->> 'pinned')::boolean, (c.data::json ->> 'pinned')::boolean, false),
    e.event_at, e.recorded_at, e.updated_at, coalesce(a.count, 0), a.last_at,
    (SELECT count(*) FROM relation r WHERE r.target = e.no AND r.until = 9223372036854775807
     AND r.kind IN ('extend', 'derive', 'cites'))
    + (SELECT count(*) FROM json_array_elements(coalesce(e.state::json -> 'facts', c.data::json -> 'facts')) f
       WHERE ((f.value ->> 7)::float8 < (f.value ->> 8)::float8 OR (f.value ->> 5)::float8 > 0.5)
       AND f.value ->> 13 IS NULL),
    e.session, octet_length(coalesce(e.state::json ->> 'content', c.data::json ->> 'content')), e.revision, e.entity_type, e.content
FROM entity e JOIN content c ON c.seq = e.content LEFT JOIN access a ON a.no = e.no
WHERE e.no BETWEEN :low AND :high AND e.tenant = :tenant AND e.status IN (0, 3) AND {filter}
ORDER BY e.no LIMIT :limit;

-- name: worth_of_ids
-- The same of entities by their ids, which one looks up rather than looking at all between the numbers.
SELECT e.no, e.id, e.status, e.memory_type, e.importance,
    coalesce((e.state::json ->> 'pinned')::boolean, (c.data::json ->> 'pinned')::boolean, false),
    e.event_at, e.recorded_at, e.updated_at, coalesce(a.count, 0), a.last_at,
    (SELECT count(*) FROM relation r WHERE r.target = e.no AND r.until = 9223372036854775807
     AND r.kind IN ('extend', 'derive', 'cites'))
    + (SELECT count(*) FROM json_array_elements(coalesce(e.state::json -> 'facts', c.data::json -> 'facts')) f
       WHERE ((f.value ->> 7)::float8 < (f.value ->> 8)::float8 OR (f.value ->> 5)::float8 > 0.5)
       AND f.value ->> 13 IS NULL),
    e.session, octet_length(coalesce(e.state::json ->> 'content', c.data::json ->> 'content')), e.revision, e.entity_type, e.content
FROM entity e JOIN content c ON c.seq = e.content LEFT JOIN access a ON a.no = e.no
WHERE e.no BETWEEN :low AND :high AND e.tenant = :tenant AND e.status IN (0, 3) AND e.id = ANY (:ids::text[]) AND {filter}
ORDER BY e.no LIMIT :limit;

-- name: uses_of_ids
-- How often recall returned entities, and when last, by their ids.
SELECT e.id, coalesce(a.count, 0), a.last_at FROM entity e LEFT JOIN access a ON a.no = e.no
WHERE e.tenant = :tenant AND e.id = ANY (:ids::text[]) AND e.status IN (0, 3) AND {filter};

-- name: vectors_of_ids
-- The vectors of entities by their ids.
SELECT e.id, m.vector FROM entity e JOIN embedding m ON m.no = e.no
WHERE e.tenant = :tenant AND e.id = ANY (:ids::text[]) AND e.status >= 0 AND m.model = :model AND {filter};

-- name: silenced_between
-- Whether an entity between two numbers is silenced.
SELECT 1 FROM entity WHERE status = 3 AND no BETWEEN ?1 AND ?2 LIMIT 1;

-- name: match_silenced
-- Best words among what is silenced, not expired, and passes every filter.
SELECT s.no FROM (
    SELECT p.no, sum(t.idf * 2.2 * p.said / (p.said + 1.2 * (0.25 + 0.75 * p.length / t.average))) AS score FROM {terms}
    AND p.said > 0 JOIN entity e ON e.no = p.no AND e.status = 3
    WHERE e.tenant = :tenant AND (e.expires_at IS NULL OR e.expires_at > :now) AND {filter}
    GROUP BY p.no ORDER BY p.no DESC LIMIT :scored) s
ORDER BY s.score DESC, s.no LIMIT :limit;

-- name: silenced_holding
-- Which of the given numbers say a term.
SELECT p.no FROM posting p
WHERE p.tenant = ?1 AND p.term = ?2 AND p.no = ANY (?3::bigint[]) AND p.past AND p.said > 0;

-- name: silenced_features
-- Of the silenced ones among the given numbers.
SELECT {features} FROM unnest(?1::bigint[]) c (value) JOIN entity e ON e.no = c.value LEFT JOIN session s ON s.no = e.session
WHERE e.status = 3;

-- name: erase_named
-- What an id stands for inside a scope.
SELECT e.no, e.id, e.tenant FROM entity e JOIN partition p ON p.no = e.no >> 32 LEFT JOIN session s ON s.no = e.session
WHERE e.tenant = (SELECT no FROM tenant WHERE name = ?1) AND e.id = ?2 AND e.status >= 0
AND (?3::text IS NULL OR p."user" = ?3) AND (?4::text IS NULL OR p.namespace = ?4) AND (?5::text IS NULL OR p.agent = ?5)
AND (?6::text IS NULL OR s.name = ?6);

-- name: erase_covered
-- Everything that a scope covers, whatever its status.
SELECT e.no, e.id, e.tenant FROM partition p JOIN entity e ON e.no BETWEEN p.no << 32 AND (p.no << 32) + p.last
LEFT JOIN session s ON s.no = e.session
WHERE p.tenant = (SELECT no FROM tenant WHERE name = ?1) AND e.status >= 0
AND (?2::text IS NULL OR p."user" = ?2) AND (?3::text IS NULL OR p.namespace = ?3) AND (?4::text IS NULL OR p.agent = ?4)
AND (?5::text IS NULL OR s.name = ?5) ORDER BY e.no;

-- name: erase_numbered
-- What still stands under the numbers of what another file has erased: it is another's if its id is another.
SELECT e.no, e.id, e.tenant FROM unnest(?1::bigint[]) n (value) JOIN entity e ON e.no = n.value WHERE e.status >= 0 ORDER BY e.no;

-- name: erase_resting
-- What rests on the given numbers: made from the text of one of them, or citing nothing but them.
SELECT DISTINCT e.no, e.id, e.tenant FROM relation r JOIN entity e ON e.no = r.source AND e.status >= 0
WHERE r.target = ANY (?1::bigint[]) AND r.until = 9223372036854775807 AND e.no <> ALL (?1::bigint[]) AND (r.kind = 'derive'
    OR (r.kind = 'cites' AND NOT EXISTS (SELECT 1 FROM relation o WHERE o.source = e.no AND o.kind IN ('derive', 'cites')
        AND o.until = 9223372036854775807 AND o.target <> ALL (?1::bigint[]))));

-- name: erase_merged
-- What was merged into one of the given numbers, and is so still.
SELECT e.no, e.id, e.tenant FROM (SELECT DISTINCT value >> 32 AS no FROM unnest(?1::bigint[]) v (value)) p
JOIN entity e ON e.no BETWEEN p.no << 32 AND (p.no + 1) << 32 AND e.status = 6
JOIN content c ON c.seq = (SELECT max(l.seq) FROM log l WHERE l.entity = e.no AND l.kind = 7)
JOIN entity i ON i.tenant = e.tenant AND i.id = c.data::json ->> 'by' AND i.status >= 0
WHERE i.no = ANY (?1::bigint[]) AND e.no <> ALL (?1::bigint[]);

-- name: erased_before
-- Whether an id of a tenant was erased.
SELECT 1 FROM log l JOIN partition p ON p.no = l.entity >> 32
WHERE l.kind = 14 AND l.id = ?2 AND p.tenant = (SELECT no FROM tenant WHERE name = ?1) LIMIT 1;

-- name: erased_all
-- Every tombstone: what a copy of this file must not hold any more.
SELECT entity, id FROM log WHERE kind = 14;

-- name: erased_number
-- The number of what was erased last under an id of a tenant, and its partition's names.
SELECT l.entity, p."user", p.namespace, p.agent FROM log l JOIN partition p ON p.no = l.entity >> 32
WHERE l.kind = 14 AND l.id = ?2 AND p.tenant = ?1 ORDER BY l.seq DESC LIMIT 1;

-- name: erase_versions
-- Every version of an entity with its content, to know what to look for afterwards.
SELECT e.no, e.session, s.name, {entity} FROM entity e JOIN content c ON c.seq = e.content
LEFT JOIN session s ON s.no = e.session
WHERE e.no = ?1 OR (e.status < 0 AND e.tenant = (SELECT tenant FROM entity WHERE no = ?1)
    AND e.id = (SELECT id FROM entity WHERE no = ?1));

-- name: erase_places
-- Where the current versions among numbers lie: tenant, session, place in it, and whether they are active.
SELECT e.no, e.tenant, e.session, e.position, e.status = 0, e.speaker FROM unnest(?1::bigint[]) n (value) JOIN entity e ON e.no = n.value
WHERE e.status >= 0;

-- name: erase_changes
-- How many changes the log has to each of the given numbers.
SELECT l.entity, count(*) FROM unnest(?1::bigint[]) n (value) JOIN log l ON l.entity = n.value GROUP BY l.entity;

-- name: erase_content
DELETE FROM content c USING log l WHERE l.entity = ANY (?1::bigint[]) AND l.kind <> 14 AND c.seq = l.seq;

-- name: erase_labels
DELETE FROM label WHERE no = ANY (?1::bigint[]);

-- name: erase_facts
DELETE FROM fact WHERE no = ANY (?1::bigint[]);

-- name: erase_relations
DELETE FROM relation WHERE source = ANY (?1::bigint[]) OR target = ANY (?1::bigint[]);

-- name: erase_access
DELETE FROM access WHERE no = ANY (?1::bigint[]);

-- name: erase_embeddings
DELETE FROM embedding WHERE no = ANY (?1::bigint[]);

-- name: erase_words
WITH asked AS (SELECT unnest(?1::bigint[]) AS no, false AS past), {words_taken};

-- name: erase_past_words
WITH asked AS (SELECT unnest(?1::bigint[]) AS no, true AS past), {words_taken};

-- name: erase_entities
DELETE FROM entity WHERE no = ANY (?1::bigint[]);

-- name: erase_identities
-- Keep the identities that callers' keys made: a late retry finds that it was erased.
INSERT INTO erased SELECT e.identity, e.id, l.seq, l.at, e.tenant FROM entity e
JOIN log l ON l.entity = e.no AND l.kind = 14 WHERE e.no = ANY (?1::bigint[]) AND substr(e.identity, 1, 1) = ?2
ON CONFLICT (identity) DO UPDATE SET id = excluded.id, seq = excluded.seq, at = excluded.at, tenant = excluded.tenant;

-- name: erase_session
DELETE FROM session WHERE no = ?1 AND NOT EXISTS (SELECT 1 FROM entity e WHERE e.session = ?1);

-- name: speakers_of
-- Who speaks in a partition, as far as it is kept.
SELECT DISTINCT speaker FROM entity WHERE no BETWEEN ?1 << 32 AND (?1 + 1) << 32 AND speaker IS NOT NULL;

-- name: speaker_delete
DELETE FROM speaker WHERE partition = ?1 AND word = ?2;

-- name: erase_speakers
DELETE FROM speaker WHERE partition = ?1;

-- name: partition_empty
SELECT NOT EXISTS (SELECT 1 FROM entity WHERE no BETWEEN ?1 << 32 AND (?1 + 1) << 32);

-- name: partitions_erased
SELECT no FROM partition WHERE starts_with("user", E'\x01\x02');

-- name: tenants_erased
SELECT no FROM tenant WHERE starts_with(name, E'\x01\x02');

-- name: tenant_empty
SELECT NOT EXISTS (SELECT 1 FROM entity WHERE tenant = ?1);

-- name: partition_rename
UPDATE partition SET "user" = ?2, namespace = '', agent = '', active = 0 WHERE no = ?1;

-- name: tenant_rename
UPDATE tenant SET name = ?2, active = 0 WHERE no = ?1;

-- name: neighbours
-- What stands one or two places behind a place in a session, with words of its own: whether it is a current version.
SELECT e.status >= 0, {entity} FROM entity e JOIN content c ON c.seq = e.content
WHERE e.session = ?1 AND e.position BETWEEN ?2 + 1 AND ?2 + 2 AND e.indexed = e.no;

-- name: meta_delete
DELETE FROM meta WHERE key = ?1;

-- name: vectors_under
SELECT no, vector FROM embedding WHERE no = ANY (?1::bigint[]) LIMIT ?2;

-- name: left_under
-- How many rows of each table lie under numbers that were erased.
SELECT 'entity', count(*) FROM entity WHERE no = ANY (?1::bigint[])
UNION ALL SELECT 'label', count(*) FROM label WHERE no = ANY (?1::bigint[])
UNION ALL SELECT 'fact', count(*) FROM fact WHERE no = ANY (?1::bigint[])
UNION ALL SELECT 'relation', count(*) FROM relation WHERE source = ANY (?1::bigint[]) OR target = ANY (?1::bigint[])
UNION ALL SELECT 'task', count(*) FROM task WHERE entity = ANY (?1::bigint[])
UNION ALL SELECT 'embedding', count(*) FROM embedding WHERE no = ANY (?1::bigint[])
UNION ALL SELECT 'words', count(*) FROM words WHERE no = ANY (?1::bigint[])
UNION ALL SELECT 'posting', count(*) FROM posting p WHERE p.no = ANY (?1::bigint[]) AND p.tenant IN (
    SELECT t.tenant FROM unnest(?1::bigint[]) n (value) JOIN partition t ON t.no = n.value >> 32)
UNION ALL SELECT 'access', count(*) FROM access WHERE no = ANY (?1::bigint[])
UNION ALL SELECT 'content', count(*) FROM log l JOIN content c ON c.seq = l.seq
    WHERE l.entity = ANY (?1::bigint[]) AND l.kind <> 14;

-- name: log_at
SELECT l.seq, l.at, l.kind, l.entity, l.id, l.actor, l.digest, l.hash, l.grp, c.key, c.data FROM log l LEFT JOIN content c USING (seq)
WHERE l.seq = ?1;

-- name: log_is_referred
-- Whether a row says that a change made it.
SELECT EXISTS (SELECT 1 FROM entity WHERE changed = ?1) OR EXISTS (SELECT 1 FROM relation WHERE seq = ?1);

-- name: content_of_erased
-- What changes to erased entities said, which no row should hold.
SELECT c.seq FROM log x JOIN log l ON l.entity = x.entity AND l.kind <> 14 JOIN content c ON c.seq = l.seq
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
SELECT p.no, p.tenant, t.name, p."user", p.namespace, p.agent, p.last FROM partition p JOIN tenant t ON t.no = p.tenant;

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
UNION ALL SELECT 'entity ' || o.id || ' stands before an earlier one in its session' FROM (
    SELECT id, position, lag(position) OVER (PARTITION BY session ORDER BY content) AS before FROM entity
    WHERE status >= 0 AND session IS NOT NULL) o WHERE o.before >= o.position
LIMIT 100;

-- name: task_add
-- What waits or runs already is not asked for again; what failed is.
INSERT INTO task (kind, entity, tenant, due_at) VALUES (?1, ?2, (SELECT tenant FROM partition WHERE no = ?2 >> 32), ?3)
ON CONFLICT (kind, entity) DO UPDATE SET state = 0, tries = 0, due_at = excluded.due_at, error = '' WHERE task.state = 2;

-- name: tasks_due
SELECT no FROM task WHERE kind = ?1 AND state < 2 AND due_at <= ?2 ORDER BY due_at, no LIMIT ?3;

-- name: tasks_count
-- What waits or runs, of every tenant.
SELECT count(*) FROM task WHERE state < 2;

-- name: task_lease
UPDATE task SET state = 1, tries = tries + 1, owner = ?2, due_at = ?3, error = '' WHERE no = ?1;

-- name: task_extend
UPDATE task SET due_at = ?3 WHERE no = ANY (?1::bigint[]) AND owner = ?2 AND state = 1;

-- name: task_postpone
UPDATE task SET state = ?3, due_at = ?4, error = ?5, owner = '' WHERE no = ?1 AND owner = ?2 AND state = 1;

-- name: tasks_release
UPDATE task SET state = 0, tries = tries - 1, due_at = ?2, owner = '' WHERE owner = ?1 AND state = 1;

-- name: task_held
SELECT 1 FROM task WHERE no = ?1 AND owner = ?2 AND state = 1;

-- name: task_delete
DELETE FROM task WHERE no = ?1;

-- fragment: task
t.no, t.kind, t.state, t.tries, t.due_at, t.error, n.name, p."user", p.namespace, p.agent, s.name, e.id

-- name: tasks_numbered
SELECT {task} FROM unnest(?1::bigint[]) v (value) JOIN task t ON t.no = v.value JOIN entity e ON e.no = t.entity
JOIN partition p ON p.no = e.no >> 32 JOIN tenant n ON n.no = p.tenant LEFT JOIN session s ON s.no = e.session
ORDER BY t.due_at, t.no;

-- name: tasks_in_scope
-- states has the bit of every state that is asked for.
SELECT {task} FROM task t JOIN entity e ON e.no = t.entity
JOIN partition p ON p.no = e.no >> 32 JOIN tenant n ON n.no = p.tenant LEFT JOIN session s ON s.no = e.session
WHERE n.name = :tenant AND (:user::text IS NULL OR p."user" = :user) AND (:namespace::text IS NULL OR p.namespace = :namespace)
AND (:agent::text IS NULL OR p.agent = :agent) AND (:session::text IS NULL OR s.name = :session)
AND :states >> t.state & 1 <> 0
ORDER BY t.due_at, t.no LIMIT :limit;

-- name: tasks_retry
UPDATE task SET state = 0, tries = 0, due_at = :now, error = '' WHERE state = 2 AND entity IN (
    SELECT e.no FROM task o JOIN entity e ON e.no = o.entity
    JOIN partition p ON p.no = e.no >> 32 JOIN tenant n ON n.no = p.tenant LEFT JOIN session s ON s.no = e.session
    WHERE o.state = 2 AND n.name = :tenant AND (:user::text IS NULL OR p."user" = :user)
    AND (:namespace::text IS NULL OR p.namespace = :namespace) AND (:agent::text IS NULL OR p.agent = :agent)
    AND (:session::text IS NULL OR s.name = :session));

-- name: erase_tasks
DELETE FROM task WHERE entity = ANY (?1::bigint[]);

-- fragment: score
-- BM25 as FTS5 has it: k1 = 1.2, b = 0.75; what the turns around lend counts half.
sum(t.idf * 2.2 * (p.said + 0.5 * p.around)
    / (p.said + 0.5 * p.around + 1.2 * (0.25 + 0.75 * p.length / t.average)))

-- fragment: terms
-- The terms of a question, each with how rare it is, and how long a row is that holds it.
unnest(:terms::bigint[], :pasts::boolean[], :weights::float8[], :averages::float8[]) t (no, past, idf, average)
JOIN posting p ON p.tenant = :tenant AND p.term = t.no AND p.past = t.past AND p.no BETWEEN :low AND :high

-- fragment: pairs
-- A JSON object of texts, as two lists.
:metadata_names::text[], :metadata_values::text[]

-- name: vectors_near
-- The vectors between two numbers that lie nearest by half precision: more than wanted, as their order is not exact.
SELECT m.no, m.vector FROM embedding m WHERE m.no BETWEEN :low AND :high AND m.model = :model AND m.active
ORDER BY m.vector <#> :vector::halfvec LIMIT :limit;

-- name: vectors_near_tenant
-- The same in a whole tenant, in what is recalled or what is not, looked at one by one.
SELECT m.no FROM embedding m WHERE m.tenant = :tenant AND m.model = :model AND m.active = :active
ORDER BY m.vector <#> :vector::halfvec LIMIT :limit;

-- name: vectors_near_among
-- The same among given numbers.
SELECT m.no FROM unnest(:numbers::bigint[]) n (value) JOIN embedding m ON m.no = n.value WHERE m.model = :model
ORDER BY m.vector <#> :vector::halfvec LIMIT :limit;

-- name: vectors_near_indexed
-- The same through the tenant's own graph. What no parameter can stand for is filled in by embeddings.py, as numbers.
SELECT m.no FROM embedding m WHERE m.tenant = [tenant] AND m.model = [model] AND m.active
ORDER BY (m.vector::halfvec([dimensions])) <#> :vector::halfvec LIMIT :limit;

-- name: vectors_index
-- A graph for one tenant's vectors of one model: a filter never thins out what it finds.
CREATE INDEX CONCURRENTLY IF NOT EXISTS [name] ON embedding USING hnsw ((vector::halfvec([dimensions])) halfvec_ip_ops)
WHERE tenant = [tenant] AND model = [model] AND active;

-- name: vectors_index_drop
DROP INDEX CONCURRENTLY IF EXISTS [name];

-- name: vectors_indexed
-- Whether a tenant's graph is there and whole; NULL if there is none.
SELECT i.indisvalid FROM pg_index i WHERE i.indexrelid = to_regclass(?1);

-- name: vectors_width
-- How widely a graph is searched.
SELECT set_config('hnsw.ef_search', ?1, true);

-- name: vectors_count
SELECT count(*) FROM embedding m WHERE m.tenant = ?1 AND m.model = ?2 AND m.active = ?3;

-- name: words_miscounted
-- What the counters of the word index say that its rows do not bear out.
SELECT 'total of ' || CASE WHEN t.past THEN 'past' ELSE 'present' END FROM total t
WHERE (t.rows, t.length) <> (SELECT count(*), coalesce(sum(w.length), 0) FROM words w WHERE w.past = t.past)
UNION ALL SELECT 'postings of number ' || w.no FROM words w
WHERE cardinality(w.terms) <> (
    SELECT count(*) FROM unnest(w.terms) u (term) JOIN posting p
    ON p.tenant = w.tenant AND p.term = u.term AND p.no = w.no AND p.past = w.past)
UNION ALL SELECT 'postings without words' WHERE (SELECT count(*) FROM posting) <> (
    SELECT coalesce(sum(cardinality(terms)), 0) FROM words)
UNION ALL SELECT 'count of term number ' || coalesce(t.no, c.term) FROM term t FULL JOIN (
    SELECT term, count(*) FILTER (WHERE NOT past) AS rows, count(*) FILTER (WHERE NOT past AND said > 0) AS said,
        count(*) FILTER (WHERE past) AS past
    FROM posting GROUP BY term) c ON c.term = t.no
WHERE (t.rows, t.said, t.past) <> (coalesce(c.rows, 0), coalesce(c.said, 0), coalesce(c.past, 0)) OR t.no IS NULL
LIMIT 20;

-- fragment: words_taken
-- Takes the words of what is asked for, and counts them down.
gone AS (
    SELECT w.no, w.tenant, w.past, w.length, w.terms FROM asked a JOIN words w ON w.no = a.no AND w.past = a.past
), taken AS (
    DELETE FROM posting p USING (SELECT g.no, g.tenant, unnest(g.terms) AS term FROM gone g) g
    WHERE p.tenant = g.tenant AND p.term = g.term AND p.no = g.no RETURNING p.term, p.said, p.past
), counted AS (
    UPDATE term t SET rows = t.rows - c.rows, said = t.said - c.said, past = t.past - c.past FROM (
        SELECT k.term, count(*) FILTER (WHERE NOT k.past) AS rows,
            count(*) FILTER (WHERE NOT k.past AND k.said > 0) AS said, count(*) FILTER (WHERE k.past) AS past
        FROM taken k GROUP BY k.term) c WHERE t.no = c.term
), totalled AS (
    UPDATE total t SET rows = t.rows - c.rows, length = t.length - c.length FROM (
        SELECT g.past, count(*) AS rows, sum(g.length) AS length FROM gone g GROUP BY g.past) c WHERE t.past = c.past
)
DELETE FROM words w USING gone g WHERE w.no = g.no

-- name: terms_add
-- Number the terms that are new.
INSERT INTO term SELECT (SELECT coalesce(max(no), 0) FROM term) + row_number() OVER (), n.name, 0, 0, 0
FROM (SELECT DISTINCT u.name COLLATE "C" AS name FROM unnest(?1::text[]) u (name)) n
WHERE NOT EXISTS (SELECT 1 FROM term t WHERE t.name = n.name);

-- name: terms_named
-- Terms with how many rows hold them: of what is recalled, how many of those say it themselves, and of what was.
SELECT t.no, t.name, t.rows, t.said, t.past FROM terms_named(?1::text[]) t;

-- name: totals
-- How many rows have words and how many terms all of them, in what is recalled and in what was.
SELECT rows, length FROM total ORDER BY past;

-- name: term_often
-- How many entities between two numbers hold a term, counted up to a limit.
SELECT count(*) FROM (
    SELECT 1 FROM posting p WHERE p.tenant = ?1 AND p.term = ?2 AND p.no BETWEEN ?3 AND ?4 AND NOT p.past LIMIT ?5) s;

-- name: terms_forget
DELETE FROM term WHERE rows = 0 AND past = 0;

-- name: terms_left
-- Which of the given terms are still there although no row holds them.
SELECT t.name FROM term t WHERE t.name = ANY (?1::text[])
AND NOT EXISTS (SELECT 1 FROM tenant n JOIN posting p ON p.tenant = n.no AND p.term = t.no);

-- name: tenant_enter
-- What a read begins with: the tenant whose rows the transaction may see, and whether anything is past its time.
SELECT set_config('umi.tenant', coalesce((SELECT no FROM tenant WHERE name = ?1)::text, '0'), true),
    EXISTS (SELECT 1 FROM entity WHERE status = 0 AND expires_at <= ?2);

-- name: records_enter
-- The same for records, which lie under a tenant's name.
SELECT set_config('umi.records', 't' || ?1, true);

-- name: size
-- The bytes of every table and index of the schema.
SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint FROM pg_class c
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r';

-- name: vacuum
-- Give back what erased rows lay in.
VACUUM meta, tenant, partition, session, speaker, entity, label, fact, relation, access, content, embedding, words, posting,
    term, task;

-- name: analyse
-- Let the server know how much the tables hold: it plans by what it knew last.
ANALYZE tenant, partition, session, entity, label, fact, relation, content, log, embedding, words, posting, term;

-- name: lock_try
-- Hold a lock until it is given back, or the session ends.
SELECT pg_try_advisory_lock(?1);

-- name: lock_return
SELECT pg_advisory_unlock(?1);

-- name: totals_recount
-- Set the totals of the word index to what its rows say.
UPDATE total t SET rows = c.rows, length = c.length FROM (
    SELECT o.past, count(w.no) AS rows, coalesce(sum(w.length), 0) AS length
    FROM total o LEFT JOIN words w ON w.past = o.past GROUP BY o.past) c WHERE c.past = t.past;

-- name: terms_recount
-- Set the counts of terms to what the postings say.
UPDATE term t SET rows = c.rows, said = c.said, past = c.past FROM (
    SELECT o.no, count(p.no) FILTER (WHERE NOT p.past) AS rows,
        count(p.no) FILTER (WHERE NOT p.past AND p.said > 0) AS said, count(p.no) FILTER (WHERE p.past) AS past
    FROM term o LEFT JOIN posting p ON p.term = o.no GROUP BY o.no) c
WHERE c.no = t.no AND (t.rows, t.said, t.past) <> (c.rows, c.said, c.past);

-- name: postings_stray
-- Take postings away that belong to no row of words.
DELETE FROM posting p WHERE NOT EXISTS (
    SELECT 1 FROM words w WHERE w.no = p.no AND w.past = p.past AND p.term = ANY (w.terms));

-- fragment: record
kind, tenant, key, "user", value, quotes, revision, expires_at

-- name: record_get
SELECT {record} FROM record WHERE kind = ?1 AND tenant = ?2 AND key = ?3;

-- name: record_find
SELECT {record} FROM record WHERE kind = ?1 AND key = ?2 ORDER BY tenant;

-- name: records_list
SELECT {record} FROM record WHERE kind = :kind AND tenant = :tenant AND key >= :first AND key <> :after
AND key < :beyond AND starts_with(key, :prefix)
AND (expires_at IS NULL OR expires_at > :now)
ORDER BY key LIMIT :limit;

-- name: records_list_all
SELECT {record} FROM record WHERE kind = :kind AND (tenant, key) > (:after_tenant, :after)
AND starts_with(key, :prefix) AND (expires_at IS NULL OR expires_at > :now)
ORDER BY tenant, key LIMIT :limit;

-- name: record_put
INSERT INTO record (kind, tenant, key, "user", value, quotes, revision, expires_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
ON CONFLICT (kind, tenant, key) DO UPDATE SET "user" = excluded."user", value = excluded.value, quotes = excluded.quotes,
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
DELETE FROM record WHERE tenant = :tenant AND (:user::text IS NULL OR "user" = :user);
