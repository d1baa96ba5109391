-- The same truth as in SQLite, in one schema of a PostgreSQL database. What the columns mean is told in the SQLite
-- schema; this is what differs:
-- * every table with rows of a tenant has its number, for the fence (fence/) and for distribution by tenant;
-- * text sorts by its bytes, as in SQLite (COLLATE "C"); what PostgreSQL's text cannot hold is escaped (adapting.py);
-- * numbers of tenants, partitions, sessions, models and edges are the highest so far and one: a sequence would leave
--   gaps at every "insert or update", and the number of a partition must stay below 2^31;
-- * words lie in postings, as no index of PostgreSQL tells how rare a word is.

CREATE TABLE meta (
    key text COLLATE "C" PRIMARY KEY,
    value text NOT NULL
);

INSERT INTO meta VALUES ('vectors_epoch', '0');

CREATE TABLE tenant (
    no bigint PRIMARY KEY,
    name text COLLATE "C" NOT NULL UNIQUE,
    active bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 50);

CREATE TABLE partition (
    no bigint PRIMARY KEY CHECK (no < 2147483648),
    tenant integer NOT NULL REFERENCES tenant,
    "user" text COLLATE "C" NOT NULL,
    namespace text COLLATE "C" NOT NULL,
    agent text COLLATE "C" NOT NULL,
    last bigint NOT NULL DEFAULT 0,
    active bigint NOT NULL DEFAULT 0,
    UNIQUE (tenant, "user", namespace, agent)
) WITH (fillfactor = 50);

CREATE TABLE session (
    no bigint PRIMARY KEY,
    tenant integer NOT NULL,
    partition bigint NOT NULL REFERENCES partition,
    name text COLLATE "C" NOT NULL,
    turns bigint NOT NULL DEFAULT 0,
    UNIQUE (partition, name)
) WITH (fillfactor = 50);

CREATE TABLE speaker (
    partition bigint NOT NULL REFERENCES partition,
    tenant integer NOT NULL,
    word text COLLATE "C" NOT NULL,
    PRIMARY KEY (partition, word)
);

CREATE TABLE entity (
    no bigint PRIMARY KEY,
    id text COLLATE "C" NOT NULL,
    tenant integer NOT NULL,
    identity bytea UNIQUE,
    status integer NOT NULL,
    revision bigint NOT NULL,
    entity_type text COLLATE "C" NOT NULL,
    memory_type text COLLATE "C" NOT NULL,
    session bigint REFERENCES session,
    position bigint NOT NULL,
    speaker text COLLATE "C",
    role text COLLATE "C",
    event_at bigint NOT NULL,
    recorded_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    until bigint NOT NULL DEFAULT 9223372036854775807,
    was integer NOT NULL,
    indexed bigint NOT NULL,
    changed bigint NOT NULL,
    valid_from bigint NOT NULL,
    valid_until bigint NOT NULL DEFAULT 9223372036854775807,
    expires_at bigint,
    trust integer NOT NULL DEFAULT 2,
    importance double precision NOT NULL,
    length bigint NOT NULL,
    question boolean NOT NULL,
    lent text NOT NULL,
    content bigint NOT NULL,
    state text
);

CREATE UNIQUE INDEX entity_by_id ON entity (tenant, id) WHERE status >= 0;
CREATE INDEX entity_before ON entity (tenant, id, updated_at) WHERE status < 0;
CREATE INDEX entity_by_index ON entity (indexed, updated_at);
CREATE INDEX entity_by_content ON entity (tenant, content);
CREATE INDEX entity_by_time ON entity (tenant, event_at);
CREATE INDEX entity_by_session ON entity (session, position) WHERE session IS NOT NULL;
CREATE INDEX entity_by_expiry ON entity (expires_at) WHERE expires_at IS NOT NULL AND status = 0;
CREATE INDEX entity_silenced ON entity (no) WHERE status = 3;
CREATE INDEX entity_merged ON entity (no) WHERE status = 6;
CREATE INDEX entity_changed ON entity (changed);

CREATE TABLE label (
    name text COLLATE "C" NOT NULL,
    value text COLLATE "C" NOT NULL,
    no bigint NOT NULL,
    tenant integer NOT NULL,
    PRIMARY KEY (name, value, no)
);

CREATE INDEX label_by_entity ON label (no);

CREATE TABLE fact (
    partition bigint NOT NULL REFERENCES partition,
    subject text COLLATE "C" NOT NULL,
    slot text COLLATE "C" NOT NULL,
    no bigint NOT NULL,
    tenant integer NOT NULL,
    PRIMARY KEY (partition, subject, slot, no)
);

CREATE INDEX fact_by_entity ON fact (no);

CREATE TABLE relation (
    no bigint PRIMARY KEY,
    source bigint NOT NULL,
    target bigint NOT NULL,
    kind text COLLATE "C" NOT NULL,
    reason text NOT NULL,
    confidence double precision NOT NULL,
    since bigint NOT NULL,
    until bigint NOT NULL DEFAULT 9223372036854775807,
    seq bigint NOT NULL,
    tenant integer NOT NULL
);

CREATE INDEX relation_by_source ON relation (source);
CREATE INDEX relation_by_target ON relation (target);
CREATE INDEX relation_by_change ON relation (seq);

CREATE TABLE access (
    no bigint PRIMARY KEY,
    count bigint NOT NULL,
    last_at bigint NOT NULL,
    tenant integer NOT NULL
) WITH (fillfactor = 80);

CREATE TABLE erased (
    identity bytea PRIMARY KEY,
    id text COLLATE "C" NOT NULL,
    seq bigint NOT NULL,
    at bigint NOT NULL,
    tenant integer NOT NULL
);

CREATE TABLE content (
    seq bigint PRIMARY KEY,
    key bytea NOT NULL,
    data text NOT NULL,
    tenant integer NOT NULL
);

CREATE TABLE log (
    seq bigint PRIMARY KEY,
    at bigint NOT NULL,
    kind integer NOT NULL,
    entity bigint NOT NULL,
    id text COLLATE "C" NOT NULL,
    actor text NOT NULL,
    digest bytea NOT NULL,
    hash bytea NOT NULL,
    grp bigint,
    tenant integer NOT NULL
);

CREATE INDEX log_by_entity ON log (entity, seq);
CREATE INDEX log_by_tenant ON log (tenant, seq);
CREATE INDEX log_by_time ON log (tenant, at);
CREATE INDEX log_erased ON log (id) WHERE kind = 14;

CREATE TABLE model (
    no bigint PRIMARY KEY,
    name text COLLATE "C" NOT NULL UNIQUE,
    dimensions integer NOT NULL
);

-- The vectors lie in the row, not beside it: a scan of a scope reads all of them.
CREATE TABLE embedding (
    no bigint PRIMARY KEY,
    tenant integer NOT NULL,
    model integer NOT NULL REFERENCES model,
    active boolean NOT NULL,
    vector halfvec NOT NULL
);

ALTER TABLE embedding ALTER COLUMN vector SET STORAGE MAIN;

-- Which terms a number is found by, so that they can be taken away again. past: of what is not recalled by default.
CREATE TABLE words (
    no bigint PRIMARY KEY,
    tenant integer NOT NULL,
    past boolean NOT NULL,
    length integer NOT NULL,
    terms integer[] NOT NULL
);

CREATE INDEX words_past ON words (no) WHERE past;

-- What scoring needs of a term in a row lies in the index, behind the term: how often the row says it, how often the
-- turns around it lend it, and how many terms the row has.
CREATE TABLE posting (
    tenant integer NOT NULL,
    term integer NOT NULL,
    no bigint NOT NULL,
    said smallint NOT NULL,
    around smallint NOT NULL,
    length smallint NOT NULL,
    past boolean NOT NULL,
    PRIMARY KEY (tenant, term, no) INCLUDE (said, around, length, past)
);

-- How many rows of the store hold a term: among what is recalled (and how many of them say it themselves), and what was.
CREATE TABLE term (
    no integer PRIMARY KEY,
    name text COLLATE "C" NOT NULL UNIQUE,
    rows bigint NOT NULL,
    said bigint NOT NULL,
    past bigint NOT NULL
) WITH (fillfactor = 50);

-- How many rows have words, and how many terms all of them together.
CREATE TABLE total (
    past boolean PRIMARY KEY,
    rows bigint NOT NULL,
    length bigint NOT NULL
) WITH (fillfactor = 10);

INSERT INTO total VALUES (false, 0, 0), (true, 0, 0);

-- How rare terms are is told of the whole store, as in SQLite, and asked term by term: whoever reads for one tenant
-- never sees the words of the others.
CREATE FUNCTION terms_named(names text[]) RETURNS TABLE (no integer, name text, rows bigint, said bigint, past bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT
AS $$ SELECT t.no, t.name, t.rows, t.said, t.past FROM term t WHERE t.name = ANY (names) $$;

CREATE TABLE job (
    no bigint PRIMARY KEY,
    kind text COLLATE "C" NOT NULL UNIQUE,
    state text NOT NULL,
    done bigint NOT NULL DEFAULT 0,
    total bigint NOT NULL DEFAULT 0
);

-- How far an index of vectors that lies elsewhere has followed the log, written after it is durable.
CREATE TABLE watermark (
    name text COLLATE "C" PRIMARY KEY,
    model bigint NOT NULL,
    epoch bigint NOT NULL,
    seq bigint NOT NULL,
    checksum bytea NOT NULL
);

CREATE TABLE task (
    no bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text COLLATE "C" NOT NULL,
    entity bigint NOT NULL,
    tenant integer NOT NULL,
    state integer NOT NULL DEFAULT 0,
    tries bigint NOT NULL DEFAULT 0,
    due_at bigint NOT NULL,
    owner text COLLATE "C" NOT NULL DEFAULT '',
    error text NOT NULL DEFAULT '',
    UNIQUE (kind, entity)
);

CREATE INDEX task_by_due ON task (kind, due_at) WHERE state < 2;
CREATE INDEX task_by_entity ON task (entity);

-- The tenant whose rows a transaction may see: see fence/.
CREATE FUNCTION entered_tenant() RETURNS integer LANGUAGE sql STABLE
AS $$ SELECT nullif(current_setting('umi.tenant', true), '')::integer $$;
