"""Let a Claude model read what is remembered. Needs ANTHROPIC_API_KEY; embeddings and storage stay local."""

import asyncio
import os

import umi


async def main() -> None:
    llm = umi.AnthropicProvider(api_key=os.environ["ANTHROPIC_API_KEY"])
    async with umi.Memory(llm=llm, storage="./anthropic.db") as memory:
        result = await memory.remember(
            "Alice works at Acme Corp as a software engineer. Bob is the CEO.",
            umi.RememberOptions(extract_entities=True),
        )
        print(f"Stored {result.entity_count} entities, read by: {result.path}")
        for entity in result.entities:
            print(f"- {entity.entity_type}: {entity.name}")
        print(f"{result.usage.input_tokens} tokens in, {result.usage.output_tokens} out")

        hits = await memory.recall("Who are the engineers?", umi.RecallOptions().with_deep_search())
        print(f"Found {len(hits)}, by way of {', '.join(hits.path)}; also asked: {list(hits.variations)}")


asyncio.run(main())
