"""Every option in both of its forms."""

import asyncio
from datetime import UTC, datetime, timedelta

import umi

CONFIG = umi.MemoryConfig(
    core_memory_bytes=128 * 1024,
    working_memory_bytes=10 * 1024 * 1024,
    working_memory_ttl=timedelta(hours=4),
    recall_limit=5,
)


async def main() -> None:
    async with umi.Memory.sim(seed=7, config=CONFIG) as memory:
        plain = umi.RememberOptions(extract_entities=False, importance=0.9)
        chained = umi.RememberOptions().without_extraction().with_importance(0.9)
        assert plain == chained

        await memory.remember("The launch of Aurora is on 3 May", plain, event_time="2026-02-01")
        await memory.remember("The launch of Aurora moved to 10 May", chained, event_time="2026-03-01")
        await memory.remember("Alice prefers tea", umi.RememberOptions().without_evolution(), event_time="2026-04-01")

        march = (datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 31, tzinfo=UTC))
        for options in (
            umi.RecallOptions(limit=2),
            umi.RecallOptions().with_limit(1).with_deep_search(),
            umi.RecallOptions(use_vector_search=False),
            umi.RecallOptions().fast_only().with_time_range(*march),
        ):
            hits = await memory.recall("When is the launch of Aurora?", options)
            print(f"{len(hits)} by {'+'.join(hits.path)}: {hits[0].content}")


asyncio.run(main())
