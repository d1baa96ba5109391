"""Anthropic's models, and any server that speaks the messages protocol."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from umi.domain.completion import CompletionRequest, Price
from umi.errors import ProviderAuthenticationError, ProviderError, ProviderResponseError
from umi.limits import (
    LLM_ANSWER_TOKENS_DEFAULT,
    LLM_CONCURRENCY_COUNT_DEFAULT,
    LLM_RETRIES_COUNT_DEFAULT,
    LLM_TIMEOUT_SECONDS_DEFAULT,
)
from umi.providers.connection import hooks
from umi.providers.failures import cause, connection_failure, status_failure, timeout_failure
from umi.providers.llm.dialogue import Answer, described
from umi.providers.llm.hosted import Form, HostedLLM, Manner

if TYPE_CHECKING:
    from anthropic import APIError, AsyncAnthropic

    from umi.providers.llm.wire import Message

ANTHROPIC_MODEL_DEFAULT = "claude-haiku-4-5"
_TOOL = "answer"


class AnthropicProvider(HostedLLM["AsyncAnthropic"]):
    """A language model by Anthropic, over the official SDK (`pip install 'umi-memory[anthropic]'`).

    Without `api_key` the SDK looks for one in the environment (ANTHROPIC_API_KEY). `base_url` names another server of
    the same protocol. A request waits `timeout_seconds` for its answer and is sent again up to `retries` times, with
    growing, jittered pauses; at most `concurrency` run at once. `price` is what tokens cost, by model or for all: Umi
    knows no prices, and without one the cost of an answer is None.

    Raises:
        Invalid: an option cannot be used.
        Unsupported: the package anthropic is not installed.

    """

    SERVICE = "Anthropic"
    PACKAGE = "anthropic"
    FORMS = (Form.SCHEMA, Form.TOOL, Form.WORDS)
    OPTIONAL: ClassVar[Mapping[Form, tuple[str, ...]]] = {
        Form.SCHEMA: ("output_config", "output_format", "json_schema", "schema", "structured"),
        Form.TOOL: ("tool",),
        Form.WORDS: (),
    }

    def __init__(
        self,
        api_key: str | None = None,
        *,
        model: str = ANTHROPIC_MODEL_DEFAULT,
        base_url: str | None = None,
        timeout_seconds: float = LLM_TIMEOUT_SECONDS_DEFAULT,
        retries: int = LLM_RETRIES_COUNT_DEFAULT,
        concurrency: int = LLM_CONCURRENCY_COUNT_DEFAULT,
        max_tokens: int = LLM_ANSWER_TOKENS_DEFAULT,
        price: Price | Mapping[str, Price] | None = None,
    ) -> None:
        super().__init__(
            api_key,
            model=model,
            base_url=base_url,
            timeout_seconds=timeout_seconds,
            retries=retries,
            concurrency=concurrency,
            max_tokens=max_tokens,
            price=price,
        )

    def _open(self) -> AsyncAnthropic:
        from anthropic import AnthropicError, AsyncAnthropic, DefaultAsyncHttpxClient

        options = self._options
        try:
            client = AsyncAnthropic(
                api_key=None if self._secret is None else self._secret.reveal(),
                base_url=options.base_url,
                timeout=options.timeout_seconds,
                max_retries=options.retries,
                http_client=DefaultAsyncHttpxClient(event_hooks=hooks()),
            )
        except AnthropicError as error:
            raise ProviderAuthenticationError(
                f"Anthropic's SDK found no usable key: {error} Give api_key, or set ANTHROPIC_API_KEY."
            ) from error
        if client.api_key is None and client.auth_token is None and client.credentials is None:
            raise ProviderAuthenticationError("No API key was given. Give api_key, or set ANTHROPIC_API_KEY.")
        return client

    async def _shut(self, client: AsyncAnthropic) -> None:
        await client.close()

    async def _send(self, client: AsyncAnthropic, prompt: str, request: CompletionRequest, manner: Manner) -> Answer:
        from anthropic import APIError

        body = self._body(prompt, request, manner)
        try:
            # The answer is read by `wire`, as it came: servers of the same protocol leave fields out.
            create: Callable[..., Awaitable[Any]] = client.messages.with_raw_response.create
            raw = await create(**body)
            content: bytes = await raw.read()
        except APIError as error:
            raise self._failure(error) from cause(error, self._secret)
        return _answer(content)

    def _body(self, prompt: str, request: CompletionRequest, manner: Manner) -> dict[str, Any]:
        system = [request.system] if request.system else []
        body: dict[str, Any] = {
            "model": self.model,
            "max_tokens": request.max_tokens or self._options.max_tokens,
            "messages": [{"role": "user", "content": prompt}],
        }
        if request.temperature is not None and manner.tells_temperature:
            body["extra_body"] = {"temperature": request.temperature}  # the SDK names it no more; servers may know it
        if request.schema is not None:
            schema = dict(request.schema)
            match manner.form:
                case Form.SCHEMA:
                    body["output_config"] = {"format": {"type": "json_schema", "schema": schema}}
                case Form.TOOL:
                    tool = {"name": _TOOL, "description": "Give the answer.", "input_schema": schema}
                    body |= {"tools": [tool], "tool_choice": {"type": "tool", "name": _TOOL}}
                case _:
                    system.append(described(schema))
        if system:
            body["system"] = "\n\n".join(system)
        return body

    def _failure(self, error: APIError) -> ProviderError:
        from anthropic import APIStatusError, APITimeoutError

        if isinstance(error, APIStatusError):
            headers = error.response.headers
            message = error.api_message or error.message
            return status_failure(self.SERVICE, error.status_code, message, headers=headers, secret=self._secret)
        if isinstance(error, APITimeoutError):
            return timeout_failure(self.SERVICE, self._options.timeout_seconds)
        return connection_failure(self.SERVICE, error.message, secret=self._secret)


def _answer(content: bytes) -> Answer:
    from umi.providers.llm.wire import Message

    try:
        message = Message.model_validate_json(content)
    except ValueError as error:
        raise ProviderResponseError("Anthropic's answer is not of the messages protocol.") from error
    if message.stop_reason == "refusal":
        raise ProviderResponseError("Anthropic's model refused to answer this request.")
    is_truncated = message.stop_reason in {"max_tokens", "model_context_window_exceeded"}
    text = _text(message)
    if not text and not is_truncated:
        raise ProviderResponseError("Anthropic's model gave an empty answer.")
    usage = message.usage
    cached = 0 if usage is None else (usage.cache_creation_input_tokens or 0) + (usage.cache_read_input_tokens or 0)
    return Answer(
        text=text,
        model=message.model,
        input_tokens=None if usage is None else usage.input_tokens + cached,
        output_tokens=None if usage is None else usage.output_tokens,
        is_truncated=is_truncated,
    )


def _text(message: Message) -> str:
    used = [block.input for block in message.content if block.type == "tool_use" and block.input is not None]
    if used:
        return json.dumps(used[0], ensure_ascii=False)
    return "".join(block.text for block in message.content if block.type == "text")
