"""Memories in a Lance folder. Needs the extra `lance`, and no server."""

import asyncio

import umi


async def main() -> None:
    memory = umi.Memory(
        storage=await umi.LanceStorageBackend.connect(path="./umi_db"),
        vector=await umi.LanceVectorBackend.connect(path="./umi_db"),
    )
    async with memory:
        await memory.remember("Alice works at Acme Corp")
        await memory.remember("Bob is allergic to peanuts")
        for hit in await memory.recall("Who must not eat peanuts?", limit=1):
            print(f"- {hit.content}")

    async with umi.Memory(storage=umi.LanceStorageBackend.connect("./umi_db")) as again:
        print(f"{await again.count()} memories were still there")


asyncio.run(main())
