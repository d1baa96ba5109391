"""The loopback server, and both providers that ask it through their real SDKs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, TypeAlias

import pytest
from tests.loopback import Loopback

from umi.providers.llm.anthropic import AnthropicProvider
from umi.providers.llm.openai import OpenAIProvider

KEY = "sk-very-secret-0123456789"
Provider: TypeAlias = AnthropicProvider | OpenAIProvider
Making: TypeAlias = Callable[..., Provider]


@pytest.fixture
def server() -> Iterator[Loopback]:
    with Loopback() as server:
        yield server


@pytest.fixture(params=["anthropic", "openai"])
def set_up(request: pytest.FixtureRequest, server: Loopback) -> Making:
    """Return what makes a provider that the test closes itself."""

    def making(**options: Any) -> Provider:
        given: dict[str, Any] = {"base_url": server.openai_url, "retries": 0, "timeout_seconds": 20}
        if request.param == "openai":
            return OpenAIProvider(KEY, **(given | options))
        given["base_url"] = server.url
        return AnthropicProvider(KEY, **(given | options))

    return making


@pytest.fixture
async def make(set_up: Making) -> AsyncIterator[Making]:
    made: list[Provider] = []

    def making(**options: Any) -> Provider:
        made.append(set_up(**options))
        return made[-1]

    yield making
    for provider in made:
        await provider.close()
