"""A change under one Idempotency-Key is made once, and answered as often as it is asked for."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from tests.server.conftest import Server, Serving, bearer

from umi.domain.bounds import Grant
from umi.engine.memory import Memory
from umi.limits import IDEMPOTENCY_KEY_BYTES_MAX
from umi.server.shell import idempotent
from umi.server.shell.idempotent import KIND, REPLAYED

if TYPE_CHECKING:
    from umi.domain.receipt import Receipt

TEXT = "The harbour is blue"


async def ask(server: Server, key: str, text: str = TEXT, *, once: str = "one", **more: Any) -> httpx.Response:
    headers = {**bearer(key), "Idempotency-Key": once}
    return await server.client.post("/umi/v1/remember", json={"text": text, **more}, headers=headers)


def codes(answers: Sequence[httpx.Response]) -> list[str]:
    return sorted("ok" if one.status_code == 200 else one.json()["error"]["code"] for one in answers)


async def test_the_second_answer_is_the_first_one(server: Server):
    key = await server.key()

    first, second = await ask(server, key), await ask(server, key)

    assert (first.status_code, first.json()["created"]) == (200, True)
    assert (second.status_code, second.content) == (200, first.content)
    assert second.headers["content-type"] == first.headers["content-type"]
    assert REPLAYED not in first.headers
    assert second.headers[REPLAYED] == "true"
    assert second.headers["x-request-id"] != first.headers["x-request-id"]


async def test_the_answer_outlives_the_process(serving: Serving):
    one = await serving()
    key = await one.key()
    first = await ask(one, key)
    await one.services.close()

    other = await serving()
    second = await ask(other, key)

    assert (second.content, second.headers[REPLAYED]) == (first.content, "true")


async def test_another_request_under_the_same_key_is_refused(server: Server):
    key = await server.key()
    await ask(server, key)

    others = [
        await ask(server, key, "The harbour is red"),
        await server.client.post(
            "/umi/v1/recall",
            json={"text": TEXT},
            headers={**bearer(key), "Idempotency-Key": "one"},
        ),
        await server.client.post(
            "/umi/v1/remember?a=b", json={"text": TEXT}, headers={**bearer(key), "Idempotency-Key": "one"}
        ),
    ]

    assert [one.status_code for one in others] == [422, 422, 422]
    assert codes(others) == ["idempotency_key_reused"] * 3


async def test_of_twins_at_the_same_time_one_is_done(serving: Serving, monkeypatch: pytest.MonkeyPatch):
    servers = [await serving(), await serving()]  # two processes over one store
    key = await servers[0].key()
    done, begun, go = 0, asyncio.Event(), asyncio.Event()
    remember = Memory.remember

    async def slowly(self: Memory, *args: Any, **more: Any) -> Receipt:
        nonlocal done
        done += 1
        begun.set()
        await asyncio.wait_for(go.wait(), 20)
        return await remember(self, *args, **more)

    monkeypatch.setattr(Memory, "remember", slowly)
    first = asyncio.create_task(ask(servers[0], key))
    await asyncio.wait_for(begun.wait(), 20)
    twins = await asyncio.gather(*(ask(servers[number % 2], key) for number in range(6)))
    go.set()

    assert [one.status_code for one in twins] == [409] * 6
    assert {one.headers["retry-after"] for one in twins} == {"1"}
    assert codes(twins) == ["in_progress"] * 6
    assert (await first).status_code == 200
    assert (await ask(servers[1], key)).content == (await first).content
    assert done == 1


async def test_a_hundred_twins_make_one_change(serving: Serving):
    servers = [await serving(), await serving()]
    key = await servers[0].key()

    answers = await asyncio.gather(*(ask(servers[number % 2], key) for number in range(100)))

    assert set(codes(answers)) <= {"ok", "in_progress"}
    assert len([one for one in answers if one.status_code == 200 and REPLAYED not in one.headers]) == 1
    assert len({one.content for one in answers if one.status_code == 200}) == 1


async def test_what_was_too_slow_is_finished_and_told_to_the_next_try(
    serving: Serving, monkeypatch: pytest.MonkeyPatch
):
    server = await serving(request_seconds_max=2)
    key = await server.key()
    await ask(server, key, once="warm")
    go, remember = asyncio.Event(), Memory.remember
    calls = 0

    async def slowly(self: Memory, *args: Any, **more: Any) -> Receipt:
        nonlocal calls
        calls += 1
        await asyncio.wait_for(go.wait(), 20)
        return await remember(self, *args, **more)

    monkeypatch.setattr(Memory, "remember", slowly)
    late = await ask(server, key)
    go.set()
    await asyncio.wait(server.services._finishing, timeout=20)  # pyright: ignore[reportPrivateUsage]
    again = await ask(server, key)

    assert late.status_code == 504
    assert (again.status_code, again.headers[REPLAYED], calls) == (200, "true", 1)


async def test_a_key_stays_taken_for_as_long_as_its_answer_takes(serving: Serving, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(idempotent, "LEASE_SECONDS", 2.0)
    servers = [await serving(), await serving()]
    key = await servers[0].key()
    go, remember = asyncio.Event(), Memory.remember
    calls = 0

    async def slowly(self: Memory, *args: Any, **more: Any) -> Receipt:
        nonlocal calls
        calls += 1
        await asyncio.wait_for(go.wait(), 20)
        return await remember(self, *args, **more)

    monkeypatch.setattr(Memory, "remember", slowly)
    first = asyncio.create_task(ask(servers[0], key))
    ends: set[object] = set()
    async with asyncio.timeout(20):
        while len(ends) <= 2:  # the lease was renewed twice
            ends |= {record.expires_at for record in await servers[1].services.records.list(KIND, "t", limit=9)}
            await asyncio.sleep(0.01)
    twins = [await ask(server, key) for server in servers]
    go.set()

    assert codes(twins) == ["in_progress"] * 2
    assert (await first).status_code == 200
    assert (await ask(servers[1], key)).content == (await first).content
    assert calls == 1


async def test_what_failed_may_be_tried_again(server: Server, monkeypatch: pytest.MonkeyPatch):
    key = await server.key()
    with monkeypatch.context() as patched:

        async def fail(*_: Any, **__: Any) -> Receipt:
            raise RuntimeError

        patched.setattr(Memory, "remember", fail)
        assert (await ask(server, key)).status_code == 500

    again = await ask(server, key)

    assert (again.status_code, REPLAYED in again.headers) == (200, False)


async def test_what_is_wrong_with_a_request_is_answered_the_same_way_again(server: Server):
    key = await server.key()

    answers = [await ask(server, key, importance=7) for _ in range(2)]

    assert [one.status_code for one in answers] == [422, 422]
    assert answers[0].content == answers[1].content


async def test_nobody_gets_the_answer_of_another(server: Server):
    callers = [
        await server.key(),
        await server.key(),
        await server.key(tenant="T"),
        await server.key(user="zoe"),
        await server.key(user="max"),
    ]

    answers = [await ask(server, key) for key in callers]

    assert [REPLAYED in one.headers for one in answers] == [False] * 5
    ids = [one.json()["id"] for one in answers]
    assert len(set(ids)) == 4  # two keys of the whole tenant say the same in the same place


async def test_a_stranger_learns_nothing_from_a_key(server: Server):
    key = await server.key()
    await ask(server, key)
    await server.services.keys.revoke(key.split("_")[1])

    assert (await ask(server, key)).status_code == 401
    reads = await server.key(grants=(Grant.READ,))
    assert [(await ask(server, reads)).status_code for _ in range(2)] == [403, 403]


async def test_erasing_takes_the_kept_answers_along(server: Server):
    admin = await server.key(grants=tuple(Grant))
    key = await server.key(user="zoe")
    headers = {**bearer(admin), "Idempotency-Key": "search"}
    asked = {"query": "What colour is the harbour?", "user": "zoe"}
    await ask(server, key)
    told = await server.client.post("/umi/v1/recall", json=asked, headers=headers)
    assert TEXT in told.text

    await server.client.post("/umi/v1/erase", json={"user": "zoe"}, headers=bearer(admin))

    again = await server.client.post("/umi/v1/recall", json=asked, headers=headers)
    assert (again.status_code, again.json()["error"]["code"]) == (409, "answer_gone")
    kept = await server.services.records.list(KIND, "t", limit=100)
    assert [record for record in kept if b"body" in record.value] == []


@pytest.mark.parametrize("once", ["", " ", "a b", "x" * (IDEMPOTENCY_KEY_BYTES_MAX + 1), "ä"])
async def test_a_key_that_cannot_be_one_is_refused(server: Server, once: str):
    headers = [
        ("Authorization", f"Bearer {await server.key()}"),
        ("Idempotency-Key", once.encode("latin-1").decode("latin-1")),
    ]
    answer = await server.client.post(
        "/umi/v1/remember", json={"text": TEXT}, headers=httpx.Headers(headers, "latin-1")
    )

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_idempotency_key")


async def test_reading_takes_no_notice(server: Server):
    headers = {**bearer(await server.key()), "Idempotency-Key": "one"}

    answers = [await server.client.get("/umi/v1/stats", headers=headers) for _ in range(2)]

    assert [REPLAYED in one.headers for one in answers] == [False, False]


async def test_a_replay_counts_as_a_request_and_under_its_route(serving: Serving):
    server = await serving(requests_per_minute=3)
    key = await server.key()

    statuses = [(await ask(server, key)).status_code for _ in range(4)]

    assert statuses == [200, 200, 200, 429]
    counts = (await server.client.get("/metrics")).text
    assert 'umi_requests_total{method="POST",route="/umi/v1/remember",status="200"} 3.0' in counts
