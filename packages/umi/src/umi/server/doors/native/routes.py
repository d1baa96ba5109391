"""The routes of the native door."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Query

from umi.errors import NotFound
from umi.limits import ENTITY_ID_BYTES_MAX
from umi.server.callers import Admin, Reader, Writer
from umi.server.doors.native.wire import (
    Counted,
    EraseAsked,
    Erased,
    Forgotten,
    Found,
    Problem,
    RecallAsked,
    Recalled,
    RememberAsked,
    Remembered,
    Shown,
)

_FAULTS: Final[dict[int | str, dict[str, Any]]] = {
    status: {"model": Problem} for status in (400, 401, 403, 404, 409, 413, 422, 429, 503, 504)
}
_TASKS_COUNTED: Final = 1_000

Id = Annotated[str, Path(min_length=1, max_length=ENTITY_ID_BYTES_MAX)]
Namespace = Annotated[str | None, Query()]

router: Final = APIRouter(tags=["umi"], responses=_FAULTS)


@router.post("/remember")
async def remember(asked: RememberAsked, caller: Writer) -> Remembered:
    """Keep a text. When this answers, it is on disk, and can be recalled."""
    receipt = await caller.memory(**asked.place).remember(
        asked.text,
        key=asked.key,
        speaker=asked.speaker,
        role=asked.role,
        event_time=asked.event_time,
        topics=asked.topics,
        metadata=asked.metadata,
        importance=asked.importance,
    )
    caller.services.metrics.remembered(receipt.created)
    return Remembered.of(receipt)


@router.post("/recall")
async def recall(asked: RecallAsked, caller: Reader) -> Recalled:
    """Find what answers a question."""
    hits = await caller.memory(**asked.place).recall(asked.query, limit=asked.limit)
    caller.services.metrics.recalled(len(hits.items))
    return Recalled(items=[Found.of(hit) for hit in hits])


@router.get("/entities/{id}")
async def get(id: Id, caller: Reader, namespace: Namespace = None) -> Shown:
    """Look at one entity, whatever its status."""
    entity = await caller.memory(namespace=namespace).get(id)
    if entity is None:
        raise NotFound
    return Shown.of(entity)


@router.delete("/entities/{id}")
async def forget(id: Id, caller: Writer, namespace: Namespace = None) -> Forgotten:
    """Take one entity out of recall. It stays in the history, and can be restored."""
    memory = caller.memory(namespace=namespace)
    if await memory.get(id) is None:
        raise NotFound
    return Forgotten(forgotten=await memory.forget(id))


@router.post("/erase")
async def erase(asked: EraseAsked, caller: Admin) -> Erased:
    """Erase entities, or all of a user's, for ever."""
    memory = caller.memory(namespace=asked.namespace)
    return Erased.of(await memory.erase(ids=asked.ids, user=asked.user, reason=asked.reason))


@router.get("/stats")
async def stats(caller: Reader, namespace: Namespace = None) -> Counted:
    """Count what the caller can reach."""
    memory = caller.memory(namespace=namespace)
    return Counted(entities=await memory.count(), tasks=len(await memory.tasks(limit=_TASKS_COUNTED)))
