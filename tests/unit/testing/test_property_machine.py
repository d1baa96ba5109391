"""A `PropertyTestable` as a state machine of hypothesis: what is wrong is found, shrunk and told."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import run_state_machine_as_test

from umi import Memory, MemoryConfig
from umi.dst import DeterministicRng, SimClock, TimeAdvanceConfig
from umi.errors import Invalid
from umi.testing import property_machine
from umi.testing.property_machines import DrawnRng

T = TypeVar("T")
EVERY_CHECK = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example)
SEARCH = settings(
    max_examples=100,
    stateful_step_count=10,
    deadline=None,
    derandomize=True,
    database=None,
    print_blob=False,
    report_multiple_bugs=False,
    suppress_health_check=EVERY_CHECK,
    phases=[Phase.generate, Phase.shrink],
)


class Till:
    """A till that holds at most so much; `is_broken` forgets to look."""

    def __init__(self, *, is_broken: bool = False) -> None:
        self.is_broken = is_broken
        self.held = 0
        self.times: list[int] = []

    def generate_operation(self, rng: DeterministicRng) -> tuple[str, int]:
        return rng.choose(["take", "put"]), rng.next_int(1, 1_000)

    def apply_operation(self, operation: tuple[str, int], clock: SimClock) -> None:
        self.times.append(clock.now_ms())
        what, much = operation
        if what == "take":
            self.held = max(0, self.held - much)
        elif self.is_broken or self.held + much <= 1_500:
            self.held += much

    def check_invariants(self) -> None:
        assert self.held <= 1_500, f"{self.held} in the till"

    def describe_state(self) -> str:
        return f"held={self.held}"


class Diary:
    """An agent that keeps what it is told and says how much that is; told twice, it counts twice."""

    def __init__(self) -> None:
        self.memory = Memory.sim(1, config=MemoryConfig(extraction="off"))
        self.counted = 0
        self.told_at: datetime | None = None

    def generate_operation(self, rng: DeterministicRng) -> str:
        return rng.choose(["it rains", "it snows", "it hails"])

    def apply_operation(self, operation: str, clock: SimClock) -> None:
        self.memory.remember_sync(operation)
        self.told_at = clock.now()
        self.counted += 1

    def check_invariants(self) -> None:
        assert self.counted == self.memory.count_sync(), "it told a wrong number"

    def describe_state(self) -> str:
        return f"counted={self.counted}"

    def close(self) -> None:
        self.memory.close_sync()


def _failure(machine: type[Any], search: settings = SEARCH) -> BaseException:
    with pytest.raises(Exception) as caught:  # noqa: PT011 - what it is, the tests say
        run_state_machine_as_test(machine, settings=search)
    return caught.value


def _nothing(strategy: st.SearchStrategy[T]) -> T:
    raise AssertionError(f"{strategy} is not to be drawn from")


def _notes(error: BaseException) -> str:
    return "\n".join(error.__notes__)


def test_what_holds_passes():
    run_state_machine_as_test(property_machine(Till), settings=settings(SEARCH, max_examples=20))


def test_what_does_not_hold_is_found_and_shrunk_in_its_steps_and_in_its_numbers():
    error = _failure(property_machine(lambda: Till(is_broken=True)))

    assert isinstance(error, AssertionError)
    assert str(error).splitlines()[0] == "1501 in the till"  # the least that is too much
    assert "after operation 1; state: held=1501\n  0. +0 ms: ('put', " in _notes(error)
    assert "state.step(step=Step(advance_ms=0, operation=('put', " in _notes(error)


def test_a_mistake_of_an_agent_with_a_memory_is_shrunk_to_telling_it_the_same_twice():
    error = _failure(property_machine(Diary), settings(SEARCH, stateful_step_count=4))

    assert "1. +0 ms: it rains" in _notes(error)
    assert "2. +" not in _notes(error)


def test_another_error_than_an_assertion_is_a_failure_too_and_tells_its_steps():
    class Crashing(Till):
        def apply_operation(self, operation: tuple[str, int], clock: SimClock) -> None:
            super().apply_operation(operation, clock)
            if self.held:
                raise RuntimeError("jammed")

    error = _failure(property_machine(Crashing))

    assert isinstance(error, RuntimeError)
    assert "0. +0 ms: ('put', 1)" in _notes(error)


def test_a_state_that_is_wrong_from_the_start_fails_and_is_closed():
    closed: list[bool] = []

    class Wrong(Till):
        def check_invariants(self) -> None:
            raise AssertionError("empty")

        def close(self) -> None:
            closed.append(True)

    error = _failure(property_machine(Wrong), settings(SEARCH, max_examples=1))

    assert "after operation -1" in _notes(error)
    assert closed


def test_time_passes_as_it_is_told_to():
    tills: list[Till] = []

    def made() -> Till:
        tills.append(Till())
        return tills[-1]

    machine = property_machine(made, time=TimeAdvanceConfig.fixed(250))
    run_state_machine_as_test(machine, settings=settings(SEARCH, max_examples=5))

    times = [till.times for till in tills]
    assert max(map(len, times)) > 1
    assert all(one == [250 * (place + 1) for place in range(len(one))] for one in times)


@given(data=st.data())
@settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow])
def test_what_is_drawn_lies_where_a_stream_of_a_seed_would_draw_it(data: st.DataObject):
    rng = DrawnRng(data.draw)
    items = [1, 2, 3]
    rng.shuffle(items)

    assert sorted(items) == [1, 2, 3]
    assert -5 <= rng.next_int(-5, 5) <= 5
    assert rng.next_int(7, 7) == 7
    assert 0 <= rng.next_float() < 1
    assert (rng.next_bool(0.0), rng.next_bool(1.0)) == (False, True)
    assert rng.next_bool() in {True, False}
    assert len(rng.bytes(3)) == len(rng.next_bytes(3)) == 3
    assert rng.fork("a").path == ("a",)
    assert rng.fork("a").copy().choose("abc") in "abc"
    assert 0 <= rng.next_u64() < 2**64


def test_what_cannot_be_drawn_is_refused():
    rng = DrawnRng(_nothing)

    with pytest.raises(Invalid):
        rng.next_int(2, 1)
    with pytest.raises(Invalid):
        rng.next_bool(1.5)
