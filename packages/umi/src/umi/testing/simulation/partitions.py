"""The nemesis of the network: an agent is cut off from a node for a while, in one direction or in both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from umi.dst.rng import DeterministicRng
    from umi.testing.simulation.machine import Machine

_CUT_MS: Final = (200, 40_000)


class Partition:
    """What one agent sends to one served node is lost, or what that node answers, or both."""

    name = "partition"

    async def strike(self, machine: Machine, rng: DeterministicRng) -> None:
        served = [node.name for node in machine.nodes if node.front is not None]
        if not served:
            return
        node, agent = rng.choose(served), f"a{rng.next_int(1, machine.swarm.agents)}"
        for source, target in rng.choose((((agent, node),), ((node, agent),), ((agent, node), (node, agent)))):
            machine.trace.note(source, "cut off from", target)
            machine.network.partition_one_way(source, target)
        await machine.clock.sleep_ms(rng.next_int(*_CUT_MS))
        machine.network.heal(agent, node)
        machine.trace.note(agent, "reaches again", node)
