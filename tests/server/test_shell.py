"""What every request goes through: ids, sizes, times, headers, logs, counts, and typed bodies for what goes wrong."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from tests.server.conftest import Server, Serving, bearer

from umi.domain.bounds import Grant
from umi.engine.memory import Memory
from umi.errors import StorageError, StoreDamagedError
from umi.server.logs import JsonLines

HARMLESS = "/umi/v1/stats"


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer nonsense"},
        {"Authorization": "Basic dTpw"},
        {"X-API-Key": "umi_a_b"},
        {"X-API-Key": "one", "Authorization": "Bearer two"},
    ],
)
async def test_without_a_good_credential_the_answer_is_401(server: Server, headers: dict[str, str]):
    answer = await server.client.get(HARMLESS, headers=headers)

    assert code(answer) == (401, "unauthenticated")
    assert answer.headers["www-authenticate"] == 'Bearer realm="umi"'


async def test_a_key_is_taken_in_either_header(server: Server):
    key = await server.key()

    assert (await server.client.get(HARMLESS, headers=bearer(key))).status_code == 200
    assert (await server.client.get(HARMLESS, headers={"X-API-Key": key})).status_code == 200
    assert (await server.client.get(HARMLESS, headers={"X-API-Key": key, **bearer(key)})).status_code == 200


async def test_a_key_does_what_it_grants(server: Server):
    reads, writes = await server.key(grants=(Grant.READ,)), await server.key(grants=(Grant.WRITE,))

    assert code(await server.remember(reads, "No")) == (403, "forbidden")
    assert code(await server.recall(writes, "No?")) == (403, "forbidden")
    assert (await server.remember(writes, "Yes")).status_code == 200


async def test_the_tenant_header_may_only_repeat_the_credential(server: Server):
    key = await server.key()

    assert (await server.client.get(HARMLESS, headers={**bearer(key), "X-Tenant-ID": "t"})).status_code == 200
    answer = await server.client.get(HARMLESS, headers={**bearer(key), "X-Tenant-ID": "T"})
    assert code(answer) == (403, "forbidden")


async def test_a_sane_request_id_is_kept_and_another_replaced(server: Server):
    kept = await server.client.get("/healthz", headers={"X-Request-ID": "my-id_1.2:3"})
    made = [
        (await server.client.get("/healthz", headers={"X-Request-ID": bad})).headers["x-request-id"]
        for bad in ("", "a b", "x" * 200, '"><script>')
    ]

    assert kept.headers["x-request-id"] == "my-id_1.2:3"
    assert len(set(made)) == 4
    assert all(len(id) == 36 for id in made)


async def test_a_fault_tells_the_request_id_of_its_answer(server: Server):
    answer = await server.client.get("/umi/v1/entities/nothing", headers=bearer(await server.key()))

    assert answer.json()["error"]["request_id"] == answer.headers["x-request-id"]


async def test_every_answer_has_the_headers_that_browsers_heed(server: Server):
    for path in ("/healthz", HARMLESS, "/nowhere", "/openapi.json"):
        headers = (await server.client.get(path)).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
        assert "access-control-allow-origin" not in headers


async def test_a_request_is_too_large_by_what_comes_not_by_what_it_says(serving: Serving):
    server = await serving(request_bytes_max=2_000)
    key = await server.key()

    async def streamed() -> AsyncIterator[bytes]:
        for _ in range(30):
            yield b" " * 100

    for content in (b" " * 3_000, streamed()):
        answer = await server.client.post("/umi/v1/remember", content=content, headers=bearer(key))
        assert code(answer) == (413, "too_large")


async def test_a_request_that_takes_too_long_is_ended(serving: Serving, monkeypatch: pytest.MonkeyPatch):
    server = await serving(request_seconds_max=0.05)

    async def never(*_: Any, **__: Any) -> int:
        await asyncio.Event().wait()
        return 0

    monkeypatch.setattr(Memory, "count", never)

    answer = await server.client.get(HARMLESS, headers=bearer(await server.key()))

    assert code(answer) == (504, "timeout")


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (StorageError("/secret/path is full"), (503, "unavailable")),
        (StoreDamagedError("/secret/path is damaged"), (500, "internal")),
        (RuntimeError("secret"), (500, "internal")),
    ],
)
async def test_what_fails_inside_tells_nothing_of_the_inside(
    server: Server, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, error: Exception, expected: Any
):
    async def fail(*_: Any, **__: Any) -> int:
        raise error

    monkeypatch.setattr(Memory, "count", fail)

    with caplog.at_level(logging.DEBUG, "umi.server"):
        answer = await server.client.get(HARMLESS, headers=bearer(await server.key()))

    assert code(answer) == expected
    assert "secret" not in answer.text + _lines(caplog)
    assert type(error).__name__ in _lines(caplog)


async def test_no_log_line_holds_a_key_or_a_text(server: Server, caplog: pytest.LogCaptureFixture):
    key = await server.key(user="zoe")
    with caplog.at_level(logging.DEBUG, logger="umi"), caplog.at_level(logging.DEBUG):
        await server.remember(key, "The treasure is under the chestnut")
        await server.recall(key, "Where is the treasure?")
        await server.client.get("/umi/v1/entities/treasure?token=chestnut", headers=bearer(key))
        await server.client.get("/umi/v1/stats?api_key=" + key, headers={"X-API-Key": key[:-1]})
    said = _lines(caplog, "umi")

    assert key.split("_", 2)[2] not in said
    assert "treasure" not in said
    assert "chestnut" not in said
    assert f"key:{key.split('_')[1]}" in said


async def test_what_goes_wrong_is_told_without_repeating_it(server: Server):
    answer = await server.remember(await server.key(), "x", importance="secret", colour="secret")

    assert code(answer) == (422, "invalid")
    assert "secret" not in answer.text
    assert {tuple(one["where"]) for one in answer.json()["error"]["details"]} == {
        ("body", "importance"),
        ("body", "colour"),
    }
    assert {one["type"] for one in answer.json()["error"]["details"]} == {"float_parsing", "extra_forbidden"}


async def test_requests_are_counted_by_the_template_of_their_route(server: Server):
    key = await server.key()
    id = (await server.remember(key, "Counted")).json()["id"]
    await server.client.get(f"/umi/v1/entities/{id}", headers=bearer(key))
    await server.client.get("/no/such/path")

    counts = (await server.client.get("/metrics")).text

    assert 'umi_requests_total{method="GET",route="/umi/v1/entities/{id}",status="200"} 1.0' in counts
    assert 'umi_requests_total{method="GET",route="unmatched",status="404"} 1.0' in counts
    assert "umi_memories_written_total 1.0" in counts
    assert id not in counts


async def test_the_counts_may_ask_for_an_admin(serving: Serving):
    server = await serving(metrics_auth=True)

    assert (await server.client.get("/metrics")).status_code == 401
    assert (await server.client.get("/metrics", headers=bearer(await server.key()))).status_code == 403
    admin = await server.key(grants=(Grant.ADMIN,))
    assert (await server.client.get("/metrics", headers=bearer(admin))).status_code == 200


async def test_it_is_ready_while_its_store_can_be_read(server: Server):
    assert (await server.client.get("/readyz")).json() == {"status": "ok"}

    await server.services.world.store.close()

    assert (await server.client.get("/readyz")).status_code == 503
    assert (await server.client.get("/healthz")).status_code == 200


async def test_pages_of_other_origins_may_call_only_when_they_are_named(serving: Serving):
    server = await serving(cors_origins=("https://one.example",))

    named = await server.client.get("/healthz", headers={"Origin": "https://one.example"})
    other = await server.client.get("/healthz", headers={"Origin": "https://two.example"})

    assert named.headers["access-control-allow-origin"] == "https://one.example"
    assert "access-control-allow-origin" not in other.headers


async def test_a_named_origin_can_read_what_the_shell_itself_answers(serving: Serving, monkeypatch: pytest.MonkeyPatch):
    server = await serving(cors_origins=("https://one.example",), request_bytes_max=1_024, request_seconds_max=2)
    headers = {**bearer(await server.key()), "Origin": "https://one.example"}

    async def never(*_: Any, **__: Any) -> None:
        await asyncio.Event().wait()

    async def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError

    large = await server.client.post("/umi/v1/recall", content=b" " * 2_000, headers=headers)
    monkeypatch.setattr(Memory, "recall", never)
    slow = await server.client.post("/umi/v1/recall", json={"query": "x"}, headers=headers)
    monkeypatch.setattr(Memory, "recall", broken)
    failed = await server.client.post("/umi/v1/recall", json={"query": "x"}, headers=headers)

    assert [one.status_code for one in (large, slow, failed)] == [413, 504, 500]
    assert {one.headers.get("access-control-allow-origin") for one in (large, slow, failed)} == {"https://one.example"}
    stranger = {**headers, "Origin": "https://two.example"}
    refused = await server.client.post("/umi/v1/recall", content=b" " * 2_000, headers=stranger)
    assert "access-control-allow-origin" not in refused.headers


async def test_a_caller_that_asks_too_often_is_told_when_to_ask_again(serving: Serving):
    server = await serving(requests_per_minute=2)
    key, other = await server.key(), await server.key()

    statuses = [(await server.client.get(HARMLESS, headers=bearer(key))).status_code for _ in range(3)]
    refused = await server.client.get(HARMLESS, headers=bearer(key))

    assert statuses == [200, 200, 429]
    assert code(refused) == (429, "too_many_requests")
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert (await server.client.get(HARMLESS, headers=bearer(other))).status_code == 200


async def test_without_authentication_everyone_is_the_one_tenant(serving: Serving):
    server = await serving(auth=False, tenant="home")

    said = await server.client.post("/umi/v1/remember", json={"text": "Open"})
    elsewhere = await server.client.get(HARMLESS, headers={"X-Tenant-ID": "other"})

    assert said.status_code == 200
    assert elsewhere.json()["entities"] == 0
    everyone = server.services.gate._open  # pyright: ignore[reportPrivateUsage]
    [event] = await server.services.memory(everyone).history(said.json()["id"])
    assert event.actor == "open"


async def test_the_actor_of_a_change_is_the_key(server: Server):
    key = await server.key()
    id = (await server.remember(key, "Who said it?")).json()["id"]

    principal = await server.services.keys.check(key)
    assert principal is not None
    [event] = await server.services.memory(principal).history(id)

    assert event.actor == principal.id == f"key:{key.split('_')[1]}"


def _lines(caplog: pytest.LogCaptureFixture, logger: str = "") -> str:
    shown = [JsonLines().format(record) for record in caplog.records if record.name.startswith(logger)]
    assert all(json.loads(line)["message"] for line in shown)
    return "\n".join(shown)
