"""Both hosted providers, through their real SDKs, against a server of the same protocol on the loopback."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.loopback import Asked, Loopback, Reply, refusal
from tests.unit.providers.conftest import KEY, Making

from umi.domain.completion import CompletionRequest, Price, Usage
from umi.errors import (
    Invalid,
    PromptTooLongError,
    ProviderAuthenticationError,
    ProviderConnectionError,
    ProviderError,
    ProviderRateLimitError,
    ProviderRequestError,
    ProviderResponseError,
    ProviderTimeoutError,
    Unsupported,
)
from umi.providers.llm.anthropic import AnthropicProvider
from umi.providers.llm.openai import OpenAIProvider

SCHEMA = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "year": {"type": "integer"}},
    "required": ["city", "year"],
    "additionalProperties": False,
}
RIGHT = {"city": "Łódź", "year": 1423}
ASK = CompletionRequest(prompt="Which city?", schema=SCHEMA)


async def test_a_text_comes_with_its_model_and_what_it_took(server: Loopback, make: Making):
    server.script(Reply(text="Lisbon, 日本 and Łódź", input_tokens=1_000, output_tokens=200))
    provider = make(model="some-model", price=Price(input=3, output=15))

    found = await provider.complete(CompletionRequest(prompt="Name cities, 日本 too.", system="Be brief."))

    assert found.text == "Lisbon, 日本 and Łódź"
    assert found.model == "some-model"
    assert found.usage == Usage(input_tokens=1_000, output_tokens=200, cost_usd=0.006)
    assert (found.attempts, found.is_truncated, found.data) == (1, False, None)
    [asked] = server.asked
    assert asked.prompt == "Name cities, 日本 too."
    assert asked.system.strip() == "Be brief."
    assert KEY in asked.headers.get("authorization", "") + asked.headers.get("x-api-key", "")


async def test_no_price_is_invented(make: Making):
    found = await make(price={"another-model": Price(input=1, output=1)}).complete(CompletionRequest(prompt="hi"))

    assert found.usage.cost_usd is None
    assert found.usage.input_tokens == 10


async def test_json_is_asked_for_by_its_schema(server: Loopback, make: Making):
    server.script(RIGHT)

    found = await make().complete(ASK)

    assert found.data == RIGHT
    assert server.asked[0].form == "schema"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"```json\n{json.dumps(RIGHT)}\n```", id="a fence"),
        pytest.param(f"```json\n{json.dumps(RIGHT)}", id="a fence that is never closed"),
        pytest.param(f"Here you {{are}}:\n{json.dumps(RIGHT)}\nAnything else?", id="words around it"),
        pytest.param(f'<think>Is it {{"city": "Rome"}}?</think>{json.dumps(RIGHT)}', id="thoughts before it"),
        pytest.param(json.dumps(RIGHT, ensure_ascii=True), id="escapes"),
    ],
)
async def test_json_is_read_however_it_is_wrapped(server: Loopback, make: Making, text: str):
    server.script(text)

    found = await make().complete(ASK)

    assert found.data == RIGHT
    assert found.attempts == 1


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("I would say Łódź.", "no JSON object", id="no JSON"),
        pytest.param('{"city": "Łódź", "year": ', "not JSON", id="broken JSON"),
        pytest.param('{"city": "Łódź", "year": "1423"}', "year is not of type integer", id="a wrong type"),
        pytest.param('{"city": "Łódź"}', "lacks year", id="a missing part"),
        pytest.param('{"city": "\\ud800", "year": 1}', "surrogate", id="half a character"),
        pytest.param('{"city": "Łódź", "year": NaN}', "NaN", id="no number"),
    ],
)
async def test_a_mistake_is_shown_to_the_model_once(server: Loopback, make: Making, text: str, shown: str):
    server.script(Reply(text=text), RIGHT)

    found = await make(price=Price(input=1, output=1)).complete(ASK)

    assert found.data == RIGHT
    assert found.attempts == 2
    assert found.usage == Usage(input_tokens=20, output_tokens=10, cost_usd=30 / 1_000_000)
    assert shown in server.asked[1].prompt
    assert server.asked[1].prompt.startswith("Which city?")


async def test_a_mistake_made_twice_is_an_error(server: Loopback, make: Making):
    server.script("no", "no")

    with pytest.raises(ProviderResponseError, match="no JSON object") as caught:
        await make().complete(ASK)

    assert len(server.asked) == 2
    assert not caught.value.is_retryable


async def test_what_the_caller_checks_is_shown_as_a_mistake_too(server: Loopback, make: Making):
    def check(data: Any) -> None:
        if data["year"] > 2000:
            raise ValueError("the city is older than that")

    server.script({"city": "Łódź", "year": 2001}, RIGHT)

    found = await make().complete(CompletionRequest(prompt="Which city?", schema=SCHEMA, check=check))

    assert found.data == RIGHT
    assert "the city is older than that" in server.asked[1].prompt


async def test_an_answer_that_was_cut_off_is_told_and_not_asked_for_again(server: Loopback, make: Making):
    server.script(Reply(text='{"city": "Łó', is_truncated=True))

    with pytest.raises(ProviderResponseError, match="max_tokens"):
        await make().complete(ASK)

    assert len(server.asked) == 1


async def test_a_text_that_was_cut_off_says_so(server: Loopback, make: Making):
    server.script(Reply(text="Lisbon and", is_truncated=True))

    found = await make().complete(CompletionRequest(prompt="Name cities.", max_tokens=3))

    assert found.is_truncated
    assert 3 in server.asked[0].body.values()


async def test_a_server_without_schemas_is_asked_in_the_next_best_way_from_then_on(server: Loopback, make: Making):
    server.answering = lambda asked: (
        refusal(400, "output_config and response_format json_schema are not supported")
        if asked.form == "schema"
        else Reply(text=json.dumps(RIGHT))
    )
    provider = make()

    assert (await provider.complete(ASK)).data == RIGHT
    assert (await provider.complete(ASK)).data == RIGHT
    first, *later = [asked.form for asked in server.asked]
    assert first == "schema"
    assert later in (["tool"] * 2, ["object"] * 2)


async def test_a_server_that_knows_only_words_is_asked_in_words(server: Loopback, make: Making):
    def answer(asked: Asked) -> Reply:
        if asked.form != "words":
            return refusal(422, "unknown field: response_format, output_config or tools")
        return Reply(text=f"```\n{json.dumps(RIGHT)}\n```")

    server.answering = answer

    assert (await make().complete(ASK)).data == RIGHT
    assert '"additionalProperties"' in server.asked[-1].system


async def test_a_temperature_that_a_model_refuses_is_left_out(server: Loopback, make: Making):
    server.answering = lambda asked: (
        refusal(400, "temperature is not supported by this model") if "temperature" in asked.body else Reply()
    )

    found = await make().complete(CompletionRequest(prompt="hi", temperature=0.5))

    assert found.text == "ok"
    assert [asked.body.get("temperature") for asked in server.asked] == [0.5, None]


@pytest.mark.parametrize(
    ("reply", "error", "is_retryable"),
    [
        (refusal(401, "wrong key"), ProviderAuthenticationError, False),
        (refusal(403, "not yours"), ProviderAuthenticationError, False),
        (refusal(404, "no such model"), ProviderRequestError, False),
        (refusal(400, "prompt is too long: 300000 tokens"), ProviderRequestError, False),
        (refusal(429, "slow down"), ProviderRateLimitError, True),
        (refusal(500, "oops"), ProviderConnectionError, True),
        (refusal(529, "overloaded"), ProviderConnectionError, True),
        (Reply(hangs_up=True), ProviderConnectionError, True),
        (Reply(raw=b"{broken"), ProviderResponseError, False),
        (Reply(raw=b"[]"), ProviderResponseError, False),
        (Reply(raw=b"<html>", headers={"content-type": "text/html"}), ProviderResponseError, False),
        (Reply(text=""), ProviderResponseError, False),
    ],
    ids=lambda value: "" if isinstance(value, (Reply, bool)) else value.__name__,
)
async def test_every_failure_has_its_name(
    server: Loopback, make: Making, reply: Reply, error: type[ProviderError], is_retryable: bool
):
    server.script(reply)

    with pytest.raises(ProviderError) as caught:
        await make().complete(CompletionRequest(prompt="hi"))

    assert type(caught.value) is error
    assert caught.value.is_retryable is is_retryable


async def test_a_limited_rate_tells_how_long_to_wait(server: Loopback, make: Making):
    server.script(refusal(429, "slow down", retry_after="7"))

    with pytest.raises(ProviderRateLimitError) as caught:
        await make().complete(CompletionRequest(prompt="hi"))

    assert caught.value.retry_after == 7


async def test_a_long_wait_is_told_to_the_caller_instead_of_waited_for(server: Loopback, make: Making):
    server.answering = lambda _: refusal(429, "come back tomorrow", retry_after="86400")

    with pytest.raises(ProviderRateLimitError) as caught:
        await make(retries=3).complete(CompletionRequest(prompt="hi"))

    assert caught.value.retry_after == 86_400
    assert len(server.asked) == 1


async def test_a_short_wait_is_waited_for(server: Loopback, make: Making):
    server.script(refusal(429, "slow down", retry_after_ms="5"), "now")

    found = await make(retries=1).complete(CompletionRequest(prompt="hi"))

    assert (found.text, found.attempts) == ("now", 2)


async def test_a_server_that_fails_is_asked_again(server: Loopback, make: Making):
    server.script(refusal(500, "oops", retry_after_ms="1"), refusal(503, "oops", retry_after_ms="1"), "here")

    found = await make(retries=2).complete(CompletionRequest(prompt="hi"))

    assert (found.text, found.attempts) == ("here", 3)


async def test_a_server_that_keeps_silent_is_not_waited_for(server: Loopback, make: Making):
    server.script(Reply(latency_ms=60_000))

    with pytest.raises(ProviderTimeoutError):
        await make(timeout_seconds=0.2).complete(CompletionRequest(prompt="hi"))


async def test_a_server_that_is_not_there_is_told(make: Making):
    with pytest.raises(ProviderConnectionError):
        await make(base_url="http://127.0.0.1:9").complete(CompletionRequest(prompt="hi"))


async def test_no_more_requests_run_at_once_than_allowed(server: Loopback, make: Making):
    server.latency_ms = 20
    provider = make(concurrency=3)

    found = await asyncio.gather(*(provider.complete(CompletionRequest(prompt="hi")) for _ in range(15)))

    assert len(found) == 15
    assert server.most_at_once == 3


async def test_a_cancelled_request_gives_its_place_back(server: Loopback, make: Making):
    server.script(Reply(latency_ms=60_000))
    provider = make(concurrency=1)
    first = asyncio.ensure_future(provider.complete(CompletionRequest(prompt="hi")))
    while not server.asked:  # noqa: ASYNC110 - the server is a thread of its own
        await asyncio.sleep(0.01)
    first.cancel()

    found = await asyncio.wait_for(provider.complete(CompletionRequest(prompt="hi")), timeout=20)

    assert found.text == "ok"


async def test_the_key_is_never_told(server: Loopback, make: Making, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    server.script(refusal(401, f"Incorrect API key: {KEY}"), refusal(500, KEY), "fine")
    provider = make()

    for error in (ProviderAuthenticationError, ProviderConnectionError):
        with pytest.raises(error) as caught:
            await provider.complete(CompletionRequest(prompt="hi"))
        chain: list[BaseException | None] = [caught.value, caught.value.__cause__]
        assert not any(KEY in f"{link!r} {link}" for link in chain)
    await provider.complete(CompletionRequest(prompt="hi"))

    assert KEY not in repr(provider) + repr(vars(provider))
    assert KEY not in caplog.text


def test_an_address_is_shown_without_its_password(set_up: Making):
    assert "hunter2" not in repr(set_up(base_url="http://me:hunter2@127.0.0.1:9/v1"))


async def test_a_copy_asks_another_model_or_another_server(server: Loopback, make: Making):
    provider = make(model="first", price=Price(input=1, output=1))

    with Loopback() as other:
        url = other.url if provider.name == "anthropic" else other.openai_url
        copy = provider.with_model("second").with_base_url(url)
        found = await copy.complete(CompletionRequest(prompt="hi"))
        await copy.close()

    assert (found.model, provider.model, len(server.asked)) == ("second", "first", 0)
    assert found.usage.cost_usd is not None


def test_one_provider_serves_several_loops_one_after_another(set_up: Making):
    provider = set_up()

    async def ask() -> str:
        found = await provider.complete(CompletionRequest(prompt="hi"))
        await provider.close()
        return found.text

    assert [asyncio.run(ask()) for _ in range(3)] == ["ok"] * 3


async def test_a_closed_provider_opens_again(make: Making):
    provider = make()
    await provider.complete(CompletionRequest(prompt="hi"))
    await provider.close()
    await provider.close()

    assert (await provider.complete(CompletionRequest(prompt="hi"))).text == "ok"


@pytest.mark.parametrize("kind", [AnthropicProvider, OpenAIProvider])
async def test_a_missing_key_says_what_to_give(
    kind: Any, monkeypatch: pytest.MonkeyPatch, server: Loopback, tmp_path: Path
):
    for name in ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "OPENAI_API_KEY", "OPENAI_ADMIN_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ANTHROPIC_CONFIG_DIR", str(tmp_path))

    with pytest.raises(ProviderAuthenticationError, match="api_key"):
        await kind(base_url=server.url).complete(CompletionRequest(prompt="hi"))


@pytest.mark.parametrize("kind", [AnthropicProvider, OpenAIProvider])
def test_a_missing_package_says_what_to_install(kind: Any, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, kind.PACKAGE, None)

    with pytest.raises(Unsupported, match=rf"umi-memory\[{kind.PACKAGE}\]"):
        kind("key")


@pytest.mark.parametrize("kind", [AnthropicProvider, OpenAIProvider])
@pytest.mark.parametrize(
    "options",
    [
        {"model": " "},
        {"base_url": "localhost:80"},
        {"timeout_seconds": 0},
        {"timeout_seconds": float("nan")},
        {"retries": -1},
        {"retries": True},
        {"concurrency": 0},
        {"max_tokens": 0},
    ],
    ids=" ".join,
)
def test_an_option_that_cannot_be_used_is_refused(kind: Any, options: dict[str, Any]):
    with pytest.raises(Invalid, match=next(iter(options))):
        kind("key", **options)


@pytest.mark.parametrize("kind", [AnthropicProvider, OpenAIProvider])
@pytest.mark.parametrize("key", ["", "two\nlines", "ключ", 7])
def test_a_key_that_is_none_is_refused_without_being_shown(kind: Any, key: Any):
    with pytest.raises(Invalid, match="api_key") as caught:
        kind(key)

    assert str(key) == "" or str(key) not in str(caught.value)


@pytest.mark.parametrize(
    "options",
    [
        {"prompt": ""},
        {"prompt": " \n"},
        {"prompt": "half \ud800"},
        {"prompt": "hi", "max_tokens": 0},
        {"prompt": "hi", "temperature": 3},
        {"prompt": "hi", "temperature": float("nan")},
        {"prompt": "hi", "schema": {"type": "array"}},
    ],
)
def test_a_request_that_cannot_be_sent_is_refused(options: dict[str, Any]):
    with pytest.raises(Invalid):
        CompletionRequest(**options)


def test_a_prompt_has_a_limit():
    with pytest.raises(PromptTooLongError, match="LLM_PROMPT_BYTES_MAX"):
        CompletionRequest(prompt="ł" * 500_001)
