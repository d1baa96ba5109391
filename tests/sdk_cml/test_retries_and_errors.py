"""What is tried again, how long is waited, and what each answer becomes."""

from __future__ import annotations

import builtins
import json
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpx
import pytest
from tests.sdk_cml.scripted import NOTHING, WRITTEN, Wire, refusal

from cml import (
    AuthenticationError,
    AuthorizationError,
    CMLConnectionError,
    CMLError,
    CMLTimeoutError,
    CognitiveMemoryLayer,
    NotFoundError,
    RateLimitError,
    ServerError,
    ValidationError,
    exceptions,
)

SECRET = "sk-secret-of-the-test"
ID = "00000000-0000-4000-8000-000000000001"


@pytest.mark.parametrize(
    "broken",
    [
        refusal(500, "boom"),
        refusal(503, "later"),
        refusal(429, "slower"),
        refusal(409, "it is under way", {"retry-after": "1"}),
        httpx.ConnectError("no"),
        httpx.ReadError("cut off"),
        httpx.RemoteProtocolError("odd"),
        httpx.ReadTimeout("late"),
    ],
    ids=str,
)
async def test_what_may_do_better_is_tried_again_under_one_key(broken: Any):
    for wire in (Wire(broken, broken, WRITTEN), other := Wire(broken, broken, WRITTEN)):
        if wire is other:
            await wire.async_client().write("x")
        else:
            wire.client().write("x")
        keys = {one.headers["idempotency-key"] for one in wire.requests}
        assert (len(wire.requests), len(keys), len(wire.slept)) == (3, 1, 2)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 413, 422, 501])
def test_what_will_not_do_better_is_not(status: int):
    wire = Wire(refusal(status, "no"))

    with pytest.raises(CMLError):
        wire.client().write("x")

    assert len(wire.requests) == 1


def test_waits_double_up_to_a_bound_and_differ_by_chance():
    wire = Wire(refusal(503))

    with pytest.raises(ServerError):
        wire.client(retry_delay=1, max_retry_delay=5, max_retries=5).write("x")

    for slept, (least, most) in zip(wire.slept, [(1, 2), (2, 3), (4, 5), (5, 5), (5, 5)], strict=True):
        assert least <= slept <= most


def test_retry_after_is_kept_to_in_both_forms():
    moment = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    wire = Wire(refusal(429, headers={"retry-after": "7"}), refusal(503, headers={"retry-after": moment}), WRITTEN)

    wire.client(retry_delay=0).write("x")

    assert wire.slept[0] == 7
    assert 0 < wire.slept[1] <= 30


def test_a_server_that_wants_to_be_left_alone_for_long_is():
    wire = Wire(refusal(429, "slower", {"retry-after": "600"}))

    with pytest.raises(RateLimitError) as refused:
        wire.client(max_retry_delay=60).read("x")

    assert (len(wire.requests), refused.value.retry_after) == (1, 600.0)


WRITING: list[Callable[[CognitiveMemoryLayer], Any]] = [
    lambda client: client.write("x"),
    lambda client: client.turn("x"),
    lambda client: client.update(ID, text="x"),
    lambda client: client.forget(query="x"),
    lambda client: client.create_session(),
    lambda client: client.consolidate(),
    lambda client: client.run_forgetting(),
    lambda client: client.reconsolidate(),
    lambda client: client.admin_consolidate("ada"),
    lambda client: client.admin_forget("ada"),
    lambda client: client.bulk_memory_action([ID], "archive"),
    lambda client: client.dashboard_invalidate_fact("f"),
    lambda client: client.update_config({}),
    lambda client: client.reset_database(confirm=True),
]


@pytest.mark.parametrize("call", WRITING)
def test_everything_that_changes_something_carries_a_key(call: Callable[[CognitiveMemoryLayer], Any]):
    wire = Wire({})
    with suppress(ServerError):  # the answer is none of theirs
        call(wire.client())

    assert len(wire.headers["idempotency-key"]) == 32
    path = wire.requests[0].url.path
    assert ("x-requested-with" in wire.headers) is path.startswith("/api/v1/dashboard")


def test_what_only_reads_carries_none():
    wire = Wire(NOTHING)

    wire.client().read("x")

    assert "idempotency-key" not in wire.headers


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, ValidationError),
        (401, AuthenticationError),
        (403, AuthorizationError),
        (404, NotFoundError),
        (409, ValidationError),
        (418, CMLError),
        (422, ValidationError),
        (429, RateLimitError),
        (500, ServerError),
        (307, CMLError),
    ],
)
def test_a_status_is_an_error_of_the_tree(status: int, kind: type[CMLError]):
    answer = httpx.Response(
        status,
        json={"detail": f"no: {SECRET}", "suggestion": "do otherwise", "request_id": "r1"},
        headers={"location": "http://elsewhere.test"},
    )

    with pytest.raises(CMLError) as refused:
        Wire(answer).client(api_key=SECRET, max_retries=0).write("x")

    error = refused.value
    assert type(error) is kind
    assert (error.status_code, error.request_id, error.suggestion) == (status, "r1", "do otherwise")
    assert "do otherwise" in str(error)
    assert SECRET not in f"{error} {error.response_body}"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"detail": [{"loc": ["body", "content"], "msg": "is empty"}]}, "body.content: is empty"),
        ({"title": "Too large"}, "Too large"),
        ({"error": "odd"}, "odd"),
        ([], "HTTP 422"),
    ],
)
def test_what_is_said_is_found_in_every_form(body: Any, said: str):
    with pytest.raises(ValidationError, match=said):
        Wire(httpx.Response(422, json=body)).client().write("x")


def test_no_answer_is_an_error_of_the_tree_and_of_the_language():
    for error, kind, builtin in (
        (httpx.ConnectError("no"), CMLConnectionError, builtins.ConnectionError),
        (httpx.ReadTimeout("late"), CMLTimeoutError, builtins.TimeoutError),
    ):
        with pytest.raises(builtin) as refused:
            Wire(error).client(max_retries=0).read("x")
        assert isinstance(refused.value, kind)


@pytest.mark.parametrize("broken", [httpx.ConnectError("no"), httpx.ReadError("cut off"), httpx.ReadTimeout("late")])
async def test_a_safe_read_finds_nothing_where_nobody_answers(broken: Exception):
    waited = Wire(broken).client(max_retries=0).read_safe("x")
    awaited = await Wire(broken).async_client(max_retries=0).read_safe("x")

    assert waited == awaited
    assert (waited.total_count, waited.context, len(waited.warnings)) == (0, "", 1)


@pytest.mark.parametrize("content", [b"<html>", b"", b"[]", b'{"query": "x"}'])
def test_what_is_no_answer_of_a_memory_server_is_said_to_be(content: bytes):
    with pytest.raises(ServerError, match="answer is no"):
        Wire(httpx.Response(200, content=content)).client().read("x")


@pytest.mark.parametrize("data", ["half an emoji: \ud83d", float("nan"), {1, 2}, b"bytes"])
def test_what_is_no_json_is_refused_before_it_is_sent(data: object):
    wire = Wire()

    with pytest.raises(ValidationError):
        wire.client().write("x", metadata={"a": data})

    assert wire.requests == []


def test_ids_times_and_enumerations_are_sent_as_the_protocol_has_them():
    wire = Wire()

    wire.client().write("x", timestamp=datetime(2026, 5, 1, 12), metadata={"at": datetime(2026, 5, 1, tzinfo=UTC)})  # noqa: DTZ001

    assert wire.body == {
        "content": "x", "timestamp": "2026-05-01T12:00:00Z", "metadata": {"at": "2026-05-01T00:00:00Z"}
    }  # fmt: skip


@pytest.mark.parametrize(("session_id", "path"), [("a/b", "a%2Fb"), ("..", "%2E%2E"), ("a b?c", "a%20b%3Fc")])
def test_any_id_reaches_the_server_as_it_is(session_id: str, path: str):
    wire = Wire({"session_id": "s"})

    wire.client().get_session_context(session_id)

    assert wire.sent == [("GET", f"/api/v1/session/{path}/context")]


def test_the_tree_in_the_docstring_is_the_tree():
    drawn = [line.split("── ")[1].split()[0] for line in (exceptions.__doc__ or "").splitlines() if "── " in line]
    known = {one.__name__ for one in vars(exceptions).values() if isinstance(one, type) and one is not CMLError}

    assert sorted(drawn) == sorted(known - {"Any"})


STREAM = [
    ("event: done\ndata: {}\n\n", None),
    ('event: error\ndata: {"detail": "boom"}\n\n', "boom"),
    ("data: {}\n\n", "MemoryItem"),
    ("data: nothing\n\n", "no JSON"),
    (": a comment\n\n", "ended before"),
]


@pytest.mark.parametrize(("content", "said"), STREAM)
async def test_a_stream_ends_as_it_says_or_is_an_error(content: str, said: str | None):
    headers = {"content-type": "text/event-stream"}

    def wire() -> Wire:
        return Wire(httpx.Response(200, content=content.encode(), headers=headers))

    if said is None:
        assert list(wire().client().read_stream("x")) == []
        assert [one async for one in wire().async_client().read_stream("x")] == []
        return
    with pytest.raises(ServerError, match=said):
        list(wire().client().read_stream("x"))
    with pytest.raises(ServerError, match=said):
        _ = [one async for one in wire().async_client().read_stream("x")]


@pytest.mark.parametrize(
    "answer", [refusal(403, "no"), httpx.Response(200, json={}), httpx.ConnectError("no")], ids=str
)
def test_what_is_no_stream_is_an_error(answer: Any):
    with pytest.raises(CMLError):
        list(Wire(answer).client().read_stream("x"))


def test_a_stream_is_asked_for_once_and_its_events_may_be_laid_out_freely():
    item = {"id": ID, "text": "t", "type": "message", "confidence": 1, "relevance": 1, "timestamp": "2026-05-01T00:00Z"}
    text = f"data:{json.dumps(item)}\r\n\r\n: here\r\nevent:done\r\ndata:\r\ndata:{{}}\r\n\r\n"
    wire = Wire(httpx.Response(200, content=text.encode(), headers={"content-type": "text/event-stream"}))

    [found] = wire.client().read_stream("x", max_results=3)

    assert (found.text, wire.body["max_results"], wire.headers["accept"]) == ("t", 3, "text/event-stream")
