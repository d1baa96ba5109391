"""A whole world in one event loop: real servers over the real store, and clients that reach them over a network."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import httpx

from agent_memory_client.ids import new_id
from umi.config import MemoryConfig
from umi.domain.bounds import Bounds, Grant
from umi.dst import DeterministicRng, FaultConfig, FaultInjector, SimClock, SimNetwork
from umi.dst.lane import InlineLane, InlinePortal
from umi.dst.loop import run
from umi.dst.web.server import SimServer
from umi.dst.web.transport import SimTransport
from umi.engine.bound import behaviour_of
from umi.engine.memory import Memory
from umi.pipeline.remember.embed import index_words
from umi.ports.backend import StoreParts
from umi.ports.world import World
from umi.providers.embedding.sim import SimEmbeddingProvider
from umi.server.app import create_app
from umi.server.auth.api_keys import Wanted
from umi.server.auth.principal import Principal
from umi.server.services import Services
from umi.server.settings import ServerSettings
from umi.stores.sqlite.backend import SqliteStorageBackend
from umi.vectors.sim import SimVectorBackend

if TYPE_CHECKING:
    from umi.ports.llm import LLM
    from umi.ports.tracer import Tracer

T = TypeVar("T")
ALL = frozenset({Grant.READ, Grant.WRITE, Grant.ADMIN})
START = datetime(2026, 1, 1, tzinfo=UTC)


class SimWorld:
    """What the nodes of one run share: time, chance, faults and the network."""

    def __init__(self, seed: int, folder: Path, *faults: FaultConfig) -> None:
        self.seed = seed
        self.folder = folder
        self.clock = SimClock(START)
        self.rng = DeterministicRng(seed)
        self.faults = FaultInjector(self.rng.fork("faults"))
        for fault in faults:
            self.faults.register(fault)
        self.network = SimNetwork(self.clock, self.rng.fork("network"), self.faults)
        self.trace: list[str] = []

    def run(self, main: Callable[[SimWorld], Awaitable[T]]) -> T:
        """Run a scenario in this world."""
        new_id.forget()

        async def scenario() -> T:
            return await main(self)

        return run(scenario(), rng=self.rng.fork("loop"), clock=self.clock, trace=self.trace.append)

    def node(self, name: str = "umi", **settings: Any) -> Node:
        """Return a server that is not started."""
        return Node(self, name, ServerSettings.model_validate({"store": str(self.folder / "memory.db"), **settings}))

    def client(
        self, name: str = "agent", host: str = "umi", *, key: str | None = None, **more: Any
    ) -> httpx.AsyncClient:
        """Return a client on a node of its own."""
        headers = {} if key is None else {"authorization": f"Bearer {key}"}
        transport = SimTransport(self.network, name)
        return httpx.AsyncClient(
            transport=transport, base_url=f"http://{host}", headers=headers, trust_env=False, **more
        )


class Node:
    """A server of the world, whose engines are opened anew with each of its processes."""

    def __init__(self, world: SimWorld, name: str, settings: ServerSettings) -> None:
        self.services: Services
        self._world = world
        self._settings = settings
        self._opened = 0
        self.server = SimServer(world.network, name, self._make)

    async def key(self, *, tenant: str = "t", **more: Any) -> str:
        """Return a key for a tenant."""
        _, shown = await self.services.keys.create(Wanted(bounds=Bounds(tenant=tenant, grants=ALL, **more)))
        return shown

    async def contents(self, *, tenant: str = "t") -> list[str]:
        """Return what a tenant's memories say, as the store has them."""
        memory = self.services.memory(Principal(id="test", tenant=tenant, grants=ALL))
        return sorted(entity.content for entity in (await memory.list(limit=100)).items)

    def _make(self) -> Any:
        self._opened += 1
        rng = self._world.rng.fork(f"{self.server.node}:{self._opened}")
        self.services = Services(
            self._settings,
            clock=self._world.clock,
            entropy=rng.fork("shell"),
            opening=_Opening(seed=self._world.seed, clock=self._world.clock, rng=rng),
        )
        return create_app(self._settings, services=self.services)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Opening:
    seed: int
    clock: SimClock
    rng: DeterministicRng

    def __call__(
        self, place: str | None, *, config: MemoryConfig, llm: LLM | None, tracer: Tracer | None
    ) -> tuple[World, Memory]:
        assert place is not None
        assert tracer is None
        embedder, entropy = SimEmbeddingProvider(self.seed), self.rng.fork("entropy")
        store = SqliteStorageBackend(place).open(
            StoreParts(
                model=embedder.model,
                dimensions=embedder.dimensions,
                clock=self.clock,
                entropy=entropy,
                words_of=index_words,
                lane=InlineLane,
                index_kind=SimVectorBackend(self.seed).index_kind,
            )
        )
        world = World(
            store=store,
            embedder=embedder,
            clock=self.clock,
            entropy=entropy,
            lane=InlineLane("work"),
            portal=InlinePortal(self.rng.fork("portal"), self.clock),
            llm=llm,
        )
        return world, Memory.over(world, behaviour=behaviour_of(config))
