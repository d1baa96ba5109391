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
from umi.pipeline.remember.beliefs import Beliefs
from umi.pipeline.remember.embed import Embedded
from umi.pipeline.remember.extract.sentences import split_sentences
from umi.pipeline.remember.judge import Verdict, judge


@dataclass(frozen=True, slots=True, kw_only=True)
class Evolved:
    """The addition of an entity, as it will stand, with what else was decided, in the order to be applied."""

    entity: Entity
    changes: Sequence[Change]
    decisions: tuple[Decision, ...]
    status: Status


def evolve(embedded: Embedded, *, identity: bytes, model: str, beliefs: Beliefs) -> Evolved:
    """Decide what becomes true with a new entity, and let the beliefs know it."""
    entity = embedded.entity
    verdicts = [judge(entity, place, beliefs) for place in range(len(entity.facts))] if _may_evolve(entity) else []
    entity = _settled(entity, verdicts)
    add = Add(entity=entity, identity=identity, words=embedded.words, model=model, vector=embedded.vector)
    every = [verdict for found in verdicts for verdict in found]
    decisions = tuple(_decisions(every))
    changes: list[Change] = [add, *_ends(entity, every, beliefs), *_disputes(entity, every, beliefs)]
    changes += _relations(entity, decisions)
    beliefs.put(entity)
    return Evolved(entity=entity, changes=changes, decisions=decisions, status=entity.status)


def reconsider(entity: Entity, added: Sequence[Fact], *, beliefs: Beliefs, reason: str) -> Evolved:
    """Decide what becomes true with facts that are read later in a text that is kept, as if it had stated them at once.

    The first change adds them to the entity, if that still is what it was; the beliefs know of it afterwards.
    """
    beliefs.put(replace(entity, status=Status.FORGOTTEN))  # it is not compared with itself
    told = replace(entity, facts=(*entity.facts, *added))
    places = range(len(told.facts))
    verdicts = [judge(told, place, beliefs) if place >= len(entity.facts) else [] for place in places]
    settled = _settled(told, verdicts if _may_evolve(entity) else [[] for _ in places])
    settled = replace(settled, conflicts=tuple(dict.fromkeys((*entity.conflicts, *settled.conflicts))))
    every = [verdict for found in verdicts for verdict in found] if _may_evolve(entity) else []
    values = {name: getattr(settled, name) for name in ("facts", "conflicts", "status", "valid_until")}
    values = {name: value for name, value in values.items() if value != getattr(entity, name)}
    alter = Alter(
        scope=entity.scope, id=entity.id, act=Act.REVISE, values=values, reason=reason, revision=entity.revision
    )
    decisions = tuple(_decisions(every))
    changes: list[Change] = [alter, *_ends(settled, every, beliefs), *_disputes(settled, every, beliefs)]
    changes += _relations(settled, decisions)
    beliefs.put(settled)
    return Evolved(entity=settled, changes=changes, decisions=decisions, status=settled.status)


def _relations(entity: Entity, decisions: Iterable[Decision]) -> Iterator[Relate]:
    for decision in decisions:
        yield Relate(
            scope=entity.scope,
            source=decision.id if decision.is_older else entity.id,
            target=entity.id if decision.is_older else decision.id,
            kind=decision.kind,
            reason=decision.reason,
            confidence=decision.confidence,
        )


def _may_evolve(entity: Entity) -> bool:
    return entity.status is Status.ACTIVE


def _settled(entity: Entity, verdicts: Sequence[Sequence[Verdict]]) -> Entity:
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


def _ends(entity: Entity, verdicts: Iterable[Verdict], beliefs: Beliefs) -> Iterator[Change]:
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
        if until is not None and known.status in {Status.ACTIVE, Status.SUPERSEDED}:
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


def _disputes(entity: Entity, verdicts: Iterable[Verdict], beliefs: Beliefs) -> Iterator[Change]:
    """Mark what the new entity contradicts."""
    for verdict in verdicts:
        known = beliefs.entity(verdict.belief.entity.id)
        if verdict.kind is not RelationKind.CONTRADICT or known is None or entity.id in known.conflicts:
            continue
        values = {"conflicts": (*known.conflicts, entity.id)}
        yield Alter(scope=known.scope, id=known.id, act=Act.DISPUTE, values=values, reason=verdict.reason, by=entity.id)
        beliefs.alter(known.id, values)


def _decisions(verdicts: Iterable[Verdict]) -> Iterator[Decision]:
    """One decision for each known entity and kind, the surest."""
    best: dict[tuple[str, RelationKind], Verdict] = {}
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
            is_older=verdict.ends_new is not None and kind is RelationKind.UPDATE,
        )
