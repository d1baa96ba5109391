"""One run from a seed: a storm, then all is healed, and every promise is looked at.

    outcome = simulate(42)
    outcome.check()

With a scenario it is a user's own agent that runs in the storm:

    async def scenario(world):
        memory = world.memory(user="ada")
        await memory.remember("I live in Lisbon", key="1")

    simulate(42, scenario).check()
"""

from __future__ import annotations

import asyncio
import gc
import warnings
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TYPE_CHECKING, TypeAlias

from umi.domain.scope import Scope
from umi.dst.clock import SimClock
from umi.dst.config import SimConfig
from umi.dst.disk import SimDisk
from umi.dst.loop import run, running_loop
from umi.dst.rng import DeterministicRng
from umi.dst.sealed import close_files, set_apart
from umi.errors import DeadlockError, LimitExceeded
from umi.testing.simulation.aftermath import aftermath
from umi.testing.simulation.agent import Agent, Errand, Memo, Workload
from umi.testing.simulation.checkers import CHECKERS
from umi.testing.simulation.healing import converge, settle
from umi.testing.simulation.machine import Machine, injector
from umi.testing.simulation.nemeses import storm
from umi.testing.simulation.outcome import Failure, Outcome
from umi.testing.simulation.scenario import Script, World
from umi.testing.simulation.served import servable
from umi.testing.simulation.swarm import Swarm, drawn
from umi.testing.simulation.violation import Violation
from umi.testing.simulation.workloads import WORKLOADS
from umi.testing.simulation.workloads.visiting import VISITS
from umi.wiring.knobs import indexed_from, is_derived

if TYPE_CHECKING:
    from umi.testing.simulation.served.clients import Clients

Scenario: TypeAlias = Callable[[World], Awaitable[object]]


def simulate(seed: int | SimConfig, scenario: Scenario | None = None, *, swarm: Swarm | None = None) -> Outcome:
    """Run a seed to its end and tell what came of it. Nothing is raised for a promise that was broken; see `check`.

    A `scenario` takes the place of the agents that are drawn; it is begun anew where its process was killed, until it
    has come to its end once, and once more after the storm. A `swarm` takes the place of the options that are drawn.

    Raises:
        Invalid: the seed is no whole number of 64 bits.

    """
    config = seed if isinstance(seed, SimConfig) else SimConfig.with_seed(seed)
    rng = DeterministicRng(config.seed)
    if swarm is None:
        swarm = drawn(rng.fork("swarm"), tuple(WORKLOADS), () if scenario else tuple(VISITS))
    swarm = servable(swarm)
    clock = SimClock(config.start)
    faults = injector(config, swarm)
    with (
        SimDisk(rng.fork("disk"), faults, clock=clock, is_derived=is_derived) as disk,
        warnings.catch_warnings(),
        set_apart(),
        indexed_from(swarm.indexed_from),
    ):
        warnings.simplefilter("ignore", ResourceWarning)  # a killed process closes nothing
        machine = Machine(config, swarm, clock, disk, faults)
        outcome = _Run(machine, None if scenario is None else Script(scenario)).outcome()
        del machine
        close_files(disk.folder)
        gc.collect()  # here, where it says nothing, and what was before is set apart: the machine is a ring of objects
    return outcome


class _Run:
    """The phases of one run."""

    def __init__(self, machine: Machine, script: Script | None) -> None:
        self._machine = machine
        self._script = script
        self._steps = 0
        self._changes = 0
        swarm = machine.swarm
        self._tenants = [f"t{number}" for number in range(1, swarm.tenants + 1)]
        names = [f"a{number}" for number in range(1, (1 if script else swarm.agents) + 1)]
        self._memos: dict[Scope, list[Memo]] = {}
        self._agents = [self._agent(place, name) for place, name in enumerate(names)]
        self._clients = self._those_who_come() if swarm.served else None

    def _those_who_come(self) -> Clients:
        from umi.testing.simulation.served.clients import Clients

        return Clients(self._machine, self._agents)

    def _agent(self, place: int, name: str) -> Agent:
        machine = self._machine
        whose = 0 if machine.swarm.is_shared else place
        user = None if self._script else f"u{whose + 1}"
        scope = Scope(tenant=self._tenants[whose % len(self._tenants)], user=user)
        memos = self._memos.setdefault(scope, [])  # who serve one user know of the same memories
        return Agent(name=name, scope=scope, machine=machine, rng=machine.rng.fork(name), memos=memos)

    def outcome(self) -> Outcome:
        machine = self._machine
        failure = self._failure()
        stats = machine.faults.injection_stats()
        return Outcome(
            seed=machine.config.seed,
            swarm=machine.swarm,
            steps=self._steps,
            seconds=(machine.clock.now() - machine.config.start).total_seconds(),
            operations=len(machine.ledger.calls),
            acknowledgements=machine.ledger.acknowledged,
            changes=self._changes,
            fired={**stats, **{f"disk {name}": count for name, count in machine.disk.stats.losses.items()}},
            hash=machine.trace.hash,
            trace=tuple(machine.trace.lines),
            failure=failure,
        )

    def _failure(self) -> Failure | None:
        machine = self._machine
        try:
            run(self._live(), rng=machine.rng.fork("loop"), clock=machine.clock)
        except Violation as error:
            machine.violations.append(error)
        except (DeadlockError, LimitExceeded) as error:
            machine.violations.append(Violation("Ends", str(error)))
        except Exception as error:  # noqa: BLE001 - whatever a scenario raises is what came of the run
            told = f"{type(error).__name__}: {error}"
            machine.trace.note("run", "failed", type(error).__name__)
            return Failure(checker="NoForeignError", seen=told, error=error)
        if not machine.violations:
            return None
        first = machine.violations[0]
        machine.trace.note("run", "failed", first.checker)
        return Failure(checker=first.checker, seen=first.seen, error=first)

    async def _live(self) -> None:
        try:
            await self._storm()
            await self._heal()
            await self._check()
        finally:
            self._steps = running_loop().steps
            self._changes = len(self._machine.ledger.calls)

    async def _storm(self) -> None:
        machine = self._machine
        nemesis = asyncio.ensure_future(storm(machine, machine.rng.fork("nemeses")))
        try:
            if self._script is not None:
                await self._script.play(machine, self._agents[0])
            else:
                workloads = self._workloads()
                lives = [agent.live(workloads, machine.swarm.operations) for agent in self._agents]
                await asyncio.gather(*lives)
        finally:
            nemesis.cancel()
            with suppress(asyncio.CancelledError):
                await nemesis

    def _workloads(self) -> list[tuple[Workload | Errand, int]]:
        known: dict[str, Workload | Errand] = dict(WORKLOADS)
        if self._clients is not None:
            known |= self._clients.errands()
        mix = self._machine.swarm.mix.items()
        weighed = [(known[name], weight) for name, weight in mix if weight and name in known]
        return weighed or [(WORKLOADS["remember"], 1)]

    async def _heal(self) -> None:
        """Let nothing fail any more, start all anew, and demand that everything works."""
        machine = self._machine
        machine.trace.note("machine", "heal")
        machine.faults.heal()
        machine.network.heal_all()
        await machine.lose_power()
        for node in machine.nodes:
            await machine.up(node)
        if self._script is not None:
            await self._script.play(machine, self._agents[0], is_last=True)
        else:
            for agent in self._agents:
                await converge(agent)
        if self._clients is not None:
            await settle(machine, self._tenants)  # a model that reads meanwhile lets time pass for everybody
            await self._clients.converge()
            await self._clients.settle()
        await settle(machine, self._tenants)

    async def _check(self) -> None:
        machine = self._machine
        left = await aftermath(machine, self._agents, self._tenants)
        for _, event in left.events:
            machine.trace.note("log", f"{event.seq} {event.act}", f"{machine.trace.name(event.id)} by {event.actor}")
        for checker in CHECKERS:
            await checker.check(left)
        for node in machine.nodes:
            await node.stop()
