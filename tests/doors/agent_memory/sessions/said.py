"""What is said in tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from umi.domain.bounds import Grant
from umi.server.auth.principal import Principal

if TYPE_CHECKING:
    from tests.doors.agent_memory.sessions.conftest import Door

    from umi.domain.entity import Entity
    from umi.engine.memory import Memory


def said(text: str, role: str = "user", **more: Any) -> dict[str, Any]:
    return {"role": role, "content": text, **more}


def memory_of(door: Door, tenant: str = "t") -> Memory:
    """Return the memory of a whole tenant, as its operator sees it."""
    return door.services.memory(Principal(id="operator", tenant=tenant, grants=frozenset(Grant)))


async def long_term(door: Door) -> list[Entity]:
    """Return what is kept of a tenant besides the messages of its sessions."""
    page = await memory_of(door).list(limit=1_000)
    return [one for one in page.items if not one.id.startswith("amm-")]
