"""A state machine of hypothesis made of a `PropertyTestable` of `umi.dst`, so that what fails is shrunk.

    class Counter:
        def generate_operation(self, rng: DeterministicRng) -> int: ...
        def apply_operation(self, operation: int, clock: SimClock) -> None: ...
        def check_invariants(self) -> None: ...
        def describe_state(self) -> str: ...

    TestCounter = property_machine(Counter).TestCase

`PropertyTest` draws from one seed, and can shrink a failure only by leaving operations out. Here hypothesis draws each
number that `generate_operation` asks for, so that the operations become simpler, too.
"""

from __future__ import annotations

from collections.abc import Callable, MutableSequence
from contextlib import ExitStack, suppress
from typing import Any, ClassVar, Protocol, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from umi.dst.clock import SimClock
from umi.dst.config import SEED_NUMBER_MAX
from umi.dst.properties import PropertyFailure, PropertyTestable, Step, TimeAdvanceConfig
from umi.dst.rng import DeterministicRng
from umi.errors import Invalid

T = TypeVar("T")
_CHANCES = 10_000  # a probability is met to this part


class Drawing(Protocol):
    """What draws from a strategy."""

    def __call__(self, strategy: st.SearchStrategy[T], /) -> T: ...


class DrawnRng(DeterministicRng):
    """A stream whose numbers hypothesis draws: the simplest are the lowest, the first of a choice, and False.

    Its forks draw from the same source. The probability of `next_bool` is met about, in ten-thousandths.
    """

    def __init__(self, draw: Drawing, path: tuple[str, ...] = ()) -> None:
        super().__init__(0, path)
        self._draw = draw

    def fork(self, name: str | None = None) -> DrawnRng:
        return DrawnRng(self._draw, super().fork(name).path)

    def copy(self) -> DrawnRng:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Return another stream: what is drawn once is not drawn again."""
        return DrawnRng(self._draw, self.path)

    def next_u64(self) -> int:
        return self._draw(st.integers(0, SEED_NUMBER_MAX))

    def next_float(self) -> float:
        return self._draw(st.floats(0.0, 1.0, exclude_max=True, allow_subnormal=False))

    def next_int(self, low: int, high: int) -> int:
        if not 0 <= high - low <= SEED_NUMBER_MAX:
            raise Invalid(f"Numbers from {low} to {high} cannot be drawn.")
        return low if low == high else self._draw(st.integers(low, high))

    def next_bool(self, probability: float = 0.5) -> bool:
        if not 0.0 <= probability <= 1.0:
            raise Invalid(f"A probability lies in 0..1, and {probability} does not.")
        if probability in {0.0, 1.0}:
            return probability == 1.0
        often = min(_CHANCES - 1, max(1, round(probability * _CHANCES)))
        return self._draw(st.integers(0, _CHANCES - 1)) >= _CHANCES - often

    def shuffle(self, items: MutableSequence[T]) -> None:
        items[:] = self._draw(st.permutations(items))

    def bytes(self, count: int) -> bytes:
        return self._draw(st.binary(min_size=count, max_size=count))

    next_bytes = bytes


@st.composite
def _steps(draw: st.DrawFn, machine: PropertyMachine) -> Step[Any]:
    return machine.drawn(draw)


class PropertyMachine(RuleBasedStateMachine):
    """What `property_machine` makes machines of: it says what a `fresh` state is, and how `time` passes."""

    time: ClassVar[TimeAdvanceConfig] = TimeAdvanceConfig()

    def __init__(self) -> None:
        super().__init__()
        self._clock = SimClock()
        self._done: list[Step[Any]] = []
        self._state = self.fresh()
        with ExitStack() as undo:
            undo.callback(self.teardown)
            self._check(self._state.check_invariants)
            undo.pop_all()

    def fresh(self) -> PropertyTestable[Any]:
        """Return a state in which nothing has happened."""
        raise NotImplementedError

    def drawn(self, draw: Drawing) -> Step[Any]:
        """Draw what is to be done next."""
        rng = DrawnRng(draw)
        return Step(advance_ms=self.time.drawn(rng), operation=self._state.generate_operation(rng))

    @rule(step=st.runner().flatmap(_steps))
    def step(self, step: Step[Any]) -> None:
        self._done.append(step)
        self._clock.advance_ms(step.advance_ms)
        self._check(lambda: self._state.apply_operation(step.operation, self._clock))
        self._check(self._state.check_invariants)

    def teardown(self) -> None:
        close = getattr(self._state, "close", None)
        if close is not None:
            close()

    def _check(self, act: Callable[[], None]) -> None:
        try:
            act()
        except Exception as error:
            error.add_note(self._told(str(error)))
            raise

    def _told(self, message: str) -> str:
        state = "not to be described"
        with suppress(AssertionError):
            state = self._state.describe_state()
        steps = tuple(self._done)
        return str(PropertyFailure(operation_index=len(steps) - 1, message=message, state=state, steps=steps))


def property_machine(
    factory: Callable[[], PropertyTestable[Any]], *, time: TimeAdvanceConfig | None = None
) -> type[PropertyMachine]:
    """Return a state machine that does to states of this factory what `PropertyTest` does, and lets `time` pass so.

    Every run begins with a fresh state; one that has a method `close` is closed at its end. `TestCase` of what is
    returned is a test for pytest; `run_state_machine_as_test` runs it anywhere. What fails, an `AssertionError` or any
    other, is shrunk and says which operations led there.
    """

    class Machine(PropertyMachine):
        def fresh(self) -> PropertyTestable[Any]:
            return factory()

    Machine.time = time or TimeAdvanceConfig()
    Machine.__name__ = Machine.__qualname__ = f"{getattr(factory, '__name__', 'Property').strip('<>').title()}Machine"
    return Machine
