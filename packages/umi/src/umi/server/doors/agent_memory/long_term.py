"""Keeping, changing and deleting long-term memories."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from umi.domain.change import Act
from umi.domain.entity import Entity, Status
from umi.domain.receipt import Receipt, Rejected
from umi.errors import Conflict, NotFound, StorageBusyError
from umi.errors import MemoryError as UmiError
from umi.server.doors.agent_memory.marks import ACTOR, WORKING
from umi.server.doors.agent_memory.places import found, located
from umi.server.doors.agent_memory.translate import moved_turn, patch_of, revision_of, turn_of

if TYPE_CHECKING:
    from datetime import datetime

    from umi.engine.memory import Memory
    from umi.server.callers import Caller
    from umi.server.doors.agent_memory.places import Places
    from umi.server.doors.agent_memory.wire.records import PatchAsked, RecordAsked

BEHIND: Final = frozenset({ACTOR, "llm"})
"""Who acts behind the answers, as the history names it: this door, and the model that reads what is kept."""
_CALLERS_ACTS: Final = frozenset({Act.ADD, Act.REVISE, Act.FORGET, Act.RESTORE, Act.UNDO})
_TRIES_MAX: Final = 50
_TAKEN: Final = "This id stands for another memory, of another user, namespace or session."


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What became of a record: the entity that stands for it, or why there is none. `created` is of a new one."""

    id: str
    entity: str | None = None
    created: bool = False
    error: UmiError | None = None


async def keep(
    places: Places, records: Sequence[RecordAsked], *, deduplicate: bool = True, said_at: datetime | None = None
) -> Sequence[Kept]:
    """Keep records, in order. One that cannot be kept loses none of the others; an id that comes again is revised.

    When this returns they are on disk, and found. With `deduplicate`, what says the same as an older memory is merged
    into it, which is recorded and can be undone. What was `said_at` a time and is kept later undoes nothing that a
    caller changed since: then the memory stays as it was changed.
    """
    by_place: defaultdict[tuple[str | None, str | None], list[int]] = defaultdict(list)
    for index, record in enumerate(records):
        by_place[record.user_id, record.namespace].append(index)
    kept: dict[int, Kept] = {}
    for (user, namespace), indexes in by_place.items():
        try:
            memory = places.memory(user=user, namespace=namespace)
        except UmiError as error:
            kept.update((index, Kept(id=records[index].id, error=error)) for index in indexes)
            continue
        kept.update(await _keep_here(memory, {index: records[index] for index in indexes}, said_at))
        if deduplicate:
            fresh = {one.entity: None for index in indexes if (one := kept[index]).entity is not None}
            await memory.merge_alike(list(fresh), lacking={WORKING: True})
    return [kept[index] for index in range(len(records))]


async def _keep_here(memory: Memory, records: Mapping[int, RecordAsked], said_at: datetime | None) -> dict[int, Kept]:
    """Keep records of one user and namespace: new ones together, then those that come again one by one."""
    kept: dict[int, Kept] = {}
    standing = await memory.get_many([record.id for record in records.values()])
    known = {entity.id for entity in standing if entity is not None}
    fresh, again = dict[int, "RecordAsked"](), dict[int, "RecordAsked"]()
    for index, record in records.items():
        (again if record.id in known else fresh)[index] = record
        known.add(record.id)
    answers = await memory.remember_many([turn_of(record) for record in fresh.values()])
    for (index, record), answer in zip(fresh.items(), answers, strict=True):
        kept[index] = await _kept(memory, record, answer, said_at)
    for index, record in again.items():
        kept[index] = await _kept_again(memory, record, said_at)
    return kept


async def _kept(memory: Memory, record: RecordAsked, answer: Receipt | Rejected, said_at: datetime | None) -> Kept:
    if isinstance(answer, Rejected):
        error = Conflict(_TAKEN) if isinstance(answer.error, Conflict) else answer.error
        return Kept(id=record.id, error=error)
    if answer.created:
        return Kept(id=record.id, entity=answer.id, created=True)
    return await _kept_again(memory, record, said_at)  # another request was quicker, or it was erased


async def _kept_again(memory: Memory, record: RecordAsked, said_at: datetime | None) -> Kept:
    try:
        return Kept(id=record.id, entity=await _revised(memory, record, said_at))
    except UmiError as error:
        return Kept(id=record.id, error=error)


async def _revised(memory: Memory, record: RecordAsked, said_at: datetime | None) -> str:
    """Let the entity of a record that comes again be as it says; what was deleted is there again."""
    for _ in range(_TRIES_MAX):
        entity = await found(memory, record.id) or await memory.get(record.id)
        if entity is None or not _is_in(entity, memory, record):
            raise Conflict(_TAKEN)
        if said_at is not None and await changed_since(memory, entity.id, said_at):
            return entity.id
        if entity.status is Status.FORGOTTEN:
            await memory.restore(entity.id, reason="created again")
            continue
        changes = revision_of(entity, record)
        if not changes:
            return entity.id
        with suppress(Conflict):  # another was quicker: it is to be looked at again
            await memory.revise(entity.id, reason="created again", revision=entity.revision, **changes)
            return entity.id
    raise StorageBusyError("The memory keeps changing. Try again.")


async def changed_since(memory: Memory, id: str, time: datetime) -> bool:
    """Whether a caller made, changed or deleted a memory after a time; what this door does by itself does not count."""
    events = await memory.history(id)
    return any(one.recorded_at > time and one.act in _CALLERS_ACTS and one.actor not in BEHIND for one in events)


def _is_in(entity: Entity, memory: Memory, record: RecordAsked) -> bool:
    """Whether an entity lies exactly where a record belongs: nobody's is not somebody's."""
    scope, bound = entity.scope, memory.scope
    where = (scope.user, scope.namespace, scope.session, scope.agent)
    return where == (bound.user, bound.namespace, record.session_id, None) and entity.metadata.get(WORKING) is not True


async def patch(caller: Caller, id: str, asked: PatchAsked) -> Entity:
    """Change a memory, and where it lies if that is asked for.

    Raises:
        NotFound: the caller has none of this id.

    """
    place = await located(caller, id)
    if place is None:
        raise NotFound(f"Memory with ID {id} not found")
    memory, entity = place
    if changes := patch_of(entity, asked):
        await memory.revise(entity.id, reason="edited", **changes)
        entity = await memory.get(entity.id) or entity
    return await _moved(caller, memory, entity, asked)


async def _moved(caller: Caller, memory: Memory, entity: Entity, asked: PatchAsked) -> Entity:
    """Move a memory to another user, namespace or session: an entity's own scope is for ever, so it is kept anew."""
    given, scope = asked.model_fields_set, entity.scope
    user = asked.user_id if "user_id" in given else scope.user
    namespace = asked.namespace if "namespace" in given else scope.namespace
    session = asked.session_id if "session_id" in given else scope.session
    if (user, namespace, session) == (scope.user, scope.namespace, scope.session):
        return entity
    target = caller.memory(user=user, namespace=namespace)
    place = repr((target.scope.user, target.scope.namespace, session))
    [answer] = await target.remember_many([moved_turn(entity, session=session, place=place)])
    if isinstance(answer, Rejected):
        raise answer.error
    if not answer.created:  # it was there before
        await target.restore(answer.id, reason="moved back")
    await memory.forget(entity.id, reason=f"moved: it is {answer.id} now")
    moved = await target.get(answer.id)
    if moved is None:
        raise NotFound(f"Memory with ID {answer.id} not found")
    return moved


async def delete(caller: Caller, ids: Sequence[str]) -> int:
    """Take memories out; return how many there were. What the caller has none of is passed over."""
    count = 0
    for id in dict.fromkeys(ids):
        place = await located(caller, id)
        if place is not None:
            memory, entity = place
            count += await memory.forget(entity.id, reason="deleted")
    return count
