"""The Agent Memory door as the server takes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter

from umi.server.doors.agent_memory import errors
from umi.server.doors.agent_memory.routes import health, long_term, prompt, summary_views, working_memory

if TYPE_CHECKING:
    from umi.server.shell.faults import Fault


class AgentMemoryDoor:
    """`/v1`."""

    name = "agent-memory"
    prefix = "/v1"

    def router(self) -> APIRouter:
        router = APIRouter(tags=["agent memory"], responses=errors.FAULTS)
        for part in (health, long_term, prompt, working_memory, summary_views):
            router.include_router(part.router)
        return router

    def answer(self, fault: Fault) -> tuple[int, Mapping[str, Any]]:
        return errors.answer(fault)
