"""Which faults a run injects, how often, and whether they really came.

faults = (
    FaultInjectorBuilder(rng.fork("faults"))
    .with_fault(FaultConfig(FaultType.LLM_TIMEOUT, 0.2))
    .with_storage_faults(0.1)
    .build()
)
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Collection, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Final, Self

from umi.domain.text import shown
from umi.dst.fault_types import FaultCategory, FaultType, Site
from umi.dst.rng import DeterministicRng
from umi.errors import Invalid, LimitExceeded


@dataclass(frozen=True, slots=True)
class FaultConfig:
    """That a fault happens, with which probability each time it could.

    With `operation_filter`, only in operations whose name holds that text, such as "storage.write:apply". With
    `max_injections`, at most so often; each configuration counts for itself.

    Raises:
        Invalid: the probability does not lie in 0..1, the filter is empty, or the maximum is below 1.

    """

    fault_type: FaultType
    probability: float
    operation_filter: str | None = None
    max_injections: int | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "fault_type", _fault(self.fault_type))
        _check_probability(self.probability)
        if self.operation_filter is not None and not self.operation_filter:
            raise Invalid("A filter of operations is a text of at least one character; leave it out instead.")
        if self.max_injections is not None and self.max_injections < 1:
            raise Invalid(f"max_injections is at least 1, not {self.max_injections}; leave the fault out instead.")

    @classmethod
    def chaos(cls, probability: float) -> tuple[Self, ...]:
        """Return a configuration for every fault that is survivable, all with the same probability."""
        return tuple(cls(fault, probability) for fault in FaultType if fault.is_survivable)

    def with_filter(self, operation_filter: str) -> Self:
        """Return this for operations whose name holds a text."""
        return replace(self, operation_filter=operation_filter)

    def with_max_injections(self, max_injections: int) -> Self:
        """Return this with a bound on how often it happens."""
        return replace(self, max_injections=max_injections)

    def fits(self, operation: str) -> bool:
        """Whether the filter lets an operation through."""
        return self.operation_filter is None or self.operation_filter in operation


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultStat:
    """How often a configured fault could have happened, and how often it did."""

    config: FaultConfig
    chances: int
    injections: int


@dataclass(slots=True, kw_only=True)
class _Registered:
    config: FaultConfig
    rng: DeterministicRng
    dice: dict[str, DeterministicRng] = field(default_factory=dict[str, DeterministicRng])
    chances: int = 0
    injections: int = 0

    def strikes(self, operation: str) -> bool:
        """Roll the dice of an operation, and count. Each operation has its own: what others do shifts nothing."""
        self.chances += 1
        dice = self.dice.get(operation)
        if dice is None:
            dice = self.dice[operation] = self.rng.fork(operation)
        struck = dice.next_float() < self.config.probability
        self.injections += struck
        return struck

    @property
    def is_spent(self) -> bool:
        return self.config.max_injections is not None and self.injections >= self.config.max_injections


class FaultInjector:
    """Decides, from the seed, which operation fails and how. Every simulated part of a run shares one.

    It also counts the operations of a run, and ends one that takes more than `steps_max`; None is no bound.
    """

    def __init__(self, rng: DeterministicRng, *, steps_max: int | None = None) -> None:
        self._rng = rng
        self._steps_max = steps_max
        self._steps = 0
        self._calm = False
        self._registered: list[_Registered] = []
        self._able: dict[str, tuple[_Registered, ...]] = {}
        self._seen: Counter[str] = Counter()
        self._lock = threading.Lock()  # a vector index asks on a lane of its own

    @classmethod
    def chaos(cls, rng: DeterministicRng, probability: float) -> Self:
        """Return an injector of every fault that is survivable, all with the same probability."""
        made = cls(rng)
        for config in FaultConfig.chaos(probability):
            made.register(config)
        return made

    def register(self, config: FaultConfig) -> None:
        """Inject this as well. Of several that could strike, the one that was registered first is tried first."""
        with self._lock:
            place = sum(one.config.fault_type is config.fault_type for one in self._registered)
            rng = self._rng.fork(f"{config.fault_type}:{place}")
            self._registered.append(_Registered(config=config, rng=rng))
            self._able.clear()

    def should_inject(self, operation: str, kinds: Collection[FaultType] | None = None) -> FaultType | None:
        """Return the fault that strikes an operation now, or None.

        An operation is named by its site and, behind a colon, by what is done: "storage.write:apply". Only faults
        that can strike at this site are considered, and of these only `kinds` if they are given.

        Raises:
            Invalid: the operation names no site.
            LimitExceeded: the run has taken more steps than it may.

        """
        with self._lock:
            able = self._able.get(operation)
            if able is None:
                able = self._able[operation] = self._able_in(operation)
            self._count_step(operation)
            return None if self._calm or not able else _first_that_strikes(able, operation, kinds)

    def heal(self) -> None:
        """Inject nothing from now on: after the storm, everything has to work again."""
        self._calm = True

    def storm(self) -> None:
        """Inject again what is registered."""
        self._calm = False

    @contextmanager
    def calm(self) -> Generator[None]:
        """Inject nothing inside: to prepare a scenario, or to look at its end."""
        before, self._calm = self._calm, True
        try:
            yield
        finally:
            self._calm = before

    @property
    def steps(self) -> int:
        """How many operations were asked about."""
        return self._steps

    @property
    def operations(self) -> Mapping[str, int]:
        """How often each operation was asked about: what a scenario really did."""
        return dict(sorted(self._seen.items()))

    def stats(self) -> tuple[FaultStat, ...]:
        """Return the counts of each configuration, in the order they were registered."""
        return tuple(
            FaultStat(config=one.config, chances=one.chances, injections=one.injections) for one in self._registered
        )

    def injection_stats(self) -> Mapping[str, int]:
        """Return how often each registered fault struck, by its name."""
        counts = Counter[str]()
        for one in self._registered:
            counts[one.config.fault_type.value] += one.injections
        return dict(counts)

    def total_injections(self) -> int:
        """Return how often anything struck."""
        return sum(one.injections for one in self._registered)

    def never_fired(self) -> tuple[FaultConfig, ...]:
        """Return what is registered and has not struck (yet): what a test of it has not tested."""
        return tuple(one.config for one in self._registered if not one.injections)

    def reset_stats(self) -> None:
        """Count from nothing again; also what bounds injections by number."""
        with self._lock:
            for one in self._registered:
                one.chances = one.injections = 0
            self._seen.clear()

    def _count_step(self, operation: str) -> None:
        self._steps += 1
        self._seen[operation] += 1
        if self._steps_max is not None and self._steps > self._steps_max:
            raise LimitExceeded(
                f"The simulation took more than {self._steps_max} steps, the last of them {operation}: it seems not to "
                "end. Give SimConfig a larger steps_max if it should go on."
            )

    def _able_in(self, operation: str) -> tuple[_Registered, ...]:
        site = _site(operation)
        fitting = (one for one in self._registered if one.config.fits(operation))
        return tuple(one for one in fitting if site in one.config.fault_type.sites)


class FaultInjectorBuilder:
    """Puts an injector together."""

    def __init__(self, rng: DeterministicRng, *, steps_max: int | None = None) -> None:
        self._injector = FaultInjector(rng, steps_max=steps_max)

    def with_fault(self, config: FaultConfig) -> Self:
        """Add one fault."""
        self._injector.register(config)
        return self

    def with_faults_of(self, category: FaultCategory, probability: float) -> Self:
        """Add every fault of a category that is survivable."""
        for fault in FaultType:
            if fault.category is category and fault.is_survivable:
                self.with_fault(FaultConfig(fault, probability))
        return self

    def with_storage_faults(self, probability: float) -> Self:
        """Add writes and reads of the storage that fail."""
        return self._with(_STORAGE, probability)

    def with_db_faults(self, probability: float) -> Self:
        """Add connections that fail, and queries that take too long."""
        return self._with(_DATABASE, probability)

    def with_llm_faults(self, probability: float) -> Self:
        """Add a model that answers too late, or is asked too often."""
        return self._with(_LLM, probability)

    def with_chaos(self, probability: float) -> Self:
        """Add every fault that is survivable: what may make a memory err is added by its own name only."""
        return self._with(tuple(fault for fault in FaultType if fault.is_survivable), probability)

    def build(self) -> FaultInjector:
        """Return the injector."""
        return self._injector

    def _with(self, faults: Collection[FaultType], probability: float) -> Self:
        for fault in faults:
            self.with_fault(FaultConfig(fault, probability))
        return self


def _first_that_strikes(
    able: Sequence[_Registered], operation: str, kinds: Collection[FaultType] | None
) -> FaultType | None:
    for one in able:
        fault = one.config.fault_type
        if (kinds is None or fault in kinds) and not one.is_spent and one.strikes(operation):
            return fault
    return None


_STORAGE: Final = (FaultType.STORAGE_WRITE_FAIL, FaultType.STORAGE_READ_FAIL)
_DATABASE: Final = (FaultType.DB_CONNECTION_FAIL, FaultType.DB_QUERY_TIMEOUT)
_LLM: Final = (FaultType.LLM_TIMEOUT, FaultType.LLM_RATE_LIMIT)
_SITES: Final = {site.value: site for site in Site}


def _site(operation: str) -> Site:
    site = _SITES.get(operation.partition(":")[0])
    if site is None:
        raise Invalid(f"{shown(operation)} begins with no site; sites are {', '.join(_SITES)}.")
    return site


def _fault(given: object) -> FaultType:
    try:
        return FaultType(given)
    except ValueError as error:
        raise Invalid(f"{shown(given)} is no fault; they are {', '.join(FaultType)}.") from error


def _check_probability(probability: object) -> None:
    if not isinstance(probability, int | float) or isinstance(probability, bool) or not 0.0 <= probability <= 1.0:
        raise Invalid(f"A probability is a number in 0..1, not {shown(probability)}.")
