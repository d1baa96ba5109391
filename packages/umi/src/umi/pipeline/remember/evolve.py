"""The last stage before the store: compare a new statement with what is known, and decide what changes.

A decision is a value; only the store applies it. Every text is kept verbatim, whatever is decided: what it supersedes
stays in history, and what it contradicts stays beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from umi.domain.change import Act, Add, Alter, Change, Relate
from umi.domain.decision import Decision
from umi.domain.entity import Entity, Status
from umi.domain.fact import Fact, FactStatus
from umi.domain.relation import RelationKind
from umi.pipeline.facts.read import says_nothing_else
from umi.pipeline.facts.values import is_refinement, value_key
from umi.pipeline.remember.beliefs import ALIAS_SLOT, Belief, Beliefs
from umi.pipeline.remember.embed import Embedded
from umi.pipeline.remember.extract.sentences import split_sentences

CONFIDENCE_WITH_CUE = 0.95
CONFIDENCE_BY_TIME = 0.8
CONFIDENCE_UNSURE = 0.4
STATED_CONFIDENCE_MIN = 0.55  # a fact read less surely than this supersedes nothing
_OPPOSITES = {"likes": "dislikes", "dislikes": "likes"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Evolved:
    """The addition of an entity with what else was decided, in the order to be applied."""

    changes: Sequence[Change]
    decisions: tuple[Decision, ...]
    status: Status


@dataclass(frozen=True, slots=True, kw_only=True)
class _Verdict:
    """How one fact of a new entity stands to one belief. `ends` says whose fact is over, and when."""

    kind: RelationKind
    belief: Belief
    reason: str
    confidence: float
    ends_known: datetime | None = None
    ends_new: datetime | None = None

    @property
    def is_older(self) -> bool:
        return self.ends_new is not None


def evolve(embedded: Embedded, *, identity: bytes, model: str, beliefs: Beliefs) -> Evolved:
    """Decide what becomes true with a new entity, and let the beliefs know it."""
    entity = embedded.entity
    verdicts = [_judge(entity, place, beliefs) for place in range(len(entity.facts))] if _may_evolve(entity) else []
    entity = _settled(entity, verdicts)
    add = Add(entity=entity, identity=identity, words=embedded.words, model=model, vector=embedded.vector)
    every = [verdict for found in verdicts for verdict in found]
    decisions = tuple(_decisions(every))
    changes: list[Change] = [add, *_ends(entity, every, beliefs), *_disputes(entity, every, beliefs)]
    changes += [
        Relate(
            scope=entity.scope,
            source=decision.id if decision.is_older else entity.id,
            target=entity.id if decision.is_older else decision.id,
            kind=decision.kind,
            reason=decision.reason,
            confidence=decision.confidence,
        )
        for decision in decisions
    ]
    beliefs.put(entity)
    return Evolved(changes=changes, decisions=decisions, status=entity.status)


def _may_evolve(entity: Entity) -> bool:
    return entity.status is Status.ACTIVE


def _judge(entity: Entity, place: int, beliefs: Beliefs) -> list[_Verdict]:
    """Compare one fact of a new entity with what is known of its subject and slot."""
    new = Belief(entity=entity, place=place)
    fact = new.fact
    known = [belief for belief in beliefs.of(fact.about, fact.slot) if belief.entity.id != entity.id]
    opposite = _OPPOSITES.get(fact.slot)
    match fact.status:
        case FactStatus.FUTURE:
            return []
        case FactStatus.PAST | FactStatus.NEGATED:
            return list(_ending(new, known))
        case FactStatus.CURRENT if fact.many or fact.slot == ALIAS_SLOT:
            against = beliefs.of(fact.about, opposite) if opposite else []
            return [*_adding(new, known), *_ending(new, against)]
        case FactStatus.CURRENT:
            return list(_replacing(new, known))


def _adding(new: Belief, known: Iterable[Belief]) -> Iterator[_Verdict]:
    """One of many values that may hold at once: the same as one that is known, or one more."""
    standing = [belief for belief in known if belief.is_standing]
    same = [belief for belief in standing if _agree(belief.fact, new.fact)]
    if same:
        yield _same(same[-1], "the same value of the same attribute")
    elif standing and new.fact.slot != ALIAS_SLOT:
        latest = max(standing, key=_order)
        yield _Verdict(
            kind=RelationKind.EXTEND,
            belief=latest,
            reason="one more value of an attribute that may have several",
            confidence=new.fact.confidence,
        )


def _ending(new: Belief, known: Iterable[Belief]) -> Iterator[_Verdict]:
    """Something is said to be over, or not so: that ends what says it is."""
    for belief in known:
        if not belief.is_standing or not _agree(belief.fact, new.fact) or not _follows(new, belief):
            continue
        if not _may_overrule(new, belief):
            yield _contradiction(belief, "said to be over, by a source trusted less or unsurely")
            continue
        yield _Verdict(
            kind=RelationKind.UPDATE,
            belief=belief,
            reason="said to be over",
            confidence=CONFIDENCE_WITH_CUE,
            ends_known=max(_start(new), _start(belief)),
        )


def _replacing(new: Belief, known: Sequence[Belief]) -> Iterator[_Verdict]:
    """Compare one value of an attribute that has one at a time with what was known of it, in the order of time."""
    agreeing = [belief for belief in known if belief.is_standing and _agree(belief.fact, new.fact)]
    others = [belief for belief in known if not _agree(belief.fact, new.fact)]
    stale = None if agreeing else _stale(new, known)
    if agreeing:
        yield _same(max(agreeing, key=_order), "the same value of the same attribute")
    if stale is not None:
        yield stale
        return
    yield from (_compare(new, belief) for belief in others if belief.is_standing and _follows(new, belief))
    later = [belief for belief in others if (belief.is_standing or belief.is_ended) and not _follows(new, belief)]
    if later:
        yield _late(new, min(later, key=_order))
    yield from (_update(new, belief) for belief in others if _is_interrupted(belief, _start(new)))


def _is_interrupted(belief: Belief, moment: datetime) -> bool:
    """Whether it was thought to have held at a time at which another value did."""
    until = belief.statement.held_until
    return belief.is_ended and until is not None and _start(belief) < moment < until


def _stale(new: Belief, known: Iterable[Belief]) -> _Verdict | None:
    """Whether the value was known and has ended: said again without a sign of change, it stays ended."""
    ended = [belief for belief in known if belief.is_ended and _agree(belief.fact, new.fact)]
    if not ended:
        return None
    latest = max(ended, key=_order)
    until = latest.statement.held_until
    assert until is not None
    if new.fact.is_change and _start(new) >= until:
        return None
    return replace(
        _same(latest, "a value that was superseded, said again without a sign of change"),
        ends_new=max(until, _start(new)),
    )


def _compare(new: Belief, belief: Belief) -> _Verdict:
    """Decide between two values of which only one can hold."""
    if is_refinement(belief.fact.value, new.fact.value):
        return _Verdict(
            kind=RelationKind.EXTEND,
            belief=belief,
            reason="the same value, told more closely",
            confidence=new.fact.confidence,
        )
    if _start(new) == _start(belief) and not _is_later_turn(new.entity, belief.entity) and not new.fact.is_change:
        return _contradiction(belief, "another value of the same attribute, from the same time")
    return _update(new, belief)


def _update(new: Belief, belief: Belief) -> _Verdict:
    if not _may_overrule(new, belief):
        return _contradiction(belief, "another value of the same attribute, from a source trusted less or unsurely")
    sign = "with a sign of change" if new.fact.is_change else "from a later time"
    return _Verdict(
        kind=RelationKind.UPDATE,
        belief=belief,
        reason=f"another value of the same attribute, {sign}",
        confidence=CONFIDENCE_WITH_CUE if new.fact.is_change else CONFIDENCE_BY_TIME,
        ends_known=_start(new),
    )


def _late(new: Belief, belief: Belief) -> _Verdict:
    """The new statement is about an earlier time than what is believed: it held until then."""
    if not _may_overrule(belief, new):
        return _contradiction(belief, "another value of the same attribute, from a source trusted less or unsurely")
    return _Verdict(
        kind=RelationKind.UPDATE,
        belief=belief,
        reason="another value of the same attribute, from an earlier time",
        confidence=CONFIDENCE_BY_TIME,
        ends_new=_start(belief),
    )


def _same(belief: Belief, reason: str) -> _Verdict:
    return _Verdict(kind=RelationKind.SAME, belief=belief, reason=reason, confidence=belief.fact.confidence)


def _contradiction(belief: Belief, reason: str) -> _Verdict:
    return _Verdict(kind=RelationKind.CONTRADICT, belief=belief, reason=reason, confidence=CONFIDENCE_UNSURE)


def _agree(one: Fact, other: Fact) -> bool:
    return value_key(one.value) == value_key(other.value)


def _start(belief: Belief) -> datetime:
    return belief.statement.held_from


def _order(belief: Belief) -> tuple[datetime, datetime]:
    return _start(belief), belief.entity.created_at


def _follows(new: Belief, belief: Belief) -> bool:
    return _start(new) >= _start(belief)


def _is_later_turn(new: Entity, known: Entity) -> bool:
    """Whether it was said later in the same session, where the times do not tell: the newest entity comes last."""
    return new.session is not None and new.session == known.session


def _may_overrule(new: Belief, belief: Belief) -> bool:
    """Whether a source is trusted as much, and sure enough of it."""
    is_sure = not new.fact.is_hedged and new.fact.confidence >= STATED_CONFIDENCE_MIN
    return is_sure and new.entity.trust.rank >= belief.entity.trust.rank


def _settled(entity: Entity, verdicts: Sequence[Sequence[_Verdict]]) -> Entity:
    """Return the new entity as it is added: with its facts ended that are over already, and what contradicts it."""
    ends = [min((v.ends_new for v in found if v.ends_new is not None), default=None) for found in verdicts]
    disputed = {v.belief.entity.id: None for found in verdicts for v in found if v.kind is RelationKind.CONTRADICT}
    if not any(ends) and not disputed:
        return entity
    by = {place: [v.belief.entity.id for v in found if v.ends_new is not None] for place, found in enumerate(verdicts)}
    facts = tuple(
        fact if until is None else replace(fact, until=until, superseded_by=by[place][0])
        for place, (fact, until) in enumerate(zip(entity.facts, ends, strict=True))
    )
    settled = replace(entity, facts=facts, conflicts=tuple(disputed))
    until = _over_until(settled)
    return settled if until is None else replace(settled, status=Status.SUPERSEDED, valid_until=until)


def _over_until(entity: Entity) -> datetime | None:
    """Return when everything a text says was over, or None if a part of it may still hold."""
    ends = [fact.until for fact in entity.facts if fact.status is FactStatus.CURRENT]
    latest = [until for until in ends if until is not None]
    if not latest or len(latest) < len(ends):
        return None
    whole = says_nothing_else(entity.content, split_sentences(entity.content), entity.facts)
    return max(latest) if whole else None


def _ends(entity: Entity, verdicts: Iterable[_Verdict], beliefs: Beliefs) -> Iterator[Change]:
    """End what is over in the entities that state it; one that says nothing else leaves recall."""
    for verdict in verdicts:
        if verdict.ends_known is None:
            continue
        known = beliefs.entity(verdict.belief.entity.id) or verdict.belief.entity
        facts = list(known.facts)
        facts[verdict.belief.place] = replace(
            facts[verdict.belief.place], until=verdict.ends_known, superseded_by=entity.id
        )
        values: dict[str, Any] = {"facts": tuple(facts)}
        until = _over_until(replace(known, **values))
        if until is not None and known.status is Status.ACTIVE:
            values |= {"status": Status.SUPERSEDED, "valid_until": until, "conflicts": ()}
        yield Alter(
            scope=known.scope, id=known.id, act=Act.SUPERSEDE, values=values, reason=verdict.reason, by=entity.id
        )
        beliefs.alter(known.id, values)
        if "conflicts" in values:
            yield from _reconciled(known, entity, beliefs)


def _reconciled(gone: Entity, by: Entity, beliefs: Beliefs) -> Iterator[Change]:
    """Take the mark of a conflict from what a superseded entity contradicted."""
    for id in gone.conflicts:
        other = beliefs.entity(id)
        if other is not None and gone.id in other.conflicts:
            values = {"conflicts": tuple(one for one in other.conflicts if one != gone.id)}
            yield Alter(scope=other.scope, id=id, act=Act.DISPUTE, values=values, reason="settled", by=by.id)
            beliefs.alter(id, values)


def _disputes(entity: Entity, verdicts: Iterable[_Verdict], beliefs: Beliefs) -> Iterator[Change]:
    """Mark what the new entity contradicts."""
    for verdict in verdicts:
        known = beliefs.entity(verdict.belief.entity.id)
        if verdict.kind is not RelationKind.CONTRADICT or known is None or entity.id in known.conflicts:
            continue
        values = {"conflicts": (*known.conflicts, entity.id)}
        yield Alter(scope=known.scope, id=known.id, act=Act.DISPUTE, values=values, reason=verdict.reason, by=entity.id)
        beliefs.alter(known.id, values)


def _decisions(verdicts: Iterable[_Verdict]) -> Iterator[Decision]:
    """One decision for each known entity and kind, the surest."""
    best: dict[tuple[str, RelationKind], _Verdict] = {}
    for verdict in verdicts:
        key = verdict.belief.entity.id, verdict.kind
        if key not in best or verdict.confidence > best[key].confidence:
            best[key] = verdict
    for (id, kind), verdict in best.items():
        yield Decision(
            kind=kind,
            id=id,
            reason=verdict.reason,
            confidence=verdict.confidence,
            is_older=verdict.is_older and kind is RelationKind.UPDATE,
        )
