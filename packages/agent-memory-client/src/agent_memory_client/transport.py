"""How an attempt becomes a request over HTTP, and what comes back an answer: the same for both colours."""

from __future__ import annotations

from typing import Any

import httpx

from agent_memory_client.calling.reading import (
    parse_anthropic_tool_use,
    parse_openai_function_call,
    parse_openai_tool_call,
    parse_tool_call,
)
from agent_memory_client.config import MemoryClientConfig
from agent_memory_client.context import Context
from agent_memory_client.exceptions import MemoryValidationError
from agent_memory_client.operations.validating import validate_memory_record, validate_search_filters
from agent_memory_client.steps import Answer, Attempt, NoAnswer
from agent_memory_client.tool_schemas import ToolSchemas
from agent_memory_client.version import __version__


class Client(ToolSchemas):
    """What both clients are: settings, defaults, and what can be done without asking the server.

    Without `config`, what is not given is taken from the environment: `MEMORY_SERVER_URL`, `MEMORY_API_KEY`,
    `MEMORY_TIMEOUT`, `MEMORY_MAX_RETRIES`, `DEFAULT_USER_ID`, `DEFAULT_NAMESPACE`.

    Raises:
        MemoryValidationError: a setting cannot be used, or is given both by `config` and by itself.
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
    ) -> None:
        given = {
            "base_url": base_url,
            "api_key": api_key,
            "bearer_token": bearer_token,
            "timeout": timeout,
            "max_retries": max_retries,
            "default_session_id": session_id,
            "default_user_id": user_id,
            "default_namespace": namespace,
            "default_model_name": model_name,
            "default_context_window_max": context_window_max,
        }
        if config is not None and any(value is not None for value in given.values()):
            raise MemoryValidationError("Settings go into the config, or are given by themselves; not both.")
        self.config = MemoryClientConfig.made(**given) if config is None else config
        self.context = Context.of(self.config)
        self._keeps_its_timeout = "timeout" not in self.config.model_fields_set

    def __repr__(self) -> str:
        return f"{type(self).__name__}(base_url={self.config.base_url!r})"

    parse_tool_call = staticmethod(parse_tool_call)
    parse_openai_tool_call = staticmethod(parse_openai_tool_call)
    parse_openai_function_call = staticmethod(parse_openai_function_call)
    parse_anthropic_tool_use = staticmethod(parse_anthropic_tool_use)
    validate_memory_record = staticmethod(validate_memory_record)
    validate_search_filters = staticmethod(validate_search_filters)

    def _request(self, attempt: Attempt, *, own_client: bool) -> dict[str, Any]:
        """Return the arguments of a request. A client that was given keeps its timeout unless another one is set."""
        keeps_timeout = not own_client and self._keeps_its_timeout
        return {
            "method": attempt.method,
            "url": self.config.base_url + attempt.path,
            "params": list(attempt.query),
            "content": attempt.content,
            "headers": {
                "user-agent": f"agent-memory-client/{__version__}",
                "x-client-version": __version__,
                **self.config.credentials,
                **attempt.headers,
            },
            "timeout": httpx.USE_CLIENT_DEFAULT if keeps_timeout else self.config.timeout,
            "follow_redirects": False,  # another host must not be handed the key
        }


def answered(response: httpx.Response) -> Answer:
    """Return a response as an answer."""
    return Answer(
        status=response.status_code,
        headers={name.lower(): value for name, value in response.headers.items()},
        content=response.content,
    )


def unanswered(error: httpx.RequestError) -> NoAnswer:
    """Return what broke as an outcome."""
    reason = str(error) or type(error).__name__
    return NoAnswer(reason=reason, is_timeout=isinstance(error, httpx.TimeoutException))
