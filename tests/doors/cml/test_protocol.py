"""What clients of `/api/v1` may rely on beside the memories: who may call, what goes wrong, sessions."""

from __future__ import annotations

from uuid import UUID

from tests.doors.cml.conftest import Caller, Server
from tests.server.conftest import Serving


async def test_health_needs_no_key(server: Server):
    answer = await server.client.get("/api/v1/health")

    assert answer.status_code == 200
    assert answer.json()["status"] == "healthy"
    assert answer.json()["components"] == {"store": "ok"}


async def test_what_goes_wrong_is_told_with_the_requests_id_and_what_helps(server: Server, caller: Caller):
    id = "00000000-0000-4000-8000-000000000000"
    wrong = {
        401: await server.client.get("/api/v1/memory/stats"),
        403: await caller.ask("DELETE", "/memory/all"),
        404: await caller.ask("POST", "/memory/update", json={"memory_id": id}),
        422: await caller.ask("POST", "/memory/write", json={"content": ""}),
    }

    for status, answer in wrong.items():
        body = answer.json()
        assert answer.status_code == status
        assert body["request_id"] == answer.headers["x-request-id"]
        assert body["suggestion"]
    assert wrong[404].json()["detail"] == f"Memory not found: {id}"
    [problem] = wrong[422].json()["detail"]
    assert problem["loc"] == ["body", "content"]


async def test_the_tenant_header_is_the_keys_own_or_what_clients_send_unasked(caller: Caller):
    statuses = [
        (await caller.ask("GET", "/memory/stats", headers={"X-Tenant-ID": name})).status_code
        for name in ("default", "t", "another")
    ]

    assert statuses == [200, 200, 403]


async def test_without_authentication_the_header_names_the_tenant(serving: Serving):
    server = await serving(auth=False)
    for tenant in ("a", "b"):
        body = {"content": f"I am of {tenant}"}
        await server.client.post("/api/v1/memory/write", json=body, headers={"X-Tenant-ID": tenant})

    found = await server.client.post("/api/v1/memory/read", json={"query": "of"}, headers={"X-Tenant-ID": "b"})

    assert [one["text"] for one in found.json()["memories"]] == ["I am of b"]


async def test_too_many_requests_say_how_long_to_wait(serving: Serving):
    server = await serving(requests_per_minute=1)
    caller = Caller(server, await server.key())
    await caller.ask("GET", "/memory/stats")

    answer = await caller.ask("GET", "/memory/stats")

    assert answer.status_code == 429
    assert float(answer.headers["retry-after"]) > 0
    assert "minute" in answer.json()["detail"]


async def test_a_session_holds_what_is_written_in_it(caller: Caller):
    made = await caller.done("POST", "/session/create", json={"name": "Plans", "ttl_hours": 1, "metadata": {"a": 1}})
    path = f"/session/{made['session_id']}"
    await caller.write("Outside")
    await caller.done("POST", f"{path}/write", json={"content": "Inside", "session_id": "elsewhere"})
    await caller.done("POST", f"{path}/write", json={"content": "It rains", "memory_type": "tool_result"})
    await caller.done("POST", f"{path}/write", json={"content": "Buy bread?", "memory_type": "scratch"})

    context = await caller.done("GET", f"{path}/context")
    found = await caller.done("POST", f"{path}/read", json={"query": "inside or outside", "format": "list"})

    assert UUID(made["session_id"])
    assert made["expires_at"] > made["created_at"]
    assert [one["text"] for one in context["messages"]] == ["Inside"]
    assert [one["text"] for one in context["tool_results"]] == ["It rains"]
    assert [one["text"] for one in context["scratch_pad"]] == ["Buy bread?"]
    assert "Inside" in context["context_string"]
    assert context["messages"][0]["context_tags"] == ["conversation"]
    assert "Outside" not in [one["text"] for one in found["memories"]]


async def test_a_session_that_was_never_made_is_empty(caller: Caller):
    context = await caller.done("GET", "/session/any name/context")

    assert context == {
        "session_id": "any name",
        "messages": [],
        "tool_results": [],
        "scratch_pad": [],
        "context_string": "",
    }
