"""Whom a model speaks for. What it may reach is decided by the caller, never by the arguments of its calls."""

from __future__ import annotations

from dataclasses import dataclass

from agent_memory_client.context import Context
from agent_memory_client.exceptions import MemoryNotFoundError, MemoryValidationError
from agent_memory_client.models.record import MemoryRecord
from agent_memory_client.operations.long_term import get_long_term_memory
from agent_memory_client.steps import Steps


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """The session, user and namespace a model was given. None leaves it open."""

    session_id: str | None = None
    user_id: str | None = None
    namespace: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether any memory may be reached."""
        return self.user_id is None and self.namespace is None

    def hold(self, record: MemoryRecord) -> bool:
        """Tell whether a memory lies within. What belongs to nobody lies outside of what belongs to somebody."""
        is_theirs = self.user_id is None or record.user_id == self.user_id
        return is_theirs and (self.namespace is None or record.namespace == self.namespace)

    def refuse_moving(self, **to: str | None) -> None:
        """Refuse to move a memory out of the bounds.

        Raises:
            MemoryValidationError: it would go to another user, namespace or session.
        """
        here = {"user_id": self.user_id, "namespace": self.namespace, "session_id": self.session_id}
        away = [name for name, value in to.items() if value is not None and here[name] not in {None, value}]
        if away:
            raise MemoryValidationError(
                f"{' and '.join(away)} cannot be changed: this conversation may reach only its own memories."
            )


def bounds(context: Context, session_id: str | None, namespace: str | None, user_id: str | None) -> Bounds:
    """Return the bounds a caller sets, with the client's own where it sets none."""
    return Bounds(
        session_id=session_id or context.session_id,
        user_id=user_id or context.user_id,
        namespace=namespace or context.namespace,
    )


def own_memory(context: Context, bound: Bounds, memory_id: str) -> Steps[MemoryRecord]:
    """Return a memory that lies within the bounds.

    Raises:
        MemoryNotFoundError: there is none with this id, or it is somebody else's: a model cannot tell which.
    """
    try:
        record = yield from get_long_term_memory(context, memory_id)
    except MemoryNotFoundError:
        raise _unknown(memory_id) from None
    if not bound.hold(record):
        raise _unknown(memory_id)
    return record


def _unknown(memory_id: str) -> MemoryNotFoundError:
    return MemoryNotFoundError(f"There is no memory with the id {memory_id}.", 404)
