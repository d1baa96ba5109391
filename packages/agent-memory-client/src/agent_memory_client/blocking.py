"""The client for blocking code: the same methods, which wait."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Self, TypeVar

import httpx

from agent_memory_client.calling import direct, resolving
from agent_memory_client.colours import pages, waited
from agent_memory_client.config import MemoryClientConfig
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


class MemoryClient(Client):
    """A memory server, for blocking code. `MemoryAPIClient` is the same for async code.

        client = MemoryClient(base_url="http://localhost:8000", api_key="...")
        client.create_long_term_memories([{"text": "Ada prefers tea.", "user_id": "ada"}])
        results = client.search_long_term_memory("what to drink", user_id="ada")

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
        http_client: httpx.Client | None = None,
        sleep: Callable[[float], None] = time.sleep,
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
        self._client = httpx.Client() if http_client is None else http_client
        self._sleep = sleep

    health_check = waited(sessions.health_check)
    list_sessions = waited(sessions.list_sessions)
    get_working_memory = waited(sessions.get_working_memory)
    get_or_create_working_memory = waited(sessions.get_or_create_working_memory)
    put_working_memory = waited(sessions.put_working_memory)
    set_working_memory = waited(sessions.put_working_memory)
    delete_working_memory = waited(sessions.delete_working_memory)
    iter_sessions = pages(sessions.all_sessions)

    append_messages_to_working_memory = waited(session_changes.append_messages_to_working_memory)
    update_working_memory = waited(session_changes.update_working_memory)
    set_working_memory_data = waited(session_changes.set_working_memory_data)
    update_working_memory_data = waited(session_changes.update_working_memory_data)
    add_memories_to_working_memory = waited(session_changes.add_memories_to_working_memory)

    create_long_term_memories = waited(long_term.create_long_term_memories)
    create_long_term_memory = waited(long_term.create_long_term_memory)
    bulk_create_long_term_memories = waited(long_term.bulk_create_long_term_memories)
    get_long_term_memory = waited(long_term.get_long_term_memory)
    edit_long_term_memory = waited(long_term.edit_long_term_memory)
    edit_memory = waited(long_term.edit_memory)
    delete_long_term_memories = waited(long_term.delete_long_term_memories)
    delete_memory = waited(long_term.delete_memory)
    forget_long_term_memories = waited(long_term.forget_long_term_memories)
    compact_long_term_memories = waited(long_term.compact_long_term_memories)
    promote_working_memories_to_long_term = waited(long_term.promote_working_memories_to_long_term)

    search_long_term_memory = waited(searching.search_long_term_memory)
    search_all_long_term_memories = pages(searching.search_all_long_term_memories)

    memory_prompt = waited(prompting.memory_prompt)
    hydrate_memory_prompt = waited(prompting.hydrate_memory_prompt)

    list_summary_views = waited(summary_views.list_summary_views)
    create_summary_view = waited(summary_views.create_summary_view)
    get_summary_view = waited(summary_views.get_summary_view)
    delete_summary_view = waited(summary_views.delete_summary_view)
    run_summary_view_partition = waited(summary_views.run_summary_view_partition)
    list_summary_view_partitions = waited(summary_views.list_summary_view_partitions)
    run_summary_view = waited(summary_views.run_summary_view)
    get_task = waited(summary_views.get_task)

    resolve_tool_call = waited(resolving.resolve_tool_call)
    resolve_tool_calls = waited(resolving.resolve_tool_calls)
    resolve_function_call = waited(resolving.resolve_function_call)
    resolve_function_calls = waited(resolving.resolve_function_calls)

    search_memory_tool = waited(direct.search_memory_tool)
    get_working_memory_tool = waited(direct.get_working_memory_tool)
    get_or_create_working_memory_tool = waited(direct.get_or_create_working_memory_tool)
    add_memory_tool = waited(direct.add_memory_tool)
    update_memory_data_tool = waited(direct.update_memory_data_tool)

    def close(self) -> None:
        """Close the connections, unless they are those of an HTTP client that was given."""
        if self._owns_client:
            self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def run(self, steps: Steps[T]) -> T:
        """Carry out the steps of a rule, and return what it returns."""
        outcome: Outcome = None
        try:
            while True:
                outcome = self._carried_out(steps.send(outcome))
        except StopIteration as end:
            value: T = end.value
            return value
        finally:
            steps.close()

    def _carried_out(self, step: Step) -> Outcome:
        if isinstance(step, Attempt):
            return self._sent(step)
        self._sleep(step.seconds)
        return None

    def _sent(self, attempt: Attempt) -> Answer | NoAnswer:
        try:
            return answered(self._client.request(**self._request(attempt, own_client=self._owns_client)))
        except httpx.RequestError as error:
            return unanswered(error)
