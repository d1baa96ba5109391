"""Bringing an entity back: what it states holds again, and disagrees with whatever is believed instead by now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from umi.domain.change import Act, Alter, Change, restore
from umi.domain.entity import Entity, Status
from umi.pipeline.facts.values import value_key
from umi.pipeline.remember.beliefs import Belief, Beliefs


def revive(entity: Entity, beliefs: Beliefs, reason: str) -> list[Change]:
    """Return the changes that bring an entity back with all it states, and mark what contradicts it then."""
    facts = tuple(
        fact if fact.superseded_by is None else replace(fact, until=None, superseded_by=None) for fact in entity.facts
    )
    back = replace(entity, facts=facts, status=Status.ACTIVE, valid_until=None)
    rivals = {rival.id: rival for place in range(len(facts)) for rival in _rivals(back, place, beliefs)}
    change = restore(entity.scope, entity.id, reason)
    values = {**change.values, "facts": facts, "conflicts": tuple(rivals)}
    return [replace(change, values=values, revision=entity.revision), *_disputes(entity, rivals.values())]


def _rivals(entity: Entity, place: int, beliefs: Beliefs) -> Iterator[Entity]:
    """What is recalled and states another value where only one can hold."""
    own = Belief(entity=entity, place=place)
    if own.fact.many or not own.is_standing:
        return
    for belief in beliefs.of(own.fact.about, own.fact.slot):
        is_other = value_key(belief.fact.value) != value_key(own.fact.value) and belief.entity.id != entity.id
        if is_other and belief.is_standing and belief.entity.status is Status.ACTIVE:
            yield belief.entity


def _disputes(entity: Entity, rivals: Iterable[Entity]) -> Iterator[Alter]:
    for rival in rivals:
        if entity.id not in rival.conflicts:
            yield Alter(
                scope=rival.scope,
                id=rival.id,
                act=Act.DISPUTE,
                values={"conflicts": (*rival.conflicts, entity.id)},
                reason="another value was restored",
                by=entity.id,
            )
