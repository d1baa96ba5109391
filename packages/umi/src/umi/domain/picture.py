"""What is known of one subject, with the texts that say so; and what changed between two times."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from umi.domain.change import Event
from umi.domain.entity import Entity, Status
from umi.domain.fact import Fact, FactStatus
from umi.domain.relation import Relation


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A fact, and the entity whose text states it: its citation."""

    fact: Fact
    entity: Entity

    @property
    def held_from(self) -> datetime:
        return self.fact.since or self.entity.held_from

    @property
    def held_until(self) -> datetime | None:
        return self.fact.until or self.entity.valid_until

    @property
    def is_current(self) -> bool:
        """Whether it is believed to hold now: stated as so, by something that is recalled, and not ended."""
        recalled = self.entity.status is Status.ACTIVE
        return recalled and self.fact.status is FactStatus.CURRENT and self.held_until is None

    def held_at(self, moment: datetime) -> bool:
        """Whether it is believed to have held at a time: from its start, inclusive, to its end, exclusive."""
        known = self.entity.status in {Status.ACTIVE, Status.SUPERSEDED}
        stated = self.fact.status in {FactStatus.CURRENT, FactStatus.PAST}
        until = self.held_until
        if self.fact.status is FactStatus.PAST and until is None:
            return False  # over, but nothing says when
        return known and stated and self.held_from <= moment and (until is None or moment < until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """What is known of a subject at a moment.

    `current` holds what is believed then, newest first; `past` what was superseded, negated or is over; `planned` what
    was said of the future. More than one current value of a slot that has one is a conflict. `mentions` are texts that
    name the subject, newest first.
    """

    name: str
    aliases: tuple[str, ...] = ()
    current: tuple[Statement, ...] = ()
    past: tuple[Statement, ...] = ()
    planned: tuple[Statement, ...] = ()
    mentions: tuple[Entity, ...] = ()

    @property
    def values(self) -> Mapping[str, tuple[str, ...]]:
        """The current values by slot, newest first, each once."""
        found: dict[str, dict[str, None]] = {}
        for statement in self.current:
            found.setdefault(statement.fact.slot, {})[statement.fact.value] = None
        return {slot: tuple(values) for slot, values in found.items()}

    @property
    def conflicts(self) -> Mapping[str, tuple[Statement, ...]]:
        """The slots of one value for which several are believed, with who says what."""
        by_slot: dict[str, list[Statement]] = {}
        for statement in self.current:
            if not statement.fact.many:
                by_slot.setdefault(statement.fact.slot, []).append(statement)
        return {
            slot: tuple(found)
            for slot, found in by_slot.items()
            if len({one.fact.value.casefold() for one in found}) > 1
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Why something is believed: an entity, the change that brought it, and how it bears on what was asked about."""

    entity: Entity
    event: Event
    relation: Relation | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Revised:
    """An entity before and after."""

    before: Entity
    after: Entity


@dataclass(frozen=True, slots=True, kw_only=True)
class Diff:
    """What changed in what is recalled between two recorded times, (after, until], and the changes that did it.

    `gone` are as they are at the later time: their status says whether they were superseded, forgotten and so on.
    `erased` are ids: of these nothing else is left.
    """

    after: datetime
    until: datetime
    added: tuple[Entity, ...] = ()
    gone: tuple[Entity, ...] = ()
    revised: tuple[Revised, ...] = ()
    erased: tuple[str, ...] = ()
    events: tuple[Event, ...] = field(default=())
