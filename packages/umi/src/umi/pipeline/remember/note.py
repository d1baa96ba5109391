"""The second stage: a note entity from an accepted turn, with what could be read from its text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from umi.domain.entity import Cue, CueKind, Entity, EntityType, MemoryType, Status, Trust
from umi.domain.fact import Fact, Slot
from umi.domain.standing import StandingKind
from umi.domain.text import cut
from umi.domain.turn import Role, Turn
from umi.limits import ENTITY_DATES_COUNT_MAX, ENTITY_FACTS_COUNT_MAX, ENTITY_MENTIONS_COUNT_MAX
from umi.pipeline.facts.read import aliases, find_facts
from umi.pipeline.facts.subjects import subject_key
from umi.pipeline.packet.standing import find_standing
from umi.pipeline.remember.accept import Accepted
from umi.pipeline.remember.beliefs import ALIAS_SLOT
from umi.pipeline.remember.extract.extract import extract
from umi.pipeline.remember.extract.extracted import Extract
from umi.pipeline.remember.marks import marks_of

NAME_CHARACTERS_MAX = 60
_NOT_PEOPLE = frozenset({Role.ASSISTANT, Role.SYSTEM, Role.TOOL})


def note(accepted: Accepted, *, id: str, now: datetime, slots: Mapping[str, Slot]) -> Entity:
    """Build the entity. The text stays as it was given; names, dates, cues and facts are read beside it."""
    turn = accepted.turn
    found = extract(turn.text, speaker=turn.speaker, at=accepted.event_time)
    return replace(
        verbatim(accepted, id=id, now=now),
        mentions=found.mentions[:ENTITY_MENTIONS_COUNT_MAX],
        dates=found.dates[:ENTITY_DATES_COUNT_MAX],
        cues=(*found.cues[:ENTITY_MENTIONS_COUNT_MAX], *_standing(accepted, found)),
        facts=accepted.facts or _facts(turn, found, accepted.event_time, slots),
    )


def _standing(accepted: Accepted, found: Extract) -> Iterator[Cue]:
    """Yield the sentences that hold beyond the moment, of what a person says."""
    text = accepted.turn.text
    if accepted.trust.rank < Trust.USER.rank or accepted.turn.role in _NOT_PEOPLE:
        return
    for one in find_standing(text, found.sentences):
        kind = CueKind.LIKING if one.kind is StandingKind.PREFERENCE else CueKind.RULE
        yield Cue(text=text[one.start : one.end], kind=kind, start=one.start, end=one.end)


def verbatim(accepted: Accepted, *, id: str, now: datetime) -> Entity:
    """Build the entity with nothing read in its text, but whether an untrusted one tries to give orders."""
    turn = accepted.turn
    trust = accepted.trust
    marks = marks_of(turn.text, trust)
    return Entity(
        id=id,
        scope=accepted.scope,
        content=turn.text,
        name=turn.name or title(turn.text),
        created_at=now,
        updated_at=now,
        event_time=accepted.event_time,
        entity_type=EntityType(turn.entity_type),
        memory_type=MemoryType(turn.memory_type),
        speaker=turn.speaker,
        role=None if turn.role is None else Role(turn.role),
        topics=turn.topics,
        metadata=dict(turn.metadata),
        importance=float(turn.importance),
        confidence=float(turn.confidence),
        pinned=turn.pinned,
        source=turn.source,
        key=turn.key,
        trust=trust,
        valid_from=accepted.valid_from,
        valid_until=accepted.valid_until,
        expires_at=accepted.expires_at,
        document_time=accepted.document_time,
        source_ref=accepted.source_ref,
        marks=marks,
        status=Status.QUARANTINED if marks and trust is Trust.UNTRUSTED else Status.ACTIVE,
    )


def _facts(turn: Turn, found: Extract, at: datetime, slots: Mapping[str, Slot]) -> tuple[Fact, ...]:
    """Read what the text states of a subject. What a model or a tool says of "I" is nobody's fact."""
    if turn.role in _NOT_PEOPLE and not turn.speaker:
        return ()
    read = find_facts(
        turn.text,
        speaker=turn.speaker,
        sentences=found.sentences,
        mentions=found.mentions,
        dates=found.dates,
        at=at,
        slots=slots,
    )
    also = aliases(turn.text, speaker=turn.speaker, sentences=found.sentences, mentions=found.mentions)
    stated = [replace(fact, about=subject_key(fact.subject)) for fact in read]
    stated += [alias_fact(*pair) for one, other in also for pair in ((one, other), (other, one))]
    return tuple(stated[:ENTITY_FACTS_COUNT_MAX])


def alias_fact(name: str, other: str) -> Fact:
    """Say that a name is one more for what another names; the value is the other's key."""
    return Fact(subject=name, about=subject_key(name), slot=ALIAS_SLOT, value=subject_key(other), many=True)


def title(text: str) -> str:
    """Return the start of a text's first line."""
    return cut(text.strip().splitlines()[0], NAME_CHARACTERS_MAX)
