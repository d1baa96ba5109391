"""Setting fields of an entity, on purpose: what they were stays in its history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from datetime import datetime, timedelta
from types import NoneType
from typing import TYPE_CHECKING, Any, TypedDict

from umi.domain.change import ALTERABLE, Act, Alter, Batch, Outcome
from umi.domain.entity import Entity
from umi.domain.source_ref import SourceRef
from umi.domain.turn import Turn
from umi.engine.bound import Keeper
from umi.engine.deciding import NOTHING, RestsOn
from umi.engine.remembering import asks_of, check_grounds, turn_of
from umi.errors import Conflict, Invalid, NotFound
from umi.pipeline.remember.accept import Accepted, accept
from umi.pipeline.remember.embed import embed, unit_vector, worded
from umi.ports.world import World

if TYPE_CHECKING:
    from umi.domain.change import Vector

_TURN_FIELDS = frozenset(field.name for field in fields(Turn))
_READ_FROM_TEXT = ("mentions", "dates", "cues", "facts", "marks")


class Revision(TypedDict, total=False):
    """What can be set anew; see `Turn` for what each means."""

    text: str
    name: str
    event_time: datetime | str
    entity_type: str
    memory_type: str
    topics: Sequence[str]
    metadata: Mapping[str, Any]
    importance: float
    confidence: float
    pinned: bool
    trust: str
    valid_from: datetime | str | None
    valid_until: datetime | str | None
    expires_at: datetime | str | None
    ttl: float | timedelta | None
    document_time: datetime | str | None
    source_ref: SourceRef | str | None
    vector: Sequence[float]


async def revise(
    keeper: Keeper,
    id: str,
    changes: Mapping[str, Any],
    reason: str,
    *,
    revision: int | None = None,
    rests_on: RestsOn = NOTHING,
) -> bool:
    """Set fields of an entity, which from then on rests on more entities, too."""
    world = keeper.world
    unknown = sorted(set(changes) - set(Revision.__annotations__))
    if unknown or not changes:
        told = f"not {', '.join(unknown)}" if unknown else "none was given"
        raise Invalid(f"A revision sets some of {', '.join(Revision.__annotations__)}; {told}.")
    if "vector" in changes and "text" not in changes:
        raise Invalid("A vector comes with the text that it embeds. Give that too.")
    entity = await _standing(keeper, id, revision)
    accepted = _accepted(keeper, entity, changes)
    values = await world.lane.run(lambda: _values(keeper, entity, accepted, changes))
    alter = Alter(scope=keeper.scope, id=id, act=Act.REVISE, values=values, reason=reason, revision=entity.revision)
    if {"content", "event_time"} & values.keys():
        alter = replace(alter, model=world.embedder.model, vector=await _vector(world, entity, values, accepted.vector))
    asks = asks_of(keeper, [entity]) if "content" in values else []  # an LLM reads a new text anew, too
    group = [alter, *rests_on.edges(entity.scope, id)]
    [applied, *_] = await world.store.apply(Batch(groups=[group], actor=keeper.actor, asks=asks))
    check_grounds([applied])
    if applied.outcome is Outcome.STALE:  # another writer was quicker: set the same fields of what is there now
        return await revise(keeper, id, changes, reason, revision=revision, rests_on=rests_on)
    return applied.outcome is Outcome.APPLIED


async def _standing(keeper: Keeper, id: str, revision: object) -> Entity:
    if isinstance(revision, bool) or not isinstance(revision, (int, NoneType)):
        raise Invalid("A revision is a whole number: that of the entity which is to be changed.")
    [entity] = await keeper.world.store.get(keeper.scope, [id])
    if entity is None:
        raise NotFound(f"Nothing in this scope has the id {id!r}.")
    if revision is not None and revision != entity.revision:
        raise Conflict(f"{id!r} was changed by another: its revision is {entity.revision} now.")
    return entity


async def _vector(
    world: World, entity: Entity, values: Mapping[str, Any], given: Sequence[float] | None
) -> Vector | None:
    """Return the vector that comes with a new text, else one that is made of it."""
    if given is not None:
        return unit_vector(given, world.embedder)
    [found] = await embed([worded(replace(entity, **values))], world.embedder)
    return found.vector


def _accepted(keeper: Keeper, entity: Entity, changes: Mapping[str, Any]) -> Accepted:
    """Check the entity as it is to be, by the rules of what is remembered."""
    scope = entity.scope
    kept = {name: getattr(entity, name) for name in ALTERABLE & _TURN_FIELDS}
    kept |= {"text": entity.content, "speaker": entity.speaker, "role": entity.role, "session": scope.session}
    kept |= {"user": scope.user, "namespace": scope.namespace, "agent": scope.agent}
    if "ttl" in changes:
        kept.pop("expires_at")
    if "text" in changes:
        kept.pop("name")  # made from the text
    return accept(turn_of({**kept, **changes}), scope=keeper.scope, now=keeper.world.clock.now(), said_at=keeper.now)


def _values(keeper: Keeper, entity: Entity, accepted: Accepted, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields that change, and of a new text what is read from it."""
    from umi.pipeline.remember.note import note

    made = note(accepted, id=entity.id, now=entity.created_at, slots=keeper.behaviour.slots)
    named = {"text": "content", "ttl": "expires_at"}
    asked = {named.get(name, name) for name in changes} - {"vector"}
    if asked & {"content", "event_time"}:
        asked |= set(_READ_FROM_TEXT)
    if "content" in asked:
        asked.add("name")
    return {name: getattr(made, name) for name in sorted(asked)}
