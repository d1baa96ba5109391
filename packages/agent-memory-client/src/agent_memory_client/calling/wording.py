"""What a model reads of memory."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from agent_memory_client.models.record import MemoryRecord, MemoryRecordResult
from agent_memory_client.models.session import WorkingMemory

MESSAGES_SHOWN_MAX = 20
PREVIEW_CHARACTERS_MAX = 100


def found(memories: Sequence[MemoryRecordResult], summary: str, *, next_offset: int | None) -> str:
    """Return the memories that a search found, one a line."""
    lines = [_line(number, one) for number, one in enumerate(memories, 1)]
    rest = [] if next_offset is None else [f"There may be more: search again with offset {next_offset}."]
    return "\n".join([summary, *lines, *rest])


def memory(record: MemoryRecord) -> str:
    """Return a memory with what is known about it."""
    about = [
        f"id: {record.id}",
        f"type: {type_of(record)}",
        *(f"{name}: {', '.join(words)}" for name, words in _words(record) if words),
        f"created: {record.created_at.isoformat()}",
        *([f"happened: {record.event_date.isoformat()}"] if record.event_date else []),
    ]
    return f"{record.text}\n({'; '.join(about)})"


def session(working: WorkingMemory, summary: str) -> str:
    """Return what a session holds: its summary, data and facts, and the newest of its messages."""
    newest = working.messages[-MESSAGES_SHOWN_MAX:]
    parts = [
        summary,
        *([f"Before: {working.context}"] if working.context else []),
        *(f"{name} = {value!r}" if isinstance(value, str) else f"{name} = {value}" for name, value in _data(working)),
        *(f"- {one.text}" for one in working.memories),
        *(f"{one.role}: {one.content}" for one in newest),
    ]
    return "\n".join(parts)


def preview(text: str) -> str:
    """Return the beginning of a text."""
    return text if len(text) <= PREVIEW_CHARACTERS_MAX else text[:PREVIEW_CHARACTERS_MAX] + "..."


def type_of(record: MemoryRecord) -> str:
    """Return the type of a memory as the protocol has it."""
    return str(getattr(record.memory_type, "value", record.memory_type))


def _line(number: int, one: MemoryRecordResult) -> str:
    about = [f"{type_of(one)}", f"relevance {one.relevance_score:.2f}", *_topics(one), f"id {one.id}"]
    return f"{number}. {one.text} ({', '.join(about)})"


def _topics(one: MemoryRecord) -> Iterable[str]:
    return [f"topics {' / '.join(one.topics)}"] if one.topics else []


def _words(record: MemoryRecord) -> Iterable[tuple[str, list[str]]]:
    return [("topics", record.topics), ("entities", record.entities)]


def _data(working: WorkingMemory) -> Iterable[tuple[str, Any]]:
    return (working.data or {}).items()
