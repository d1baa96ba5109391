"""A function of the user's as a language model, and as a reranker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from umi.domain.completion import CompletionRequest, Usage
from umi.errors import (
    Invalid,
    ProviderConnectionError,
    ProviderRateLimitError,
    ProviderResponseError,
)
from umi.providers.llm.callable import CallableProvider
from umi.providers.rerank.callable import CallableReranker

SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}


async def test_a_function_of_a_prompt_answers():
    provider = CallableProvider(lambda prompt: prompt.upper(), model="shouting")

    found = await provider.complete(CompletionRequest(prompt="hi", system="Be loud."))

    assert found.text == "BE LOUD.\n\nHI"
    assert (found.model, found.usage, found.attempts) == ("shouting", Usage(), 1)


async def test_an_async_function_answers():
    async def answer(prompt: str) -> str:
        return f"{prompt}!"

    assert (await CallableProvider(answer).complete(CompletionRequest(prompt="hi"))).text == "hi!"


async def test_a_function_of_a_request_sees_all_of_it():
    seen: list[CompletionRequest] = []

    def answer(request: CompletionRequest) -> Mapping[str, Any]:
        seen.append(request)
        return {"city": "Łódź"}

    asked = CompletionRequest(prompt="Where?", system="Be brief.", schema=SCHEMA)
    found = await CallableProvider(answer).complete(asked)

    assert found.data == {"city": "Łódź"}
    assert seen == [asked]


async def test_a_function_of_a_prompt_is_told_the_schema_in_words():
    seen: list[str] = []

    def answer(prompt: str) -> str:
        seen.append(prompt)
        return '```json\n{"city": "Rome"}'

    found = await CallableProvider(answer).complete(CompletionRequest(prompt="Where?", schema=SCHEMA))

    assert found.data == {"city": "Rome"}
    assert '"required":["city"]' in seen[0]


async def test_a_mistake_is_shown_to_the_function_once():
    answers = iter([{"town": "Rome"}, {"city": "Rome"}])
    seen: list[str] = []

    def answer(prompt: str) -> Mapping[str, Any]:
        seen.append(prompt)
        return next(answers)

    found = await CallableProvider(answer).complete(CompletionRequest(prompt="Where?", schema=SCHEMA))

    assert (found.data, found.attempts) == ({"city": "Rome"}, 2)
    assert "lacks city" in seen[1]


async def test_what_a_function_raises_may_be_tried_again():
    def answer(prompt: str) -> str:
        raise OSError(f"no route for {prompt}")

    with pytest.raises(ProviderConnectionError, match="OSError: no route for hi") as caught:
        await CallableProvider(answer).complete(CompletionRequest(prompt="hi"))

    assert caught.value.is_retryable


async def test_an_error_of_umis_own_stays_what_it_is():
    def answer(_: str) -> str:
        raise ProviderRateLimitError("slow down", retry_after=3)

    with pytest.raises(ProviderRateLimitError) as caught:
        await CallableProvider(answer).complete(CompletionRequest(prompt="hi"))

    assert caught.value.retry_after == 3


@pytest.mark.parametrize("found", [7, None, {"city": object()}])
async def test_a_function_that_gives_no_text_is_told(found: Any):
    with pytest.raises(ProviderResponseError):
        await CallableProvider(lambda _: found).complete(CompletionRequest(prompt="hi"))


def test_what_cannot_be_called_is_refused():
    with pytest.raises(Invalid, match="cannot be called"):
        CallableProvider("a model")  # pyright: ignore[reportArgumentType]
    with pytest.raises(Invalid, match="cannot be called"):
        CallableReranker(3)  # pyright: ignore[reportArgumentType]


def by_length(_: str, texts: Sequence[str]) -> list[float]:
    return [float(len(text)) for text in texts]


async def test_a_reranker_scores_in_the_order_of_the_texts():
    assert await CallableReranker(by_length).score("?", ["a", "aaa", "aa"]) == [1, 3, 2]


async def test_an_async_reranker_scores():
    async def score(query: str, texts: Sequence[str]) -> list[float]:
        return by_length(query, texts)

    assert await CallableReranker(score).score("?", ["a", "aaa"]) == [1, 3]


@pytest.mark.parametrize("found", [[1.0], None, ["much", "little"]])
async def test_a_reranker_that_gives_no_score_per_text_is_told(found: Any):
    with pytest.raises(ProviderResponseError):
        await CallableReranker(lambda _, __: found, model="mine").score("?", ["a", "b"])


async def test_what_a_reranker_raises_is_a_providers_error():
    def score(_: str, texts: Sequence[str]) -> list[float]:
        return [1 / 0 for _ in texts]

    with pytest.raises(ProviderConnectionError, match="ZeroDivisionError"):
        await CallableReranker(score).score("?", ["a"])
