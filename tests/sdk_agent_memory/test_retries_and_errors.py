"""What is tried again, how long it waits, and what is raised in the end."""

from __future__ import annotations

import logging
from datetime import timedelta
from email.utils import format_datetime
from typing import Any

import httpx
import pytest
from tests.sdk_agent_memory.scripted import Wire, refusal

from agent_memory_client import (
    MemoryAPIClient,
    MemoryAuthenticationError,
    MemoryClientError,
    MemoryConnectionError,
    MemoryError,
    MemoryNotFoundError,
    MemoryPermissionError,
    MemoryRateLimitError,
    MemoryRequestError,
    MemoryServerError,
    MemoryTimeoutError,
    MemoryValidationError,
    create_memory_client,
    exceptions,
)
from agent_memory_client.exchange import BACKOFF_SECONDS_FIRST, BACKOFF_SECONDS_MAX
from agent_memory_client.moments import now

BROKEN = httpx.ConnectError("connection refused")
FINE = {"now": 1}


@pytest.mark.parametrize("failure", [BROKEN, httpx.ReadTimeout("slow"), *map(refusal, (429, 502, 503, 504))])
def test_what_may_pass_is_tried_again(failure: httpx.Response | Exception):
    wire = Wire(failure, failure, FINE)

    wire.client().health_check()

    assert len(wire.requests) == 3
    assert len(wire.slept) == 2


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422, 500, 501])
def test_what_will_not_pass_is_not_tried_again(status: int):
    wire = Wire(refusal(status, "no"))

    with pytest.raises(MemoryError):
        wire.client().health_check()

    assert len(wire.requests) == 1


@pytest.mark.parametrize("retries", [0, 1, 3])
def test_there_are_as_many_more_tries_as_were_asked_for(retries: int):
    wire = Wire(BROKEN)

    with pytest.raises(MemoryConnectionError, match="connection refused"):
        wire.client(max_retries=retries).health_check()

    assert len(wire.requests) == retries + 1


def test_waits_grow_and_are_spread_from_nothing_to_their_bound():
    wire = Wire(BROKEN)

    with pytest.raises(MemoryConnectionError):
        wire.client(max_retries=12).health_check()

    bounds = [min(BACKOFF_SECONDS_MAX, BACKOFF_SECONDS_FIRST * 2**tried) for tried in range(12)]
    assert all(0 <= waited <= bound for waited, bound in zip(wire.slept, bounds, strict=True))
    assert len(set(wire.slept)) > 1


def test_a_server_says_in_seconds_how_long_to_wait():
    wire = Wire(refusal(429, headers={"retry-after": "17"}), FINE)

    wire.client().health_check()

    assert wire.slept == [17.0]


def test_a_server_says_by_a_date_how_long_to_wait():
    moment = format_datetime(now() + timedelta(seconds=40), usegmt=True)
    wire = Wire(refusal(503, headers={"retry-after": moment}), FINE)

    wire.client().health_check()

    assert 20 < wire.slept[0] <= 40


def test_a_wait_that_is_too_long_is_left_to_the_caller():
    wire = Wire(refusal(429, "slow down", headers={"retry-after": "3600"}))

    with pytest.raises(MemoryRateLimitError) as caught:
        wire.client().health_check()

    assert (caught.value.status_code, caught.value.retry_after_seconds, caught.value.retry_after) == (429, 3600, 3600)
    assert wire.slept == []


def test_all_tries_of_a_write_carry_the_same_key_and_every_write_another():
    wire = Wire(BROKEN, refusal(503), {"status": "ok"})
    client = wire.client()

    client.create_long_term_memories([{"text": "one"}])
    client.create_long_term_memories([{"text": "two"}])

    keys = [request.headers["idempotency-key"] for request in wire.requests]
    assert keys[0] == keys[1] == keys[2] != keys[3]


def test_a_repeated_write_is_the_same_to_the_last_byte():
    wire = Wire(BROKEN, {"status": "ok"})

    wire.client().create_long_term_memories([{"text": "one"}])

    first, second = wire.requests
    assert first.content == second.content


def test_a_search_carries_no_key():
    wire = Wire({"memories": [], "total": 0})

    wire.client().search_long_term_memory("x")

    assert "idempotency-key" not in wire.requests[0].headers


@pytest.mark.parametrize(
    ("status", "kinds"),
    [
        (400, (MemoryRequestError, MemoryValidationError, MemoryServerError, ValueError)),
        (401, (MemoryAuthenticationError, MemoryServerError)),
        (403, (MemoryPermissionError, MemoryServerError)),
        (404, (MemoryNotFoundError,)),
        (422, (MemoryRequestError, MemoryValidationError)),
        (429, (MemoryRateLimitError, MemoryServerError)),
        (500, (MemoryServerError,)),
        (503, (MemoryServerError,)),
    ],
)
def test_each_status_has_its_error(status: int, kinds: tuple[type[Exception], ...]):
    wire = Wire(refusal(status, "so it is", headers={"x-request-id": "r-1"}))

    with pytest.raises(MemoryError, match="so it is") as caught:
        wire.client(max_retries=0).health_check()

    assert caught.value.status_code == status
    assert caught.value.request_id == "r-1"
    assert all(isinstance(caught.value, kind) for kind in (*kinds, MemoryClientError))


def test_a_failed_validation_tells_what_and_where():
    problem: dict[str, Any] = {
        "type": "missing",
        "loc": ["body", "memories", 0, "text"],
        "msg": "Field required",
        "input": {},
    }
    wire = Wire(refusal(422, [problem]))

    with pytest.raises(MemoryValidationError, match=r"body\.memories\.0\.text: Field required") as caught:
        wire.client().health_check()

    assert caught.value.detail == [problem]


@pytest.mark.parametrize("content", [b"<html>gateway</html>", b"", b"[]", b'{"detail": null}'])
def test_an_error_without_words_still_tells_its_status(content: bytes):
    wire = Wire(httpx.Response(500, content=content))

    with pytest.raises(MemoryServerError) as caught:
        wire.client().health_check()

    assert caught.value.status_code == 500
    assert str(caught.value)


@pytest.mark.parametrize("answer", [httpx.Response(200, text="hello"), {"later": 1}, [], None])
def test_an_answer_in_another_form_is_an_error_of_the_server(answer: object):
    with pytest.raises(MemoryServerError):
        Wire(answer).client().health_check()


def test_no_answer_has_no_status():
    with pytest.raises(MemoryConnectionError) as broken:
        Wire(BROKEN).client(max_retries=0).health_check()
    with pytest.raises(MemoryTimeoutError) as late:
        Wire(httpx.ReadTimeout("")).client(max_retries=0).health_check()

    assert (broken.value.status_code, late.value.status_code) == (None, None)
    assert isinstance(late.value, TimeoutError)


def test_a_secret_in_an_answer_is_not_passed_on(caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    wire = Wire(refusal(401, "Invalid token: abc-secret-abc"))

    with pytest.raises(MemoryAuthenticationError) as caught:
        wire.client(api_key="abc-secret-abc").health_check()

    assert "abc-secret-abc" not in f"{caught.value} {caught.value.detail} {caught.value.__cause__}" + caplog.text


async def test_the_async_client_does_all_of_that_too():
    wire = Wire(BROKEN, refusal(503, headers={"retry-after": "2"}), refusal(404, "gone"))

    with pytest.raises(MemoryNotFoundError):
        await wire.async_client().get_long_term_memory("m")

    assert len(wire.requests) == 3
    assert wire.slept[1] == 2


async def test_a_client_whose_server_is_not_there_is_not_made():
    with pytest.raises(MemoryClientError):
        await create_memory_client("http://127.0.0.1:9", max_retries=0)


async def test_a_server_that_is_not_there_is_no_bare_error_of_the_network():
    async with MemoryAPIClient(base_url="http://127.0.0.1:9", max_retries=0) as client:
        with pytest.raises(MemoryConnectionError):
            await client.health_check()


def test_the_tree_in_the_docstring_is_the_tree():
    drawn = [line.split("── ")[1].split()[0] for line in (exceptions.__doc__ or "").splitlines() if "── " in line]
    known = [one.__name__ for one in vars(exceptions).values() if isinstance(one, type) and one is not MemoryError]

    assert sorted(drawn) == sorted(name for name in known if name != "Any")


@pytest.mark.parametrize("data", ["half an emoji: \ud83d", float("nan"), {1, 2}, now(), b"bytes"])
def test_what_is_no_json_is_refused_before_it_is_sent(data: object):
    wire = Wire()

    with pytest.raises(MemoryValidationError):
        wire.client().update_working_memory_data("s", {"a": data})

    assert wire.requests == []


def test_half_an_emoji_is_refused_wherever_it_stands():
    wire = Wire()
    client = wire.client()

    for call in (
        lambda: client.get_working_memory("\ud83d"),
        lambda: client.list_sessions(user_id="\ud83d"),
        lambda: client.search_long_term_memory("\ud83d"),
        lambda: client.create_long_term_memories([{"text": "\ud83d"}]),
    ):
        with pytest.raises(MemoryValidationError):
            call()

    assert wire.requests == []
    assert client.resolve_function_call("search_memory", '{"query": "\\ud83d"}', "s")["success"] is False


def test_an_answer_that_is_packed_wrongly_is_no_bare_error_of_the_library():
    packed = httpx.Response(200, headers={"content-encoding": "gzip"}, stream=httpx.ByteStream(b"no gzip"))

    with pytest.raises(MemoryConnectionError):
        Wire(packed).client(max_retries=0).health_check()


def test_any_json_goes_out_as_it_is():
    wire = Wire({"session_id": "s"})
    data: dict[str, Any] = {"a": 1, "b": True, "c": 1.5, "d": None, "e": "日本 🌊", "f": [1, {"g": False}], "": {}}

    wire.client().set_working_memory("s", {"data": data})

    assert wire.body["data"] == data
    assert [type(value) for value in wire.body["data"].values()] == [type(value) for value in data.values()]
