"""Property tests over time: random operations on a state, a clock that moves on, and what must hold after each.

class Counter:
    def generate_operation(self, rng: DeterministicRng) -> int: ...
    def apply_operation(self, operation: int, clock: SimClock) -> None: ...
    def check_invariants(self) -> None: ...   # raises AssertionError
    def describe_state(self) -> str: ...

PropertyTest(seed=42).run_and_assert(Counter())
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Generic, Protocol, Self, TypeVar

from umi.dst.clock import SimClock
from umi.dst.config import check_seed, replay_line
from umi.dst.rng import DeterministicRng
from umi.errors import Invalid
from umi.limits import DST_OPERATIONS_COUNT_MAX

Operation = TypeVar("Operation")

_OPERATIONS_DEFAULT: Final = 100
_SHRINKING_RUNS_MAX: Final = 1_000
_SEEDS: Final = (0, 1, 42)


class PropertyTestable(Protocol[Operation]):
    """A state that is tested. An operation is a value whose text says what it does."""

    def generate_operation(self, rng: DeterministicRng) -> Operation:
        """Draw what to do next; the state may be looked at, and is not changed."""
        ...

    def apply_operation(self, operation: Operation, clock: SimClock) -> None:
        """Do it. An AssertionError is a failure of the test; any other error ends it."""
        ...

    def check_invariants(self) -> None:
        """Raise an AssertionError that says what does not hold."""
        ...

    def describe_state(self) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeAdvanceConfig:
    """How time passes before an operation: with a probability, and then between so many milliseconds.

    Raises:
        Invalid: the milliseconds are negative or the wrong way round, or the probability does not lie in 0..1.

    """

    min_ms: int = 0
    max_ms: int = 1_000
    probability: float = 0.5

    def __post_init__(self) -> None:
        if not 0 <= self.min_ms <= self.max_ms:
            raise Invalid(f"Time passes from min_ms to max_ms, both 0 or more, not {self.min_ms} to {self.max_ms}.")
        if not 0.0 <= self.probability <= 1.0:
            raise Invalid(f"A probability lies in 0..1, and {self.probability} does not.")

    @classmethod
    def none(cls) -> Self:
        """Return one by which time stands still."""
        return cls(min_ms=0, max_ms=0, probability=0.0)

    @classmethod
    def fixed(cls, milliseconds: int) -> Self:
        """Return one by which the same time passes before every operation."""
        return cls(min_ms=milliseconds, max_ms=milliseconds, probability=1.0)

    @classmethod
    def random(cls, min_ms: int, max_ms: int, probability: float) -> Self:
        """Return one by which some time passes now and then."""
        return cls(min_ms=min_ms, max_ms=max_ms, probability=probability)

    def drawn(self, rng: DeterministicRng) -> int:
        """Return how many milliseconds pass this time."""
        return rng.next_int(self.min_ms, self.max_ms) if rng.next_bool(self.probability) else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Step(Generic[Operation]):
    """An operation, and how long time passed before it."""

    advance_ms: int
    operation: Operation

    def __str__(self) -> str:
        return f"+{self.advance_ms} ms: {self.operation}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PropertyFailure(Generic[Operation]):
    """What did not hold, after which operation, and everything that was done until then.

    `operation_index` counts from 0; it is -1 where the state was wrong before anything was done.
    """

    operation_index: int
    message: str
    state: str
    steps: tuple[Step[Operation], ...]

    @property
    def operation(self) -> Operation | None:
        """The operation that it failed at."""
        return self.steps[-1].operation if self.steps else None

    def __str__(self) -> str:
        listed = "\n".join(f"  {place}. {step}" for place, step in enumerate(self.steps))
        return f"{self.message}\nafter operation {self.operation_index}; state: {self.state}\n{listed}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PropertyTestResult(Generic[Operation]):
    """How a test went. `failure` is None where everything held."""

    seed: int
    operations_executed: int
    failure: PropertyFailure[Operation] | None = None

    @property
    def is_success(self) -> bool:
        return self.failure is None


class PropertyTest:
    """Draws operations from a seed, applies them to a state, and checks what must hold after each.

    It stops at the first failure, which `shrink` then makes as short as it can.
    """

    def __init__(self, seed: int) -> None:
        self._seed = check_seed(seed)
        self._operations_max = _OPERATIONS_DEFAULT
        self._time = TimeAdvanceConfig()
        self._checks_first = True

    def with_max_operations(self, count: int) -> Self:
        """Apply so many operations; return this test.

        Raises:
            Invalid: there is none, or there are more than DST_OPERATIONS_COUNT_MAX.

        """
        if not 1 <= count <= DST_OPERATIONS_COUNT_MAX:
            raise Invalid(f"Operations are 1 to {DST_OPERATIONS_COUNT_MAX} (DST_OPERATIONS_COUNT_MAX), not {count}.")
        self._operations_max = count
        return self

    def with_time_advance(self, config: TimeAdvanceConfig) -> Self:
        """Let time pass like this; return this test."""
        self._time = config
        return self

    def skip_initial_invariant_check(self) -> Self:
        """Check for the first time after the first operation; return this test."""
        self._checks_first = False
        return self

    def run(self, state: PropertyTestable[Operation]) -> PropertyTestResult[Operation]:
        """Test a fresh state. What `apply_operation` raises beside AssertionError is raised, and says its seed."""
        rng = DeterministicRng(self._seed)
        operations, times = rng.fork("operations"), rng.fork("time")

        def draw(_: int) -> Step[Operation]:
            return Step(advance_ms=self._time.drawn(times), operation=state.generate_operation(operations))

        return self._checked(state, draw, self._operations_max)

    def run_and_assert(self, state: PropertyTestable[Operation]) -> None:
        """Test a fresh state.

        Raises:
            AssertionError: something did not hold; it says what, after what, and how to repeat it.

        """
        failure = self.run(state).failure
        assert failure is None, f"{failure}\nTo run it again: {replay_line(self._seed)}"

    def shrink(
        self, factory: Callable[[], PropertyTestable[Operation]], failure: PropertyFailure[Operation]
    ) -> PropertyFailure[Operation]:
        """Return a failure with as few operations as can be found, by leaving out what it happens without.

        Whatever fails counts, also with another message: a shorter way into trouble is worth more than the same one.
        """
        best, size, runs = failure, max(1, len(failure.steps) // 2), 0
        while size and runs < _SHRINKING_RUNS_MAX:
            shorter = None
            for start in range(0, len(best.steps), size):
                runs += 1
                shorter = self._again(factory(), best.steps[:start] + best.steps[start + size :])
                if shorter is not None:
                    best = shorter
                    break
            if shorter is None:
                size = min(size, len(best.steps)) // 2
        return best

    def _again(
        self, state: PropertyTestable[Operation], steps: Sequence[Step[Operation]]
    ) -> PropertyFailure[Operation] | None:
        return self._checked(state, steps.__getitem__, len(steps)).failure

    def _checked(
        self, state: PropertyTestable[Operation], step_at: Callable[[int], Step[Operation]], count: int
    ) -> PropertyTestResult[Operation]:
        clock = SimClock()
        done: list[Step[Operation]] = []
        failure = _failure(state, done, state.check_invariants) if self._checks_first else None
        while failure is None and len(done) < count:
            step = step_at(len(done))
            done.append(step)
            clock.advance_ms(step.advance_ms)
            failure = self._applied(state, done, clock)
        return PropertyTestResult(seed=self._seed, operations_executed=len(done), failure=failure)

    def _applied(
        self, state: PropertyTestable[Operation], done: Sequence[Step[Operation]], clock: SimClock
    ) -> PropertyFailure[Operation] | None:
        def act() -> None:
            state.apply_operation(done[-1].operation, clock)
            state.check_invariants()

        try:
            return _failure(state, done, act)
        except Exception as error:
            error.add_note(f"In operation {len(done) - 1}, {done[-1]}. To run it again: {replay_line(self._seed)}")
            raise


def run_property_tests(
    seeds: Iterable[int], max_operations: int, factory: Callable[[], PropertyTestable[Any]]
) -> tuple[PropertyTestResult[Any], ...]:
    """Test a fresh state with each seed; return how each went, failures as short as they could be made."""
    return tuple(_shrunk(PropertyTest(seed).with_max_operations(max_operations), factory) for seed in seeds)


def seeds(count: int, *, base: int = 0) -> tuple[int, ...]:
    """Return so many seeds, at least 3: 0, 1, 42, and others drawn from `base`. The same each time.

    Raises:
        Invalid: fewer than 3 are asked for.

    """
    if count < len(_SEEDS):
        raise Invalid(f"At least {len(_SEEDS)} seeds are tried, not {count}.")
    rng = DeterministicRng(base).fork("seeds")
    return (*_SEEDS, *(rng.next_u64() for _ in range(count - len(_SEEDS))))


def _shrunk(test: PropertyTest, factory: Callable[[], PropertyTestable[Any]]) -> PropertyTestResult[Any]:
    result = test.run(factory())
    return result if result.failure is None else replace(result, failure=test.shrink(factory, result.failure))


def _failure(
    state: PropertyTestable[Operation], done: Sequence[Step[Operation]], act: Callable[[], None]
) -> PropertyFailure[Operation] | None:
    """Return what was wrong with an action, or None."""
    try:
        act()
    except AssertionError as error:
        return PropertyFailure(
            operation_index=len(done) - 1, message=str(error), state=state.describe_state(), steps=tuple(done)
        )
    return None
