"""The engine in the process: no server, no sockets, and the same results.

Every call goes through the server's own app, in memory, over a store that this process opened. So what a server does,
this does too, by the same code. Needs the extra `embedded`.
"""

from __future__ import annotations

import asyncio
import logging
import tempfile
import threading
from collections.abc import AsyncGenerator, Coroutine, Generator
from contextlib import AsyncExitStack, contextmanager
from typing import TYPE_CHECKING, Any, Literal, Self, TypeVar

import httpx
from pydantic import BaseModel, ConfigDict

from cml.async_client import AsyncCognitiveMemoryLayer
from cml.context import Context
from cml.exceptions import CMLError, ValidationError
from cml.methods import Methods
from cml.parts import NamespacedClient, SessionScope
from cml.steps import Attempt, Steps
from cml.streaming import Event

if TYPE_CHECKING:
    from fastapi import FastAPI

T = TypeVar("T")
StorageMode = Literal["lite", "standard", "full"]
_URL = "http://embedded"
_POSTGRES = ("postgres://", "postgresql://")


class EmbeddedConfig(BaseModel):
    """What an embedded engine stands on.

    `db_path` is a file, or the URL of a PostgreSQL; without it memories are gone when it is closed. `storage_mode` of
    "standard" or "full" needs a PostgreSQL. `llm` names a model that reads what is written, `openai:<model>` or
    `anthropic:<model>`, with its key in the vendor's own variable; without it no model is asked.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    storage_mode: StorageMode = "lite"
    tenant_id: str = "default"
    user_id: str | None = None
    db_path: str | None = None
    llm: str | None = None
    llm_base_url: str | None = None

    @property
    def is_on_postgres(self) -> bool:
        """Whether the store is a PostgreSQL."""
        return self.db_path is not None and self.db_path.startswith(_POSTGRES)


class EmbeddedCognitiveMemoryLayer(AsyncCognitiveMemoryLayer):
    """A memory in this process, for async code. It has every method of `AsyncCognitiveMemoryLayer`.

        async with EmbeddedCognitiveMemoryLayer(db_path="memory.db") as memory:
            await memory.write("User prefers vegetarian food and lives in Paris.")
            print((await memory.read("What does the user eat?")).context)

    It is opened by the first call, or by `initialize`, and belongs to the event loop that did so.

    Raises:
        ValidationError: the store does not fit the storage mode.
    """

    def __init__(
        self,
        *,
        config: EmbeddedConfig | None = None,
        storage_mode: StorageMode | None = None,
        tenant_id: str | None = None,
        user_id: str | None = None,
        db_path: str | None = None,
        llm: str | None = None,
    ) -> None:
        given = {
            "storage_mode": storage_mode,
            "tenant_id": tenant_id,
            "user_id": user_id,
            "db_path": None if db_path is None else str(db_path),
            "llm": llm,
        }
        named = {name: value for name, value in given.items() if value is not None}
        self.embedded = (config or EmbeddedConfig()).model_copy(update=named)
        if self.embedded.storage_mode != "lite" and not self.embedded.is_on_postgres:
            raise ValidationError("This storage mode needs the URL of a PostgreSQL as db_path.")
        super().__init__(base_url=_URL, tenant_id=self.embedded.tenant_id, user_id=self.embedded.user_id, max_retries=0)
        self._opening = asyncio.Lock()
        self._closing = asyncio.Event()
        self._serving: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def initialize(self) -> None:
        """Open the store, unless it is open.

        Raises:
            CMLError: it belongs to another event loop, or the extra `embedded` is not installed.
        """
        loop = asyncio.get_running_loop()
        if self._loop is not None and self._loop is not loop:
            raise CMLError("An embedded memory belongs to the event loop that opened it.")
        async with self._opening:
            if self._serving is None:
                self._loop = loop
                self._closing.clear()
                opened = asyncio.Event()
                self._serving = asyncio.create_task(self._serve(opened), name="cml-embedded")
                waiting = asyncio.create_task(opened.wait())
                await asyncio.wait({self._serving, waiting}, return_when=asyncio.FIRST_COMPLETED)
                if not opened.is_set():
                    waiting.cancel()
                    failed, self._serving, self._loop = self._serving, None, None
                    await failed

    async def close(self) -> None:
        """Finish what was begun, and close the store."""
        serving, self._serving, self._loop = self._serving, None, None
        if serving is not None:
            self._closing.set()
            await serving

    async def run(self, steps: Steps[T]) -> T:
        await self.initialize()
        return await super().run(steps)

    async def events(self, attempt: Attempt) -> AsyncGenerator[Event, None]:
        await self.initialize()
        async for event in super().events(attempt):
            yield event

    async def __aenter__(self) -> Self:
        await self.initialize()
        return self

    async def _serve(self, opened: asyncio.Event) -> None:
        """Keep the app open from one task, as whatever is opened there is to be closed by the one that opened it."""
        async with AsyncExitStack() as stack:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="cml-"))
            app = _app(self.embedded, folder)
            await stack.enter_async_context(app.router.lifespan_context(app))
            transport = httpx.ASGITransport(app, raise_app_exceptions=False)
            self._given = await stack.enter_async_context(httpx.AsyncClient(transport=transport))
            opened.set()
            await self._closing.wait()


class BlockingEmbeddedCognitiveMemoryLayer(Methods):
    """A memory in this process, for blocking code. It has every method of `CognitiveMemoryLayer`.

        with BlockingEmbeddedCognitiveMemoryLayer(db_path="memory.db") as memory:
            memory.write("User prefers vegetarian food and lives in Paris.")

    Its event loop runs in a thread of its own, from the first call until it is closed.
    """

    def __init__(
        self,
        *,
        config: EmbeddedConfig | None = None,
        storage_mode: StorageMode | None = None,
        tenant_id: str | None = None,
        user_id: str | None = None,
        db_path: str | None = None,
        llm: str | None = None,
    ) -> None:
        self._layer = EmbeddedCognitiveMemoryLayer(
            config=config, storage_mode=storage_mode, tenant_id=tenant_id, user_id=user_id, db_path=db_path, llm=llm
        )
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    @property
    def context(self) -> Context:
        return self._layer.context

    @property
    def tenant_id(self) -> str:
        """The tenant whose memories these are."""
        return self._layer.tenant_id

    def set_tenant(self, tenant_id: str) -> None:
        """Turn to another tenant."""
        self._layer.set_tenant(tenant_id)

    def with_namespace(self, namespace: str) -> NamespacedClient:
        """Return a client for one namespace."""
        return NamespacedClient(self, namespace)

    @contextmanager
    def session(
        self, *, name: str | None = None, ttl_hours: float | None = 24, metadata: dict[str, Any] | None = None
    ) -> Generator[SessionScope]:
        """Make a session, and give what is said and asked in it."""
        made = self.create_session(name=name, ttl_hours=ttl_hours, metadata=metadata)
        yield SessionScope(self, made.session_id)

    def initialize(self) -> None:
        """Open the store, unless it is open."""
        self._wait(self._layer.initialize())

    def run(self, steps: Steps[T]) -> T:
        return self._wait(self._layer.run(steps))

    def events(self, attempt: Attempt) -> Generator[Event, None, None]:
        events = self._layer.events(attempt)
        try:
            while (event := self._wait(_next(events))) is not None:
                yield event
        finally:
            self._wait(events.aclose())

    def close(self) -> None:
        """Finish what was begun, close the store, and end the thread."""
        with self._lock:
            loop, thread, self._loop, self._thread = self._loop, self._thread, None, None
        if loop is not None and thread is not None:
            asyncio.run_coroutine_threadsafe(self._layer.close(), loop).result()
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            loop.close()

    def __enter__(self) -> Self:
        self.initialize()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _wait(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._running()).result()

    def _running(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(target=self._loop.run_forever, name="cml-embedded", daemon=True)
                self._thread.start()
            return self._loop


async def _next(events: AsyncGenerator[Event, None]) -> Event | None:
    return await anext(events, None)


def _app(config: EmbeddedConfig, folder: str) -> FastAPI:
    try:
        from umi.server.app import create_app
        from umi.server.services import Services
        from umi.server.settings import ServerSettings
    except ImportError as error:
        raise CMLError(f"The engine is not installed ({error.name}): pip install 'py-cml[embedded]'") from error
    logging.getLogger("umi").setLevel(logging.WARNING)
    settings = ServerSettings.model_validate(
        {
            "store": config.db_path or f"{folder}/memory.db",
            "auth": False,
            "tenant": config.tenant_id,
            "metrics": False,
            "llm": config.llm,
            "llm_base_url": config.llm_base_url,
        }
    )
    return create_app(settings, services=Services(settings))
