"""Putting together what is known of a subject, what changed between two times, and why something is believed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from itertools import islice

from umi.domain.change import Act, Event
from umi.domain.entity import Entity, Status
from umi.domain.fact import Fact, FactStatus, Slot
from umi.domain.label import mention_key
from umi.domain.moment import Moment
from umi.domain.picture import Cause, Diff, Picture, Revised, Statement
from umi.domain.query import Filter
from umi.domain.relation import Relation, RelationKind
from umi.domain.scope import Scope
from umi.domain.time import FAR
from umi.ports.world import World

MENTIONS_SHOWN_MAX = 100
EVENTS_READ_MAX = 100_000
_NAMES_FOLLOWED_MAX = 3
_UNTOLD = frozenset({"updated_at", "revision"})  # follow from any change


async def picture(world: World, scope: Scope, name: str, moment: Moment) -> Picture:
    statements, keys = await _statements(world, scope, name, None, moment)
    from umi.pipeline.remember.beliefs import ALIAS_SLOT

    aliases = {one.fact.subject: None for one in statements if one.fact.slot == ALIAS_SLOT}
    stated = [one for one in statements if one.fact.slot != ALIAS_SLOT]
    shown = next((one.fact.subject for one in reversed(stated)), next(iter(aliases), name))
    now_true = {id(one) for one in stated if _holds(one, moment)}
    planned = [one for one in stated if one.fact.status is FactStatus.FUTURE and one.entity.status is Status.ACTIVE]
    past = [one for one in stated if id(one) not in now_true and one not in planned and _is_known(one)]
    names = tuple(dict.fromkeys(mention_key(text) for text in (*keys, name, *aliases)))
    filter = Filter(mentions=names, moment=moment)
    found = await world.store.list(scope, filter, limit=MENTIONS_SHOWN_MAX, newest=True)
    return Picture(
        name=shown,
        aliases=tuple(alias for alias in aliases if alias != shown),
        current=_newest_first(one for one in stated if id(one) in now_true),
        past=_newest_first(past),
        planned=_newest_first(planned),
        mentions=tuple(sorted(found.items, key=lambda entity: entity.event_time, reverse=True)),
    )


def _holds(statement: Statement, moment: Moment) -> bool:
    return statement.is_current if moment.valid_at is None else statement.held_at(moment.valid_at)


def _is_known(statement: Statement) -> bool:
    return statement.entity.status in {Status.ACTIVE, Status.SUPERSEDED}


def _newest_first(statements: Iterable[Statement]) -> tuple[Statement, ...]:
    return tuple(sorted(statements, key=lambda one: (one.held_from, one.entity.created_at), reverse=True))


async def _statements(
    world: World, scope: Scope, name: str, slot: str | None, moment: Moment
) -> tuple[list[Statement], Sequence[str]]:
    """Return what is stated of a subject under all of its names, and these as keys."""
    from umi.pipeline.facts.subjects import subject_key
    from umi.pipeline.remember.beliefs import Beliefs

    keys: Sequence[str] = (subject_key(name),)
    entities: Mapping[int, Entity] = {}
    for _ in range(_NAMES_FOLLOWED_MAX):
        entities = (await world.store.facts(scope, keys, None, moment)).entities
        beliefs = Beliefs(entities.values())
        named = sorted({known for key in keys for known in beliefs.named(key)})
        if named == sorted(keys):
            break
        keys = named

    def wanted(fact: Fact) -> bool:
        return fact.about in keys and not fact.is_guess and (slot is None or fact.slot == slot)

    found = [
        Statement(fact=fact, entity=entity) for entity in entities.values() for fact in entity.facts if wanted(fact)
    ]
    return found, keys


async def relations(world: World, scope: Scope, id: str, moment: Moment) -> Sequence[Relation]:
    found = await world.store.relations(scope, id, moment)
    if moment.valid_at is None:
        return found
    ids = sorted({end for relation in found for end in (relation.source, relation.target)})
    held = await world.store.get(scope, ids, moment)
    valid = {id for id, entity in zip(ids, held, strict=True) if entity is not None}
    return [relation for relation in found if {relation.source, relation.target} <= valid]


async def diff(world: World, scope: Scope, after: datetime, until: datetime | None, now: datetime) -> Diff:
    """Compare what was recalled at the two times, for everything that changed between them."""
    events = await world.store.events(scope, after, until or FAR, limit=EVENTS_READ_MAX)
    until = until or max([now, *(event.recorded_at for event in events[-1:])])
    ids = list(dict.fromkeys(event.id for event in events))
    before = await world.store.get(scope, ids, Moment(as_of=after))
    then = await world.store.get(scope, ids, Moment(as_of=until))
    added: list[Entity] = []
    gone: list[Entity] = []
    revised: list[Revised] = []
    for old, new in zip(before, then, strict=True):
        if new is not None and _is_recalled(new) and not _is_recalled(old):
            added.append(new)
        elif new is not None and _is_recalled(old) and not _is_recalled(new):
            gone.append(new)
        elif old is not None and new is not None and _differ(old, new) and _is_recalled(new):
            revised.append(Revised(before=old, after=new))
    return Diff(
        after=after,
        until=until,
        added=tuple(added),
        gone=tuple(gone),
        revised=tuple(revised),
        erased=tuple(event.id for event in events if event.act is Act.ERASE),
        events=tuple(events),
    )


def _is_recalled(entity: Entity | None) -> bool:
    return entity is not None and entity.status is Status.ACTIVE


def _differ(old: Entity, new: Entity) -> bool:
    told = (field.name for field in fields(Entity) if field.name not in _UNTOLD)
    return any(getattr(old, name) != getattr(new, name) for name in told)


async def blame(world: World, scope: Scope, what: str, slot: str | None, slots: Mapping[str, Slot]) -> Sequence[Cause]:
    if slot is None:
        [entity] = await world.store.get(scope, [what])
        return [] if entity is None else await _causes(world, scope, [entity])
    from umi.pipeline.facts.slots import slot_of

    statements, _ = await _statements(world, scope, what, slot_of(slot, slots).name, Moment())
    known = [one for one in statements if _is_known(one)]
    ordered = sorted(known, key=lambda one: (one.is_current, one.held_from, one.entity.created_at), reverse=True)
    return await _causes(world, scope, list({one.entity.id: one.entity for one in ordered}.values()))


async def _causes(world: World, scope: Scope, entities: Sequence[Entity]) -> list[Cause]:
    """Each entity with the change that brought it, then what they stand against and what they are derived from."""
    found = [Cause(entity=entity, event=await _origin(world, scope, entity.id)) for entity in entities]
    seen = {entity.id for entity in entities}
    telling = {kind for kind in RelationKind if kind is not RelationKind.MENTIONS}
    for entity in list(entities):
        for relation in await world.store.relations(scope, entity.id):
            other = relation.target if relation.source == entity.id else relation.source
            if relation.kind not in telling or other in seen:
                continue
            seen.add(other)
            [cited] = await world.store.get(scope, [other])
            if cited is not None:
                found.append(Cause(entity=cited, event=await _origin(world, scope, other), relation=relation))
    return found


async def _origin(world: World, scope: Scope, id: str) -> Event:
    [first] = islice(await world.store.history(scope, id), 1)
    return first
