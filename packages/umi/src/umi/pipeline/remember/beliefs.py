"""What is known of some subjects, and what it becomes while decisions are made: a value, never the store."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from umi.domain.entity import Entity, Status
from umi.domain.fact import Fact, FactStatus
from umi.domain.picture import Statement
from umi.domain.time import FAR

ALIAS_SLOT = "also_known_as"
_COUNTING = frozenset({Status.ACTIVE, Status.SUPERSEDED, Status.SILENCED, Status.EXPIRED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Belief:
    """A fact of an entity, by its place among the entity's facts."""

    entity: Entity
    place: int

    @property
    def fact(self) -> Fact:
        return self.entity.facts[self.place]

    @property
    def statement(self) -> Statement:
        return Statement(fact=self.fact, entity=self.entity)

    @property
    def start(self) -> datetime:
        return self.statement.held_from

    @property
    def end(self) -> datetime:
        """When it ceased to hold; far off, if it still does."""
        return self.statement.held_until or FAR

    @property
    def order(self) -> tuple[datetime, datetime]:
        return self.start, self.entity.created_at

    @property
    def is_standing(self) -> bool:
        """Whether it is stated as so, and nothing has ended it."""
        return self.fact.status is FactStatus.CURRENT and self.end == FAR

    def holds_at(self, moment: datetime) -> bool:
        return self.start <= moment < self.end


class Beliefs:
    """The entities of one partition that state something of the subjects in question.

    Forgotten, quarantined and merged ones do not count.
    """

    def __init__(self, entities: Iterable[Entity] = ()) -> None:
        self._entities: dict[str, Entity] = {}
        self._about: defaultdict[str, dict[str, None]] = defaultdict(dict)
        for entity in entities:
            self.put(entity)

    def put(self, entity: Entity) -> None:
        """Know an entity as it is now; one that does not count is known no more."""
        if entity.status not in _COUNTING:
            self._entities.pop(entity.id, None)
            return
        self._entities[entity.id] = entity
        for fact in entity.facts:
            self._about[fact.about][entity.id] = None

    def alter(self, id: str, values: Mapping[str, Any]) -> None:
        self.put(replace(self._entities[id], **values))

    def entity(self, id: str) -> Entity | None:
        return self._entities.get(id)

    def named(self, about: str) -> frozenset[str]:
        """Return the keys of a subject: its own, and those that texts equate with it."""
        keys, waiting = {about}, [about]
        while waiting:
            for belief in self._of(waiting.pop()):
                other = belief.fact.value
                if belief.fact.slot == ALIAS_SLOT and belief.is_standing and other not in keys:
                    keys.add(other)
                    waiting.append(other)
        return frozenset(keys)

    def of(self, about: str, *slots: str) -> list[Belief]:
        """Return what is known of a subject, under any of its names, in these slots."""
        keys = sorted(self.named(about))
        return [belief for key in keys for belief in self._of(key) if belief.fact.slot in slots]

    def _of(self, about: str) -> Iterator[Belief]:
        for id in list(self._about.get(about, ())):
            entity = self._entities.get(id)
            if entity is not None:
                for place, fact in enumerate(entity.facts):
                    if fact.about == about and not fact.is_guess:
                        yield Belief(entity=entity, place=place)
