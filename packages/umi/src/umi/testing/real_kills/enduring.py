"""A store that real processes work on while they are killed; then every promise is looked at."""

from __future__ import annotations

import asyncio
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from umi.domain.scope import Scope
from umi.dst.rng import DeterministicRng
from umi.testing.real_kills.canaries import BREAKABLE
from umi.testing.real_kills.machine import RealMachine
from umi.testing.real_kills.striking import Struck, storm
from umi.testing.simulation.aftermath import aftermath
from umi.testing.simulation.agent import Agent, Memo
from umi.testing.simulation.checkers import CHECKERS
from umi.testing.simulation.healing import converge, settle
from umi.testing.simulation.ledger import State
from umi.testing.simulation.outcome import Failure
from umi.testing.simulation.swarm import Swarm, drawn
from umi.testing.simulation.violation import Violation
from umi.testing.simulation.workloads import WORKLOADS

if TYPE_CHECKING:
    from umi.testing.simulation.aftermath import Aftermath

_LEFT_OUT: Final = frozenset({"tiers"})  # held by the process itself, and promised to none that comes after it
_PAUSES_MS: Final = (0, 1, 5)
_AGENTS_MIN: Final = 3  # so that changes meet in one process, too


@dataclass(frozen=True, slots=True, kw_only=True)
class Endured:
    """What came of it. `calls` are changes that the store was asked for, `acknowledged` those that it answered.

    `in_doubt` are those that were under way when their process was killed; of these, `kept` are in the log.
    `failure` is None where every promise was kept.
    """

    seed: int
    swarm: Swarm
    struck: Struck
    calls: int
    acknowledged: int
    in_doubt: int
    kept: int
    failure: Failure | None = None

    @property
    def is_kept(self) -> bool:
        """Whether every promise was kept."""
        return self.failure is None

    def check(self) -> None:
        """Do nothing if every promise was kept.

        Raises:
            Violation: one was not.

        """
        if self.failure is not None:
            told = f"{self.failure.seen}\nReal processes, drawn from {self.seed}: {self.swarm}"
            raise Violation(self.failure.checker, told) from self.failure.error


def endure(
    seed: int, *, processes: int = 1, kills: int = 8, swarm: Swarm | None = None, canary: str | None = None
) -> Endured:
    """Let agents use a store through so many processes until these were killed so often, and look what is left.

    What is done is drawn from the seed, and when the kernel does it is not: no two runs are the same. A `swarm` takes
    the place of the options that are drawn; a `canary`, by its name, is broken in all processes.
    """
    drawing = DeterministicRng(seed).fork("swarm")
    swarm = _real(drawn(drawing, tuple(WORKLOADS)) if swarm is None else swarm, drawing, processes, kills)
    with TemporaryDirectory(prefix="umi-kills-") as folder, BREAKABLE[canary].broken() if canary else nullcontext():
        return asyncio.run(_Run(RealMachine(Path(folder), seed, swarm, canary)).outcome())


def _real(swarm: Swarm, rng: DeterministicRng, processes: int, kills: int) -> Swarm:
    """Return what of a swarm there is where nothing is simulated, for so many processes and kills."""
    mix = {name: weight for name, weight in swarm.mix.items() if weight and name in WORKLOADS.keys() - _LEFT_OUT}
    return Swarm(
        nodes=processes,
        tenants=swarm.tenants,
        agents=max(_AGENTS_MIN, swarm.agents),
        is_shared=swarm.is_shared,
        operations=0,
        mix=mix or {"remember": 1},
        extraction=swarm.extraction,
        kills=kills,
        pause_ms_max=rng.choose(_PAUSES_MS),
    )


class _Run:
    """The phases of one run."""

    def __init__(self, machine: RealMachine) -> None:
        self._machine = machine
        self._struck = Struck()
        self._kept = 0
        swarm = machine.swarm
        self._tenants = [f"t{number}" for number in range(1, swarm.tenants + 1)]
        self._memos: dict[Scope, list[Memo]] = {}
        self._agents = [self._agent(place) for place in range(swarm.agents)]

    def _agent(self, place: int) -> Agent:
        machine, name = self._machine, f"a{place + 1}"
        whose = 0 if machine.swarm.is_shared else place
        scope = Scope(tenant=self._tenants[whose % len(self._tenants)], user=f"u{whose + 1}")
        memos = self._memos.setdefault(scope, [])
        return Agent(name=name, scope=scope, machine=machine, rng=machine.rng.fork(name), memos=memos)

    async def outcome(self) -> Endured:
        machine = self._machine
        try:
            await self._live()
        except Violation as error:
            machine.violations.append(error)
        finally:
            await machine.close()
        calls = machine.ledger.calls
        failures = [Failure(checker=one.checker, seen=one.seen, error=one) for one in machine.violations]
        return Endured(
            seed=machine.seed,
            swarm=machine.swarm,
            struck=self._struck,
            calls=len(calls),
            acknowledged=machine.ledger.acknowledged,
            in_doubt=sum(call.state is State.UNKNOWN for call in calls),
            kept=self._kept,
            failure=failures[0] if failures else None,
        )

    async def _live(self) -> None:
        machine = self._machine
        self._struck = await storm(machine, self._agents, machine.rng.fork("nemesis"))
        machine.calm()
        for agent in self._agents:
            await converge(agent)
        await settle(machine, self._tenants)
        left = await aftermath(machine, self._agents, self._tenants)
        self._kept = _kept(left)
        for checker in CHECKERS:
            await checker.check(left)


def _kept(left: Aftermath) -> int:
    """Count the calls without an answer that the log has."""
    logged = {event.actor for _, event in left.events}
    return sum(call.state is State.UNKNOWN and call.tag in logged for call in left.machine.ledger.calls)
