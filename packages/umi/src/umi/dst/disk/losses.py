"""What a power loss leaves of the changes to a file that were not synchronised.

Until it is told to synchronise, an operating system may keep changes in memory, and bring them to the disk in any order
or not at all; the disk itself may break off between two of its sectors. What was never written reads as zeros, and a
write changes nothing beside its own bytes ("powersafe overwrite", which SQLite assumes, too).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias

from umi.dst.rng import DeterministicRng

SECTOR_BYTES: Final = 512


@dataclass(frozen=True, slots=True)
class Write:
    """Bytes written at a place; what a gap before it holds are zeros."""

    place: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Cut:
    """The file's end was set: what lay behind it is gone."""

    size: int


Step: TypeAlias = Write | Cut


class Loss(StrEnum):
    """Which of the changes survive.

    KEPT: all. LOST: none. BROKEN_OFF: the first ones. SHORT: the first ones, and of the next a part, to the byte.
    REORDERED: any of them, later ones without earlier ones. TORN: of each of them any of its sectors.
    """

    KEPT = "kept"
    LOST = "lost"
    BROKEN_OFF = "broken_off"
    SHORT = "short"
    REORDERED = "reordered"
    TORN = "torn"


def surviving(steps: Sequence[Step], loss: Loss, rng: DeterministicRng) -> Iterator[Step]:
    """Yield the changes that survive a loss, in their order."""
    match loss:
        case Loss.KEPT:
            yield from steps
        case Loss.LOST:
            pass
        case Loss.BROKEN_OFF:
            yield from steps[: rng.next_int(0, len(steps))]
        case Loss.SHORT:
            yield from _broken_within(steps, rng)
        case Loss.REORDERED:
            yield from (step for step in steps if rng.next_bool())
        case Loss.TORN:
            yield from (part for step in steps for part in _sectors(step) if rng.next_bool())


def _broken_within(steps: Sequence[Step], rng: DeterministicRng) -> Iterator[Step]:
    if not steps:
        return
    last = rng.next_int(0, len(steps) - 1)
    yield from steps[:last]
    match steps[last]:
        case Write(place, data):
            yield Write(place, data[: rng.next_int(0, len(data))])
        case Cut():
            pass


def _sectors(step: Step) -> Iterator[Step]:
    """Yield a write in parts that end where the disk's sectors do; what sets the end has no parts."""
    match step:
        case Write(place, data):
            start = 0
            while start < len(data):
                end = min(len(data), start + SECTOR_BYTES - (place + start) % SECTOR_BYTES)
                yield Write(place + start, data[start:end])
                start = end
        case Cut():
            yield step
