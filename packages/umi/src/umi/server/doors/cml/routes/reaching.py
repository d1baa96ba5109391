"""What the routes ask for: a caller, narrowed to the user that the request is about."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Header

from umi.server.callers import Admin, Caller, Reader, Writer
from umi.server.doors.cml.places import Place, Reach
from umi.server.doors.cml.watching import note_request
from umi.server.doors.cml.wire.forms import Part

User = Annotated[Part | None, Header(alias="X-User-ID", description="Whose memories these are; without it, anyone's.")]


# Asynchronous, because what depends on a plain function waits for a thread.
async def _reading(caller: Reader, user: User = None) -> Reach:
    return _of(caller, user)


async def _writing(caller: Writer, user: User = None) -> Reach:
    return _of(caller, user)


async def _administering(caller: Admin, user: User = None) -> Reach:
    return _of(caller, user)


def _of(caller: Caller, user: str | None) -> Reach:
    services = caller.services
    note_request(services, caller.principal.tenant, services.world.clock.now())
    return Reach(caller, Place(user=user))


Reading = Annotated[Reach, Depends(_reading)]
Writing = Annotated[Reach, Depends(_writing)]
Administering = Annotated[Reach, Depends(_administering)]
