"""What a Memory exports and imports again: every field of a turn that an entity keeps."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.embedding import HashingEmbedder

from umi import Memory
from umi.domain.source_ref import SourceRef
from umi.domain.turn import Role, Turn
from umi.engine.importing import turn_from

NOT_KEPT = {"ttl", "vector"}  # the one is kept as `expires_at`, the other belongs to an embedder
TELLING = Turn(
    text="The ferry to Ischia leaves at nine.",
    id="ferry",
    speaker="Ines",
    role=Role.USER,
    user="u",
    namespace="n",
    agent="a",
    session="s",
    event_time=datetime(2025, 7, 21, 19, 24, tzinfo=UTC),
    name="Ferry",
    entity_type="event",
    memory_type="semantic",
    topics=("travel",),
    metadata={"line": 4},
    importance=0.9,
    confidence=0.8,
    pinned=True,
    key="k",
    source="chat.txt",
    trust="verified",
    valid_from=datetime(2025, 1, 2, tzinfo=UTC),
    valid_until=datetime(2125, 2, 3, tzinfo=UTC),
    expires_at=datetime(2126, 3, 4, tzinfo=UTC),
    document_time=datetime(2025, 7, 20, tzinfo=UTC),
    source_ref=SourceRef("file:///photos/ferry.jpg", mime_type="image/jpeg", size_bytes=7, checksum="sha256:00"),
)


async def test_what_is_exported_comes_back_in_another_memory(tmp_path: Path):
    file = tmp_path / "all.jsonl"
    async with Memory.open(tmp_path / "one.db", embedder=HashingEmbedder()) as memory:
        await memory.remember_many([TELLING])
        assert await memory.export_file(file) == 1

    async with Memory.open(tmp_path / "two.db", embedder=HashingEmbedder()) as memory:
        assert (await memory.import_file(file)).added == 1
        found = await memory.get("ferry")

    assert found is not None
    assert found.document_time == TELLING.document_time
    assert found.source_ref == TELLING.source_ref
    again = turn_from(found)
    kept = [field.name for field in fields(Turn) if field.name not in NOT_KEPT]
    assert {name: getattr(again, name) for name in kept} == {name: getattr(TELLING, name) for name in kept}


async def test_importing_what_is_there_adds_nothing(tmp_path: Path):
    file = tmp_path / "all.jsonl"
    async with Memory.open(tmp_path / "one.db", embedder=HashingEmbedder()) as memory:
        await memory.remember("The ferry leaves.", document_time="2025-07-20T00:00:00Z", ttl=timedelta(days=9))
        await memory.export_file(file)

        summary = await memory.import_file(file)

    assert (summary.added, summary.known) == (0, 1)
