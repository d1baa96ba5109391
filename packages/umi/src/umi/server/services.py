"""What lives as long as a process of the server: one World, who may call, and what counts.

`memory` is the only way from a caller to memories: it gives one behind the caller's fence.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

from umi.config import MemoryConfig
from umi.engine.memory import Memory
from umi.errors import ClosedError
from umi.ports.tracer import NO_TRACING, Tracer
from umi.server.auth.api_keys import ApiKeys
from umi.server.auth.credentials import Gate
from umi.server.auth.principal import Principal
from umi.server.auth.quotas import Quotas
from umi.server.settings import ServerSettings
from umi.server.shell.metrics import Metrics
from umi.server.supervising import Condition
from umi.wiring.system import SystemClock, SystemEntropy

if TYPE_CHECKING:
    from collections.abc import Callable

    from umi.ports.llm import LLM
    from umi.ports.records import Records
    from umi.ports.world import Clock, Entropy, World
    from umi.server.auth.tokens import Tokens

_log = logging.getLogger("umi.server")

T = TypeVar("T")

_SERVICE: Final = "umi-server"
_WARMING: Final = "The first text takes as long as the model takes to load."


class Opening(Protocol):
    """How to open what a server serves: the real one is `umi.wiring.serving.open_served`."""

    def __call__(
        self, place: str | None, *, config: MemoryConfig, llm: LLM | None, tracer: Tracer | None
    ) -> tuple[World, Memory]: ...


class Services:
    """What the shell and the doors stand on. `open` and `close` belong to the app's lifespan.

    `clock` and `entropy` are for what happens before and beside the World; a simulation gives its own, and its own
    `opening`.
    """

    def __init__(
        self,
        settings: ServerSettings,
        *,
        config: MemoryConfig | None = None,
        llm: LLM | None = None,
        warm: bool = False,
        clock: Clock | None = None,
        entropy: Entropy | None = None,
        opening: Opening | None = None,
    ) -> None:
        self.settings = settings
        self.clock = clock or SystemClock()
        self.entropy = entropy or SystemEntropy()
        self._opening = opening
        self.metrics = Metrics(settings.metrics_folder)
        self.condition = Condition()
        self._config = config or MemoryConfig()
        self._llm = llm
        self._world: World | None = None
        self._memory: Memory | None = None
        self._gate: Gate | None = None
        self._keys: ApiKeys | None = None
        self._quotas: Quotas | None = None
        self._warm = warm
        self._tracer: Tracer = NO_TRACING
        self._finishing: set[asyncio.Task[Any]] = set()
        self._stack = AsyncExitStack()
        self._own: dict[Callable[..., Any], Any] = {}

    def own(self, make: Callable[[Services], T]) -> T:
        """Return what a door has one of for as long as this process serves: `make` makes it, at the first time."""
        if make not in self._own:
            self._own[make] = make(self)
        return self._own[make]

    async def open(self) -> None:
        """Open the store, and the models beside it.

        Raises:
            StorageError: it cannot be reached, read or written.
            Unsupported: a package that the settings need is missing.

        """
        from umi.wiring.serving import open_served, served_llm

        settings = self.settings
        place = None if settings.store is None else settings.store.get_secret_value()
        self._tracer = self._traced()
        tracer = None if self._tracer is NO_TRACING else self._tracer
        llm = self._llm if settings.llm is None else served_llm(settings.llm, settings.llm_base_url)
        opening = self._opening or open_served
        self._world, self._memory = opening(place, llm=llm, config=self._config, tracer=tracer)
        records, clock = self._world.store.records, self._world.clock
        self._keys = ApiKeys(records, clock, self._world.entropy)
        self._quotas = Quotas(settings, records, clock)
        if self._warm:
            await self._world.embedder.embed([_WARMING])
        keys = self._keys if self.settings.auth else None
        self._gate = Gate(keys, await self._tokens(), tenant=self.settings.tenant)
        if keys is not None and self.settings.jwt_issuer is None and await keys.is_empty():
            _log.warning("nobody can come in yet: make a key with `umi keys create`")

    async def close(self) -> None:
        """Finish what was acknowledged, within a bound, and close the store: what is left lies in it as tasks."""
        memory, self._memory = self._memory, None
        try:
            async with asyncio.timeout(self.settings.shutdown_seconds_max):
                if self._finishing:
                    await asyncio.wait(self._finishing)
                if memory is not None:
                    await memory.close()
        except TimeoutError:
            _log.warning("work behind the answers was not finished in time; it goes on at the next start")
        finally:
            await self._stack.aclose()

    def finishing(self, work: asyncio.Task[Any]) -> None:
        """Let something come to its end, even if nobody waits for it any more."""
        self._finishing.add(work)
        work.add_done_callback(self._finished)

    def _finished(self, work: asyncio.Task[Any]) -> None:
        self._finishing.discard(work)
        if not work.cancelled():
            work.exception()  # looked at: whoever waited for it has it, and if nobody did, nobody asks

    def _traced(self) -> Tracer:
        endpoint = self.settings.telemetry_endpoint
        if endpoint is None:
            return NO_TRACING
        from umi.telemetry import TelemetryConfig, init_telemetry

        telemetry = init_telemetry(TelemetryConfig(service_name=_SERVICE, endpoint=endpoint))

        async def shut_down() -> None:
            await asyncio.to_thread(telemetry.shutdown)  # it sends what waits

        self._stack.push_async_callback(shut_down)
        return telemetry.tracer

    @property
    def tracer(self) -> Tracer:
        return self._tracer

    @property
    def quotas(self) -> Quotas:
        return _opened(self._quotas)

    @property
    def gate(self) -> Gate:
        return _opened(self._gate)

    @property
    def keys(self) -> ApiKeys:
        return _opened(self._keys)

    @property
    def world(self) -> World:
        return _opened(self._world)

    @property
    def records(self) -> Records:
        """Small durable values of the doors themselves. Name the caller's tenant in each."""
        return self.world.store.records

    def memory(
        self,
        principal: Principal,
        *,
        user: str | None = None,
        namespace: str | None = None,
        agent: str | None = None,
        session: str | None = None,
    ) -> Memory:
        """Return a caller's memory, or a narrower part of it; the change log names the caller's credential.

        Raises:
            InvalidScopeError: a part cannot be one.
            Forbidden: the caller is bound to another user or namespace.

        """
        bounds = principal.bounds
        for_all = _opened(self._memory).within(bounds, actor=principal.id)
        asked = bounds.narrowed(user=user, namespace=namespace, agent=agent, session=session)
        return for_all.scoped(user=asked.user, namespace=asked.namespace, agent=agent, session=session)

    async def _tokens(self) -> Tokens | None:
        settings = self.settings
        if settings.jwt_jwks_url is None:
            return None
        import httpx

        from umi.server.auth.issuer_keys import IssuerKeys
        from umi.server.auth.tokens import Tokens

        client = await self._stack.enter_async_context(httpx.AsyncClient(trust_env=False))
        clock = self.world.clock
        keys = IssuerKeys(settings.jwt_jwks_url, client, clock, seconds=settings.jwt_jwks_seconds)
        return Tokens(settings, keys, clock)


def _opened(part: T | None) -> T:
    if part is None:
        raise ClosedError
    return part
