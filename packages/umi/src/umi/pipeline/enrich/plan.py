"""From what a model has read in a text that is kept to what becomes true with it: a pure decision.

The facts join those of the text, and are compared with what is known by the same rules as what a text is read to state:
a model supersedes nothing by itself. Who or what a text names becomes an entity of its own, once in its scope. It holds
its name and nothing else, so that no statement overwrites another, and erasing a text leaves nothing of it behind.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from umi.domain.change import Act, Alter, Change, Relate
from umi.domain.decision import Decision
from umi.domain.entity import EXTRACTED, Entity, EntityType, MemoryType, Status, Trust
from umi.domain.extraction import Extraction, Refused
from umi.domain.fact import Fact, FactStatus
from umi.domain.naming import id_of
from umi.domain.relation import RelationKind
from umi.domain.scope import Scope
from umi.domain.turn import Role
from umi.limits import ENTITY_FACTS_COUNT_MAX
from umi.pipeline.facts.values import value_key
from umi.pipeline.remember.beliefs import Beliefs
from umi.pipeline.remember.evolve import reconsider

_SHOWN_CHARACTERS_MAX: Final = 120
_NAMELESS: Final = frozenset({EntityType.NOTE, EntityType.SELF})
_NOT_PEOPLE: Final = frozenset({Role.ASSISTANT, Role.SYSTEM, Role.TOOL})


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """What becomes true together, and what was decided.

    `groups` are undone one by one; the first is what the facts bring about. Where there are none it changes nothing,
    and is stale like the other if the text has changed since it was read. `facts` are those that the text did not carry
    yet.
    """

    groups: Sequence[Sequence[Change]]
    facts: tuple[Fact, ...]
    decisions: tuple[Decision, ...]
    refused: tuple[Refused, ...]


def is_readable(entity: Entity) -> bool:
    """Whether a model is to read an entity: it is recalled, is somebody's text, and does not try to give orders.

    What is over altogether is left as the rules have read it: nothing new is decided by it.
    """
    has_orders = bool(entity.marks) and entity.trust is Trust.UNTRUSTED
    return entity.status is Status.ACTIVE and entity.source != EXTRACTED and not has_orders


def speaks_for_user(entity: Entity) -> bool:
    """Whether "I" in its text is somebody: what a model or a tool says of "I" is nobody's fact."""
    return entity.role not in _NOT_PEOPLE or entity.speaker is not None


def named_entities(extraction: Extraction, about: Entity, *, now: datetime) -> list[Entity]:
    """Return the entities that stand for what a text names, as they are if they are new: each by its own id."""
    scope = replace(about.scope, session=None)
    found: dict[str, Entity] = {}
    for one in extraction.entities:
        if one.entity_type in _NAMELESS:
            continue
        id = id_of(one.entity_type, one.name, scope)
        found.setdefault(
            id,
            Entity(
                id=id,
                scope=scope,
                entity_type=one.entity_type,
                memory_type=MemoryType.SEMANTIC,
                name=one.name,
                content=one.name,
                created_at=now,
                updated_at=now,
                event_time=now,
                source=EXTRACTED,
                trust=about.trust,
                confidence=one.confidence,
            ),
        )
    return list(found.values())


def plan(entity: Entity, extraction: Extraction, beliefs: Beliefs, names: Sequence[Entity]) -> Planned:
    """Decide what becomes true with what a model has read in an entity's text.

    `names` are the entities that the text names and that are recalled: those that were forgotten stay so.
    """
    refused: list[Refused] = []
    added = list(_added(entity, extraction.facts, refused))
    evolved = reconsider(entity, added, beliefs=beliefs, reason=f"read by {extraction.model}") if added else None
    groups: list[Sequence[Change]] = [[_as_read(entity)] if evolved is None else evolved.changes]
    outer = replace(entity.scope, session=None)
    groups += [[edge] for one in names for edge in _edges(outer, entity, one)]
    return Planned(
        groups=groups,
        facts=tuple(added),
        decisions=() if evolved is None else evolved.decisions,
        refused=tuple(refused),
    )


def _as_read(entity: Entity) -> Alter:
    return Alter(scope=entity.scope, id=entity.id, act=Act.REVISE, values={}, revision=entity.revision)


def _added(entity: Entity, facts: Sequence[Fact], refused: list[Refused]) -> Iterator[Fact]:
    """Return the facts that an entity does not carry yet.

    Where the rules have read a slot, their word stands. A long text is read in parts: where those tell different
    values of a slot that has one, the last part's stands.
    """
    held = {(fact.about, fact.slot, value_key(fact.value), fact.status) for fact in entity.facts if not fact.is_guess}
    settled = {(fact.about, fact.slot) for fact in entity.facts if _is_sole(fact) and not fact.is_guess}
    last = {(fact.about, fact.slot): value_key(fact.value) for fact in facts if _is_sole(fact)}
    room = ENTITY_FACTS_COUNT_MAX - len(entity.facts)
    for fact in facts:
        told = (fact.about, fact.slot, value_key(fact.value), fact.status)
        if told in held:
            continue
        if _is_sole(fact) and last[fact.about, fact.slot] != value_key(fact.value):
            refused.append(_refused(fact, "a later part of the text says another value"))
            continue
        held.add(told)
        if fact.status is FactStatus.CURRENT and (fact.about, fact.slot) in settled:
            refused.append(_refused(fact, "another value is read in the same text already"))
        elif room <= 0:
            refused.append(_refused(fact, "the text has ENTITY_FACTS_COUNT_MAX facts already"))
        else:
            room -= 1
            yield fact


def _is_sole(fact: Fact) -> bool:
    """Whether it says what a slot holds now that holds one value at a time."""
    return fact.status is FactStatus.CURRENT and not fact.many


def _refused(fact: Fact, reason: str) -> Refused:
    return Refused(
        kind="fact", text=f"{fact.subject}: {fact.slot} = {fact.value}"[:_SHOWN_CHARACTERS_MAX], reason=reason
    )


def _edges(scope: Scope, entity: Entity, named: Entity) -> Iterator[Relate]:
    """Let what is named rest on the text that names it, and be found from it."""
    confidence = named.confidence
    cites, mentions = RelationKind.CITES, RelationKind.MENTIONS
    yield Relate(scope=scope, source=named.id, target=entity.id, kind=cites, reason="named", confidence=confidence)
    yield Relate(scope=scope, source=entity.id, target=named.id, kind=mentions, reason="named", confidence=confidence)
