"""The third view of recall: which entities state the fact that a question asks for.

A question such as "Where does Alice live?" names a subject and a slot. What is believed of them is looked up beside the
search, so that the text with the current value comes first, and one with a value that is over comes last.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import sqrt

from umi.domain.entity import Entity, Status
from umi.domain.fact import GUESS_CONFIDENCE_MAX, FactStatus
from umi.domain.moment import NOW, Moment
from umi.domain.picture import Statement
from umi.domain.query import EVERYTHING, Filter
from umi.domain.scope import Scope
from umi.pipeline.facts.questions import Asked
from umi.pipeline.facts.subjects import subject_key
from umi.pipeline.remember.beliefs import ALIAS_SLOT, Beliefs
from umi.ports.store import Known, Store

STALE = -1.0
MANY = 0.2
_OLDER = 0.9  # each statement of a fact counts a little less than the one after it
_UNDONE = 0.9  # taken from older statements by a guess, times its weight: it ended none of them when it was remembered
_TOLD = frozenset({Status.ACTIVE, Status.SUPERSEDED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Believed:
    """How far entities, by the store's numbers, answer a question by what is believed: from -1, stale, to 1.

    `of_the_past` says that the question is about what was.
    """

    shares: Mapping[int, float] = field(default_factory=dict[int, float])
    of_the_past: bool = False


NOTHING_BELIEVED = Believed()


async def believe(store: Store, asked: Sequence[Asked], *, scope: Scope, filter: Filter = EVERYTHING) -> Believed:
    """Look up what a question asks for."""
    found = [one for one in asked if one.subject is not None]
    if not found:
        return NOTHING_BELIEVED
    keys = tuple(sorted({subject_key(one.subject) for one in found if one.subject is not None}))
    slots = tuple(sorted({one.slot for one in found}))
    known = await _known(store, scope, keys, (*slots, ALIAS_SLOT), filter.moment)
    of_the_past = all(one.tense is FactStatus.PAST for one in found)
    return Believed(shares=_shares(known, slots, filter, of_the_past=of_the_past), of_the_past=of_the_past)


async def _known(store: Store, scope: Scope, keys: Sequence[str], slots: Sequence[str], moment: Moment) -> Known:
    """Read what is stated of subjects, and of those that are the same by other names."""
    known = await store.facts(scope, keys, slots, Moment(as_of=moment.as_of))
    beliefs = Beliefs(known.entities.values())
    names = {name for key in keys for name in beliefs.named(key)}
    if names == set(keys):
        return known
    return await store.facts(scope, tuple(sorted(names)), slots, Moment(as_of=moment.as_of))


def _shares(known: Known, slots: Sequence[str], filter: Filter, *, of_the_past: bool) -> dict[int, float]:
    statuses = _TOLD if of_the_past and not filter.statuses else frozenset(filter.statuses_found)
    told = {
        number: [Statement(fact=fact, entity=entity) for fact in entity.facts if fact.slot in slots]
        for number, entity in known.entities.items()
        if entity.status in statuses and filter.allows(entity)
    }
    moment = NOW if of_the_past else filter.moment
    right = [number for number, found in told.items() if any(_answers(one, moment, of_the_past) for one in found)]
    right.sort(key=lambda number: _order(known.entities[number], told[number]), reverse=True)
    shares = _in_turn({number: told[number] for number in right})
    if right and not of_the_past:
        shares |= dict.fromkeys((n for n in told.keys() - shares.keys() if _is_over(known.entities[n], told[n])), STALE)
    return shares


def _is_over(entity: Entity, statements: Sequence[Statement]) -> bool:
    """Whether it is recalled, and tells of what was; a plan is none of it."""
    told = any(one.fact.status is not FactStatus.FUTURE for one in statements)
    return told and entity.status is Status.ACTIVE


def _in_turn(told: Mapping[int, Sequence[Statement]]) -> dict[int, float]:
    """Weigh statements, given the newest first, each by its own weight and by what came after it."""
    shares: dict[int, float] = {}
    rest = 1.0
    for number, statements in told.items():
        weight = _weight(statements)
        shares[number] = rest * weight
        rest *= 1 - _UNDONE * weight if all(one.fact.is_guess for one in statements) else _OLDER
    return shares


def _weight(statements: Sequence[Statement]) -> float:
    """One value tells what was asked for; one of many values is one of many answers. A guess counts less."""
    surest = max(one.fact.confidence / GUESS_CONFIDENCE_MAX if one.fact.is_guess else 1.0 for one in statements)
    return sqrt(surest) * (MANY if all(one.fact.many for one in statements) else 1.0)


def _answers(statement: Statement, moment: Moment, of_the_past: bool) -> bool:
    if of_the_past:
        return statement.fact.status is FactStatus.PAST or statement.held_until is not None
    return statement.is_current if moment.valid_at is None else statement.held_at(moment.valid_at)


def _order(entity: Entity, statements: Sequence[Statement]) -> tuple[object, ...]:
    return max(one.held_from for one in statements), entity.event_time, entity.created_at
