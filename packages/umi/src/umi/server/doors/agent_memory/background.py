"""The worker of a process, and what it knows to do."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Final

from umi.server.doors.agent_memory import promoting, viewing
from umi.server.doors.agent_memory.working import PART, Worker
from umi.server.supervising import supervised

if TYPE_CHECKING:
    from umi.server.services import Services

_WAYS: Final = {
    promoting.PROMOTE: promoting.promote,
    promoting.EXPIRE: promoting.expire,
    viewing.RUN: viewing.run,
    viewing.REFRESH: viewing.refresh,
}


def worker_of(services: Services) -> Worker:
    """Return the worker of a server's process; there is one for each store that it opened."""
    return services.own(_made)


def working(services: Services) -> AbstractAsyncContextManager[None]:
    """Do what is to be done behind the answers, for as long as the process serves."""
    worker = worker_of(services)
    seconds = services.settings.shutdown_seconds_max
    return supervised(PART, worker.run, services.condition, stop=worker.stop, seconds_max=seconds)


def _made(services: Services) -> Worker:
    return Worker(services, _WAYS)
