"""Believing of what the model claims only what the text says: each item is kept with its characters, or refused.

A claim must cite the text word for word; what it names must stand in the text, and a fact's value in its citation.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeVar

from umi.domain.entity import EntityType, MemoryType
from umi.domain.extraction import ExtractedEntity, ExtractedRelation, Refused
from umi.domain.fact import SELF, Fact, FactStatus, Slot
from umi.domain.text import cut
from umi.limits import ENTITY_NAME_BYTES_MAX, FACT_SLOT_BYTES_MAX, FACT_VALUE_BYTES_MAX
from umi.pipeline.enrich.quotes import Folded, find, fold, says
from umi.pipeline.enrich.wire import Drafts, EntityDraft, FactDraft, RelationDraft
from umi.pipeline.facts.phrases import PRONOUNS
from umi.pipeline.facts.slots import slot_of
from umi.pipeline.facts.subjects import speaker_subject, subject_key
from umi.pipeline.facts.values import value_key
from umi.pipeline.remember.beliefs import ALIAS_SLOT

T = TypeVar("T")

CONFIDENCE_MAX: Final = 0.9  # a model is never as sure as who said it
_SHOWN_CHARACTERS_MAX: Final = 120
_NEGATION: Final = re.compile(r"\b(?:not|never|no longer|nor|neither|without|cannot)\b|n['\u2019]t\b", re.IGNORECASE)
_PART: Final = re.compile(r"[.;!?\n]|,|\bbut\b", re.IGNORECASE)
_ASKED: Final = re.compile(r"[^.!?\n]*\?")
# Relations that say the same as a fact: its slot, and whether source and target change places.
_AS_FACTS: Final[Mapping[str, tuple[str, bool]]] = {
    "works_at": ("works_at", False),
    "knows": ("knows", False),
    "manages": ("manager", True),
    "prefers": ("likes", False),
    "part_of": ("part_of", False),
    "located_in": ("located_in", False),
}
_MANY: Final = frozenset({"knows", "part_of"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A text with what is needed to check claims about it. `start` is where it stands in a longer one."""

    text: str
    start: int = 0
    speaker: str | None = None
    speaks_for_user: bool = True
    slots: Mapping[str, Slot] = field(default_factory=dict[str, Slot])
    min_confidence: float = 0.0
    folded: Folded

    @classmethod
    def of(
        cls,
        text: str,
        *,
        start: int = 0,
        speaker: str | None = None,
        speaks_for_user: bool = True,
        slots: Mapping[str, Slot] | None = None,
        min_confidence: float = 0.0,
    ) -> Source:
        """Read a text once. Without `speaks_for_user`, what it says of "I" is nobody's fact."""
        return cls(
            text=text,
            start=start,
            speaker=speaker,
            speaks_for_user=speaks_for_user,
            slots=slots or {},
            min_confidence=min_confidence,
            folded=fold(text),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What the text supports of the drafts, and what it does not."""

    entities: tuple[ExtractedEntity, ...]
    facts: tuple[Fact, ...]
    relations: tuple[ExtractedRelation, ...]
    refused: tuple[Refused, ...]


class _No(Exception):
    """Why a draft is refused."""


def check(drafts: Drafts, source: Source) -> Checked:
    """Keep what the text supports."""
    refused = [Refused(kind="item", text=place, reason=f"malformed: {reason}") for place, reason in drafts.malformed]
    entities = list(_kept("entity", drafts.entities, lambda one: _entity(one, source), lambda one: one.name, refused))
    relations = list(_kept("relation", drafts.relations, lambda one: _relation(one, source), _said, refused))
    facts = list(_kept("fact", drafts.facts, lambda one: _fact(one, source), _stated, refused))
    facts += _kept("relation", drafts.relations, lambda one: _relation_fact(one, source), _said, [])
    by_name = {(entity.entity_type, entity.memory_type, subject_key(entity.name)): entity for entity in entities[::-1]}
    return Checked(
        entities=tuple(reversed(by_name.values())),
        facts=tuple(_settled(facts, refused)),
        relations=tuple(relations),
        refused=tuple(refused),
    )


D = TypeVar("D")


def _kept(
    kind: str, drafts: tuple[D, ...], read: Callable[[D], T], told: Callable[[D], str], refused: list[Refused]
) -> Iterator[T]:
    for draft in drafts:
        try:
            yield read(draft)
        except _No as reason:
            refused.append(Refused(kind=kind, text=cut(told(draft), _SHOWN_CHARACTERS_MAX), reason=str(reason)))


def _entity(draft: EntityDraft, source: Source) -> ExtractedEntity:
    start, end = _cited(draft.quote, source)
    _sure(draft.confidence, source)
    _named(draft.name, source)
    is_preference = draft.type == MemoryType.PREFERENCE
    return ExtractedEntity(
        name=" ".join(draft.name.split()),
        entity_type=EntityType.NOTE if is_preference else EntityType(draft.type),
        memory_type=MemoryType.PREFERENCE if is_preference else MemoryType.SEMANTIC,
        content=source.text[start:end],
        confidence=draft.confidence,
        start=source.start + start,
        end=source.start + end,
    )


def _relation(draft: RelationDraft, source: Source) -> ExtractedRelation:
    start, end = _cited(draft.quote, source)
    _sure(draft.confidence, source)
    for name in (draft.source, draft.target):
        _named(name, source)
    return ExtractedRelation(
        source=" ".join(draft.source.split()),
        target=" ".join(draft.target.split()),
        relation_type=draft.type,
        confidence=draft.confidence,
        start=source.start + start,
        end=source.start + end,
    )


def _relation_fact(draft: RelationDraft, source: Source) -> Fact:
    """Say a relation as a fact, under all the checks of one."""
    if draft.type not in _AS_FACTS:
        raise _No("it is no fact of its own")
    slot, turned = _AS_FACTS[draft.type]
    subject, value = (draft.target, draft.source) if turned else (draft.source, draft.target)
    said = FactDraft(subject=subject, slot=slot, value=value, quote=draft.quote, confidence=draft.confidence)
    return _fact(said, source)


def _fact(draft: FactDraft, source: Source) -> Fact:
    start, end = _cited(draft.quote, source)
    _sure(draft.confidence, source)
    subject = _subject(draft.subject, source)
    quote = source.text[start:end]
    value = " ".join(draft.value.split())
    if value.casefold() in PRONOUNS or not any(map(str.isalnum, value)):
        raise _No("its value names nothing")
    if not says(quote, value):
        raise _No("its value does not stand in its quote")
    if len(value.encode()) > FACT_VALUE_BYTES_MAX:
        raise _No("its value is longer than FACT_VALUE_BYTES_MAX")
    slot = slot_of(draft.slot, source.slots)
    if len(slot.name.encode()) > FACT_SLOT_BYTES_MAX:
        raise _No("its slot is longer than FACT_SLOT_BYTES_MAX")
    if slot.name == ALIAS_SLOT:
        raise _No("names are equated by what texts say outright, never by a model")
    status = FactStatus(draft.status)
    if _is_asked(source.text, start, end):
        raise _No("the text asks it and does not state it")
    if status is FactStatus.CURRENT and _is_denied(quote, value):
        raise _No("the text denies it")
    return Fact(
        subject=subject,
        about=subject_key(subject),
        slot=slot.name,
        value=value,
        status=status,
        confidence=min(CONFIDENCE_MAX, draft.confidence),
        many=slot.many or slot.name in _MANY,
        start=source.start + start,
        end=source.start + end,
        is_change=draft.changed,
    )


def _settled(facts: list[Fact], refused: list[Refused]) -> Iterator[Fact]:
    """Leave out what is said twice; of a slot with one value at a time, what the text says last stands."""
    latest: dict[tuple[str, str, str, FactStatus], Fact] = {}
    for fact in sorted(facts, key=lambda one: (one.start, one.end)):
        key = (fact.about, fact.slot, value_key(fact.value), fact.status)
        if key not in latest or latest[key].confidence < fact.confidence:
            latest[key] = fact
    current: dict[tuple[str, str], Fact] = {}
    for fact in latest.values():
        if fact.status is FactStatus.CURRENT and not fact.many:
            before = current.get((fact.about, fact.slot))
            if before is not None:
                refused.append(Refused(kind="fact", text=_shown(before), reason="the same text says otherwise later"))
            current[fact.about, fact.slot] = fact
    yield from (
        fact
        for fact in latest.values()
        if fact.status is not FactStatus.CURRENT or fact.many or current[fact.about, fact.slot] is fact
    )


def _cited(quote: str, source: Source) -> tuple[int, int]:
    found = find(source.folded, quote)
    if found is None:
        raise _No("its quote does not stand in the text")
    return found


def _sure(confidence: float, source: Source) -> None:
    if confidence < source.min_confidence:
        raise _No("its confidence is below what was asked for")


def _named(name: str, source: Source) -> None:
    """Check that the text, or the line before it that says who speaks, gives a name."""
    if len(name.encode()) > ENTITY_NAME_BYTES_MAX:
        raise _No("its name is longer than ENTITY_NAME_BYTES_MAX")
    if name.casefold() in PRONOUNS or not any(map(str.isalnum, name)):
        raise _No("its name names nothing")
    if find(source.folded, name) is None and not _is_speaker(name, source):
        raise _No("its name does not stand in the text")


def _subject(name: str, source: Source) -> str:
    """Return whom a fact is about: "user" and "I" mean who speaks."""
    key = subject_key(name)
    if key == SELF or _is_speaker(name, source):
        if not source.speaks_for_user:
            raise _No("nobody is known to say it of themselves")
        return speaker_subject(source.speaker)
    if key.startswith(f"{SELF}'s "):
        rest = key.removeprefix(f"{SELF}'s ")
        if not source.speaks_for_user or find(source.folded, rest) is None:
            raise _No("its subject does not stand in the text")
        return f"my {rest}"
    _named(name, source)
    return " ".join(name.split())


def _is_speaker(name: str, source: Source) -> bool:
    return source.speaker is not None and subject_key(name) == subject_key(source.speaker)


def _is_asked(text: str, start: int, end: int) -> bool:
    """Whether a quote lies in a sentence that asks."""
    return any(asked.start() <= start and end <= asked.end() for asked in _ASKED.finditer(text))


def _is_denied(quote: str, value: str) -> bool:
    """Whether the part of a quote that holds the value denies it."""
    parts = [part for part in _PART.split(quote) if part.strip()]
    held = [part for part in parts if says(part, value)] or [quote]
    return all(_NEGATION.search(part) for part in held)


def _said(draft: RelationDraft) -> str:
    return f"{draft.source} {draft.type} {draft.target}"


def _stated(draft: FactDraft) -> str:
    return f"{draft.subject}: {draft.slot} = {draft.value}"


def _shown(fact: Fact) -> str:
    return cut(f"{fact.subject}: {fact.slot} = {fact.value}", _SHOWN_CHARACTERS_MAX)
