"""A chat that remembers, over the real SDK of OpenAI and a model on the loopback."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import openai
import pytest
from tests.loopback import Loopback
from tests.sdk_agent_memory.model import answering, told
from tests.served import Tenant

from cml import (
    AsyncCMLOpenAIHelper,
    AsyncCognitiveMemoryLayer,
    CMLOpenAIHelper,
    CognitiveMemoryLayer,
    MemoryProvider,
    ValidationError,
)

TEA = "The user prefers green tea"


@pytest.fixture
def model() -> Iterator[Loopback]:
    with Loopback(answering) as running:
        yield running


def test_a_chat_is_told_what_is_known_and_is_kept(memory: CognitiveMemoryLayer, model: Loopback):
    memory.write(TEA)
    with openai.OpenAI(api_key="none", base_url=model.openai_url) as client:
        helper = CMLOpenAIHelper(memory, client, model="m")
        answer = helper.chat("What do I drink?", session_id="s", extra_messages=[{"role": "user", "content": "before"}])

    assert TEA in answer
    assert "Relevant Memories" in answer
    assert "before" in told(model.asked[-1])
    assert len(memory.get_session_context("s").messages) == 2


async def test_a_chat_in_async_code_too(tenant: Tenant, model: Loopback, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("OPENAI_MODEL", "m")
    async with (
        AsyncCognitiveMemoryLayer(tenant.key, tenant.url) as memory,
        openai.AsyncOpenAI(api_key="none", base_url=model.openai_url) as client,
    ):
        await memory.write(TEA)
        assert TEA in await AsyncCMLOpenAIHelper(memory, client).chat("What do I drink?")


def test_a_chat_without_a_model_says_so(memory: CognitiveMemoryLayer, monkeypatch: pytest.MonkeyPatch):
    for variable in ("OPENAI_MODEL", "LLM_INTERNAL__MODEL"):
        monkeypatch.delenv(variable, raising=False)

    with pytest.raises(ValidationError, match="OPENAI_MODEL"):
        CMLOpenAIHelper(memory, None)


class Provider:
    """A memory for a chat, as somebody would write it over this client."""

    def __init__(self, memory: AsyncCognitiveMemoryLayer) -> None:
        self._memory = memory

    async def get_context(self, query: str, *, session_id: str | None = None) -> str:
        return await self._memory.get_context(query, session_id=session_id)

    async def store_exchange(self, session_id: str, user_message: str, assistant_response: str) -> None:
        await self._memory.turn(user_message, assistant_response=assistant_response, session_id=session_id)

    async def clear_session(self, session_id: str) -> None:
        found = await self._memory.get_session_context(session_id)
        await self._memory.forget(memory_ids=[one.id for one in found.messages])


async def test_a_provider_over_this_client_is_one(tenant: Tenant):
    async with AsyncCognitiveMemoryLayer(tenant.key, tenant.url) as memory:
        provider: MemoryProvider = Provider(memory)
        assert isinstance(provider, MemoryProvider)

        await provider.store_exchange("s", "I moved to Lisbon last week", "How nice!")
        known: Any = await provider.get_context("Where do I live?", session_id="s")
        await provider.clear_session("s")

        assert "Lisbon" in known
        assert "Lisbon" not in await provider.get_context("Where do I live?", session_id="s")
