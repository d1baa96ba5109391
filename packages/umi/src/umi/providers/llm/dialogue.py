"""A request, its answer, and one more request where the answer cannot be used: what all providers have in common."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from umi.domain.completion import Completion, CompletionRequest, Price, Usage
from umi.domain.text import cut
from umi.errors import ProviderResponseError
from umi.providers.llm.parsing import mismatch, read_object

_SHOWN_CHARACTERS_MAX = 8_000  # of an answer that is shown to the model again
_PROBLEM_CHARACTERS_MAX = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back for one request; tokens are None where the provider does not tell."""

    text: str
    model: str = ""
    input_tokens: int | None = None
    output_tokens: int | None = None
    is_truncated: bool = False


Ask = Callable[[str], Awaitable[Answer]]


async def converse(ask: Ask, request: CompletionRequest, *, price: Price | None, sent: list[int]) -> Completion:
    """Ask, and where a schema is not met, ask once more with the mistake shown. `sent` holds how many requests went.

    Raises:
        ProviderResponseError: neither answer can be used.

    """
    answer = await ask(request.prompt)
    usage = _usage(answer, price)
    if request.schema is None:
        return _completion(answer, usage, sent, None)
    data, problem = read_answer(answer, request)
    if data is None:
        answer = await ask(_put_right(request, answer, problem))
        usage += _usage(answer, price)
        data, problem = read_answer(answer, request)
    if data is None:
        raise ProviderResponseError(f"The model's answer cannot be used: {problem}.")
    return _completion(answer, usage, sent, data)


def read_answer(answer: Answer, request: CompletionRequest) -> tuple[Mapping[str, Any] | None, str]:
    """Return the answer's object, or None and what is wrong with it.

    Raises:
        ProviderResponseError: the answer was cut off, which asking again would not change.

    """
    try:
        data = read_object(answer.text)
        # Who brings a check knows better than the schema what can be done without.
        problem = mismatch(data, request.schema or {}) if request.check is None else None
        if request.check is not None:
            request.check(data)
    except ValueError as error:
        problem = str(error)
    else:
        if problem is None:
            return data, ""
    if answer.is_truncated:
        raise ProviderResponseError("The model's answer was cut off by the limit of tokens. Give a higher max_tokens.")
    return None, cut(problem, _PROBLEM_CHARACTERS_MAX)


def described(schema: Mapping[str, Any]) -> str:
    """Tell in words which JSON is expected, where a provider has no better way to ask for it."""
    told = json.dumps(schema, ensure_ascii=False, separators=(",", ":"))
    return f"Answer with one JSON object and nothing else. It has this JSON Schema: {told}"


def _put_right(request: CompletionRequest, answer: Answer, problem: str) -> str:
    """Ask again in one message: not every model takes its own words back as an earlier turn."""
    assert request.schema is not None
    return (
        f"{request.prompt}\n\nYou have answered this before:\n<answer>\n{cut(answer.text, _SHOWN_CHARACTERS_MAX)}\n"
        f"</answer>\nThat answer cannot be used: {problem}. {described(request.schema)}"
    )


def _usage(answer: Answer, price: Price | None) -> Usage:
    if answer.input_tokens is None or answer.output_tokens is None:
        return Usage(input_tokens=answer.input_tokens or 0, output_tokens=answer.output_tokens or 0)
    cost = None if price is None else price.of(answer.input_tokens, answer.output_tokens)
    return Usage(input_tokens=answer.input_tokens, output_tokens=answer.output_tokens, cost_usd=cost)


def _completion(answer: Answer, usage: Usage, sent: list[int], data: Mapping[str, Any] | None) -> Completion:
    return Completion(
        text=answer.text,
        data=data,
        usage=usage,
        model=answer.model,
        attempts=max(1, sent[0]),
        is_truncated=answer.is_truncated,
    )
