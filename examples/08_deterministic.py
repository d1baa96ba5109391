"""The same seed gives the same memory, to the last digit; another seed another one. Faults come from the seed, too."""

import asyncio

import umi


async def story(seed: int) -> list[tuple[str, str, float]]:
    async with umi.Memory.sim(seed=seed) as memory:
        await memory.remember("Alice works at Acme Corp")
        await memory.remember("Bob moved to Lisbon")
        await memory.settle()
        hits = await memory.recall("Where does Bob live?")
        return [(hit.id, hit.content, hit.score) for hit in hits]


async def main() -> None:
    first, second, other = await story(12345), await story(12345), await story(54321)
    assert first == second
    assert [id for id, _, _ in first] != [id for id, _, _ in other]
    print(f"Twice the same: {first[0]}")


asyncio.run(main())
