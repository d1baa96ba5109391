"""Whatever is said, forgotten, restored and undone in whatever order, a Memory believes what a dictionary would.

After every move, as of every change before, and at each boundary of all that was said. `UMI_TRUTH_EXAMPLES=3000`
runs thousands of histories; `benchmarks/truth.py` does the same without shrinking.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.truth_histories import SLOTS, SUBJECTS, MovableClock, Move, Say, SayBoth, Take, Tally, tell_all, world_at
from tests.truth_model import TRUSTS

from umi.domain.scope import Scope
from umi.engine.memory import Memory
from umi.ports.store import Severity

if TYPE_CHECKING:
    from pathlib import Path

EXAMPLES = int(os.environ.get("UMI_TRUTH_EXAMPLES", "40"))
EVERY_CHECK = (HealthCheck.too_slow, HealthCheck.function_scoped_fixture)


class Rig:
    """One store for all histories, each of a user of its own."""

    def __init__(self, folder: Path) -> None:
        self.runner = asyncio.Runner()
        self.clock = MovableClock()
        self.world = world_at(folder / "memory.db", self.clock)
        self._users = count()

    def check(self, moves: list[Move]) -> None:
        memory, tally = Memory.over(self.world, Scope(user=f"u{next(self._users)}")), Tally()
        self.runner.run(tell_all(memory, self.clock, moves, tally))
        assert tally.is_perfect, tally.wrong[0]


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    rig = Rig(tmp_path_factory.mktemp("truth"))
    yield rig
    findings = rig.runner.run(rig.world.store.check())
    rig.runner.run(rig.world.store.close())
    rig.runner.close()
    assert [one for one in findings if one.severity is not Severity.OK and one.part != "disk"] == []


@st.composite
def sayings(draw: st.DrawFn, *, trusts: tuple[str, ...] = ("user",), slots: tuple[str, ...] = tuple(SLOTS)) -> Move:
    """A statement at a whole day; what says that something is over comes at noon, between the others."""
    slot, day, is_over = draw(st.sampled_from(slots)), draw(st.integers(0, 12)), draw(st.integers(0, 5)) == 0
    said = Say(
        subject=draw(st.sampled_from(SUBJECTS)),
        slot=slot,
        value=draw(st.sampled_from(SLOTS[slot])),
        day=day + (0.5 if is_over else 0),
        changed=draw(st.booleans()),
        is_over=is_over,
        trust=draw(st.sampled_from(trusts)),
        as_text=draw(st.booleans()),
    )
    if draw(st.integers(0, 9)) or is_over:
        return replace(said, session=draw(st.sampled_from((None, None, "a session"))))
    city, firm = draw(st.sampled_from(SLOTS["lives_in"])), draw(st.sampled_from(SLOTS["works_at"]))
    return SayBoth(subject=said.subject, city=city, firm=firm, day=said.day, trust=said.trust)


takings = st.builds(
    Take, what=st.sampled_from(("forget", "restore", "undo", "undo", "undo the last undo")), pick=st.integers(0, 20)
)


def histories(saying: st.SearchStrategy[Move], most: int = 10) -> st.SearchStrategy[list[Move]]:
    return st.lists(st.one_of(saying, saying, saying, takings), min_size=1, max_size=most)


def _in_order(moves: list[Move]) -> list[Move]:
    """The same moves, with the statements' days in the order of the moves."""
    days = iter(sorted(move.day for move in moves if not isinstance(move, Take)))
    return [move if isinstance(move, Take) else replace(move, day=_like(move.day, next(days))) for move in moves]


def _like(day: float, other: float) -> float:
    """A day near another, at noon or not as the first is."""
    return int(other) + day % 1


@given(moves=histories(sayings()))
@settings(max_examples=EXAMPLES, suppress_health_check=EVERY_CHECK)
def test_what_is_said_in_the_order_of_time_is_believed_and_undone_as_a_dictionary_would(rig: Rig, moves: list[Move]):
    rig.check(_in_order(moves))


@given(moves=histories(sayings()))
@settings(max_examples=EXAMPLES, suppress_health_check=EVERY_CHECK)
def test_what_is_said_out_of_order_is_believed_and_undone_as_a_dictionary_would(rig: Rig, moves: list[Move]):
    rig.check(moves)


@given(moves=histories(sayings(trusts=TRUSTS, slots=("lives_in",))))
@settings(max_examples=EXAMPLES, suppress_health_check=EVERY_CHECK)
def test_whom_to_trust_is_decided_as_a_dictionary_would(rig: Rig, moves: list[Move]):
    rig.check(moves)
