"""Memories in PostgreSQL with pgvector. Needs the extra `postgres`, and the URL of a server in UMI_POSTGRES_URL."""

import asyncio
import os

import umi


async def main() -> None:
    url = os.environ.get("UMI_POSTGRES_URL", "postgresql://localhost/umi")
    memory = umi.Memory(
        storage=await umi.PostgresStorageBackend.connect(url),
        vector=await umi.PostgresVectorBackend.connect(url),
        tenant="example",
    )
    async with memory:
        await memory.remember("Alice works at Acme Corp", key="alice-works")
        await memory.remember("Alice moved to Lisbon", key="alice-moved")
        for hit in await memory.recall("Where does Alice live?", limit=1):
            print(f"- {hit.content}")


asyncio.run(main())
