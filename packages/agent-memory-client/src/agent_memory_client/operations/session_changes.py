"""Working memory: to change parts of a session, and leave the rest as it is.

A session is changed from what was read, and only if it is still that, so that two writers lose nothing. On a server
that cannot tell, it is written back whole, with all it had.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal, TypeAlias

from agent_memory_client.context import Context
from agent_memory_client.exceptions import MemoryValidationError
from agent_memory_client.exchange import as_json
from agent_memory_client.models.session import MemoryStrategyConfig, WorkingMemory, WorkingMemoryResponse
from agent_memory_client.operations.given import GivenMessage, GivenRecord, records
from agent_memory_client.operations.given import messages as checked_messages
from agent_memory_client.operations.sessions import (
    append_messages,
    change_working_memory,
    put_working_memory,
    window,
)
from agent_memory_client.steps import Steps

MergeStrategy: TypeAlias = Literal["replace", "merge", "deep_merge"]
_STRATEGIES = ("replace", "merge", "deep_merge")


def append_messages_to_working_memory(
    context: Context,
    session_id: str | None,
    messages: Iterable[GivenMessage],
    namespace: str | None = None,
    model_name: str | None = None,
    context_window_max: int | None = None,
    user_id: str | None = None,
) -> Steps[WorkingMemoryResponse]:
    """Add messages to the end of a session, which is created if need be, and return it.

    A message whose id the session has already is not added again.
    """
    added = checked_messages(messages)
    place = context.session(session_id)
    fits = window(context, model_name, context_window_max)
    whose = {"user_id": user_id, "namespace": namespace}
    appended = yield from append_messages(context, place, added, **whose, fits=fits)
    if appended is not None:
        return appended

    def change(memory: WorkingMemory) -> dict[str, Any]:
        known = {one.id for one in memory.messages}
        return {"messages": [*memory.messages, *(one for one in added if one.id not in known)]}

    return (yield from change_working_memory(context, place, change, **whose, fits=fits))


def update_working_memory(
    context: Context,
    session_id: str | None = None,
    *,
    data: Mapping[str, Any] | None = None,
    merge_strategy: MergeStrategy = "merge",
    memories: Iterable[GivenRecord] | None = None,
    replace_memories: bool = False,
    context_summary: str | None = None,
    ttl_seconds: int | None = None,
    long_term_memory_strategy: MemoryStrategyConfig | None = None,
    namespace: str | None = None,
    user_id: str | None = None,
) -> Steps[WorkingMemoryResponse]:
    """Change what is given of a session, which is created if need be, and return it.

    `data` is merged key by key, or replaces what was there, or is merged at every depth. `memories` are added, or
    replace those that were there. `context_summary` becomes the session's `context`.

    Raises:
        MemoryValidationError: there is no such merge strategy, or the data is no JSON.
    """
    if merge_strategy not in _STRATEGIES:
        raise MemoryValidationError(f"No merge strategy is called {merge_strategy!r}: {', '.join(_STRATEGIES)}.")
    as_json(data)  # refused before anything is asked
    place = context.session(session_id)
    kept = None
    if memories is not None:
        kept = records(context, memories, session_id=place, user_id=user_id, namespace=namespace)
    rest: dict[str, Any] = {"context": context_summary, "ttl_seconds": ttl_seconds}
    rest = {name: value for name, value in rest.items() if value is not None}
    if long_term_memory_strategy is not None:
        rest["long_term_memory_strategy"] = long_term_memory_strategy

    def change(memory: WorkingMemory) -> dict[str, Any]:
        update = dict(rest)
        if data is not None:
            update["data"] = merged(memory.data or {}, data, merge_strategy)
        if kept is not None:
            update["memories"] = kept if replace_memories else [*memory.memories, *kept]
        return update

    return (yield from change_working_memory(context, place, change, user_id=user_id, namespace=namespace))


def set_working_memory_data(
    context: Context,
    session_id: str | None,
    data: Mapping[str, Any],
    namespace: str | None = None,
    preserve_existing: bool = True,
    *,
    user_id: str | None = None,
) -> Steps[WorkingMemoryResponse]:
    """Replace the data of a session. Unless the rest is to be preserved, the session then holds nothing else."""
    if preserve_existing:
        return (yield from update_working_memory_data(context, session_id, data, namespace, "replace", user_id))
    new = {"data": dict(data)}
    return (yield from put_working_memory(context, session_id, new, user_id, namespace=namespace))


def update_working_memory_data(
    context: Context,
    session_id: str | None,
    data_updates: Mapping[str, Any],
    namespace: str | None = None,
    merge_strategy: MergeStrategy = "merge",
    user_id: str | None = None,
) -> Steps[WorkingMemoryResponse]:
    """Change the data of a session: `merge` key by key, `deep_merge` at every depth, or `replace` it.

    Raises:
        MemoryValidationError: there is no such merge strategy.
    """
    return (
        yield from update_working_memory(
            context,
            session_id,
            data=data_updates,
            merge_strategy=merge_strategy,
            namespace=namespace,
            user_id=user_id,
        )
    )


def add_memories_to_working_memory(
    context: Context,
    session_id: str | None,
    memories: Iterable[GivenRecord],
    namespace: str | None = None,
    replace: bool = False,
    *,
    user_id: str | None = None,
) -> Steps[WorkingMemoryResponse]:
    """Add memories to a session, or replace those it has. The server promotes them to long-term memory later."""
    return (
        yield from update_working_memory(
            context, session_id, memories=memories, replace_memories=replace, namespace=namespace, user_id=user_id
        )
    )


def merged(before: Mapping[str, Any], update: Mapping[str, Any], strategy: MergeStrategy) -> dict[str, Any]:
    """Return data with its changes."""
    match strategy:
        case "replace":
            return dict(update)
        case "merge":
            return {**before, **update}
        case "deep_merge":
            return _deep(before, update)


def _deep(before: Mapping[str, Any], update: Mapping[str, Any]) -> dict[str, Any]:
    both = {name for name in before.keys() & update.keys() if _are_objects(before[name], update[name])}
    inner = {name: _deep(before[name], update[name]) for name in both}
    return {**before, **update, **inner}


def _are_objects(*values: Any) -> bool:
    return all(isinstance(value, Mapping) for value in values)
