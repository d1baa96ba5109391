"""An OpenAI model reads, and an OpenAI model embeds. Needs OPENAI_API_KEY.

With `base_url=` the same provider speaks to any server of that protocol: Ollama, vLLM, llama.cpp.
"""

import asyncio
import os

import umi


async def main() -> None:
    key = os.environ["OPENAI_API_KEY"]
    memory = umi.Memory(
        llm=umi.OpenAIProvider(api_key=key),
        embedder=umi.OpenAIEmbeddingProvider(api_key=key),
        storage="./openai.db",
    )
    async with memory:
        result = await memory.remember("Alice works at Acme Corp as a software engineer.")
        print(f"Kept as {result.entities[0].name!r}; reading it is {result.path}")
        await memory.settle()
        for hit in await memory.recall("What does Alice do?"):
            print(f"- {hit.score:.2f} {hit.content}")


asyncio.run(main())
