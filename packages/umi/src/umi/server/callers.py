"""What a door's routes ask for: the caller, with the grant that the route needs.

@router.post("/recall")
async def recall(asked: Asked, caller: Reader) -> Found:
    hits = await caller.memory(namespace=asked.namespace).recall(asked.query)
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Depends, Request, Security
from fastapi.security import APIKeyHeader, HTTPBearer

from umi.domain.bounds import Grant
from umi.engine.memory import Memory
from umi.server.auth.credentials import shown_in
from umi.server.auth.principal import Principal
from umi.server.services import Services
from umi.server.shell.trail import trail_of

# They tell the OpenAPI document what may be shown; the gate itself looks at it.
_BEARER: Final = HTTPBearer(auto_error=False, description="An API key, or a token of the issuer that is set.")
_API_KEY: Final = APIKeyHeader(name="X-API-Key", auto_error=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Whoever sent the request that is being answered."""

    principal: Principal
    services: Services
    request_id: str

    def memory(
        self,
        *,
        user: str | None = None,
        namespace: str | None = None,
        agent: str | None = None,
        session: str | None = None,
    ) -> Memory:
        """Return the caller's memory, or a narrower part of it. A door can get no other.

        Raises:
            InvalidScopeError: a part cannot be one.
            Forbidden: the caller is bound to another user or namespace, or has to name a namespace.

        """
        return self.services.memory(self.principal, user=user, namespace=namespace, agent=agent, session=session)


async def services_of(request: Request) -> Services:
    """Return what lives as long as the process. Not a plain function: the framework would ask a thread for it."""
    return request.app.state.services


async def caller_of(request: Request) -> Caller:
    """Check who sent a request, and count it.

    Raises:
        Unauthenticated: it shows no credential that is good.
        Forbidden: it names another tenant than its credential.
        TooManyRequests: it is one too many for now.

    """
    services = await services_of(request)
    principal = await services.gate.check(shown_in(request.headers))
    trail = trail_of(request.scope)
    trail.principal, trail.tenant = principal.id, principal.tenant
    await services.quotas.take(principal)
    return Caller(principal=principal, services=services, request_id=trail.id)


def _with(grant: Grant) -> Callable[..., Awaitable[Caller]]:
    async def granted(
        request: Request,
        caller: Annotated[Caller, Depends(caller_of)],
        _bearer: Annotated[object, Security(_BEARER)],
        _api_key: Annotated[object, Security(_API_KEY)],
    ) -> Caller:
        trail_of(request.scope).is_administrative = grant is Grant.ADMIN
        caller.principal.bounds.check(grant)
        if grant is not Grant.READ:
            await caller.services.quotas.take_write(caller.principal)
        return caller

    return granted


Reader = Annotated[Caller, Depends(_with(Grant.READ))]
"""A caller who may read."""
Writer = Annotated[Caller, Depends(_with(Grant.WRITE))]
"""A caller who may write."""
Admin = Annotated[Caller, Depends(_with(Grant.ADMIN))]
"""A caller who may erase."""
