"""After the storm: everything has to work, and what waits behind the answers has to be done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from umi.domain.scope import Scope
from umi.testing.simulation.agent import Agent
from umi.testing.simulation.scene import Scene
from umi.testing.simulation.violation import Violation
from umi.testing.simulation.workloads import WORKLOADS

_SETTLED_MAX: Final = 20
_UNTIL_DUE_MS: Final = 400_000
_HEALED: Final = ("together", "retry", "correct", "forget", "restore", "erase", "recall", "look", "verify")
_HEALED_COUNT: Final = 3  # of these for each agent, beside a `remember`


async def converge(agent: Agent) -> None:
    """Let an agent say again with its key what it had no answer to, and try something of everything.

    Raises:
        Violation: something does not work though nothing fails any more.

    """
    for memo in [memo for memo in agent.memos if memo.key is not None and memo.id is None]:
        memory = agent.machine.nodes[0].memory(agent.scope, agent.name)
        receipt = await memory.remember(memo.text, key=memo.key)
        memo.id, memo.seq = receipt.id, receipt.seq
    names = list(_HEALED)
    agent.rng.shuffle(names)
    for name in ("remember", *names[:_HEALED_COUNT]):
        outcome = await agent.do(WORKLOADS[name])
        if outcome.endswith("Error") or outcome == "killed":
            raise Violation("Converged", f"after the storm, {name} of {agent.name} gives {outcome}")


async def settle(machine: Scene, tenants: Sequence[str]) -> None:
    """Let all that is due behind the answers be done, also what is due later."""
    for _ in range(_SETTLED_MAX):
        left = 0
        for tenant in tenants:
            memory = machine.nodes[0].memory(Scope(tenant=tenant))
            await memory.retry_tasks()
            await memory.settle()
            left += len(await memory.tasks())
        if not left:
            return
        await machine.clock.sleep_ms(_UNTIL_DUE_MS)
