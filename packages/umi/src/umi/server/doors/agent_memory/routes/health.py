"""Whether the server answers."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Depends

from umi.server.callers import services_of
from umi.server.doors.agent_memory.routes.paths import both
from umi.server.doors.agent_memory.wire.forms import Answer
from umi.server.services import Services

router: Final = APIRouter()


class Now(Answer):
    """The server's time, in milliseconds since 1970."""

    now: int


@both(router, "GET", "/health")
async def health(services: Annotated[Services, Depends(services_of)]) -> Now:
    """Tell the time."""
    return Now(now=int(services.world.clock.now().timestamp() * 1_000))
