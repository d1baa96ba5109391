"""A worker in a process of its own, for a test to kill: `python killed_worker.py PATH URL`."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace
from pathlib import Path

from tests.embedding import HashingEmbedder

from umi.config import MemoryConfig
from umi.engine.bound import behaviour_of
from umi.engine.enrichment_worker import EnrichmentWorker
from umi.providers.llm.openai import OpenAIProvider
from umi.wiring.world import open_world

LEASE_SECONDS = 1.0


async def work(path: str, url: str) -> None:
    world = replace(open_world(Path(path), HashingEmbedder()), llm=OpenAIProvider("key", base_url=url))
    behaviour = behaviour_of(MemoryConfig(extraction_concurrency=4))
    await EnrichmentWorker(world, behaviour=behaviour, lease_seconds=LEASE_SECONDS).run()


if __name__ == "__main__":
    asyncio.run(work(*sys.argv[1:]))
