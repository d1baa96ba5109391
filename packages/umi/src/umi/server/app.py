"""The app: the shell around the doors, over one store."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Final

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

import umi
from umi.errors import MemoryError as UmiError
from umi.server import health
from umi.server.auth.credentials import Unauthenticated
from umi.server.doors.agent_memory.door import AgentMemoryDoor
from umi.server.doors.cml.door import CmlDoor
from umi.server.doors.native.door import NativeDoor
from umi.server.services import Services
from umi.server.shell.bounded import Bounded
from umi.server.shell.faults import Fault, TooManyRequests, fault_of
from umi.server.shell.idempotent import Idempotent
from umi.server.shell.observed import Observed
from umi.server.shell.trail import trail_of

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Scope

    from umi.server.doors import Door
    from umi.server.settings import ServerSettings

DOORS: Final[tuple[Callable[[], Door], ...]] = (NativeDoor, AgentMemoryDoor, CmlDoor)
_FORESEEN: Final = (Unauthenticated, TooManyRequests, RequestValidationError, HTTPException, UmiError)
_ABOUT: Final = "A memory for AI agents. See the documentation for what each door is for."


def create_app(settings: ServerSettings, *, services: Services | None = None) -> FastAPI:
    """Return the app of one process. Its lifespan opens the store, and closes it."""
    services = services or Services(settings, warm=True)
    doors, routes = [make() for make in DOORS], _routes()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        app.state.services = services
        await services.open()
        try:
            async with routes.lifespan_context(app):  # of the doors: a route that is taken over brings only itself
                yield
        finally:
            await services.close()

    app = FastAPI(title="Umi", version=umi.__version__, description=_ABOUT, lifespan=lifespan)
    app.include_router(health.router)
    if settings.metrics:
        app.add_api_route("/metrics", health.metrics, include_in_schema=False)
    app.router.routes.extend(routes.routes)
    _put_shell_around(app, settings, services, doors)
    return app


@cache
def _routes() -> APIRouter:
    """Return the routes of all doors, once for all apps of a process: reading their types takes half a second."""
    router = APIRouter()
    for make in DOORS:
        door = make()
        router.include_router(door.router(), prefix=door.prefix)
    return router


def _put_shell_around(app: FastAPI, settings: ServerSettings, services: Services, doors: Sequence[Door]) -> None:
    async def handle(request: Request, error: Exception) -> JSONResponse:
        trail_of(request.scope).error = type(error).__name__
        return _answered(doors, request.scope, fault_of(error))

    for kind in _FORESEEN:
        app.add_exception_handler(kind, handle)
    app.add_middleware(Idempotent, services=services)
    if settings.cors_origins:
        app.add_middleware(_shared, origins=settings.cors_origins)
    app.add_middleware(Bounded, bytes_max=settings.request_bytes_max, seconds_max=settings.request_seconds_max)
    app.add_middleware(
        Observed,
        clock=services.clock,
        entropy=services.entropy,
        services=services,
        answer=lambda scope, fault: _shared(_answered(doors, scope, fault), origins=settings.cors_origins),
        prefixes=[door.prefix for door in doors],
    )


def _shared(app: ASGIApp, *, origins: Sequence[str]) -> ASGIApp:
    """Let pages of these origins read what an app answers, also where it is the shell itself that answers."""
    if not origins:
        return app
    from starlette.middleware.cors import CORSMiddleware

    return CORSMiddleware(app, allow_origins=origins, allow_methods=["*"], allow_headers=["*"])


def _answered(doors: Sequence[Door], scope: Scope, fault: Fault) -> JSONResponse:
    """Say what went wrong in the words of the door that was asked."""
    path: str = scope["path"]
    told = replace(fault, request_id=trail_of(scope).id)
    door = next((one for one in doors if path == one.prefix or path.startswith(f"{one.prefix}/")), doors[0])
    status, body = door.answer(told)
    return JSONResponse(body, status, headers=dict(told.headers))
