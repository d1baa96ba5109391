"""This protocol's types and statuses of memories, and what they are in the engine."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, assert_never

from umi.domain.entity import MemoryType, Status
from umi.server.doors.cml.marks import KIND

if TYPE_CHECKING:
    from umi.domain.entity import Entity


class Kind(StrEnum):
    """What a memory is, as callers name it."""

    EPISODIC_EVENT = "episodic_event"
    SEMANTIC_FACT = "semantic_fact"
    PROCEDURE = "procedure"
    CONSTRAINT = "constraint"
    HYPOTHESIS = "hypothesis"
    PREFERENCE = "preference"
    TASK_STATE = "task_state"
    CONVERSATION = "conversation"
    MESSAGE = "message"
    TOOL_RESULT = "tool_result"
    REASONING_STEP = "reasoning_step"
    SCRATCH = "scratch"
    KNOWLEDGE = "knowledge"
    OBSERVATION = "observation"
    PLAN = "plan"


class State(StrEnum):
    """What became of a memory, as callers name it."""

    ACTIVE = "active"
    SILENT = "silent"
    COMPRESSED = "compressed"
    ARCHIVED = "archived"
    DELETED = "deleted"


_PLAIN: Final[Mapping[MemoryType, Kind]] = {
    MemoryType.MESSAGE: Kind.MESSAGE,
    MemoryType.EPISODIC: Kind.EPISODIC_EVENT,
    MemoryType.SEMANTIC: Kind.SEMANTIC_FACT,
    MemoryType.PREFERENCE: Kind.PREFERENCE,
    MemoryType.CONSTRAINT: Kind.CONSTRAINT,
    MemoryType.PROCEDURAL: Kind.PROCEDURE,
}
"""The engine's types, each with the one kind that says the same; every other kind is marked beside its type."""


def type_of(kind: Kind) -> MemoryType:
    """Return what a kind is in the engine."""
    match kind:
        case Kind.EPISODIC_EVENT | Kind.OBSERVATION | Kind.TASK_STATE:
            return MemoryType.EPISODIC
        case Kind.SEMANTIC_FACT | Kind.KNOWLEDGE | Kind.HYPOTHESIS:
            return MemoryType.SEMANTIC
        case Kind.PROCEDURE | Kind.PLAN:
            return MemoryType.PROCEDURAL
        case Kind.CONSTRAINT:
            return MemoryType.CONSTRAINT
        case Kind.PREFERENCE:
            return MemoryType.PREFERENCE
        case Kind.MESSAGE | Kind.CONVERSATION | Kind.TOOL_RESULT | Kind.REASONING_STEP | Kind.SCRATCH:
            return MemoryType.MESSAGE
        case _:
            assert_never(kind)


MARKED: Final = tuple(kind for kind in Kind if _PLAIN[type_of(kind)] is not kind)
"""The kinds that the engine's type alone does not tell."""
PLAIN: Final = tuple(kind for kind in Kind if kind not in MARKED)


def mark_of(kind: Kind) -> dict[str, str]:
    """Return what to write beside an entity, so that it is shown as this kind."""
    return {KIND: kind.value} if kind in MARKED else {}


def kind_of(entity: Entity) -> Kind:
    """Return how an entity is shown. A mark counts as long as the engine's type is the one it was made with."""
    mark = entity.metadata.get(KIND)
    if isinstance(mark, str) and mark in {kind.value for kind in MARKED}:
        marked = Kind(mark)
        if type_of(marked) is entity.memory_type:
            return marked
    return _PLAIN[entity.memory_type]


def narrowings(kinds: Collection[Kind]) -> Iterator[Mapping[str, Any]]:
    """Yield what narrows searches that together find these kinds and no others; nothing, of no kinds at all.

    What is plain is found by its type, without what is marked otherwise; each marked kind by its mark.
    """
    plain = {kind for kind in kinds if kind not in MARKED}
    if plain:
        types = {type_of(kind) for kind in plain}
        others = [kind.value for kind in MARKED if type_of(kind) in types]
        yield {"memory_types": sorted(types), **({"lacking": {KIND: others}} if others else {})}
    for kind in sorted(set(kinds) - plain):
        yield {"memory_types": (type_of(kind).value,), "metadata": {KIND: kind.value}}


def state_of(entity: Entity) -> State:
    """Return a status as callers name it. What gave way to something later, or is set aside, is archived."""
    match entity.status:
        case Status.ACTIVE:
            return State.ACTIVE
        case Status.SILENCED:
            return State.SILENT
        case Status.FORGOTTEN:
            return State.DELETED
        case Status.SUPERSEDED | Status.EXPIRED | Status.MERGED | Status.QUARANTINED:
            return State.ARCHIVED
        case _:
            assert_never(entity.status)


def statuses_of(state: State) -> tuple[Status, ...]:
    """Return the engine's statuses that callers know by a state. What is compressed is silent: see `is_compressed`."""
    match state:
        case State.ACTIVE:
            return (Status.ACTIVE,)
        case State.SILENT | State.COMPRESSED:
            return (Status.SILENCED,)
        case State.ARCHIVED:
            return (Status.SUPERSEDED, Status.EXPIRED, Status.MERGED, Status.QUARANTINED)
        case State.DELETED:
            return (Status.FORGOTTEN,)
        case _:
            assert_never(state)
