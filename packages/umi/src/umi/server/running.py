"""Serving: one process, or several under one that watches them."""

from __future__ import annotations

import logging
import math
import os
import socket
import tempfile
from functools import partial
from typing import TYPE_CHECKING, Final

from umi.server.logs import configure
from umi.server.settings import ServerSettings

if TYPE_CHECKING:
    import uvicorn
    from fastapi import FastAPI

_log = logging.getLogger("umi.server")

_SILENT_SECONDS_MAX: Final = 60  # a process that starts on a busy machine is not dead yet
_SHARED_COUNTS: Final = "PROMETHEUS_MULTIPROC_DIR"  # the library for metrics reads it where it is imported
OPEN: Final = "AUTHENTICATION IS OFF: everyone on this machine can read and change every memory."


def serve(settings: ServerSettings) -> None:
    """Serve until a signal ends it: SIGTERM and SIGINT let what was begun come to its end."""
    import uvicorn

    configure(settings.log_level)
    if not settings.auth:
        _log.warning(OPEN)
    if settings.workers > 1:
        with tempfile.TemporaryDirectory(prefix="umi-metrics-") as folder:
            os.environ[_SHARED_COUNTS] = settings.metrics_folder or folder
            shared = settings.model_copy(update={"metrics_folder": os.environ[_SHARED_COUNTS]})
            _serve_many(_config(shared))
        return
    uvicorn.Server(_config(settings)).run()


def _config(settings: ServerSettings) -> uvicorn.Config:
    import uvicorn

    return uvicorn.Config(
        partial(make, settings),
        factory=True,
        host=settings.host,
        port=settings.port,
        workers=settings.workers,
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="on",
        timeout_worker_healthcheck=_SILENT_SECONDS_MAX,
        timeout_graceful_shutdown=math.ceil(settings.shutdown_seconds_max),
    )


def make(settings: ServerSettings) -> FastAPI:
    """Return the app of a process, which may be a new one that knows nothing yet."""
    from umi.server.app import create_app

    configure(settings.log_level)
    return create_app(settings)


def _serve_many(config: uvicorn.Config) -> None:
    from uvicorn.supervisors import Multiprocess

    bound = _bound(config.host, config.port)
    address, port = bound.getsockname()[:2]
    _log.info("running on http://%s:%d in %d processes", address, port, config.workers)
    try:
        Multiprocess(config, sockets=[bound]).run()
    finally:
        bound.close()


def _bound(host: str, port: int) -> socket.socket:
    """Return a socket at an address, for processes to share.

    It names its protocol, because the event loop sends small answers at once on sockets of TCP only; on others an
    answer of two pieces waits 40 ms for the first to be acknowledged.
    """
    family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    made = socket.socket(family, kind, socket.IPPROTO_TCP)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(address)
        made.set_inheritable(True)
    except OSError:
        made.close()
        raise
    return made
