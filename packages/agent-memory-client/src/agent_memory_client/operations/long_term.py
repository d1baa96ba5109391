"""Long-term memory: to create, read, change and delete memories."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import Enum
from typing import Any

from agent_memory_client.answers import read
from agent_memory_client.context import Context
from agent_memory_client.exceptions import MemoryValidationError
from agent_memory_client.exchange import ask, named, parameters
from agent_memory_client.models.answer import AckResponse, CreatedMemories, ForgetPolicy, ForgetResponse
from agent_memory_client.models.record import MemoryRecord
from agent_memory_client.moments import in_utc
from agent_memory_client.operations.given import GivenRecord, checked, records, wire
from agent_memory_client.operations.sessions import get_working_memory
from agent_memory_client.steps import Pause, Steps

LONG_TERM_MEMORY = "long-term-memory"


def create_long_term_memories(
    context: Context, memories: Iterable[GivenRecord], deduplicate: bool = True
) -> Steps[CreatedMemories]:
    """Create memories, and return them with their ids.

    Each is a `MemoryRecord` or a dict of its fields. A dict without a type is a semantic memory; one without an id
    gets one; and one that names no user or namespace gets the client's own. A server that deduplicates may have merged
    a memory with one it knew.

    Raises:
        MemoryValidationError: a memory has no text, or a field of another type.
    """
    sent = records(context, memories)
    if blank := [one.id for one in sent if not one.text.strip()]:
        raise MemoryValidationError(f"A memory has no text: {', '.join(blank)}.")
    body = {"memories": [wire(one) for one in sent], "deduplicate": deduplicate}
    content = yield from ask(context, "POST", LONG_TERM_MEMORY, "", body=body, writes=True)
    acknowledged = read(AckResponse, content)
    return CreatedMemories(status=acknowledged.status, memories=sent)


def create_long_term_memory(
    context: Context, memories: Iterable[GivenRecord], deduplicate: bool = True
) -> Steps[CreatedMemories]:
    """Do what `create_long_term_memories` does."""
    return (yield from create_long_term_memories(context, memories, deduplicate))


def bulk_create_long_term_memories(
    context: Context,
    memory_batches: Iterable[Sequence[GivenRecord]],
    batch_size: int = 100,
    delay_between_batches: float = 0.1,
    *,
    deduplicate: bool = True,
) -> Steps[list[CreatedMemories]]:
    """Create many memories, at most `batch_size` at a time with a pause of so many seconds between; return each answer.

    Raises:
        MemoryValidationError: `batch_size` is not positive.
    """
    if batch_size < 1:
        raise MemoryValidationError("batch_size is at least 1.")
    answers: list[CreatedMemories] = []
    for batch in memory_batches:
        for start in range(0, len(batch), batch_size):
            if answers and delay_between_batches > 0:
                yield Pause(seconds=delay_between_batches)
            part = batch[start : start + batch_size]
            answers.append((yield from create_long_term_memories(context, part, deduplicate)))
    return answers


def get_long_term_memory(context: Context, memory_id: str) -> Steps[MemoryRecord]:
    """Return a memory.

    Raises:
        MemoryNotFoundError: there is none with this id.
    """
    return read(MemoryRecord, (yield from ask(context, "GET", LONG_TERM_MEMORY, named("memory_id", memory_id))))


def edit_long_term_memory(context: Context, memory_id: str, updates: Mapping[str, Any]) -> Steps[MemoryRecord]:
    """Change the fields of a memory that are given, and return it. A field given as None is cleared, where that can be.

    Raises:
        MemoryNotFoundError: there is none with this id.
        MemoryValidationError: nothing is given to change.
    """
    if not updates:
        raise MemoryValidationError("updates is empty: name at least one field to change.")
    body = {name: _plain(value) for name, value in updates.items()}
    place = named("memory_id", memory_id)
    return read(MemoryRecord, (yield from ask(context, "PATCH", LONG_TERM_MEMORY, place, body=body, writes=True)))


def edit_memory(context: Context, memory_id: str, updates: Mapping[str, Any]) -> Steps[MemoryRecord]:
    """Do what `edit_long_term_memory` does."""
    return (yield from edit_long_term_memory(context, memory_id, updates))


def delete_long_term_memories(context: Context, memory_ids: Sequence[str]) -> Steps[AckResponse]:
    """Delete memories. Ids that nothing has are passed over; the answer's status tells how many were deleted."""
    if isinstance(memory_ids, str):
        raise MemoryValidationError("memory_ids is a list of ids, not one of them.")
    query = parameters(memory_ids=[named("memory_ids", one) for one in memory_ids])
    return read(AckResponse, (yield from ask(context, "DELETE", LONG_TERM_MEMORY, query=query, writes=True)))


def delete_memory(context: Context, memory_id: str) -> Steps[AckResponse]:
    """Delete one memory."""
    return (yield from delete_long_term_memories(context, [memory_id]))


def forget_long_term_memories(  # noqa: PLR0917 - the order users know
    context: Context,
    policy: ForgetPolicy | Mapping[str, Any],
    namespace: str | None = None,
    user_id: str | None = None,
    session_id: str | None = None,
    limit: int | None = None,
    dry_run: bool = False,
    pinned_ids: Sequence[str] | None = None,
) -> Steps[ForgetResponse]:
    """Delete what a policy lets go, looking at `limit` memories at most. A dry run tells what would be deleted."""
    query = parameters(
        namespace=context.namespace if namespace is None else namespace,
        user_id=context.user_id if user_id is None else user_id,
        session_id=session_id,
        limit=limit,
        dry_run=dry_run,  # said in every case: servers assume a dry run where it is not
    )
    body: dict[str, Any] = {"policy": wire(checked(ForgetPolicy, policy))}
    if pinned_ids is not None:
        body["pinned_ids"] = list(pinned_ids)
    content = yield from ask(context, "POST", LONG_TERM_MEMORY, "forget", query=query, body=body, writes=True)
    return read(ForgetResponse, content)


def compact_long_term_memories(
    context: Context, namespace: str | None = None, user_id: str | None = None
) -> Steps[AckResponse]:
    """Merge duplicates. Returns when it is done; the answer's status tells how many memories remain."""
    query = parameters(
        namespace=context.namespace if namespace is None else namespace,
        user_id=context.user_id if user_id is None else user_id,
    )
    return read(AckResponse, (yield from ask(context, "POST", LONG_TERM_MEMORY, "compact", query=query, writes=True)))


def promote_working_memories_to_long_term(
    context: Context,
    session_id: str | None = None,
    memory_ids: Sequence[str] | None = None,
    namespace: str | None = None,
    *,
    user_id: str | None = None,
) -> Steps[CreatedMemories]:
    """Create long-term memories from those of a session, or from some of them, and return which.

    Raises:
        MemoryNotFoundError: there is no such session.
    """
    session = yield from get_working_memory(context, session_id, user_id, namespace)
    chosen = [one for one in session.memories if memory_ids is None or one.id in memory_ids]
    if not chosen:
        return CreatedMemories(status="ok")
    scope = {"session_id": session.session_id, "user_id": session.user_id, "namespace": session.namespace}
    return (yield from create_long_term_memories(context, records(context, chosen, **scope)))


def _plain(value: Any) -> Any:
    match value:
        case datetime():
            return in_utc(value).isoformat()
        case Enum():
            return value.value
        case _:
            return value
