"""How the suite opens what it tests."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from umi.ports.backend import StorageBackend, StoreParts
from umi.testing.store.making import DIMENSIONS, MODEL, SteppingClock, words_of
from umi.wiring.system import SystemEntropy
from umi.wiring.threads import ThreadLane

if TYPE_CHECKING:
    from umi.ports.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """What a kind of store does not do: the error that says so, and why. It fails the day that it can."""

    raises: type[Exception]
    reason: str


class Backend(Protocol):
    """What a kind of store must offer to be tested: a new place, and opening it as often as asked.

    `place` names where a store will live; nothing is there yet. Opening it again finds what was stored. What a backup
    wrote is a place, too: its `Path`. A backend with gaps has them as `gaps`, by the names of the tests that show them.
    One where a new place costs much has a method `leave`, which is given places that no test comes back to.
    """

    def place(self) -> Any: ...

    async def open(self, place: Any, *, model: str = MODEL, dimensions: int = DIMENSIONS) -> Store: ...


class Recipes:
    """A Backend made of a `StorageBackend` for each place.

    `recipe` makes the `StorageBackend` for a place, or for the `Path` of a backup. `places` are the places to use, one
    after another: at least as many as there are tests. `gaps` are what this kind of store does not do, by the names of
    the tests that show it.
    """

    def __init__(
        self,
        recipe: Callable[[Any], StorageBackend],
        *,
        places: Iterable[Any],
        gaps: Mapping[str, Gap] | None = None,
    ) -> None:
        self.gaps = dict(gaps or {})
        self._recipe = recipe
        self._places = iter(places)
        self._clock = SteppingClock()

    def place(self) -> Any:
        return next(self._places)

    async def open(self, place: Any, *, model: str = MODEL, dimensions: int = DIMENSIONS) -> Store:
        parts = StoreParts(
            model=model,
            dimensions=dimensions,
            clock=self._clock,
            entropy=SystemEntropy(),
            words_of=words_of,
            lane=ThreadLane,
        )
        return self._recipe(place).open(parts)


def leave(backend: Backend, place: Any) -> None:
    """Say that no test comes back to a place."""
    left = getattr(backend, "leave", None)
    if left is not None:
        left(place)
