"""What goes wrong on purpose, beside the faults: the machine loses its power, and what runs on it is killed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol

from umi.dst.rng import DeterministicRng
from umi.testing.simulation.machine import Machine
from umi.testing.simulation.partitions import Partition
from umi.testing.simulation.swarm import Swarm
from umi.testing.simulation.upgrade import Upgrade

_CHANGES_MAX: Final = 60
_PATIENCE_MS: Final = 500


class Nemesis(Protocol):
    """One kind of misfortune. `strike` brings it about once, and returns when all is up again."""

    name: str

    async def strike(self, machine: Machine, rng: DeterministicRng) -> None: ...


class PowerLoss:
    """The power fails: between two steps, or in the midst of what is being written."""

    name = "power loss"

    async def strike(self, machine: Machine, rng: DeterministicRng) -> None:
        if rng.next_bool(0.7):
            machine.disk.lose_power_after(rng.next_int(0, _CHANGES_MAX))
            for _ in range(rng.next_int(1, 20)):
                if not machine.disk.is_on:
                    break
                await machine.clock.sleep_ms(_PATIENCE_MS)
        await machine.lose_power()


class Kill:
    """The process of one node is killed."""

    name = "kill"

    async def strike(self, machine: Machine, rng: DeterministicRng) -> None:
        await machine.kill(rng.choose(machine.nodes))


class Restart:
    """The process of one node ends in order and begins again, as in an upgrade of the program."""

    name = "restart"

    async def strike(self, machine: Machine, rng: DeterministicRng) -> None:
        await machine.restart(rng.choose(machine.nodes))


def nemeses(swarm: Swarm) -> list[Nemesis]:
    """Return what is to strike in a run, each as often as the swarm says."""
    counts: Sequence[tuple[type[Nemesis], int]] = (
        (PowerLoss, swarm.power_losses), (Kill, swarm.kills), (Restart, swarm.restarts), (Upgrade, swarm.upgrades),
        (Partition, swarm.partitions),
    )  # fmt: skip
    return [kind() for kind, count in counts for _ in range(count)]


async def storm(machine: Machine, rng: DeterministicRng) -> None:
    """Let all of them strike in a drawn order, at drawn times within the time that the agents will take."""
    waiting = nemeses(machine.swarm)
    rng.shuffle(waiting)
    span = machine.swarm.operations * machine.swarm.pause_ms_max
    for nemesis in waiting:
        await machine.clock.sleep_ms(rng.next_int(0, max(1, span // (2 * len(waiting)))))
        await nemesis.strike(machine, rng)
