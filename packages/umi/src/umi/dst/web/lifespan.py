"""An app's lifespan: what it opens before the first request, and closes after the last."""

from __future__ import annotations

import asyncio
from typing import Any

from umi.dst.process import Process
from umi.dst.web.answering import ASGI, App, Said
from umi.errors import ClosedError


class Lifespan:
    """Runs the lifespan of an app as a task of its process."""

    def __init__(self, app: App, process: Process) -> None:
        self.state: dict[str, Any] = {}
        self._app = app
        self._process = process
        self._asked: asyncio.Queue[Said] = asyncio.Queue()
        self._answered: asyncio.Future[None] | None = None
        self._failed: str | None = None

    async def start(self) -> None:
        """Return when the app has started.

        Raises:
            ClosedError: its process was killed meanwhile.
            Exception: what the app raised instead of starting.

        """
        self._process.start(self._run(), name=f"lifespan of {self._process.name}")
        await self._ask("lifespan.startup")

    async def stop(self) -> None:
        """Return when the app has stopped.

        Raises:
            ClosedError: its process was killed meanwhile.
            Exception: what the app raised instead of stopping.

        """
        await self._ask("lifespan.shutdown")

    def killed(self) -> None:
        """Let whoever waits know that the process is gone."""
        self._answer(ClosedError(f"The process {self._process.name!r} was killed."))

    async def _ask(self, what: str) -> None:
        self._answered = asyncio.get_running_loop().create_future()
        self._asked.put_nowait({"type": what})
        await self._answered

    async def _run(self) -> None:
        scope: Said = {"type": "lifespan", "asgi": ASGI, "state": self.state}
        try:
            await self._app(scope, self._asked.get, self._send)
        except Exception as error:  # noqa: BLE001 - whoever starts or stops it is to have it
            self._answer(error)
        else:
            self._answer(None if self._failed is None else RuntimeError(self._failed))

    async def _send(self, said: Said) -> None:
        if str(said["type"]).endswith(".failed"):
            self._failed = said.get("message", "")  # apps raise what it was behind this
        else:
            self._answer(None)

    def _answer(self, error: Exception | None) -> None:
        answered = self._answered
        if answered is None or answered.done():
            return
        if error is None:
            answered.set_result(None)
        else:
            answered.set_exception(error)
