"""The third stage: what the two indexes are given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from umi.domain.change import IndexWords
from umi.domain.entity import Entity
from umi.domain.turn import Role
from umi.errors import Invalid
from umi.pipeline.words import content_words
from umi.ports.embedder import Embedder

if TYPE_CHECKING:
    from umi.domain.change import Vector

LENT_WORDS_MAX = 15
_ROLE_NAMES = frozenset({role.value for role in Role} | {"human", "ai", "other"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Worded:
    """An entity with the words it will be found by."""

    entity: Entity
    words: IndexWords


@dataclass(frozen=True, slots=True, kw_only=True)
class Embedded:
    """An entity with the words and the vector it will be found by; without a vector, by its words only."""

    entity: Entity
    words: IndexWords
    vector: Vector | None


def worded(entity: Entity) -> Worded:
    return Worded(entity=entity, words=index_words(entity))


async def embed(items: Sequence[Worded], embedder: Embedder) -> list[Embedded]:
    """Embed entities, each on its own, with who said it and when."""
    vectors = await embedder.embed([spoken(item.entity) for item in items])
    return [
        Embedded(entity=item.entity, words=item.words, vector=vector)
        for item, vector in zip(items, vectors, strict=True)
    ]


def unit_vector(given: Sequence[float], embedder: Embedder) -> Vector:
    """Return a vector that came with a text at unit length.

    Raises:
        Invalid: it has other dimensions than the embedder's, is zero, or not finite.

    """
    import numpy as np

    vector = np.asarray(given, dtype=np.float32)
    norm = float(np.linalg.norm(vector))
    if vector.shape != (embedder.dimensions,) or not np.isfinite(norm) or norm == 0:
        raise Invalid(
            f"A vector has {embedder.dimensions} finite numbers that are not all 0, as {embedder.model} gives."
        )
    return vector / norm


def spoken(entity: Entity) -> str:
    """Return the text the model is given: On 8 May 2026, Ada said: "I moved to Lisbon".

    A named speaker is worth 14 points of recall by meaning (measured on dialogue). Notes and the turns of an unnamed
    user are given as they are: a date alone only brings them nearer to each other.
    """
    name = speaker_name(entity)
    return f'On {_day(entity)}, {name} said: "{entity.content}"' if name else entity.content


def index_words(entity: Entity) -> IndexWords:
    """Return the words the entity is found by: its own, its speaker's name and its date."""
    own = content_words(entity.content)
    speaker = content_words(speaker_name(entity))
    around = content_words(_day(entity)) + speaker
    return IndexWords(said=" ".join(around + own), lent=" ".join(own[:LENT_WORDS_MAX]), speaker=" ".join(speaker))


def speaker_name(entity: Entity) -> str:
    """Return the speaker's name, or nothing where that is only a role."""
    speaker = entity.speaker or ""
    return "" if speaker.lower() in _ROLE_NAMES else speaker


def _day(entity: Entity) -> str:
    moment = entity.event_time
    return f"{moment.day} {moment:%B %Y}"
