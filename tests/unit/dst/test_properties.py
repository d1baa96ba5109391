"""Property tests over time."""

from __future__ import annotations

import pytest

from umi.dst import (
    DeterministicRng,
    PropertyTest,
    SimClock,
    TimeAdvanceConfig,
    run_property_tests,
    seeds,
)
from umi.errors import Invalid


class Shelf:
    """Holds at most so many books; `is_broken` forgets to look."""

    def __init__(self, *, books_max: int = 5, is_broken: bool = False) -> None:
        self.books_max = books_max
        self.is_broken = is_broken
        self.books = 0
        self.times: list[int] = []

    def generate_operation(self, rng: DeterministicRng) -> str:
        return rng.choose(["put", "put", "take"])

    def apply_operation(self, operation: str, clock: SimClock) -> None:
        self.times.append(clock.now_ms())
        if operation == "put" and (self.is_broken or self.books < self.books_max):
            self.books += 1
        elif operation == "take" and self.books:
            self.books -= 1

    def check_invariants(self) -> None:
        assert self.books <= self.books_max, f"{self.books} books on the shelf"

    def describe_state(self) -> str:
        return f"books={self.books}"


class Crashing(Shelf):
    def apply_operation(self, operation: str, clock: SimClock) -> None:
        super().apply_operation(operation, clock)
        raise RuntimeError("out of shelves")


def test_what_holds_is_tested_with_as_many_operations_as_asked_for():
    result = PropertyTest(seed=42).with_max_operations(500).run(Shelf())

    assert (result.is_success, result.operations_executed, result.seed) == (True, 500, 42)


def test_what_does_not_hold_is_found_and_told():
    failure = PropertyTest(seed=42).run(Shelf(is_broken=True)).failure

    assert failure is not None
    assert (failure.message.splitlines()[0], failure.state) == ("6 books on the shelf", "books=6")
    assert failure.operation == "put"
    assert failure.operation_index == len(failure.steps) - 1


def test_the_same_seed_does_the_same_at_the_same_times():
    def run(seed: int) -> list[int]:
        shelf = Shelf()
        PropertyTest(seed).run(shelf)
        return shelf.times

    assert run(1) == run(1)
    assert run(1) != run(2)


def test_a_failure_is_shrunk_to_what_it_needs():
    test = PropertyTest(seed=3)
    failure = test.run(Shelf(is_broken=True)).failure
    assert failure is not None
    assert len(failure.steps) > 6

    shrunk = test.shrink(lambda: Shelf(is_broken=True), failure)

    assert [step.operation for step in shrunk.steps] == ["put"] * 6


def test_an_assertion_says_how_to_repeat_it():
    with pytest.raises(AssertionError, match=r"6 books on the shelf(.|\n)*DST_SEED=42"):
        PropertyTest(seed=42).run_and_assert(Shelf(is_broken=True))

    PropertyTest(seed=42).run_and_assert(Shelf())


def test_another_error_is_raised_and_says_where_it_came_from():
    with pytest.raises(RuntimeError, match="out of shelves") as raised:
        PropertyTest(seed=42).run(Crashing())

    assert "In operation 0" in raised.value.__notes__[0]
    assert "DST_SEED=42" in raised.value.__notes__[0]


def test_the_state_is_checked_before_anything_is_done_unless_told_otherwise():
    wrong = Shelf(books_max=-1)
    failure = PropertyTest(1).run(wrong).failure
    assert failure is not None
    assert (failure.operation_index, failure.operation, failure.steps) == (-1, None, ())

    later = PropertyTest(1).skip_initial_invariant_check().run(Shelf(books_max=-1)).failure
    assert later is not None
    assert later.operation_index == 0


@pytest.mark.parametrize(
    ("config", "times"),
    [(TimeAdvanceConfig.none(), [0, 0, 0]), (TimeAdvanceConfig.fixed(250), [250, 500, 750])],
)
def test_time_passes_as_configured(config: TimeAdvanceConfig, times: list[int]):
    shelf = Shelf()
    PropertyTest(1).with_time_advance(config).with_max_operations(3).run(shelf)

    assert shelf.times == times


def test_time_passes_now_and_then():
    shelf = Shelf()
    PropertyTest(1).with_time_advance(TimeAdvanceConfig.random(10, 20, 0.5)).with_max_operations(1_000).run(shelf)
    passed = [after - before for before, after in zip([0, *shelf.times], shelf.times, strict=False)]

    assert set(passed) == {0, *range(10, 21)}
    assert 400 < passed.count(0) < 600


def test_many_seeds_are_tested_each_with_a_fresh_state():
    results = run_property_tests(seeds(6), 100, lambda: Shelf(is_broken=True))

    assert [result.seed for result in results] == list(seeds(6))
    assert {len(result.failure.steps) for result in results if result.failure} == {6}
    assert all(result.is_success for result in run_property_tests(seeds(3), 100, Shelf))


def test_seeds_are_the_usual_ones_and_others_that_stay_the_same():
    assert seeds(5)[:3] == (0, 1, 42)
    assert len(set(seeds(50))) == 50
    assert seeds(5) == seeds(5) != seeds(5, base=1)
    with pytest.raises(Invalid):
        seeds(2)


@pytest.mark.parametrize("count", [0, 1_000_001])
def test_operations_are_bounded(count: int):
    with pytest.raises(Invalid):
        PropertyTest(1).with_max_operations(count)


@pytest.mark.parametrize("given", [(2, 1, 0.5), (-1, 1, 0.5), (0, 1, 1.5)])
def test_a_passing_of_time_that_cannot_be_is_refused(given: tuple[int, int, float]):
    with pytest.raises(Invalid):
        TimeAdvanceConfig.random(*given)
