"""Where a run takes place: what agents, workloads and checkers need of a machine, be it simulated or real."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import asyncio
    from pathlib import Path

    from umi.domain.scope import Scope
    from umi.domain.verification import Anchor
    from umi.dst.rng import DeterministicRng
    from umi.engine.memory import Memory
    from umi.ports.store import Store
    from umi.testing.simulation.ledger import Ledger
    from umi.testing.simulation.swarm import Swarm
    from umi.testing.simulation.trace import Trace
    from umi.testing.simulation.violation import Violation


class Pausing(Protocol):
    """A clock to wait on."""

    async def sleep_ms(self, milliseconds: float) -> None: ...


class Place(Protocol):
    """A node: an engine that runs somewhere, and may be killed there.

    `memory` is its memory of a scope. `call` does work with it, and gives None if the node was killed meanwhile.
    """

    @property
    def name(self) -> str: ...
    def memory(self, scope: Scope, actor: str = "api") -> Memory: ...
    async def call(self, work: Callable[[], Coroutine[Any, Any, str]]) -> asyncio.Task[str] | None: ...


class Scene(Protocol):
    """A machine with nodes over one store, and what is written down of it while they run.

    The store lies at `path`, read through SQLite's file layer `vfs` (None is its own); files that are no part of it lie
    in `folder`. `store` is that of the first node, as it is after the storm. `reach` draws a node, and waits until it
    runs. `broken` notes a promise that was seen broken while the run goes on.
    """

    @property
    def path(self) -> Path: ...
    @property
    def folder(self) -> Path: ...
    @property
    def vfs(self) -> str | None: ...
    @property
    def rng(self) -> DeterministicRng: ...
    @property
    def clock(self) -> Pausing: ...
    @property
    def swarm(self) -> Swarm: ...
    @property
    def trace(self) -> Trace: ...
    @property
    def ledger(self) -> Ledger: ...
    @property
    def anchors(self) -> list[Anchor]: ...
    @property
    def nodes(self) -> Sequence[Place]: ...
    @property
    def store(self) -> Store: ...
    async def reach(self, rng: DeterministicRng) -> Place: ...
    def broken(self, violation: Violation) -> None: ...
