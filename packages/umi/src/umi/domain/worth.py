"""What a store tells of an entity so that its worth can be weighed, without reading its text."""

from __future__ import annotations

from typing import NamedTuple

from umi.domain.entity import EntityType, MemoryType, Status


class Worth(NamedTuple):
    """An active or silenced entity, by the store's number; times are microseconds since 1970.

    `recalled` counts how often recall returned it, and `recalled_at` is when last, None if never. `dependents` counts
    what would lose its ground with it: the entities that cite, derive from or extend it, and the facts it states.
    `session` is the store's number of its session, and `bytes` the size of its text in UTF-8. `seq` is its addition's
    place in the log, which orders what is of one moment. A tuple, because a hundred thousand of these are made for one
    decay.
    """

    number: int
    id: str
    status: Status
    memory_type: MemoryType
    importance: float
    pinned: bool
    event_at: int
    recorded_at: int
    updated_at: int
    recalled: int
    recalled_at: int | None
    dependents: int
    session: int | None
    bytes: int
    revision: int
    entity_type: EntityType = EntityType.NOTE
    seq: int = 0
