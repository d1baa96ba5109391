"""A scenario that goes through every door of a server, with the clients that people use."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from agent_memory_client import MemoryAPIClient
from cml import AsyncCognitiveMemoryLayer
from umi.dst.loop import running_loop

if TYPE_CHECKING:
    from tests.unit.dst.worlds import SimWorld


async def visit_all_doors(world: SimWorld) -> list[str]:
    """Return what each door answered, and which of our modules read the machine's time or chance."""
    node = world.node()
    async with node.server.running():
        key = await node.key()
        return [
            *await asyncio.gather(_native(world, key), _agent_memory(world, key), _cognitive(world, key)),
            *running_loop().leaks.of("umi"),
        ]


async def _native(world: SimWorld, key: str) -> str:
    async with world.client("native", key=key) as client:
        kept = await client.post("/umi/v1/remember", json={"text": "Ada lives in Lisbon."})
        found = await client.post("/umi/v1/recall", json={"query": "Where does Ada live?"})
        return f"{kept.text} {found.text} {sorted(found.headers.items())}"


async def _agent_memory(world: SimWorld, key: str) -> str:
    async with world.client("agent-memory") as http:
        client = MemoryAPIClient(base_url="http://umi", bearer_token=key, http_client=http)
        kept = await client.create_long_term_memories([{"text": "Bob plays chess.", "user_id": "bob"}])
        return f"{kept!r} {await client.search_long_term_memory('chess', user_id='bob')!r}"


async def _cognitive(world: SimWorld, key: str) -> str:
    async with world.client("cognitive") as http:
        client = AsyncCognitiveMemoryLayer(key, "http://umi", http_client=http)
        kept = await client.write("User prefers vegetarian food.")
        read = await client.read("What does the user eat?", user_timezone="Europe/Lisbon")
        return f"{kept!r} {read.context!r}"
