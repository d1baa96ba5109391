"""What the providers of hosted models share: options, one client a loop, bounds, and a server that takes less.

Servers of the same protocol differ in what they take. A request is first sent in the best manner; where a server
refuses a part of it by name, the next manner is tried, and kept for requests with the same schema.
"""

from __future__ import annotations

import asyncio
import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import ClassVar, Generic, Self, TypeVar

from umi.domain.completion import Completion, CompletionRequest, Price, check_whole
from umi.domain.text import shown
from umi.errors import Invalid, ProviderRequestError
from umi.limits import (
    LLM_ANSWER_TOKENS_MAX,
    LLM_CONCURRENCY_COUNT_MAX,
    LLM_RETRIES_COUNT_MAX,
    LLM_RETRY_AFTER_SECONDS_MAX,
    LLM_TIMEOUT_SECONDS_MAX,
)
from umi.providers.connection import (
    Connections,
    Secret,
    check_key,
    check_seconds,
    check_url,
    count_requests,
    require,
    shown_url,
)
from umi.providers.failures import timeout_failure
from umi.providers.llm.dialogue import Answer, converse

C = TypeVar("C")

_MANNERS_KEPT_MAX = 64


class Form(StrEnum):
    """How JSON is asked for: by its schema, as a tool's input, as any object, or in words."""

    SCHEMA = "schema"
    TOOL = "tool"
    OBJECT = "object"
    WORDS = "words"


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How requests are put to a server: the form of JSON, the name of the limit of tokens, and what is left out."""

    form: Form
    tokens_name: str = "max_tokens"
    tells_temperature: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How a provider is set up; see `AnthropicProvider` and `OpenAIProvider`."""

    model: str
    base_url: str | None
    timeout_seconds: float
    retries: int
    concurrency: int
    max_tokens: int
    price: Price | Mapping[str, Price] | None

    def __post_init__(self) -> None:
        if not isinstance(self.model, str) or not self.model.strip():  # pyright: ignore[reportUnnecessaryIsInstance]
            raise Invalid(f"model is the name of a model, not {shown(self.model)}.")
        check_url(self.base_url)
        check_seconds("timeout_seconds", self.timeout_seconds, LLM_TIMEOUT_SECONDS_MAX)
        check_whole("retries", self.retries, 0, LLM_RETRIES_COUNT_MAX)
        check_whole("concurrency", self.concurrency, 1, LLM_CONCURRENCY_COUNT_MAX)
        check_whole("max_tokens", self.max_tokens, 1, LLM_ANSWER_TOKENS_MAX)

    @property
    def price_of_model(self) -> Price | None:
        return self.price.get(self.model) if isinstance(self.price, Mapping) else self.price

    @property
    def patience_seconds(self) -> float:
        """How long one request may take with all its retries, whatever the server does."""
        return (self.timeout_seconds + LLM_RETRY_AFTER_SECONDS_MAX) * (self.retries + 1)


class HostedLLM(ABC, Generic[C]):
    """The LLM port over an official SDK's async client."""

    SERVICE: ClassVar[str]
    PACKAGE: ClassVar[str]
    FORMS: ClassVar[tuple[Form, ...]]
    OPTIONAL: ClassVar[Mapping[Form, tuple[str, ...]]]
    """The words by which a server names a form of JSON that it does not take."""

    def __init__(
        self,
        api_key: str | None,
        *,
        model: str,
        base_url: str | None,
        timeout_seconds: float,
        retries: int,
        concurrency: int,
        max_tokens: int,
        price: Price | Mapping[str, Price] | None,
    ) -> None:
        require(self.PACKAGE, type(self).__name__)
        self._secret: Secret | None = check_key(api_key)
        self._options = Options(
            model=model,
            base_url=base_url,
            timeout_seconds=timeout_seconds,
            retries=retries,
            concurrency=concurrency,
            max_tokens=max_tokens,
            price=price,
        )
        self._manners: dict[str, Manner] = {}
        self._connections: Connections[C] = Connections(self._open, self._shut, concurrency=concurrency)

    @property
    def name(self) -> str:
        return self.PACKAGE

    @property
    def model(self) -> str:
        return self._options.model

    def __repr__(self) -> str:
        url = shown_url(self._options.base_url)
        return f"{type(self).__name__}(model={self.model!r}{'' if url is None else f', base_url={url!r}'})"

    def with_model(self, model: str) -> Self:
        """Return a provider of another model, set up as this one."""
        return self._with(replace(self._options, model=model))

    def with_base_url(self, base_url: str) -> Self:
        """Return a provider that asks another server of the same protocol."""
        return self._with(replace(self._options, base_url=base_url))

    async def complete(self, request: CompletionRequest) -> Completion:
        """Answer a request; see `umi.ports.llm.LLM`.

        Raises:
            ProviderError: there is no usable answer; `is_retryable` tells whether there may be one later.

        """
        here = self._connections.here()
        sent = count_requests()
        async with here.permits:
            client = await self._connections.client()
            return await converse(
                lambda prompt: self._ask(client, prompt, request),
                request,
                price=self._options.price_of_model,
                sent=sent,
            )

    async def close(self) -> None:
        """Close the connections that this event loop opened."""
        await self._connections.close()

    async def _ask(self, client: C, prompt: str, request: CompletionRequest) -> Answer:
        key = "" if request.schema is None else json.dumps(request.schema, sort_keys=True)
        manner = self._manners.get(key) or self._best()
        while True:
            try:
                async with asyncio.timeout(self._options.patience_seconds):
                    answer = await self._send(client, prompt, request, manner)
            except TimeoutError as error:
                raise timeout_failure(self.SERVICE, self._options.patience_seconds) from error
            except ProviderRequestError as refusal:
                conceded = self._concede(manner, str(refusal), request)
                if conceded is None:
                    raise
                manner = conceded
            else:
                self._keep(key, manner)
                return answer

    def _concede(self, manner: Manner, refusal: str, request: CompletionRequest) -> Manner | None:
        """Return how to ask a server that named what it does not take, or None if that was nothing optional."""
        named = refusal.lower()
        if request.temperature is not None and manner.tells_temperature and "temperature" in named:
            return replace(manner, tells_temperature=False)
        later = self.FORMS[self.FORMS.index(manner.form) + 1 :]
        if request.schema is not None and later and any(word in named for word in self.OPTIONAL[manner.form]):
            return replace(manner, form=later[0])
        return None

    def _keep(self, key: str, manner: Manner) -> None:
        if len(self._manners) >= _MANNERS_KEPT_MAX:
            self._manners.clear()
        self._manners[key] = manner

    def _best(self) -> Manner:
        return Manner(form=self.FORMS[0])

    def _with(self, options: Options) -> Self:
        return type(self)(
            None if self._secret is None else self._secret.reveal(),
            **{field.name: getattr(options, field.name) for field in fields(options)},
        )

    @abstractmethod
    def _open(self) -> C:
        """Make a client, on a thread."""

    @abstractmethod
    async def _shut(self, client: C) -> None: ...

    @abstractmethod
    async def _send(self, client: C, prompt: str, request: CompletionRequest, manner: Manner) -> Answer:
        """Send one request, with the SDK's own retries.

        Raises:
            ProviderError: it failed; a `ProviderRequestError` says what the server refused.

        """
