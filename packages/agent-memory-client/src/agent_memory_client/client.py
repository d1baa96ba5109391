"""The client for async code."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Self, TypeVar

import httpx

from agent_memory_client.calling import direct, resolving
from agent_memory_client.colours import async_pages, awaited
from agent_memory_client.config import TIMEOUT_SECONDS_DEFAULT, MemoryClientConfig
from agent_memory_client.exceptions import MemoryClientError
from agent_memory_client.operations import (
    long_term,
    prompting,
    searching,
    session_changes,
    sessions,
    summary_views,
)
from agent_memory_client.steps import Answer, Attempt, NoAnswer, Outcome, Step, Steps
from agent_memory_client.transport import Client, answered, unanswered

T = TypeVar("T")


class MemoryAPIClient(Client):
    """A memory server, for async code. `MemoryClient` is the same for blocking code.

        client = MemoryAPIClient(base_url="http://localhost:8000", api_key="...")
        await client.create_long_term_memories([{"text": "Ada prefers tea.", "user_id": "ada"}])
        results = await client.search_long_term_memory("what to drink", user_id="ada")

    Give either a `MemoryClientConfig` or settings by name; see that class for what they mean. `http_client` is used
    for all requests, and is not closed with this client. `sleep` waits between tries.
    """

    def __init__(
        self,
        config: MemoryClientConfig | None = None,
        *,
        base_url: str | None = None,
        api_key: str | None = None,
        bearer_token: str | None = None,
        timeout: float | None = None,
        max_retries: int | None = None,
        session_id: str | None = None,
        user_id: str | None = None,
        namespace: str | None = None,
        model_name: str | None = None,
        context_window_max: int | None = None,
        http_client: httpx.AsyncClient | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        super().__init__(
            config,
            base_url=base_url,
            api_key=api_key,
            bearer_token=bearer_token,
            timeout=timeout,
            max_retries=max_retries,
            session_id=session_id,
            user_id=user_id,
            namespace=namespace,
            model_name=model_name,
            context_window_max=context_window_max,
        )
        self._owns_client = http_client is None
        self._client = httpx.AsyncClient() if http_client is None else http_client
        self._by_loop: dict[asyncio.AbstractEventLoop, httpx.AsyncClient] = {}
        self._sleep = sleep

    health_check = awaited(sessions.health_check)
    list_sessions = awaited(sessions.list_sessions)
    get_working_memory = awaited(sessions.get_working_memory)
    get_or_create_working_memory = awaited(sessions.get_or_create_working_memory)
    put_working_memory = awaited(sessions.put_working_memory)
    set_working_memory = awaited(sessions.put_working_memory)
    delete_working_memory = awaited(sessions.delete_working_memory)
    iter_sessions = async_pages(sessions.all_sessions)

    append_messages_to_working_memory = awaited(session_changes.append_messages_to_working_memory)
    update_working_memory = awaited(session_changes.update_working_memory)
    set_working_memory_data = awaited(session_changes.set_working_memory_data)
    update_working_memory_data = awaited(session_changes.update_working_memory_data)
    add_memories_to_working_memory = awaited(session_changes.add_memories_to_working_memory)

    create_long_term_memories = awaited(long_term.create_long_term_memories)
    create_long_term_memory = awaited(long_term.create_long_term_memory)
    bulk_create_long_term_memories = awaited(long_term.bulk_create_long_term_memories)
    get_long_term_memory = awaited(long_term.get_long_term_memory)
    edit_long_term_memory = awaited(long_term.edit_long_term_memory)
    edit_memory = awaited(long_term.edit_memory)
    delete_long_term_memories = awaited(long_term.delete_long_term_memories)
    delete_memory = awaited(long_term.delete_memory)
    forget_long_term_memories = awaited(long_term.forget_long_term_memories)
    compact_long_term_memories = awaited(long_term.compact_long_term_memories)
    promote_working_memories_to_long_term = awaited(long_term.promote_working_memories_to_long_term)

    search_long_term_memory = awaited(searching.search_long_term_memory)
    search_all_long_term_memories = async_pages(searching.search_all_long_term_memories)

    memory_prompt = awaited(prompting.memory_prompt)
    hydrate_memory_prompt = awaited(prompting.hydrate_memory_prompt)

    list_summary_views = awaited(summary_views.list_summary_views)
    create_summary_view = awaited(summary_views.create_summary_view)
    get_summary_view = awaited(summary_views.get_summary_view)
    delete_summary_view = awaited(summary_views.delete_summary_view)
    run_summary_view_partition = awaited(summary_views.run_summary_view_partition)
    list_summary_view_partitions = awaited(summary_views.list_summary_view_partitions)
    run_summary_view = awaited(summary_views.run_summary_view)
    get_task = awaited(summary_views.get_task)

    resolve_tool_call = awaited(resolving.resolve_tool_call)
    resolve_tool_calls = awaited(resolving.resolve_tool_calls)
    resolve_function_call = awaited(resolving.resolve_function_call)
    resolve_function_calls = awaited(resolving.resolve_function_calls)

    search_memory_tool = awaited(direct.search_memory_tool)
    get_working_memory_tool = awaited(direct.get_working_memory_tool)
    get_or_create_working_memory_tool = awaited(direct.get_or_create_working_memory_tool)
    add_memory_tool = awaited(direct.add_memory_tool)
    update_memory_data_tool = awaited(direct.update_memory_data_tool)

    async def close(self) -> None:
        """Close the connections, unless they are those of an HTTP client that was given."""
        if self._owns_client:
            await self._of_this_loop().aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def run(self, steps: Steps[T]) -> T:
        """Carry out the steps of a rule, and return what it returns."""
        outcome: Outcome = None
        try:
            while True:
                outcome = await self._carried_out(steps.send(outcome))
        except StopIteration as end:
            value: T = end.value
            return value
        finally:
            steps.close()

    async def _carried_out(self, step: Step) -> Outcome:
        if isinstance(step, Attempt):
            return await self._sent(step)
        await self._sleep(step.seconds)
        return None

    async def _sent(self, attempt: Attempt) -> Answer | NoAnswer:
        try:
            return answered(await self._of_this_loop().request(**self._request(attempt, own_client=self._owns_client)))
        except httpx.RequestError as error:
            return unanswered(error)

    def _of_this_loop(self) -> httpx.AsyncClient:
        """Return the HTTP client for this event loop.

        A connection belongs to the loop it was opened in. A client that is made for a whole program, and used in one
        `asyncio.run` after another, would else be handed a connection of a loop that is closed.
        """
        if not self._owns_client:
            return self._client
        loop = asyncio.get_running_loop()
        if loop not in self._by_loop:
            is_first = not self._by_loop and not self._client.is_closed
            self._client = self._client if is_first else httpx.AsyncClient(headers=self._client.headers)
            open_ones = {one: client for one, client in self._by_loop.items() if not one.is_closed()}
            self._by_loop = {**open_ones, loop: self._client}
        return self._by_loop[loop]


async def create_memory_client(
    base_url: str | None = None,
    timeout: float = TIMEOUT_SECONDS_DEFAULT,  # noqa: ASYNC109 - of every attempt, not of this call
    default_namespace: str | None = None,
    default_model_name: str | None = None,
    default_context_window_max: int | None = None,
    *,
    api_key: str | None = None,
    bearer_token: str | None = None,
    max_retries: int | None = None,
) -> MemoryAPIClient:
    """Return a client whose server is known to answer.

    Raises:
        MemoryClientError: it does not.
    """
    client = MemoryAPIClient(
        base_url=base_url,
        timeout=timeout,
        namespace=default_namespace,
        model_name=default_model_name,
        context_window_max=default_context_window_max,
        api_key=api_key,
        bearer_token=bearer_token,
        max_retries=max_retries,
    )
    try:
        await client.health_check()
    except MemoryClientError:
        await client.close()
        raise
    return client
