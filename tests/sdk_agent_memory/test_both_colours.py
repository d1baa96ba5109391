"""Both clients have the same methods, which take the same and give the same."""

from __future__ import annotations

import inspect
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from tests.sdk_agent_memory.kept import Server
from tests.sdk_agent_memory.scripted import Wire, found

from agent_memory_client import MemoryAPIClient, MemoryClient

ALIKE = {name for name in dir(MemoryAPIClient) if not name.startswith("_")}
ASKING = sorted(
    name
    for name in ALIKE - {"close", "run"}
    if inspect.iscoroutinefunction(getattr(MemoryAPIClient, name))
    or inspect.isasyncgenfunction(getattr(MemoryAPIClient, name))
)


def _method(kind: type, name: str) -> Callable[..., Any]:
    return getattr(kind, name)


def test_both_have_the_same_methods():
    assert {name for name in dir(MemoryClient) if not name.startswith("_")} == ALIKE
    assert len(ASKING) > 35


@pytest.mark.parametrize("name", ASKING)
def test_a_method_takes_the_same_in_both_colours(name: str):
    assert inspect.signature(_method(MemoryAPIClient, name)) == inspect.signature(_method(MemoryClient, name))


@pytest.mark.parametrize("name", ASKING)
def test_a_method_blocks_in_one_colour_only(name: str):
    assert not _method(MemoryClient, name).__code__.co_flags & (inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR)


@pytest.mark.parametrize("name", ASKING)
def test_every_method_says_what_it_does(name: str):
    assert (_method(MemoryAPIClient, name).__doc__ or "").split("\n")[0].endswith((".", "?"))


async def test_both_send_the_same():
    one, other = Wire(found({"id": "1"})), Wire(found({"id": "1"}))
    options: dict[str, Any] = {"user_id": "ada", "topics": ["a"], "min_relevance_score": 0.5, "limit": 3}

    awaited = await one.async_client(api_key="k").search_long_term_memory("tea", **options)
    waited = other.client(api_key="k").search_long_term_memory("tea", **options)

    assert [memory.id for memory in awaited.memories] == [memory.id for memory in waited.memories]
    assert one.sent == other.sent
    assert one.requests[0].content == other.requests[0].content


async def test_both_read_lists_to_their_end():
    pages = [found({"id": "1"}, {"id": "2"}, total=3, next_offset=2), found({"id": "3"}, total=3)]

    awaited = [one.id async for one in Wire(*pages).async_client().search_all_long_term_memories("x", batch_size=2)]
    waited = [one.id for one in Wire(*pages).client().search_all_long_term_memories("x", batch_size=2)]

    assert awaited == waited == ["1", "2", "3"]


def test_a_blocking_client_works_from_end_to_end(server: Server, blocking_client: MemoryClient):
    created = blocking_client.create_long_term_memories([{"text": "Ada prefers tea", "user_id": "ada"}])

    results = blocking_client.search_long_term_memory("tea", user_id="ada")

    assert [one.id for one in results.memories] == [created.memories[0].id] == list(server.memories())


IN_THREE_LOOPS = """
import asyncio, sys
from agent_memory_client import MemoryAPIClient
client = MemoryAPIClient(base_url=sys.argv[1], max_retries=0)
async def close():
    await client.health_check()
    await client.close()
for ask in (client.health_check, client.health_check, close):
    asyncio.run(ask())
print("fine")
"""


def test_one_client_may_serve_one_event_loop_after_another(server: Server):
    # In a process of its own: the first loops end with connections that nobody can close any more.
    command = [sys.executable, "-c", IN_THREE_LOOPS, server.url]

    ran = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    assert ran.returncode == 0, ran.stderr
    assert ran.stdout == "fine\n"
