"""Work that goes on beside the answers for as long as a process serves, and that is begun again when it breaks.

What fails is noted by its kind and place, and tried again after a while that grows; `/readyz` tells of it meanwhile.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Final

from umi.server.shell.observed import place_of

BACK_OFF_SECONDS: Final = 1.0
BACK_OFF_SECONDS_MAX: Final = 60.0

_log = logging.getLogger("umi.server")


class Condition:
    """What does not work now beside the answers: parts by name, each with the kind of error it fails by."""

    def __init__(self) -> None:
        self._failing: dict[str, str] = {}

    @property
    def failing(self) -> tuple[str, ...]:
        """The parts that do not work now, in alphabetical order."""
        return tuple(sorted(self._failing))

    def fails(self, part: str, error: BaseException) -> None:
        self._failing[part] = type(error).__name__

    def works(self, part: str) -> None:
        self._failing.pop(part, None)


@asynccontextmanager
async def supervised(
    part: str,
    run: Callable[[], Awaitable[None]],
    condition: Condition,
    *,
    stop: Callable[[], None],
    seconds_max: float,
) -> AsyncGenerator[None]:
    """Keep something going; at the end ask it to stop, and after a while cancel it, which lets it hand things back.

    `run` returns soon after `stop`, and calls `condition.works` whenever it has done all that it should.
    """
    ending = asyncio.Event()
    task = asyncio.create_task(_kept_going(part, run, condition, ending))
    try:
        yield
    finally:
        ending.set()
        stop()
        await asyncio.wait({task}, timeout=seconds_max)
        if not task.done():
            _log.warning("work beside the answers is handed back", extra={"part": part})
            task.cancel()
            await asyncio.wait({task})


async def _kept_going(
    part: str, run: Callable[[], Awaitable[None]], condition: Condition, ending: asyncio.Event
) -> None:
    wait = BACK_OFF_SECONDS
    while not ending.is_set():
        try:
            await run()
        except Exception as error:  # noqa: BLE001 - an edge of the process: nothing above would hear of it
            if part not in condition.failing:
                wait = BACK_OFF_SECONDS
            condition.fails(part, error)
            said = {"part": part, "error": type(error).__name__, "at": place_of(error), "again_seconds": wait}
            _log.error("work beside the answers broke, and is begun again", extra=said)
            with suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await ending.wait()
            wait = min(BACK_OFF_SECONDS_MAX, 2 * wait)
