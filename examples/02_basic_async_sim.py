"""The same, awaited, with a model that reads behind the answers; `settle` waits for it."""

import asyncio

import umi


async def main() -> None:
    async with umi.Memory.sim(seed=42, config=umi.MemoryConfig(extraction="behind")) as memory:
        await memory.remember("Alice works at Acme Corp", umi.RememberOptions())
        await memory.remember("Alice now works at Initech", umi.RememberOptions())
        await memory.settle()

        for entity in await memory.recall("Where does Alice work?", umi.RecallOptions().with_limit(3)):
            print(f"- {entity.content} (confidence: {entity.confidence})")
        print("Before that:", [event.act.value for event in await memory.history(entity.id)])


asyncio.run(main())
