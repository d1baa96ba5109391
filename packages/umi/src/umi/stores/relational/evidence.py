"""What is about to be erased, as far as a later search needs to know it: held in memory only, and only till then."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from umi.domain.change import IndexWords
from umi.domain.entity import Entity
from umi.domain.label import labels
from umi.domain.scope import Scope

PROBE_BYTES_MIN = 6  # shorter ones stand in any file by chance
PROBE_BYTES_MAX = 24
PROBES_MAX = 200_000  # some 40 MB; of larger erasures each entity is looked for by fewer pieces of its text
VECTORS_MAX = 256
SEARCHES_MAX = 16
_PIECES_MIN = 2


@dataclass(slots=True, kw_only=True)
class Evidence:
    """Pieces of text, words, names and vectors of what is erased."""

    numbers: list[int] = field(default_factory=list[int])
    pieces: set[bytes] = field(default_factory=set[bytes])
    words: set[str] = field(default_factory=set[str])
    labels: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    names: set[str] = field(default_factory=set[str])
    vectors: dict[int, bytes] = field(default_factory=dict[int, bytes])
    scopes: list[Scope] = field(default_factory=list[Scope])
    sessions: dict[int, str] = field(default_factory=dict[int, str])
    template: Entity | None = None
    _pieces_each: int = PROBES_MAX

    def expect(self, entities: int) -> None:
        """Say how many entities there are, so that what is kept of each can be bounded."""
        self._pieces_each = max(_PIECES_MIN, PROBES_MAX // max(1, entities))

    def add(self, entity: Entity, words: IndexWords) -> None:
        """Note one version of an entity."""
        self.template = entity
        if len(self.scopes) < VECTORS_MAX:
            self.scopes.append(entity.scope)
        if len(self.pieces) < PROBES_MAX:
            self.pieces.update(_pieces(entity, self._pieces_each))
        if len(self.words) < PROBES_MAX:
            self.words.update(words.said.split(), words.lent.split())
            self.labels.update(labels(entity))
        self.names.update(name for name in (entity.speaker, entity.source, entity.key) if name)

    def probes(self) -> Iterator[bytes]:
        """Yield the byte strings to look for, rare words and labels aside."""
        yield from self.pieces
        for name in self.names:
            yield from escaped(name)
        for vector in self.vectors.values():
            half = len(vector) // 2
            yield vector[:PROBE_BYTES_MAX]
            yield vector[half : half + PROBE_BYTES_MAX]


def _pieces(entity: Entity, most: int) -> Iterator[bytes]:
    """Cut texts into pieces, spread over the whole where there are too many."""
    texts = [entity.content, entity.name, *(fact.value for fact in entity.facts)]
    texts += [fact.subject for fact in entity.facts]
    texts += [text for text in leaves(dict(entity.metadata)) if len(text) > PROBE_BYTES_MAX]
    found = [piece for text in texts for piece in escaped(text)]
    step = max(1, -(-len(found) // most))
    yield from found[::step]


def escaped(text: str) -> Iterator[bytes]:
    """Yield pieces that cover a text as it stands in JSON, each as long as a probe; a shorter text is one piece."""
    data = json.dumps(text, ensure_ascii=False)[1:-1].encode()
    if len(data) < PROBE_BYTES_MIN:
        return
    last = max(0, len(data) - PROBE_BYTES_MAX)
    for start in (*range(0, last, PROBE_BYTES_MAX), last):
        yield data[start : start + PROBE_BYTES_MAX]


def leaves(value: Any) -> Iterator[str]:
    """Yield every key and every string or long number in a JSON value."""
    match value:
        case dict():
            for key, inner in value.items():  # pyright: ignore[reportUnknownVariableType]
                yield str(key)  # pyright: ignore[reportUnknownArgumentType]
                yield from leaves(inner)
        case list() | tuple():
            for inner in value:  # pyright: ignore[reportUnknownVariableType]
                yield from leaves(inner)
        case None | bool():
            return
        case _:
            yield str(value)
