"""The CognitiveMemoryLayer door as the server takes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter

from umi.server.doors.cml import errors
from umi.server.doors.cml.routes import dashboard, health, memory, operations, sessions

if TYPE_CHECKING:
    from umi.server.shell.faults import Fault


class CmlDoor:
    """`/api/v1`."""

    name = "cognitive-memory-layer"
    prefix = "/api/v1"

    def router(self) -> APIRouter:
        router = APIRouter(tags=["cognitive memory layer"], responses=errors.FAULTS)
        for part in (health, memory, sessions, dashboard, operations):
            router.include_router(part.router)
        return router

    def answer(self, fault: Fault) -> tuple[int, Mapping[str, Any]]:
        return errors.answer(fault)
