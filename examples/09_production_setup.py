"""All parts chosen: PostgreSQL, a hosted model behind the answers, limits, a price, a tenant, and an orderly end.

Needs ANTHROPIC_API_KEY, OPENAI_API_KEY, and the server's URL in UMI_POSTGRES_URL.
"""

import asyncio
import os

import umi


def memory() -> umi.Memory:
    url = os.environ["UMI_POSTGRES_URL"]
    return (
        umi.MemoryBuilder()
        .with_llm(umi.AnthropicProvider(os.environ["ANTHROPIC_API_KEY"], timeout_seconds=30, retries=3, concurrency=8))
        .with_embedder(umi.OpenAIEmbeddingProvider(os.environ["OPENAI_API_KEY"], dimensions=512))
        .with_storage(umi.PostgresStorageBackend.connect(url))
        .with_vector(umi.PostgresVectorBackend.connect(url))
        .with_config(umi.MemoryConfig(recall_limit=20, extraction_concurrency=8))
        .with_scope(tenant="acme")
        .build()
    )


async def main() -> None:
    async with memory() as shared:
        alice = shared.scoped(user="alice", agent="helpdesk")
        for said in ("I work at Acme Corp.", "I moved to Lisbon last week.", "Please always answer in Portuguese."):
            receipt = await alice.remember(said, speaker="Alice", session="monday")
            print(f"kept {receipt.id} ({receipt.path})")

        await alice.settle()  # a service need not wait: a worker goes on behind the answers
        left = await alice.tasks()
        print(f"{len(left)} tasks left")

        pack = await alice.pack("Where does Alice live?", tokens=500)
        print(pack.text)
        print([finding.message for finding in await shared.check() if finding.severity != "ok"])


asyncio.run(main())
