"""The ports for choosing a store: recipes that a user writes down, and that wiring opens once the rest is known."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Protocol, Self

from umi.domain.change import IndexWords
from umi.domain.entity import Entity
from umi.ports.store import Store
from umi.ports.vector_index import IndexKind
from umi.ports.world import Clock, Entropy, Lane


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreParts:
    """What every store is given when it is opened.

    `model` and `dimensions` are those of the embedder. `words_of` tells which words an entity is found by. `lane` makes
    a lane for blocking work by its name; the store closes those it asked for. `index_kind` tells for a number of
    dimensions which kind of derived vector index to use; None leaves it to the store.
    """

    model: str
    dimensions: int
    clock: Clock
    entropy: Entropy
    words_of: Callable[[Entity], IndexWords]
    lane: Callable[[str], Lane]
    index_kind: Callable[[int], IndexKind] | None = None


class StorageBackend(Protocol):
    """Where memories are kept. Nothing is opened before a Memory opens it."""

    def open(self, parts: StoreParts) -> Store:
        """Open the store, making it if it is new.

        Raises:
            StorageError: it cannot be reached, read or written.
            Corrupt: what is there is damaged, or was written by a newer Umi.

        """
        ...


class VectorBackend(Protocol):
    """Which kind of derived vector index a store uses."""

    def index_kind(self, dimensions: int) -> IndexKind: ...


class Connected:
    """A recipe whose `connect(...)` may be awaited or not: both give the recipe."""

    __slots__ = ()

    def __await__(self) -> Generator[None, None, Self]:
        yield from ()  # nothing is waited for
        return self
