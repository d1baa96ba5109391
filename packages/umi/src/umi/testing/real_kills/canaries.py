"""What may be broken in real processes: the canaries of the store, and one that only a real kill can show.

Those of doors and of schema upgrades are left out: there is neither in these processes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from threading import Event
from typing import Any, Final

from umi.domain.change import Applied
from umi.testing.simulation.canaries import Canary
from umi.testing.simulation.canaries.changes import CHANGES
from umi.testing.simulation.canaries.commits import COMMITS
from umi.testing.simulation.canaries.erasures import ERASURES
from umi.testing.simulation.canaries.questions import QUESTIONS
from umi.testing.simulation.swarm import Swarm

_LATE_SECONDS: Final = 0.02


def _answering_early(_: Callable[..., Any]) -> Callable[..., Any]:
    """Whoever waits is answered when all is written, and the commit comes a little later."""

    async def broken(store: Any, batch: Any) -> Sequence[Applied]:
        ticket = store._writer.submit(batch)  # noqa: SLF001
        committing: Awaitable[Any] = store._write_lane.run(lambda: store._writer.settle(ticket))  # noqa: SLF001
        done = asyncio.ensure_future(committing)
        while not (ticket.applied or done.done()):  # noqa: ASYNC110 - what is broken here, is broken
            await asyncio.sleep(0)
        if done.done():
            return await done
        store._late = done  # noqa: SLF001
        return ticket.applied

    return broken


def _dawdling(command: Callable[..., Any]) -> Callable[..., Any]:
    def broken(db: Any, text: str, *values: Any) -> Any:
        if text == "COMMIT":
            Event().wait(_LATE_SECONDS)
        return command(db, text, *values)

    return broken


EARLY: Final = Canary(
    name="answered before the commit",
    wrong="a change is acknowledged when it is written, 20 milliseconds before it is committed",
    parts=[
        ("umi.stores.sqlite.store:SqliteStore.apply", _answering_early),
        ("umi.stores.sqlite.database:Database.command", _dawdling),
    ],
    swarm=Swarm(nodes=3, agents=3, mix={"remember": 3, "chat": 1, "together": 1}),
)

BREAKABLE: Final[Mapping[str, Canary]] = {
    canary.name: canary for canary in (EARLY, *COMMITS, *CHANGES, *QUESTIONS, *ERASURES)
}
