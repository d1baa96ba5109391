"""Canaries of the doors: the store does all as it should, and the server in front of it does not."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from typing import Any, Final

from umi.testing.simulation.canaries.breaking import Canary
from umi.testing.simulation.swarm import Swarm

_VISITED: Final = Swarm(
    served=1, agents=3, operations=14, pause_ms_max=200, power_losses=2, kills=2,
    mix={"door keep": 4, "door retry": 3, "door find": 3, "door look": 2, "door delete": 2},
)  # fmt: skip
_TALKING: Final = Swarm(
    served=1, agents=3, is_shared=True, operations=10, pause_ms_max=1, mix={"session say": 4, "session hear": 3}
)


def _too_early(keep: Callable[..., Any]) -> Callable[..., Any]:
    """What is to be kept is acknowledged at once, and kept a little later."""

    async def broken(places: Any, records: Any, **more: Any) -> Any:
        from umi.server.doors.agent_memory.long_term import Kept

        async def later() -> None:
            await asyncio.sleep(1)
            await keep(places, records, **more)

        places.services.finishing(asyncio.ensure_future(later()))
        return [Kept(id=record.id) for record in records]

    return broken


def _any_user(memory: Callable[..., Any]) -> Callable[..., Any]:
    def broken(services: Any, principal: Any, **parts: Any) -> Any:
        return memory(services, replace(principal, user=None), **{**parts, "user": None})

    return broken


def _ever_new(turn_key: Callable[..., Any]) -> Callable[..., Any]:
    numbers = count()

    def broken(asked: Any, turn: str) -> str:
        return f"{turn_key(asked, turn)} {next(numbers)}"

    return broken


def _unconditional(save: Callable[..., Any]) -> Callable[..., Any]:
    """A session is written whatever stands there by now."""

    async def broken(sessions: Any, session: Any, context: Any, *, expected: int) -> Any:
        _, standing = await sessions.at(session.place)
        del expected
        return await save(sessions, session, context, expected=standing)

    return broken


DOORS: Final = (
    Canary(
        name="a door acknowledges before the store",
        wrong="a door answers that a memory is kept, and keeps it a second later",
        parts=[("umi.server.doors.agent_memory.long_term:keep", _too_early)],
        swarm=_VISITED,
    ),
    Canary(
        name="a door that does not look whose the key is",
        wrong="a key of one user shows what all users of the tenant said",
        parts=[("umi.server.services:Services.memory", _any_user)],
        swarm=_VISITED,
    ),
    Canary(
        name="a retry at a door that doubles",
        wrong="the same turn makes a new memory each time that it is told",
        parts=[("umi.server.doors.cml.writing:_key", _ever_new)],
        swarm=_VISITED,
    ),
    Canary(
        name="a session that loses what is said at once",
        wrong="who writes a session does not look whether another has written it since",
        parts=[("umi.server.doors.agent_memory.sessions:Sessions.save", _unconditional)],
        swarm=_TALKING,
    ),
)
