"""Whether the process lives, whether it can serve, and what it counts."""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field

from umi.domain.bounds import Grant
from umi.errors import Unavailable
from umi.server.callers import caller_of, services_of
from umi.server.services import Services

_PROBE: Final = "probe"

router: Final = APIRouter(tags=["health"])
Opened = Annotated[Services, Depends(services_of)]


class Health(BaseModel):
    """How it is."""

    status: Literal["ok", "degraded", "unavailable"]
    failing: list[str] = Field(default=[], description="What does not work beside the answers, while it is degraded.")


@router.get("/healthz")
async def healthz() -> Health:
    """Tell that the process answers. It looks at nothing else: a restart would mend nothing else."""
    return Health(status="ok")


@router.get("/readyz", responses={503: {"model": Health}}, response_model_exclude_defaults=True)
async def readyz(services: Opened, response: Response) -> Health:
    """Tell whether the store can be read, and whether the work behind the answers goes on.

    What is degraded answers all the same (200): what is asked of it is kept, and done when that works again.
    """
    try:
        await services.records.get(_PROBE, "", _PROBE)
    except Unavailable:
        response.status_code = 503
        return Health(status="unavailable")
    failing = services.condition.failing
    return Health(status="degraded" if failing else "ok", failing=list(failing))


async def metrics(request: Request) -> Response:
    """Tell the counts, for Prometheus."""
    services = await services_of(request)
    if services.settings.metrics_auth:
        (await caller_of(request)).principal.bounds.check(Grant.ADMIN)
    with suppress(Unavailable):  # what this process counted itself is told in any case
        services.metrics.waiting((await services.world.store.stats()).tasks)
    return Response(services.metrics.text(), media_type=services.metrics.content_type)
