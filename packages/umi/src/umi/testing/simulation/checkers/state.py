"""What stands now, and what stood at every time before."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Final

from umi.domain.change import ALTERABLE
from umi.domain.entity import Entity, Status
from umi.domain.fact import Fact, FactStatus
from umi.pipeline.facts.values import is_refinement, value_key
from umi.pipeline.remember.beliefs import ALIAS_SLOT
from umi.testing.simulation.aftermath import Aftermath
from umi.testing.simulation.ledger import Key
from umi.testing.simulation.replica import Point
from umi.testing.simulation.violation import Violation

_LOOKS_BETWEEN: Final = 6
_INSTANT: Final = timedelta(microseconds=1)
_FIELDS: Final = sorted(ALTERABLE)


class Present:
    """Every memory is what the acknowledged changes made of it, and there is none besides."""

    name = "Present"

    async def check(self, left: Aftermath) -> None:
        _compare(self.name, "now", await left.listed(), left.replica.entities)


class AsOf:
    """As of every change, and of the instant before some of them, the store answers what stood then.

    As of a change it is asked of those whose change it was, and before one of all.
    """

    name = "AsOf"

    async def check(self, left: Aftermath) -> None:
        points = left.replica.points
        for point in points:
            await self._look(left, point, point.at, point.tenants)
        for _ in range(min(_LOOKS_BETWEEN, len(points) - 1)):
            place = left.rng.next_int(1, len(points) - 1)
            await self._look(left, points[place - 1], points[place].at - _INSTANT, left.memories.keys())

    async def _look(self, left: Aftermath, point: Point, at: datetime, tenants: Collection[str]) -> None:
        own = {key: entity for key, entity in point.entities.items() if key[0] in tenants}
        due = {key for key, entity in own.items() if entity.expires_at is not None and entity.expires_at <= at}
        found = {key: entity for key, entity in (await left.listed(at, tenants)).items() if key not in due}
        _compare(self.name, f"as of {at}", found, {key: own[key] for key in own.keys() - due})


class NoSilentContradiction:
    """What is new never gives a slot that has one value another than what stands, without superseding it or saying so.

    It is looked at where it was added: what is undone later may let two values stand side by side. A value that is told
    more closely is no other.
    """

    name = "NoSilentContradiction"

    async def check(self, left: Aftermath) -> None:
        before: Mapping[Key, Entity] = {}
        for point in left.replica.points:
            said = [one for entity in point.entities.values() for one in _stated(entity)]
            for one, fact in [new for new in said if (new[0].scope.tenant, new[0].id) not in before]:
                for other, against in said:
                    if other is not one and _are_rivals(one, fact, other, against) and other.id not in one.conflicts:
                        seen = f"{one.id} says {fact.value!r}, {other.id} {against.value!r} of {fact.about} {fact.slot}"
                        raise Violation(self.name, f"from {point.at} on, {seen}")
            before = point.entities


def _stated(entity: Entity) -> list[tuple[Entity, Fact]]:
    """Return what an active memory says now of slots that have one value at a time."""
    if entity.status is not Status.ACTIVE:
        return []
    holding = [fact for fact in entity.facts if fact.status is FactStatus.CURRENT and fact.until is None]
    return [(entity, fact) for fact in holding if not (fact.many or fact.slot == ALIAS_SLOT or fact.is_guess)]


def _are_rivals(one: Entity, fact: Fact, other: Entity, against: Fact) -> bool:
    is_same_place = _place(one) == _place(other) and (fact.about, fact.slot) == (against.about, against.slot)
    if not is_same_place or value_key(fact.value) == value_key(against.value):
        return False
    return not (is_refinement(fact.value, against.value) or is_refinement(against.value, fact.value))


def _place(entity: Entity) -> tuple[str | None, ...]:
    scope = entity.scope
    return scope.tenant, scope.user, scope.namespace, scope.agent


def _compare(checker: str, when: str, found: Mapping[Key, Entity], wanted: Mapping[Key, Entity]) -> None:
    if found.keys() != wanted.keys():
        lost, surplus = sorted(wanted.keys() - found.keys()), sorted(found.keys() - wanted.keys())
        raise Violation(checker, f"{when}, {lost} are missing, and {surplus} are too many")
    for key, entity in found.items():
        for name in _FIELDS:
            told, right = getattr(entity, name), getattr(wanted[key], name)
            if told != right:
                raise Violation(checker, f"{when}, {name} of {key[1]} is {told!r}, and should be {right!r}")
