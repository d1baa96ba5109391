"""From a seed that breaks a promise to the least that still breaks it: fewer faults, fewer processes, less work.

Each option of the run is made plainer as long as the same promise is broken. What else the seed draws stays: two runs
of one seed differ in their options alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final, TypeAlias, TypeVar

from umi.testing.simulation.outcome import Outcome
from umi.testing.simulation.simulating import Scenario, simulate
from umi.testing.simulation.swarm import Swarm

K = TypeVar("K")

_COUNTS: Final = ("upgrades", "restarts", "kills", "power_losses")
_AT_LEAST_ONE: Final = ("nodes", "tenants", "agents", "operations")
_RUNS_MAX: Final = 400
Told: TypeAlias = Callable[[Outcome], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Minimised:
    """The plainest run of a seed that still breaks the promise, and how many runs it took to find it."""

    outcome: Outcome
    runs: int


def minimise(seed: int, scenario: Scenario | None = None, *, told: Told | None = None) -> Minimised:
    """Make a seed's options plainer until nothing can be left out. `told` is given each plainer run.

    A seed that breaks no promise is returned as it is.

    Raises:
        Invalid: the seed is no whole number of 64 bits.

    """
    best, runs = simulate(seed, scenario), 1
    if best.failure is None:
        return Minimised(outcome=best, runs=runs)
    broken, is_plainer = best.failure.checker, True
    while is_plainer:
        is_plainer = False
        for swarm in _plainer(best.swarm):
            if runs >= _RUNS_MAX:
                return Minimised(outcome=best, runs=runs)
            found, runs = simulate(seed, scenario, swarm=swarm), runs + 1
            if found.failure is not None and found.failure.checker == broken:
                best, is_plainer = found, True
                if told is not None:
                    told(found)
                break
    return Minimised(outcome=best, runs=runs)


def _plainer(swarm: Swarm) -> Iterator[Swarm]:
    """Yield options with one of them plainer, those first that leave out most."""
    if swarm.faults:
        yield replace(swarm, faults={})
        yield from (replace(swarm, faults=faults) for faults in _halves(swarm.faults))
    for name in _COUNTS:
        yield from (replace(swarm, **{name: count}) for count in _less(getattr(swarm, name), least=0))
    if swarm.indexed_from is not None:
        yield replace(swarm, indexed_from=None)
    if swarm.extraction != "none":
        yield replace(swarm, extraction="none")
    for name in _AT_LEAST_ONE:
        yield from (replace(swarm, **{name: count}) for count in _less(getattr(swarm, name), least=1))
    at_work = {name: weight for name, weight in swarm.mix.items() if weight}
    if len(at_work) > 1:
        yield from (replace(swarm, mix=mix) for mix in _halves(at_work))
    if swarm.pause_ms_max > 1:
        yield replace(swarm, pause_ms_max=1)


def _less(count: int, *, least: int) -> Iterator[int]:
    """Yield the least, the half, and one less."""
    yield from (fewer for fewer in dict.fromkeys((least, (least + count) // 2, count - 1)) if least <= fewer < count)


V = TypeVar("V")


def _halves(given: Mapping[K, V]) -> Iterator[dict[K, V]]:
    """Yield both halves of a table, then the table without each of its entries."""
    names = list(given)
    if len(names) > 2:
        middle = len(names) // 2
        yield from ({name: given[name] for name in part} for part in (names[:middle], names[middle:]))
    if len(names) > 1:
        yield from ({name: value for name, value in given.items() if name != gone} for gone in names)
