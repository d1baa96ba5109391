"""When processes are killed: as they open the store, in the midst of a change, at any time, one or all at once."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from umi.dst.rng import DeterministicRng
from umi.testing.real_kills.life import Life
from umi.testing.real_kills.machine import RealMachine
from umi.testing.real_kills.node import RealNode
from umi.testing.simulation.agent import Agent
from umi.testing.simulation.workloads import WORKLOADS

_OPENING_SHARE: Final = 0.2  # of the kills that strike a process which opens the store
_AIMED_SHARE: Final = 0.75  # of the others: that strike it after a change has begun
_ALL_SHARE: Final = 0.3  # of the kills that take all processes along
_BEGINS_MAX: Final = 40
_OPENING_MS_MAX: Final = 20
_AIMED_MS_MAX: Final = 5
_ANY_MS_MAX: Final = 1_000
_PATIENCE_SECONDS: Final = 2.0
_STARTED_SECONDS_MAX: Final = 120.0


@dataclass(slots=True)
class Struck:
    """How often SIGKILL was sent, to how many processes in all, and how many of these were opening, or writing."""

    kills: int = 0
    processes: int = 0
    opening: int = 0
    writing: int = 0


async def storm(machine: RealMachine, agents: Sequence[Agent], rng: DeterministicRng) -> Struck:
    """Kill until it was often enough, while the agents go on.

    Raises:
        Violation: a process cannot be started any more, or ended by itself.

    """
    lives = [asyncio.ensure_future(_live(agent, machine)) for agent in agents]
    killing = asyncio.ensure_future(_kill(machine, rng))
    try:
        ended, _ = await asyncio.wait([killing, *lives], return_when=asyncio.FIRST_COMPLETED)
    finally:
        for one in (killing, *lives):
            one.cancel()
        await asyncio.wait([killing, *lives])
        machine.kill_all()
    for one in ended:
        one.result()  # which raises what an agent or the killing raised
    return killing.result()


async def _live(agent: Agent, machine: RealMachine) -> None:
    bag = [WORKLOADS[name] for name, weight in machine.swarm.mix.items() for _ in range(weight)]
    while True:
        await machine.clock.sleep_ms(agent.rng.next_int(0, machine.swarm.pause_ms_max))
        await agent.do(agent.rng.choose(bag))


async def _kill(machine: RealMachine, rng: DeterministicRng) -> Struck:
    struck = Struck()
    while struck.kills < machine.swarm.kills:
        node = rng.choose(machine.processes)
        await _aim(node, rng)
        node.check()
        struck.kills += 1
        for one in machine.processes if rng.next_bool(_ALL_SHARE) else [node]:
            life = one.life
            if life is not None:
                struck.processes += 1
                struck.opening += not life.runs.is_set()
                struck.writing += life.is_writing
                one.kill()
    return struck


async def _aim(node: RealNode, rng: DeterministicRng) -> None:
    """Wait for the moment to kill what runs on a node."""
    life = node.start()
    if rng.next_bool(_OPENING_SHARE):
        await _within(_STARTED_SECONDS_MAX, life.opens, life)
        await asyncio.sleep(rng.next_int(0, _OPENING_MS_MAX) / 1_000)
        return
    await _within(_STARTED_SECONDS_MAX, life.runs, life)
    if rng.next_bool(_AIMED_SHARE):
        await _within(_PATIENCE_SECONDS, life.after_begins(rng.next_int(1, _BEGINS_MAX)), life)
        await asyncio.sleep(rng.next_float() * _AIMED_MS_MAX / 1_000)
    else:
        await asyncio.sleep(rng.next_int(0, _ANY_MS_MAX) / 1_000)


async def _within(seconds: float, event: asyncio.Event, life: Life) -> None:
    """Wait for an event of a process, as long as that lives, and no longer than that."""
    waiting = [asyncio.ensure_future(one.wait()) for one in (event, life.is_over)]
    try:
        await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for one in waiting:
            one.cancel()
            with suppress(asyncio.CancelledError):
                await one
