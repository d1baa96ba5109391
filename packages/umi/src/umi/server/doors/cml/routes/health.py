"""Whether the server answers, and what it stands on."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Depends

import umi
from umi.errors import Unavailable
from umi.server.callers import services_of
from umi.server.doors.cml.wire.memory import Health
from umi.server.services import Services

_PROBE: Final = "probe"

router: Final = APIRouter()


@router.get("/health")
async def health(services: Annotated[Services, Depends(services_of)]) -> Health:
    """Tell the time, and whether the store can be read."""
    try:
        await services.records.get(_PROBE, "", _PROBE)
        store = "ok"
    except Unavailable:
        store = "unavailable"
    return Health(
        status="healthy" if store == "ok" else "degraded",
        timestamp=services.world.clock.now(),
        version=umi.__version__,
        components={"store": store},
    )
