"""Changing a memory, and what feedback does to it.

`correct` raises the confidence by a fifth of its range, and brings back what was archived or silenced. `incorrect` says
that it never held: the confidence falls to 0 and the memory is deleted. `outdated` says that it held until now: it is
archived, found for the time before and not for the present. All of it stands in the history and can be undone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, assert_never

from umi.domain.entity import Status
from umi.errors import NotFound
from umi.server.doors.beside import kept_beside
from umi.server.doors.cml import gating

if TYPE_CHECKING:
    from umi.domain.entity import Entity
    from umi.engine.memory import Memory
    from umi.server.doors.cml.places import Reach
    from umi.server.doors.cml.wire.memory import UpdateAsked

CONFIRMED_GAIN: Final = 0.2


async def update(reach: Reach, asked: UpdateAsked) -> Entity:
    """Change a memory and return it as it is then.

    Raises:
        NotFound: the caller has none of this id, or it was deleted.
        Invalid: a value cannot be used.

    """
    memory, entity = await reach.standing(asked.memory_id)
    if asked.text is not None:
        [screened] = await gating.screen(reach, [asked.text])
        if (refusal := gating.refusal(screened)) is not None:
            raise refusal
        asked = asked.model_copy(update={"text": screened.text})
    if changes := _changes(entity, asked):
        await memory.revise(entity.id, reason=f"feedback: {asked.feedback}" if asked.feedback else "updated", **changes)
    await _heed(memory, entity, asked)
    after = await memory.get(entity.id)
    if after is None:  # it was erased meanwhile
        raise NotFound(f"Memory not found: {asked.memory_id}")
    return after


def _changes(entity: Entity, asked: UpdateAsked) -> dict[str, Any]:
    """Return the fields to set anew. What doors keep in the metadata stays there."""
    wanted: dict[str, Any] = {
        "text": asked.text,
        "importance": asked.importance,
        "confidence": _confidence(entity, asked),
        "metadata": None if asked.metadata is None else {**asked.metadata, **kept_beside(entity)},
    }
    return {name: value for name, value in wanted.items() if value is not None}


def _confidence(entity: Entity, asked: UpdateAsked) -> float | None:
    given = asked.confidence
    match asked.feedback:
        case "correct":
            return min(1.0, (entity.confidence if given is None else given) + CONFIRMED_GAIN)
        case "incorrect":
            return 0.0
        case "outdated" | None:
            return given
        case _:
            assert_never(asked.feedback)


async def _heed(memory: Memory, entity: Entity, asked: UpdateAsked) -> None:
    match asked.feedback:
        case "correct":
            if entity.status is not Status.ACTIVE:
                await memory.restore(entity.id, reason="feedback: correct")
        case "incorrect":
            await memory.forget(entity.id, reason="feedback: incorrect")
        case "outdated":
            await memory.retire(entity.id, reason="feedback: outdated")
        case None:
            pass
        case _:
            assert_never(asked.feedback)
