"""Many texts at once, and memories as files: nothing is lost on the way."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.sdk_cml.scripted import WRITTEN, Wire, refusal
from tests.served import Served, Tenant

from cml import (
    AsyncCognitiveMemoryLayer,
    CognitiveMemoryLayer,
    ServerError,
    ValidationError,
    export_memories,
    export_memories_async,
    import_memories,
    import_memories_async,
)

MAY = datetime(2026, 5, 1, 12, tzinfo=UTC)
ITEM: dict[str, Any] = {
    "content": "The user prefers tea",
    "context_tags": ["drinks"],
    "session_id": "s",
    "memory_type": "preference",
    "namespace": "n",
    "metadata": {"source": "chat"},
    "turn_id": "turn-1",
    "agent_id": "a",
    "timestamp": MAY,
}
KEPT = ("text", "type", "context_tags", "source_session_id", "namespace", "metadata", "agent_id", "timestamp", "status")


def _shown(memory: CognitiveMemoryLayer) -> list[dict[str, Any]]:
    found = sorted(memory.iter_records(), key=lambda one: one.text)
    return [one.model_dump(include=set(KEPT)) for one in found]


def test_a_batch_loses_nothing_of_its_items(memory: CognitiveMemoryLayer, tenant: Tenant):
    [written] = memory.batch_write([ITEM])

    found = memory.dashboard_memory_detail(str(written.memory_id))
    assert found.model_dump(include=set(KEPT)) == {
        "text": ITEM["content"], "type": "preference", "context_tags": ["drinks"], "source_session_id": "s",
        "namespace": "n", "metadata": {"source": "chat"}, "agent_id": "a", "timestamp": MAY, "status": "active",
    }  # fmt: skip
    assert [path for _, path in tenant.asked if "write" in path] == ["/api/v1/memory/write_batch"]


def test_a_large_batch_is_several_requests_and_its_results_stand_in_order(memory: CognitiveMemoryLayer, tenant: Tenant):
    items = [{"content": f"The number of this text is {number}", "turn_id": str(number)} for number in range(612)]

    results = memory.batch_write(items, session_id="s", namespace="n")

    assert len({one.memory_id for one in results}) == 612
    assert len([path for _, path in tenant.asked if path.endswith("write_batch")]) == 2
    for number in (0, 499, 500, 611):
        assert memory.dashboard_memory_detail(results[number].memory_id or "").text == items[number]["content"]


def test_an_item_that_the_server_refuses_leaves_the_others(memory: CognitiveMemoryLayer):
    reserved = {"content": "odd", "metadata": {"cml_type": "a key of the server's own"}}

    results = memory.batch_write([{"content": "fine"}, reserved, {"content": "fine too"}])

    assert [one.success for one in results] == [True, False, True]
    assert "cml_type" in results[1].message
    assert memory.stats().total_memories == 2


@pytest.mark.parametrize("bad", [{"content": ""}, {}, "text", {"content": "x", "colour": "red"}])
def test_an_item_that_cannot_be_one_is_refused_before_any_is_sent(bad: Any):
    wire = Wire()

    with pytest.raises(ValidationError):
        wire.client().batch_write([{"content": "fine"}, bad])

    assert wire.requests == []


async def test_an_older_server_gets_a_request_for_each_so_that_nothing_is_lost():
    health = {"status": "healthy"}
    for is_async in (False, True):
        wire = Wire(health, WRITTEN, refusal(422, "too odd"), WRITTEN)
        items = [{**ITEM, "content": str(number)} for number in range(3)]
        results = await wire.async_client().batch_write(items) if is_async else wire.client().batch_write(items)

        assert sorted(one.success for one in results) == [False, True, True]
        assert "too odd" in {one.message for one in results}
        assert [path for _, path in wire.sent[1:]] == ["/api/v1/memory/write"] * 3
        assert {name for one in wire.requests[1:] for name in _names(one)} == {*ITEM}


def _names(request: Any) -> list[str]:
    return list(json.loads(request.content))


def test_a_server_is_asked_once_what_it_can_do(memory: CognitiveMemoryLayer, tenant: Tenant):
    memory.batch_write([{"content": "one"}])
    memory.with_namespace("n").batch_write([{"content": "two"}])

    assert len([path for _, path in tenant.asked if path.endswith("health")]) == 1


async def test_several_questions_are_asked_at_once_and_answered_in_order(tenant: Tenant):
    async with AsyncCognitiveMemoryLayer(tenant.key, tenant.url) as memory:
        await memory.batch_write([{"content": f"word{number}"} for number in range(20)])
        found = await memory.batch_read([f"word{number}" for number in range(20)], max_results=1)

    assert [one.memories[0].text for one in found] == [f"word{number}" for number in range(20)]


async def test_what_breaks_one_question_breaks_the_call():
    answers: list[Any] = [{"query": "x", "memories": [], "total_count": 0, "elapsed_ms": 1.0}, refusal(500, "boom")]
    with pytest.raises(ServerError, match="boom"):
        Wire(*answers).client(max_retries=0).batch_read(["a", "b"])
    with pytest.raises(ServerError, match="boom"):
        await Wire(*answers).async_client(max_retries=0).batch_read(["a", "b"])
    with pytest.raises(ValidationError, match="list"):
        Wire(*answers).client().batch_read("ab")


@pytest.mark.parametrize("format", ["json", "jsonl"])
def test_what_is_exported_is_imported_with_all_that_is_known_of_it(
    format: Any, memory: CognitiveMemoryLayer, served: Served, tmp_path: Path
):
    written = memory.batch_write([ITEM, {"content": "silent"}, {"content": "archived"}, {"content": "deleted"}])
    ids = [str(one.memory_id) for one in written]
    memory.update(ids[0], importance=0.9)
    for action, number in (("silence", 1), ("archive", 2), ("delete", 3)):
        memory.forget(memory_ids=[ids[number]], action=action)  # pyright: ignore[reportArgumentType]
    file = tmp_path / f"memories.{format}"

    exported = export_memories(memory, file, format)
    other = served.tenant()
    with CognitiveMemoryLayer(other.key, other.url) as target:
        imported = [import_memories(target, file), import_memories(target, file)]
        shown, importance = _shown(target), [one.importance for one in target.iter_records(memory_types=["preference"])]

    assert imported == [3, 3]
    assert exported >= 3
    assert shown == [one for one in _shown(memory) if one["status"] != "deleted"]
    assert importance == [0.9]


async def test_files_are_written_and_read_in_async_code_too(tenant: Tenant, tmp_path: Path):
    async with AsyncCognitiveMemoryLayer(tenant.key, tenant.url) as memory:
        await memory.write("The user prefers tea")
        assert await export_memories_async(memory, tmp_path / "file.json") == 1
        assert await import_memories_async(memory, tmp_path / "file.json") == 1


@pytest.mark.parametrize("text", ["[{]", '[{"text": "x"}]', "nothing", '{"a": 1}'])
def test_a_file_of_something_else_is_refused(text: str, tmp_path: Path):
    (tmp_path / "file").write_text(text)
    wire = Wire()

    with pytest.raises(ValidationError, match="file of memories"):
        import_memories(wire.client(), tmp_path / "file")

    assert wire.requests == []


def test_a_format_that_is_none_is_refused(tmp_path: Path):
    wire = Wire({"items": [], "total": 0, "page": 1, "per_page": 1, "total_pages": 1})
    format: Any = "csv"

    with pytest.raises(ValidationError, match="csv"):
        export_memories(wire.client(), tmp_path / "out", format)

    assert list(tmp_path.iterdir()) == []
