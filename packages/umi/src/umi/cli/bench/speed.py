"""A few latencies of this machine, from a store of a thousand made-up memories in a temporary folder."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import TYPE_CHECKING, TypeVar

from umi import Memory

if TYPE_CHECKING:
    from umi.engine.progress import Progress

T = TypeVar("T")

ENTITIES_COUNT = 1_000
SINGLES_COUNT = 30
RECALLS_COUNT = 50
CHUNK_TURNS = 50

_PEOPLE = ("Ada", "Bruno", "Chika", "Dana", "Emre", "Farid", "Greta", "Hugo", "Ines", "Jun")
_DEEDS = ("moved to", "wrote a letter from", "gave a talk in", "missed a train in", "found a café in")
_PLACES = ("Lisbon", "Leeds", "Osaka", "Tallinn", "Quito", "Accra", "Turin", "Oslo", "Perth", "Lima", "Bergen")
_TIMES = ("last Friday", "in April", "on 3 May 2025", "two weeks ago", "this morning", "for the third time")


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """One row: what was done how often, and how many milliseconds it took at the median and at worst."""

    task: str
    times: int
    median_ms: float
    worst_ms: float


def measure(progress: Progress) -> list[Measurement]:
    """Measure in a store of its own, which is removed afterwards."""
    texts = list(islice(_texts(), ENTITIES_COUNT + SINGLES_COUNT))
    many, single = texts[:ENTITIES_COUNT], texts[ENTITIES_COUNT:]
    questions = [f"Who {text.split(' ', 1)[1]}?" for text in many[:: ENTITIES_COUNT // RECALLS_COUNT]]
    with (
        TemporaryDirectory(prefix="umi-bench-", ignore_cleanup_errors=True) as folder,
        Memory.open(Path(folder) / "memory.db") as memory,
    ):
        return [
            _timed("the first remember", memory.remember_sync, ["The first of all."]),
            _timed(f"remember {CHUNK_TURNS} at once", memory.remember_many_sync, list(_chunks(many, progress))),
            _timed("remember", memory.remember_sync, single),
            _timed(f"the first recall at {ENTITIES_COUNT:,}", memory.recall_sync, ["What was the first of all?"]),
            _timed(f"recall at {ENTITIES_COUNT:,}", memory.recall_sync, questions),
        ]


def _timed(task: str, work: Callable[[T], object], inputs: Iterable[T]) -> Measurement:
    taken: list[float] = []
    for given in inputs:
        start = perf_counter()
        work(given)
        taken.append(1000 * (perf_counter() - start))
    return Measurement(task=task, times=len(taken), median_ms=round(median(taken), 2), worst_ms=round(max(taken), 2))


def _chunks(texts: Sequence[str], progress: Progress) -> Iterator[Sequence[str]]:
    for place in range(0, len(texts), CHUNK_TURNS):
        progress(place, len(texts))
        yield texts[place : place + CHUNK_TURNS]
    progress(len(texts), len(texts))


def _texts() -> Iterator[str]:
    """Yield sentences that differ, the neighbours in more than a word."""
    parts = zip(cycle(_PEOPLE), cycle(_DEEDS), cycle(_PLACES), cycle(_TIMES), strict=False)
    for number, (person, deed, place, time) in enumerate(parts, 1):
        yield f"{person} {deed} {place} {time}, and it was number {number}."
