"""Forgetting on request. Its three ways differ in truth.

`delete` takes a memory out of recall and off every list of this door; its text stays in the history until it is
erased. `archive` says that it held until now: it is found for the time before, and can be looked at and updated.
`silence` takes it out of recall until a question cues it strongly, which brings it back.

A question forgets only what fits it by itself at least as well as a threshold says. Together with `before` it forgets
what passes both.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, assert_never
from uuid import UUID

from umi.domain.entity import Status
from umi.errors import NotFound

if TYPE_CHECKING:
    from datetime import datetime

    from umi.domain.entity import Entity
    from umi.engine.memory import Memory
    from umi.server.doors.cml.places import Reach
    from umi.server.doors.cml.wire.memory import Action, ForgetAsked

THRESHOLD_DEFAULT: Final = 0.5
FOUND_COUNT_MAX: Final = 100
"""So many memories does one question forget at most."""
DONE: Final = {"delete": "deleted", "archive": "archived", "silence": "silenced"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A memory that is to go, and through what."""

    memory: Memory
    entity: Entity


async def forget(reach: Reach, asked: ForgetAsked) -> Sequence[UUID]:
    """Forget what is asked for, or in a dry run nothing; return the ids of what goes. Unknown ids are passed over."""
    chosen = [*await _named(reach, asked.memory_ids or ())]
    if asked.query is not None and asked.query.strip():
        chosen += await _fitting(reach, asked)
    elif asked.before is not None:
        chosen += await _older(reach, asked.before)
    unique = list({one.entity.id: one for one in chosen}.values())
    gone = unique if asked.dry_run else [one for one in unique if await put_away(one.memory, one.entity, asked.action)]
    shown = await reach.ids.of_all(one.entity for one in gone)
    return list(shown.values())


async def put_away(memory: Memory, entity: Entity, action: Action) -> bool:
    """Delete, archive or silence a memory; False if it is so already."""
    try:
        match action:
            case "delete":
                return await memory.forget(entity.id, reason="deleted")
            case "archive":
                return await memory.retire(entity.id, reason="archived")
            case "silence":
                return await memory.silence(entity.id, reason="silenced")
            case _:
                assert_never(action)
    except NotFound:  # it was erased meanwhile
        return False


async def _named(reach: Reach, ids: Iterable[UUID]) -> Sequence[Chosen]:
    found = [await reach.located(id) for id in dict.fromkeys(ids)]
    return [
        Chosen(memory=one[0], entity=one[1])
        for one in found
        if one is not None and one[1].status is not Status.FORGOTTEN
    ]


async def _fitting(reach: Reach, asked: ForgetAsked) -> Sequence[Chosen]:
    """Return what fits a question by its own words and meaning; what merely stands near it is not meant."""
    threshold = THRESHOLD_DEFAULT if asked.threshold is None else asked.threshold
    found: list[tuple[float, Chosen]] = []
    for memory in reach.memories():
        hits = await memory.search(asked.query or "", limit=FOUND_COUNT_MAX, before=asked.before)
        found += ((hit.score, Chosen(memory=memory, entity=hit.entity)) for hit in hits if hit.score >= threshold)
    found.sort(key=lambda one: -one[0])
    return [one for _, one in found[:FOUND_COUNT_MAX]]


async def _older(reach: Reach, before: datetime) -> Sequence[Chosen]:
    return [
        Chosen(memory=memory, entity=entity)
        for memory in reach.memories()
        async for entity in memory.entities(before=before)
    ]
