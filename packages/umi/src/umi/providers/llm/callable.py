"""A language model that is any function of the user's."""

from __future__ import annotations

import asyncio
import inspect
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any, Self, TypeAlias, cast

from umi.domain.completion import Completion, CompletionRequest
from umi.domain.text import shown
from umi.errors import Invalid, ProviderConnectionError, ProviderResponseError
from umi.errors import MemoryError as UmiError
from umi.providers.llm.dialogue import Answer, converse, described

Answered: TypeAlias = str | Mapping[str, Any]
Answering: TypeAlias = Callable[[Any], Answered | Awaitable[Answered]]


class CallableProvider:
    """A language model that is any function from a prompt to a text, or to a mapping where JSON is asked for.

    The function may be async; one that is not runs on a thread. It is given the whole prompt as one text, or the
    `CompletionRequest` itself if its parameter is called `request` or annotated so. What it raises becomes a
    `ProviderConnectionError`, which the queue tries again, unless it is one of Umi's own errors.

    Raises:
        Invalid: it cannot be called.

    """

    def __init__(self, fn: Answering, *, name: str = "callable", model: str | None = None) -> None:
        if not callable(fn):
            raise Invalid(f"A CallableProvider takes a function; {shown(fn)} cannot be called.")
        self._fn = fn
        self._name = name
        self._model = model or getattr(fn, "__name__", type(fn).__name__)
        self._takes_request = _takes_request(fn)

    @property
    def name(self) -> str:
        return self._name

    @property
    def model(self) -> str:
        return self._model

    def __repr__(self) -> str:
        return f"CallableProvider(name={self._name!r}, model={self._model!r})"

    def with_model(self, model: str) -> Self:
        """Return a provider that calls the same function under another model's name."""
        return type(self)(self._fn, name=self._name, model=model)

    async def complete(self, request: CompletionRequest) -> Completion:
        """Answer a request; see `umi.ports.llm.LLM`.

        Raises:
            ProviderError: the function failed, or what it gave cannot be used.

        """
        sent = [0]

        async def ask(prompt: str) -> Answer:
            sent[0] += 1
            return Answer(text=_text(await self._called(prompt, request)), model=self._model)

        return await converse(ask, request, price=None, sent=sent)

    async def close(self) -> None:
        """Nothing is open."""

    async def _called(self, prompt: str, request: CompletionRequest) -> object:
        given = _with_prompt(request, prompt) if self._takes_request else _joined(prompt, request)
        try:
            if inspect.iscoroutinefunction(self._fn):
                return await self._fn(given)
            found = await asyncio.to_thread(self._fn, given)
            return await cast("Awaitable[object]", found) if inspect.isawaitable(found) else found
        except UmiError:
            raise
        except Exception as error:  # the edge to a function that may raise anything
            raise ProviderConnectionError(f"{self._model} failed: {type(error).__name__}: {error}") from error


def _takes_request(fn: Answering) -> bool:
    try:
        parameters = list(inspect.signature(fn).parameters.values())
    except (TypeError, ValueError):  # a built-in that tells nothing of itself
        return False
    if not parameters:
        return False
    first = parameters[0]
    return first.name == "request" or first.annotation in (CompletionRequest, CompletionRequest.__name__)


def _with_prompt(request: CompletionRequest, prompt: str) -> CompletionRequest:
    return request if prompt == request.prompt else replace(request, prompt=prompt)


def _joined(prompt: str, request: CompletionRequest) -> str:
    parts = [request.system, prompt, "" if request.schema is None else described(request.schema)]
    return "\n\n".join(part for part in parts if part)


def _text(found: object) -> str:
    if isinstance(found, str):
        return found
    if isinstance(found, Mapping):
        try:
            return json.dumps(dict(cast("Mapping[str, Any]", found)), ensure_ascii=False)
        except (TypeError, ValueError) as error:
            raise ProviderResponseError(f"The function gave a mapping that is no JSON: {error}") from error
    raise ProviderResponseError(f"The function gave {type(found).__name__}; a string or a mapping was due.")
