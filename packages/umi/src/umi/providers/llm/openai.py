"""OpenAI's models, and any server that speaks the chat-completions protocol: Ollama, vLLM, llama.cpp and others."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, cast

from umi.domain.completion import CompletionRequest, Price
from umi.errors import ProviderAuthenticationError, ProviderError, ProviderResponseError
from umi.limits import (
    LLM_ANSWER_TOKENS_DEFAULT,
    LLM_CONCURRENCY_COUNT_DEFAULT,
    LLM_RETRIES_COUNT_DEFAULT,
    LLM_TIMEOUT_SECONDS_DEFAULT,
)
from umi.providers.connection import Secret, hooks
from umi.providers.failures import cause, connection_failure, status_failure, timeout_failure
from umi.providers.llm.dialogue import Answer, described
from umi.providers.llm.hosted import Form, HostedLLM, Manner

if TYPE_CHECKING:
    from openai import APIError, AsyncOpenAI

OPENAI_MODEL_DEFAULT = "gpt-5.4-mini"
_TOKENS_NAMES = ("max_completion_tokens", "max_tokens")


class OpenAIProvider(HostedLLM["AsyncOpenAI"]):
    """A language model by OpenAI, or behind its chat protocol, over the official SDK (`umi-memory[openai]`).

    Without `api_key` the SDK looks for one in the environment (OPENAI_API_KEY). `base_url` names another server of the
    same protocol, such as a local one, which takes any key; one that knows no JSON schemas is asked for any JSON
    object, and one that knows neither is asked in words. A request waits `timeout_seconds` for its answer and is sent
    again up to `retries` times, with growing, jittered pauses; at most `concurrency` run at once. `price` is what
    tokens cost, by model or for all: Umi knows no prices, and without one the cost of an answer is None.

    Raises:
        Invalid: an option cannot be used.
        Unsupported: the package openai is not installed.

    """

    SERVICE = "OpenAI"
    PACKAGE = "openai"
    FORMS = (Form.SCHEMA, Form.OBJECT, Form.WORDS)
    OPTIONAL: ClassVar[Mapping[Form, tuple[str, ...]]] = {
        Form.SCHEMA: ("response_format", "json_schema", "schema", "structured", "grammar"),
        Form.OBJECT: ("response_format", "json_object", "grammar"),
        Form.WORDS: (),
    }

    def __init__(
        self,
        api_key: str | None = None,
        *,
        model: str = OPENAI_MODEL_DEFAULT,
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

    def _open(self) -> AsyncOpenAI:
        return open_client(
            self._secret,
            base_url=self._options.base_url,
            timeout_seconds=self._options.timeout_seconds,
            retries=self._options.retries,
        )

    async def _shut(self, client: AsyncOpenAI) -> None:
        await client.close()

    def _best(self) -> Manner:
        # OpenAI's newer models refuse the older name; some servers of the same protocol know no other.
        return Manner(form=self.FORMS[0], tokens_name=_TOKENS_NAMES[0 if self._options.base_url is None else 1])

    def _concede(self, manner: Manner, refusal: str, request: CompletionRequest) -> Manner | None:
        if manner.tokens_name in refusal and manner == replace(self._best(), form=manner.form):
            [other] = [name for name in _TOKENS_NAMES if name != manner.tokens_name]
            return replace(manner, tokens_name=other)
        return super()._concede(manner, refusal, request)

    async def _send(self, client: AsyncOpenAI, prompt: str, request: CompletionRequest, manner: Manner) -> Answer:
        from openai import APIError

        body = self._body(prompt, request, manner)
        try:
            # The answer is read by `wire`, as it came: servers of the same protocol leave fields out.
            create: Callable[..., Awaitable[Any]] = client.chat.completions.with_raw_response.create
            raw = await create(**body)
        except APIError as error:
            told = failure(error, secret=self._secret, timeout_seconds=self._options.timeout_seconds)
            raise told from cause(error, self._secret)
        return _answer(raw.content)

    def _body(self, prompt: str, request: CompletionRequest, manner: Manner) -> dict[str, Any]:
        system = [request.system] if request.system else []
        body: dict[str, Any] = {
            "model": self.model,
            manner.tokens_name: request.max_tokens or self._options.max_tokens,
        }
        if request.temperature is not None and manner.tells_temperature:
            body["temperature"] = request.temperature
        if request.schema is not None:
            schema = dict(request.schema)
            if manner.form is Form.SCHEMA:
                told = {"name": "answer", "schema": schema, "strict": _is_strict(schema)}
                body["response_format"] = {"type": "json_schema", "json_schema": told}
            else:
                system.append(described(schema))
            if manner.form is Form.OBJECT:
                body["response_format"] = {"type": "json_object"}
        told_first = [{"role": "system", "content": "\n\n".join(system)}] if system else []
        body["messages"] = [*told_first, {"role": "user", "content": prompt}]
        return body


def open_client(secret: Secret | None, *, base_url: str | None, timeout_seconds: float, retries: int) -> AsyncOpenAI:
    """Make a client of the official SDK.

    Raises:
        ProviderAuthenticationError: there is no key, neither given nor in the environment.

    """
    from openai import AsyncOpenAI, DefaultAsyncHttpxClient, OpenAIError

    try:
        return AsyncOpenAI(
            api_key=None if secret is None else secret.reveal(),
            base_url=base_url,
            timeout=timeout_seconds,
            max_retries=retries,
            http_client=DefaultAsyncHttpxClient(event_hooks=hooks()),
        )
    except OpenAIError as error:
        raise ProviderAuthenticationError(
            "No API key was given. Give api_key (to a server that asks for none, any), or set OPENAI_API_KEY."
        ) from error


def failure(error: APIError, *, secret: Secret | None, timeout_seconds: float) -> ProviderError:
    """Return what an error of the SDK is called here."""
    from openai import APIStatusError, APITimeoutError

    service = OpenAIProvider.SERVICE
    if isinstance(error, APIStatusError):
        headers = error.response.headers
        return status_failure(service, error.status_code, error.message, headers=headers, secret=secret)
    if isinstance(error, APITimeoutError):
        return timeout_failure(service, timeout_seconds)
    return connection_failure(service, error.message, secret=secret)


def _answer(content: bytes) -> Answer:
    from umi.providers.llm.wire import Chat

    try:
        chat = Chat.model_validate_json(content)
    except ValueError as error:
        raise ProviderResponseError("The server's answer is not of the chat-completions protocol.") from error
    choice, usage = chat.choices[0], chat.usage
    if choice.message.refusal or choice.finish_reason == "content_filter":
        raise ProviderResponseError("The model refused to answer this request.")
    is_truncated = choice.finish_reason == "length"
    if not choice.message.content and not is_truncated:
        raise ProviderResponseError("The model gave an empty answer.")
    return Answer(
        text=choice.message.content or "",
        model=chat.model,
        input_tokens=None if usage is None else usage.prompt_tokens,
        output_tokens=None if usage is None else usage.completion_tokens,
        is_truncated=is_truncated,
    )


def _is_strict(schema: object) -> bool:
    """Whether a schema is closed everywhere, which is what a server asks of one that it enforces to the letter."""
    if isinstance(schema, list):
        return all(_is_strict(part) for part in cast("list[object]", schema))
    if not isinstance(schema, dict):
        return True
    parts = cast("dict[str, Any]", schema)
    if parts.get("type") == "object":
        named = set(parts.get("properties", {}))
        if parts.get("additionalProperties") is not False or named != set(parts.get("required", ())):
            return False
    return all(_is_strict(part) for part in parts.values())
