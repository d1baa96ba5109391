"""What a language model has read in a text, after it was checked against that text, and what was refused of it."""

from __future__ import annotations

from dataclasses import dataclass

from umi.domain.completion import NO_USAGE, Usage
from umi.domain.entity import EntityType, MemoryType
from umi.domain.fact import Fact
from umi.domain.text import shown
from umi.errors import Invalid, InvalidImportanceError

CONFIDENCE_HIGH = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtractedEntity:
    """Someone or something that a text names.

    `content` is what the text says where it does, word for word: its characters `start` to `end`. `confidence` lies in
    0..1. A preference is a note whose memory type says so.
    """

    name: str
    entity_type: EntityType
    content: str
    confidence: float
    start: int
    end: int
    memory_type: MemoryType = MemoryType.SEMANTIC

    @property
    def is_high_confidence(self) -> bool:
        return self.confidence >= CONFIDENCE_HIGH

    @property
    def is_fallback(self) -> bool:
        """Whether the model knew no better type than a note."""
        return self.entity_type is EntityType.NOTE and self.memory_type is not MemoryType.PREFERENCE


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtractedRelation:
    """How two things that a text names stand to each other, and its characters that say so."""

    source: str
    target: str
    relation_type: str
    confidence: float
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Something that the model gave and the text does not support: what kind it was, in short what, and why."""

    kind: str
    text: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Extraction:
    """What a text says, by a model: entities, facts and relations, each with the characters that say so.

    `facts` hold the relations too that can be said as facts. `usage` is what it took.
    """

    entities: tuple[ExtractedEntity, ...] = ()
    facts: tuple[Fact, ...] = ()
    relations: tuple[ExtractedRelation, ...] = ()
    refused: tuple[Refused, ...] = ()
    usage: Usage = NO_USAGE
    model: str = ""
    raw_text: str = ""

    @property
    def entity_count(self) -> int:
        return len(self.entities)

    @property
    def relation_count(self) -> int:
        return len(self.relations)

    def entities_of_type(self, entity_type: EntityType | str) -> tuple[ExtractedEntity, ...]:
        wanted = EntityType.parse(entity_type)
        return tuple(entity for entity in self.entities if entity.entity_type is wanted)

    def entities_above_confidence(self, confidence: float) -> tuple[ExtractedEntity, ...]:
        return tuple(entity for entity in self.entities if entity.confidence >= confidence)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtractionOptions:
    """How a text is read: names that are known already, and how sure the model must be (0..1).

    Raises:
        Invalid: an option cannot be used.

    """

    existing_entities: tuple[str, ...] = ()
    min_confidence: float = 0.0

    def __post_init__(self) -> None:
        if isinstance(self.existing_entities, str):
            raise Invalid(f"existing_entities is a tuple of names, not {shown(self.existing_entities)}.")
        object.__setattr__(self, "existing_entities", tuple(self.existing_entities))
        if not 0 <= self.min_confidence <= 1:  # False for NaN too
            raise InvalidImportanceError(f"min_confidence is a number from 0 to 1, not {shown(self.min_confidence)}.")
