"""Memories on their way into a packet: what each is for, and the line that gives it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from umi.domain.entity import CueKind, Entity, MemoryType
from umi.domain.packet import PacketPart
from umi.domain.query import Hit
from umi.domain.standing import StandingKind
from umi.domain.text import cut
from umi.domain.turn import Role
from umi.pipeline.packet.standing import standing_kind
from umi.pipeline.recall.pack import line_of

STANDING_CHARACTERS_MAX: Final = 400  # of one memory: what stands is short, or is cut
STANDING_CUES: Final = frozenset({CueKind.RULE, CueKind.LIKING})
_TYPED: Final = {
    MemoryType.CONSTRAINT: PacketPart.CONSTRAINTS,
    MemoryType.PREFERENCE: PacketPart.PREFERENCES,
    MemoryType.PROCEDURAL: PacketPart.PROCEDURES,
    MemoryType.SEMANTIC: PacketPart.FACTS,
}
_PARTS: Final = {
    StandingKind.INSTRUCTION: PacketPart.INSTRUCTIONS,
    StandingKind.CONSTRAINT: PacketPart.CONSTRAINTS,
    StandingKind.PREFERENCE: PacketPart.PREFERENCES,
}
_DIGIT = re.compile(r"\d")
_DATES_TOLD_MAX = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A memory that may go into a packet."""

    entity: Entity
    part: PacketPart
    text: str
    score: float
    is_standing: bool

    @property
    def line(self) -> str:
        entity = self.entity
        if entity.speaker is None and entity.role not in {None, Role.USER}:
            entity = replace(entity, speaker=entity.role)  # what a tool or a model said is not the user's word
        return line_of(entity, self.text) + ("" if self.is_standing else _told_dates(entity))


def standing_drafts(hits: Iterable[Hit]) -> Iterator[Draft]:
    """Draft what holds always, in the order it came."""
    for hit in hits:
        part, text = _standing(hit.entity)
        yield Draft(entity=hit.entity, part=part, text=text, score=hit.score, is_standing=True)


def found_drafts(hits: Iterable[Hit]) -> Iterator[Draft]:
    """Draft what the question finds, in the order it came."""
    for hit in hits:
        entity = hit.entity
        part = _TYPED.get(entity.memory_type) or _told_part(entity)
        yield Draft(entity=entity, part=part, text=entity.content, score=hit.score, is_standing=False)


def _told_part(entity: Entity) -> PacketPart:
    """What states something of somebody is a fact, and whatever else was said an episode."""
    return PacketPart.FACTS if any(not fact.is_guess for fact in entity.facts) else PacketPart.EPISODES


def _standing(entity: Entity) -> tuple[PacketPart, str]:
    """The sentences of a memory that stand, and what for: by its type, or by the first of them."""
    sentences = [cue.text for cue in entity.cues if cue.kind in STANDING_CUES]
    typed = entity.memory_type in {MemoryType.CONSTRAINT, MemoryType.PREFERENCE}
    kinds = [kind for kind in map(standing_kind, sentences or [entity.content]) if kind is not None]
    told = _PARTS[kinds[0]] if kinds else PacketPart.CONSTRAINTS
    if typed:
        # "Always answer in French" is an instruction, whether or not somebody calls it a constraint.
        is_order = entity.memory_type is MemoryType.CONSTRAINT and told is PacketPart.INSTRUCTIONS
        return told if is_order else _TYPED[entity.memory_type], cut(entity.content, STANDING_CHARACTERS_MAX)
    return told, cut(" … ".join(sentences) or entity.content, STANDING_CHARACTERS_MAX)


def _told_dates(entity: Entity) -> str:
    """Say which day "yesterday" was: a model that reads the line does not know when it was said to whom."""
    days = [f"{date.period.start:%Y-%m-%d}" for date in entity.dates if not _DIGIT.search(date.text)]
    told = list(dict.fromkeys(days))[:_DATES_TOLD_MAX]
    return f" (tells of {', '.join(told)})" if told else ""
