"""The real server on the loopback, in a thread: one for many tests, each of which has a tenant and a key of its own."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Coroutine
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

import httpx
import uvicorn

from umi.domain.bounds import Bounds, Grant
from umi.server.app import create_app
from umi.server.auth.api_keys import Wanted
from umi.server.services import Services
from umi.server.settings import ServerSettings

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

T = TypeVar("T")
SECONDS_MAX = 60
ALL = (Grant.READ, Grant.WRITE, Grant.ADMIN)


class Served:
    """A server that runs as long as the context does, over a store of its own."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        self.services = Services(ServerSettings.model_validate({"store": str(folder / "memory.db"), **settings}))
        self.asked: list[tuple[str, str, str]] = []
        """The key, the method and the path of each request."""
        self._app = create_app(self.services.settings, services=self.services)
        self._is_started = threading.Event()
        self._server = _Telling(
            self._is_started,
            uvicorn.Config(
                self._noted, port=0, lifespan="on", log_config=None, access_log=False, ws="none", interface="asgi3"
            ),
        )
        self._runner = asyncio.Runner()
        self._thread = threading.Thread(target=self._run, name="served", daemon=True)
        self._names = count(1)
        self._clients: list[httpx.Client] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.servers[0].sockets[0].getsockname()[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._is_started.wait(SECONDS_MAX), "the server does not start"
        assert self._server.started, "the server ended as it started"
        return self

    def __exit__(self, *_: object) -> None:
        for client in self._clients:
            client.close()
        self._server.should_exit = True
        self._thread.join(SECONDS_MAX)
        assert not self._thread.is_alive(), "the server does not end"

    def tenant(self, *, grants: tuple[Grant, ...] = ALL, name: str | None = None) -> Tenant:
        """Return a caller with a key, in a tenant of their own unless one is named."""
        tenant = name or f"tenant-{next(self._names)}"
        wanted = Wanted(bounds=Bounds(tenant=tenant, grants=frozenset(grants)))
        _, key = self.run(self.services.keys.create(wanted))
        client = httpx.Client(base_url=self.url, headers={"authorization": f"Bearer {key}"}, trust_env=False)
        self._clients.append(client)
        return Tenant(self, name=tenant, key=key, client=client)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run something in the server's event loop."""
        return asyncio.run_coroutine_threadsafe(work, self._runner.get_loop()).result(SECONDS_MAX)

    def _run(self) -> None:
        try:
            with self._runner as runner:
                runner.run(self._server.serve())
        finally:
            self._is_started.set()

    async def _noted(self, scope: Scope, receive: Receive, send: Send) -> None:
        app: ASGIApp = self._app
        if scope["type"] == "http":
            headers = {name.decode().lower(): value.decode() for name, value in scope["headers"]}
            key = headers.get("x-api-key") or headers.get("authorization", "").removeprefix("Bearer ")
            self.asked.append((key, scope["method"], scope["path"]))
        await app(scope, receive, send)


class _Telling(uvicorn.Server):
    """Tells when it has started, or has failed to."""

    def __init__(self, is_started: threading.Event, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._is_started = is_started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._is_started.set()


class Tenant:
    """A caller of a server that other tests use too: what they see is theirs alone."""

    def __init__(self, served: Served, *, name: str, key: str, client: httpx.Client) -> None:
        self.served, self.name, self.key, self.client = served, name, key, client
        self.url = served.url

    @property
    def asked(self) -> list[tuple[str, str]]:
        """The method and the path of each request that came with this key."""
        return [(method, path) for key, method, path in self.served.asked if key == self.key]

    def get(self, path: str, **params: Any) -> Any:
        return self._read(lambda: self.client.get(path, params=params))

    def post(self, path: str, body: Any) -> Any:
        return self._read(lambda: self.client.post(path, json=body))

    def _read(self, ask: Callable[[], httpx.Response]) -> Any:
        return ask().raise_for_status().json()
