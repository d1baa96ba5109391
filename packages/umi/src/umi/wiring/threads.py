"""Threads: a lane for blocking work, and a portal for blocking callers."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from umi.errors import ClosedError, ForkedError, Unsupported

T = TypeVar("T")


class ThreadLane:
    """One thread that does one piece of work after another."""

    def __init__(self, name: str) -> None:
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix=f"umi-{name}")
        self._process = os.getpid()

    def run(self, work: Callable[[], T]) -> Awaitable[T]:
        _check_process(self._process)
        try:
            return asyncio.wrap_future(self._pool.submit(work))
        except RuntimeError as error:  # the pool was shut down
            raise ClosedError from error

    def close(self) -> None:
        self._pool.shutdown(wait=False)


class ThreadPortal:
    """An event loop on a thread of its own, started by the first blocking call.

    It works in a script, a REPL, any thread, and in a thread whose own event loop is running (which it blocks).
    """

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._lock = threading.Lock()
        self._process = os.getpid()

    def run(self, call: Callable[[], Coroutine[Any, Any, T]]) -> T:
        _check_process(self._process)
        loop = self._started()
        if _running_loop() is loop:
            raise Unsupported("A blocking call was made from Umi's own event loop. Await the async method there.")
        future = asyncio.run_coroutine_threadsafe(call(), loop)
        try:
            return future.result()
        except BaseException:
            future.cancel()  # an interrupted caller does not leave work behind
            raise

    def close(self) -> None:
        with self._lock:
            loop, self._loop = self._loop, None
        if loop is not None:
            loop.call_soon_threadsafe(loop.stop)

    def _started(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                threading.Thread(target=_serve, args=(self._loop,), name="umi-portal", daemon=True).start()
            return self._loop


def _serve(loop: asyncio.AbstractEventLoop) -> None:
    asyncio.set_event_loop(loop)
    try:
        loop.run_forever()
    finally:
        loop.close()


def _check_process(process: int) -> None:
    """Refuse to wait for a thread that stayed behind in the parent process: it would never answer."""
    if process != os.getpid():
        raise ForkedError


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
