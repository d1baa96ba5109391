"""From what callers give, models or plain dicts, to what is sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias, TypeVar

from pydantic import BaseModel, ValidationError

from agent_memory_client.context import Context
from agent_memory_client.exceptions import MemoryValidationError
from agent_memory_client.models.record import MemoryRecord, NewMemory
from agent_memory_client.models.session import MemoryMessage, WorkingMemory

GivenRecord: TypeAlias = MemoryRecord | Mapping[str, Any]
GivenMessage: TypeAlias = MemoryMessage | Mapping[str, Any]
GivenSession: TypeAlias = WorkingMemory | Mapping[str, Any]
# What the server works out by itself, and takes from nobody.
_ONLY_ANSWERED = {
    "context_percentage_total_used",
    "context_percentage_until_summarization",
    "last_accessed",
    "new_session",
    "unsaved",
    "updated_at",
}
M = TypeVar("M", bound=BaseModel)


def checked(model: type[M], given: Mapping[str, Any] | BaseModel) -> M:
    """Return what was given as a model.

    Raises:
        MemoryValidationError: it does not fit.
    """
    if isinstance(given, model):
        return given
    try:
        return model.model_validate(given if isinstance(given, Mapping) else given.model_dump())
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
        raise MemoryValidationError(f"This is no {model.__name__}: {problems}") from error


def messages(given: Iterable[GivenMessage]) -> list[MemoryMessage]:
    """Return messages, each with an id and a time."""
    return [checked(MemoryMessage, one) for one in given]


def records(
    context: Context, given: Iterable[GivenRecord], *, session_id: str | None = None, **scope: str | None
) -> list[MemoryRecord]:
    """Return memories, each with an id and, where it names none itself, the user and namespace of the caller."""
    around = {"namespace": context.namespace, "user_id": context.user_id}
    around |= {name: value for name, value in scope.items() if value is not None}
    return [_within(one, session_id=session_id, **around) for one in given]


def session(
    context: Context, session_id: str, given: GivenSession, *, user_id: str | None, namespace: str | None
) -> WorkingMemory:
    """Return a session of this id, in the caller's scope unless it names one itself."""
    memory = checked(WorkingMemory, _completed(session_id, given) if isinstance(given, Mapping) else given)
    scope = {
        "user_id": user_id or memory.user_id or context.user_id,
        "namespace": namespace or memory.namespace or context.namespace,
    }
    inside = [_within(one, session_id=session_id, **scope) for one in memory.memories]
    return memory.model_copy(update={"session_id": session_id, "memories": inside, **scope})


def wire(model: BaseModel) -> dict[str, Any]:
    """Return a model as JSON has it, without what is not set."""
    return model.model_dump(mode="json", exclude_none=True)


def wire_session(memory: WorkingMemory) -> dict[str, Any]:
    """Return a session as it is sent: also when it came from the server."""
    return memory.model_dump(mode="json", exclude_none=True, exclude=_ONLY_ANSWERED)


def _completed(session_id: str, given: Mapping[str, Any]) -> dict[str, Any]:
    memories: list[GivenRecord] = given.get("memories") or []
    return {
        **given,
        "session_id": session_id,
        "messages": messages(given.get("messages") or []),
        "memories": [_record(one) for one in memories],
    }


def _record(given: GivenRecord) -> MemoryRecord:
    return given if isinstance(given, MemoryRecord) else checked(NewMemory, given)


def _within(given: GivenRecord, **around: str | None) -> MemoryRecord:
    record = _record(given)
    missing = {name: value for name, value in around.items() if value is not None and getattr(record, name) is None}
    return record.model_copy(update=missing)
