"""How one fact of a new entity stands to what is known of the same subject and slot.

A statement holds from when it was said, or from when it says, until something ends it: another value of a slot that has
one at a time, or the word that it is over. Statements come in any order: one that is about an earlier time than a known
one holds until that one begins, and one that lies within the time of a known one cuts that short. A value that has
ended stays ended when it is only said again; it holds anew when the text announces a change.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never

from umi.domain.entity import Entity
from umi.domain.fact import Fact, FactStatus
from umi.domain.relation import RelationKind
from umi.domain.time import FAR
from umi.pipeline.facts.values import is_refinement, value_key
from umi.pipeline.remember.beliefs import ALIAS_SLOT, Belief, Beliefs

CONFIDENCE_WITH_CUE = 0.95
CONFIDENCE_BY_TIME = 0.8
CONFIDENCE_UNSURE = 0.4
STATED_CONFIDENCE_MIN = 0.55  # a fact read less surely than this supersedes nothing
OPPOSITES = {"likes": "dislikes", "dislikes": "likes"}
_UNTRUSTED = "another value of the same attribute, from a source trusted less or unsurely"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """How a new fact stands to one belief, and whose time ends with that, and when."""

    kind: RelationKind
    belief: Belief
    reason: str
    confidence: float
    ends_known: datetime | None = None
    ends_new: datetime | None = None


def judge(entity: Entity, place: int, beliefs: Beliefs) -> list[Verdict]:
    """Compare one fact of a new entity with what is known."""
    new = Belief(entity=entity, place=place)
    fact = new.fact
    if fact.is_guess:
        return []
    found = beliefs.of(fact.about, fact.slot)
    # What ended when it began, such as a stale value said again, holds nothing.
    known = [belief for belief in found if belief.entity.id != entity.id and belief.start < belief.end]
    opposite = OPPOSITES.get(fact.slot)
    against = beliefs.of(fact.about, opposite) if opposite else []
    match fact.status:
        case FactStatus.FUTURE:
            return []
        case FactStatus.PAST | FactStatus.NEGATED:
            return list(_ending(new, known))
        case FactStatus.CURRENT:
            over = [belief for belief in known if belief.fact.status in {FactStatus.PAST, FactStatus.NEGATED}]
            return [*_holding(new, known, over, against), *_ending(new, against)]
        case _:
            assert_never(fact.status)


def _ending(new: Belief, known: Iterable[Belief]) -> Iterator[Verdict]:
    """Something is said to be over, or not so: that ends what says it is."""
    for belief in _agreeing(new, known):
        if not belief.holds_at(new.start):
            continue
        if not _may_overrule(new, belief):
            yield _contradiction(belief, "said to be over, by a source trusted less or unsurely")
        else:
            yield _ends_known(belief, new.start, "said to be over", CONFIDENCE_WITH_CUE)


def _holding(
    new: Belief, known: Sequence[Belief], over: Iterable[Belief], against: Iterable[Belief]
) -> Iterator[Verdict]:
    """Compare a value that is said to hold with what was known of it, in the order of time."""
    agreeing = list(_agreeing(new, known))
    stale = _stale(new, agreeing)
    if stale is not None:
        yield stale
        return
    others = [] if _has_many(new.fact) else [one for one in known if _is_stated(one) and one not in agreeing]
    bounds = [*_bounds(new, others), *_word_of_end(new, over, against)]
    end = min((bound.ends_new or FAR for bound in bounds), default=FAR)
    merged = [one for one in agreeing if one.end > new.start and one.start < end]
    if merged:
        yield _merged(new, merged, end)
    elif _has_many(new.fact):
        yield from _extension(new, known)
    yield from (bound for bound in bounds if bound.ends_new == end)
    for belief in others:
        if belief.holds_at(new.start):
            yield _compare(new, belief)
        elif new.start < belief.start < end and not _may_overrule(belief, new):
            yield _contradiction(belief, _UNTRUSTED)


def _stale(new: Belief, agreeing: Sequence[Belief]) -> Verdict | None:
    """Whether the value was known and has ended: said again without a sign of change, it stays ended."""
    ended = [belief for belief in agreeing if belief.end <= new.start]
    if new.fact.is_change or not ended or any(belief.holds_at(new.start) for belief in agreeing):
        return None
    latest = max(ended, key=lambda belief: belief.order)
    same = _same(latest, "a value that was superseded, said again without a sign of change")
    return replace(same, ends_new=new.start)


def _bounds(new: Belief, others: Iterable[Belief]) -> Iterator[Verdict]:
    """The values that took the place of this one later, if it is about an earlier time."""
    for belief in others:
        if belief.start > new.start and _may_overrule(belief, new):
            reason = "another value of the same attribute, from an earlier time"
            yield _ends_new(belief, belief.start, reason, CONFIDENCE_BY_TIME)


def _word_of_end(new: Belief, over: Iterable[Belief], against: Iterable[Belief]) -> Iterator[Verdict]:
    """What is known to have said, later, that it is over."""
    said = [*_agreeing(new, over, stated=False), *_agreeing(new, against)]
    for belief in said:
        if belief.start > new.start and _may_overrule(belief, new):
            yield _ends_new(belief, belief.start, "known to be over since", CONFIDENCE_WITH_CUE)


def _merged(new: Belief, merged: Sequence[Belief], end: datetime) -> Verdict:
    """The same value, said of a time that touches a known one: it ends with that, if that ended."""
    latest = max(merged, key=lambda belief: belief.order)
    trust = new.entity.trust.rank
    until = min((belief.end for belief in merged if belief.entity.trust.rank >= trust), default=FAR)
    same = _same(latest, "the same value of the same attribute")
    return same if min(until, end) == FAR else replace(same, ends_new=min(until, end))


def _extension(new: Belief, known: Iterable[Belief]) -> Iterator[Verdict]:
    """One more of many values that may hold at once."""
    standing = [belief for belief in known if belief.is_standing]
    if standing and new.fact.slot != ALIAS_SLOT:
        latest = max(standing, key=lambda belief: belief.order)
        reason = "one more value of an attribute that may have several"
        yield Verdict(kind=RelationKind.EXTEND, belief=latest, reason=reason, confidence=new.fact.confidence)


def _compare(new: Belief, belief: Belief) -> Verdict:
    """Decide between two values of which only one can hold at a time."""
    if is_refinement(belief.fact.value, new.fact.value):
        reason = "the same value, told more closely"
        return Verdict(kind=RelationKind.EXTEND, belief=belief, reason=reason, confidence=new.fact.confidence)
    is_later = new.start > belief.start or new.fact.is_change or _is_later_turn(new.entity, belief.entity)
    if not is_later and _is_later_turn(belief.entity, new.entity) and _may_overrule(belief, new):
        reason = "another value of the same attribute, from a later turn"
        return _ends_new(belief, belief.start, reason, CONFIDENCE_BY_TIME)
    if not is_later:
        return _contradiction(belief, "another value of the same attribute, from the same time")
    if not _may_overrule(new, belief):
        return _contradiction(belief, _UNTRUSTED)
    sign = "with a sign of change" if new.fact.is_change else "from a later time"
    confidence = CONFIDENCE_WITH_CUE if new.fact.is_change else CONFIDENCE_BY_TIME
    return _ends_known(belief, new.start, f"another value of the same attribute, {sign}", confidence)


def _ends_known(belief: Belief, moment: datetime, reason: str, confidence: float) -> Verdict:
    update = RelationKind.UPDATE
    return Verdict(kind=update, belief=belief, reason=reason, confidence=confidence, ends_known=moment)


def _ends_new(belief: Belief, moment: datetime, reason: str, confidence: float) -> Verdict:
    return Verdict(
        kind=RelationKind.UPDATE, belief=belief, reason=reason, confidence=confidence, ends_new=moment
    )  # fmt: skip


def _same(belief: Belief, reason: str) -> Verdict:
    return Verdict(kind=RelationKind.SAME, belief=belief, reason=reason, confidence=belief.fact.confidence)


def _contradiction(belief: Belief, reason: str) -> Verdict:
    return Verdict(kind=RelationKind.CONTRADICT, belief=belief, reason=reason, confidence=CONFIDENCE_UNSURE)


def _agreeing(new: Belief, known: Iterable[Belief], *, stated: bool = True) -> Iterator[Belief]:
    """Those with the same value, and of these such as state that it holds, unless others are meant."""
    key = value_key(new.fact.value)
    return (one for one in known if value_key(one.fact.value) == key and _is_stated(one) == stated)


def _is_stated(belief: Belief) -> bool:
    return belief.fact.status is FactStatus.CURRENT


def _has_many(fact: Fact) -> bool:
    return fact.many or fact.slot == ALIAS_SLOT


def _is_later_turn(new: Entity, known: Entity) -> bool:
    """Whether it was said later in the same session, where the times do not tell.

    What is new has no place yet and comes last; what is kept has one, and may be read again when later turns are known.
    """
    if new.session is None or new.session != known.session:
        return False
    return new.turn is None or (known.turn is not None and new.turn > known.turn)


def _may_overrule(new: Belief, belief: Belief) -> bool:
    """Whether a source is trusted as much, and sure enough of it."""
    is_sure = not new.fact.is_hedged and new.fact.confidence >= STATED_CONFIDENCE_MIN
    return is_sure and new.entity.trust.rank >= belief.entity.trust.rank
