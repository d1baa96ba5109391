"""Memories as files: one JSON array, or a line of JSON for each.

What is exported are the records as they are kept, with their times, tags, sessions, namespaces, importance and state.
Importing keeps them as new memories: each gets an id of the new server's. Importing a file twice keeps each once.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError as PydanticError

from cml.async_methods import AsyncMethods
from cml.context import Context
from cml.exceptions import ValidationError
from cml.methods import Methods
from cml.models.enums import MemoryStatus, MemoryType
from cml.models.memory import MemoryRecord
from cml.models.requests import ForgetAction
from cml.models.responses import WriteResponse
from cml.operations.batches import batch_write
from cml.operations.memories import forget, update
from cml.steps import Steps, Together

Format = Literal["json", "jsonl"]
_PUT_AWAY: dict[str, ForgetAction] = {
    MemoryStatus.SILENT: "silence",
    MemoryStatus.COMPRESSED: "silence",
    MemoryStatus.ARCHIVED: "archive",
}


def export_memories(source: Methods, output_path: str | Path, format: Format = "json") -> int:
    """Write all memories that a client can list into a file, and return how many there were. Needs an admin's key.

    Raises:
        ValidationError: there is no such format.
    """
    return _write(Path(output_path), list(source.iter_records()), format)


async def export_memories_async(source: AsyncMethods, output_path: str | Path, format: Format = "json") -> int:
    """Do what `export_memories` does, for async code."""
    records = [one async for one in source.iter_records()]
    return await asyncio.to_thread(_write, Path(output_path), records, format)


def import_memories(target: Methods, input_path: str | Path) -> int:
    """Keep the memories of a file, of either format, and return how many the server took.

    Raises:
        ValidationError: the file holds something else.
    """
    return target.run(import_records(target.context, _read(Path(input_path))))


async def import_memories_async(target: AsyncMethods, input_path: str | Path) -> int:
    """Do what `import_memories` does, for async code."""
    records = await asyncio.to_thread(_read, Path(input_path))
    return await target.run(import_records(target.context, records))


def import_records(context: Context, records: Sequence[MemoryRecord]) -> Steps[int]:
    """Keep memories with all that is known of them, and return how many the server took. Deleted ones are left out."""
    wanted = [one for one in records if one.status != MemoryStatus.DELETED]
    results = yield from batch_write(context, [_item(one) for one in wanted])
    pairs = list(zip(wanted, results, strict=True))
    yield Together(several=[_finished(context, record, result) for record, result in pairs if result.memory_id])
    return sum(result.success for result in results)


def _finished(context: Context, record: MemoryRecord, result: WriteResponse) -> Steps[None]:
    """Give a memory that was kept the importance and the state it had."""
    assert result.memory_id is not None
    yield from update(context, result.memory_id, confidence=record.confidence, importance=record.importance)
    action = _PUT_AWAY.get(record.status)
    if action is not None:
        yield from forget(context, memory_ids=[result.memory_id], action=action)


def _item(record: MemoryRecord) -> dict[str, Any]:
    known = {kind.value for kind in MemoryType}
    return {
        "content": record.text,
        "context_tags": record.context_tags or None,
        "session_id": record.source_session_id,
        "memory_type": record.type if record.type in known else None,
        "namespace": record.namespace,
        "metadata": record.metadata,
        "turn_id": f"import-{record.id}",
        "agent_id": record.agent_id,
        "timestamp": record.timestamp,
    }


def _write(path: Path, records: Sequence[MemoryRecord], format: Format) -> int:
    if format not in {"json", "jsonl"}:
        raise ValidationError(f"A file of memories is json or jsonl, not {format!r}.")
    rows = [one.model_dump(mode="json", exclude_none=True) for one in records]
    lines = (json.dumps(row, ensure_ascii=False) for row in rows)
    text = "".join(f"{line}\n" for line in lines) if format == "jsonl" else "[" + ",\n".join(lines) + "]\n"
    path.write_text(text, encoding="utf-8")
    return len(rows)


def _read(path: Path) -> list[MemoryRecord]:
    text = path.read_text(encoding="utf-8")
    try:
        rows: Iterable[Any] = json.loads(text) if text.lstrip().startswith("[") else _lines(text)
        return [MemoryRecord.model_validate(row) for row in rows]
    except (ValueError, PydanticError) as error:
        raise ValidationError(f"This is no file of memories: {error}") from error


def _lines(text: str) -> list[Any]:
    return [json.loads(line) for line in text.splitlines() if line.strip()]
