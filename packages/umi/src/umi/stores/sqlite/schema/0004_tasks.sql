-- Work on an entity that outlives the process, written with the change that asks for it, and gone with what came of it.
-- state: 0 waiting, 1 running, 2 failed. due_at (microseconds since 1970) is when it may be taken next; of one that is
-- running, when its owner's lease ends. A number is never used twice: a late owner must not finish another's task.
CREATE TABLE task (
    no INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    entity INTEGER NOT NULL REFERENCES entity,
    state INTEGER NOT NULL DEFAULT 0,
    tries INTEGER NOT NULL DEFAULT 0,
    due_at INTEGER NOT NULL,
    owner TEXT NOT NULL DEFAULT '',
    error TEXT NOT NULL DEFAULT '',
    UNIQUE (kind, entity)
);

CREATE INDEX task_by_due ON task (kind, due_at) WHERE state < 2;
CREATE INDEX task_by_entity ON task (entity);
