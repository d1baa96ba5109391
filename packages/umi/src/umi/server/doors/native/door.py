"""The native door as the server takes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from umi.server.doors.native.routes import router
from umi.server.doors.native.wire import Problem, Wrong

if TYPE_CHECKING:
    from fastapi import APIRouter

    from umi.server.shell.faults import Fault


class NativeDoor:
    """`/umi/v1`."""

    name = "umi"
    prefix = "/umi/v1"

    def router(self) -> APIRouter:
        return router

    def answer(self, fault: Fault) -> tuple[int, Mapping[str, Any]]:
        wrong = Wrong(
            code=fault.code,
            message=fault.message,
            request_id=fault.request_id,
            details=[dict(one) for one in fault.details],
        )
        return fault.status, Problem(error=wrong).model_dump()
