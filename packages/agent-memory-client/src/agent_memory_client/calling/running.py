"""What each tool does: it does it within bounds, and says what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from agent_memory_client.calling import wording
from agent_memory_client.calling.arguments import (
    DataArguments,
    EditArguments,
    LazyMemoryArguments,
    MemoriesArguments,
    MemoryIdArguments,
    MemoryIdsArguments,
    NoArguments,
    SearchArguments,
    SessionArguments,
)
from agent_memory_client.calling.bounds import Bounds, own_memory
from agent_memory_client.context import Context
from agent_memory_client.exceptions import MemoryNotFoundError, MemoryValidationError
from agent_memory_client.models.record import MemoryRecordResult
from agent_memory_client.models.session import WorkingMemory
from agent_memory_client.moments import now
from agent_memory_client.operations.long_term import (
    create_long_term_memories,
    delete_long_term_memories,
    edit_long_term_memory,
)
from agent_memory_client.operations.searching import search_long_term_memory
from agent_memory_client.operations.session_changes import (
    add_memories_to_working_memory,
    append_messages_to_working_memory,
    update_working_memory,
    update_working_memory_data,
)
from agent_memory_client.operations.sessions import get_or_create_working_memory, get_working_memory
from agent_memory_client.steps import Steps

_PASSED_OVER = " (user_id was passed over: this conversation may reach only its own user's memories.)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What a tool did: as data for the caller, and in words for the model."""

    result: dict[str, Any]
    words: str


def search(context: Context, bound: Bounds, given: SearchArguments) -> Steps[Done]:
    user_id = bound.user_id or given.user_id
    results = yield from search_long_term_memory(
        context,
        given.query,
        namespace=bound.namespace,
        topics=given.topics or None,
        entities=given.entities or None,
        limit=given.max_results,
        offset=given.offset,
        optimize_query=given.optimize_query,
        user_id=user_id,
        memory_type=given.memory_type,
        min_relevance_score=given.min_relevance,
        search_mode=given.search_mode,
    )
    # Looked at again: a server that finds nothing within a namespace may have looked outside of it.
    memories = [one for one in results.memories if bound.hold(one)]
    summary = f"Found {len(memories)} relevant memories for: {given.query}"
    if given.user_id is not None and given.user_id != user_id:
        summary += _PASSED_OVER
    following = results.next_offset
    result = {
        "memories": [_shown(one) for one in memories],
        "total_found": results.total - (len(results.memories) - len(memories)),
        "offset": given.offset,
        "next_offset": following,
        "has_more": following is not None,
        "query": given.query,
        "summary": summary,
    }
    return Done(result=result, words=wording.found(memories, summary, next_offset=following))


def get_session(context: Context, bound: Bounds, _: NoArguments) -> Steps[Done]:
    working = yield from get_working_memory(context, bound.session_id, bound.user_id, bound.namespace)
    summary = f"Session has {_counted(working)}"
    return Done(result=_session(working) | {"summary": summary}, words=wording.session(working, summary))


def get_or_create_session(context: Context, bound: Bounds, _: NoArguments) -> Steps[Done]:
    created, working = yield from get_or_create_working_memory(
        context, bound.session_id, bound.user_id, bound.namespace
    )
    summary = f"{'Created new session' if created else 'Retrieved existing session'} with {_counted(working)}"
    result = _session(working) | {"created": created, "summary": summary}
    return Done(result=result, words=wording.session(working, summary))


def add_lazily(context: Context, bound: Bounds, given: LazyMemoryArguments) -> Steps[Done]:
    record = given.model_dump(exclude_none=True)
    yield from add_memories_to_working_memory(
        context, bound.session_id, [record], bound.namespace, user_id=bound.user_id
    )
    preview = wording.preview(given.text)
    summary = f"Successfully stored {given.memory_type} memory: {preview}"
    result = {
        "success": True,
        "memory_type": given.memory_type,
        "text_preview": preview,
        "topics": given.topics or [],
        "entities": given.entities or [],
        "summary": summary,
    }
    return Done(result=result, words=summary)


def update_data(context: Context, bound: Bounds, given: DataArguments) -> Steps[Done]:
    yield from update_working_memory_data(
        context, bound.session_id, given.data, bound.namespace, given.merge_strategy, bound.user_id
    )
    summary = f"Successfully updated {len(given.data)} data entries using {given.merge_strategy} strategy"
    result = {
        "success": True,
        "updated_keys": list(given.data),
        "merge_strategy": given.merge_strategy,
        "data_preview": wording.preview("; ".join(f"{name}: {value}" for name, value in given.data.items())),
        "summary": summary,
    }
    return Done(result=result, words=f"{summary}: {', '.join(given.data)}")


def set_session(context: Context, bound: Bounds, given: SessionArguments) -> Steps[Done]:
    if given.messages:
        added = [one.model_dump() for one in given.messages]
        yield from append_messages_to_working_memory(
            context, bound.session_id, added, bound.namespace, user_id=bound.user_id
        )
    memories = [one.model_dump(exclude_none=True) for one in given.memories or ()] or None
    working = yield from update_working_memory(
        context,
        bound.session_id,
        data=given.data,
        memories=memories,
        context_summary=given.context,
        namespace=bound.namespace,
        user_id=bound.user_id,
    )
    summary = f"Session now has {_counted(working)}"
    return Done(result=_session(working) | {"summary": summary}, words=summary)


def create_eagerly(context: Context, bound: Bounds, given: MemoriesArguments) -> Steps[Done]:
    scope = {"user_id": bound.user_id, "namespace": bound.namespace, "session_id": bound.session_id}
    records = [{**scope, **one.model_dump(exclude_none=True)} for one in given.memories]
    created = yield from create_long_term_memories(context, records)
    ids = [one.id for one in created.memories]
    message = f"Stored {len(ids)} long-term {'memory' if len(ids) == 1 else 'memories'}"
    lines = [f"- {one.text} (id {one.id})" for one in created.memories]
    return Done(
        result={"status": created.status, "message": message, "memory_ids": ids}, words="\n".join([message, *lines])
    )


def get_memory(context: Context, bound: Bounds, given: MemoryIdArguments) -> Steps[Done]:
    record = yield from own_memory(context, bound, given.memory_id)
    return Done(result={"memory": record.model_dump(mode="json")}, words=wording.memory(record))


def edit_memory(context: Context, bound: Bounds, given: EditArguments) -> Steps[Done]:
    bound.refuse_moving(user_id=given.user_id, namespace=given.namespace, session_id=given.session_id)
    updates = given.model_dump(mode="json", exclude_none=True, exclude={"memory_id"})
    if not updates:
        raise MemoryValidationError("Nothing is given to change: name at least one field besides memory_id.")
    if not bound.is_open:
        yield from own_memory(context, bound, given.memory_id)
    record = yield from edit_long_term_memory(context, given.memory_id, updates)
    words = f"Changed {', '.join(updates)}. The memory is now:\n{wording.memory(record)}"
    return Done(result={"memory": record.model_dump(mode="json")}, words=words)


def delete_memories(context: Context, bound: Bounds, given: MemoryIdsArguments) -> Steps[Done]:
    own = given.memory_ids if bound.is_open else (yield from _own(context, bound, given.memory_ids))
    missing = [one for one in given.memory_ids if one not in own]
    if not own:
        raise MemoryNotFoundError(f"There is no memory with the id {' or '.join(missing)}.", 404)
    answer = yield from delete_long_term_memories(context, own)
    words = f"Deleted: {', '.join(own)}." + (f" Not found: {', '.join(missing)}." if missing else "")
    return Done(result={"status": answer.status, "not_found": missing}, words=words)


def delete_memory(context: Context, bound: Bounds, given: MemoryIdArguments) -> Steps[Done]:
    return (yield from delete_memories(context, bound, MemoryIdsArguments(memory_ids=[given.memory_id])))


def tell_time(context: Context, bound: Bounds, _: NoArguments) -> Steps[Done]:  # noqa: ARG001 - as every tool
    """Tell the time of this machine: nothing is asked of the server."""
    yield from ()
    moment = now()
    iso = moment.isoformat().replace("+00:00", "Z")
    return Done(result={"iso_utc": iso, "unix_ts": int(moment.timestamp())}, words=f"It is {iso} (UTC).")


def _own(context: Context, bound: Bounds, memory_ids: Sequence[str]) -> Steps[list[str]]:
    own: list[str] = []
    for memory_id in dict.fromkeys(memory_ids):
        try:
            yield from own_memory(context, bound, memory_id)
        except MemoryNotFoundError:
            continue
        own.append(memory_id)
    return own


def _shown(one: MemoryRecordResult) -> dict[str, Any]:
    return {
        "id": one.id,
        "text": one.text,
        "memory_type": wording.type_of(one),
        "topics": one.topics,
        "entities": one.entities,
        "created_at": one.created_at.isoformat(),
        "relevance_score": one.relevance_score,
    }


def _session(working: WorkingMemory) -> dict[str, Any]:
    data = working.data or {}
    return {
        "session_id": working.session_id,
        "message_count": len(working.messages),
        "memory_count": len(working.memories),
        "memories": [
            {
                "text": one.text,
                "memory_type": wording.type_of(one),
                "topics": one.topics,
                "entities": one.entities,
                "created_at": one.created_at.isoformat(),
            }
            for one in working.memories
        ],
        "data_keys": list(data),
        "data": data,
        "context": working.context,
    }


def _counted(working: WorkingMemory) -> str:
    return (
        f"{len(working.messages)} messages, {len(working.memories)} stored memories, "
        f"and {len(working.data or {})} data entries"
    )
