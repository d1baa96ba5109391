"""Memories: to write, update and forget them, and to say what was said."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from cml.answers import read as parsed
from cml.context import Context
from cml.exceptions import ValidationError
from cml.exchange import ask
from cml.models.awaitable import Count
from cml.models.enums import MemoryType
from cml.models.requests import Feedback, ForgetAction, ForgetRequest, TurnRequest, UpdateRequest, WriteRequest
from cml.models.responses import (
    ForgetResponse,
    HealthResponse,
    StatsResponse,
    TurnResponse,
    UpdateResponse,
    WriteResponse,
)
from cml.operations.checking import checked, identifier
from cml.steps import Steps

_EVALUATING = {"x-eval-mode": "true"}
_MEMORY = "memory"


def health(context: Context) -> Steps[HealthResponse]:
    """Ask whether the server is there. Needs no key."""
    return parsed(HealthResponse, (yield from ask(context, "GET", "health")))


def write(
    context: Context,
    content: str,
    *,
    context_tags: Sequence[str] | None = None,
    session_id: str | None = None,
    memory_type: MemoryType | str | None = None,
    namespace: str | None = None,
    metadata: dict[str, Any] | None = None,
    turn_id: str | None = None,
    agent_id: str | None = None,
    timestamp: datetime | str | None = None,
    eval_mode: bool = False,
) -> Steps[WriteResponse]:
    """Keep a text. When this returns it is found.

    `timestamp` is when it happened or was said: now, if it is not given. A text of the same `turn_id` is kept once.
    With `eval_mode` the answer tells whether the text was stored or skipped, and why.

    Raises:
        ValidationError: the text is empty or too long, or there is no such type.
    """
    sent = checked(
        WriteRequest,
        content=content,
        context_tags=context_tags,
        session_id=context.session_id if session_id is None else session_id,
        memory_type=memory_type,
        namespace=context.namespace if namespace is None else namespace,
        metadata=metadata,
        turn_id=turn_id,
        agent_id=agent_id,
        timestamp=timestamp,
    )
    headers = _EVALUATING if eval_mode else None
    path: tuple[str, ...] = (_MEMORY, "write")
    if context.session_id is not None and session_id is None:
        path = ("session", context.session_id, "write")
    return parsed(
        WriteResponse, (yield from ask(context, "POST", *path, body=sent.wire(), writes=True, headers=headers))
    )


def turn(
    context: Context,
    user_message: str,
    *,
    assistant_response: str | None = None,
    session_id: str | None = None,
    max_context_tokens: int = 1500,
    timestamp: datetime | str | None = None,
    user_timezone: str | None = None,
) -> Steps[TurnResponse]:
    """Return what memory knows for an answer, and keep what was said.

    Raises:
        ValidationError: the message is empty or too long.
    """
    sent = checked(
        TurnRequest,
        user_message=user_message,
        assistant_response=assistant_response,
        session_id=context.session_id if session_id is None else session_id,
        max_context_tokens=max_context_tokens,
        timestamp=timestamp,
        user_timezone=user_timezone,
    )
    return parsed(TurnResponse, (yield from ask(context, "POST", _MEMORY, "turn", body=sent.wire(), writes=True)))


def update(
    context: Context,
    memory_id: UUID | str,
    *,
    text: str | None = None,
    confidence: float | None = None,
    importance: float | None = None,
    metadata: dict[str, Any] | None = None,
    feedback: Feedback | None = None,
) -> Steps[UpdateResponse]:
    """Change a memory, or say whether it is right. `metadata` takes the place of all there was before.

    Raises:
        NotFoundError: there is none with this id.
        ValidationError: a value is out of its range.
    """
    sent = checked(
        UpdateRequest,
        memory_id=identifier(memory_id),
        text=text,
        confidence=confidence,
        importance=importance,
        metadata=metadata,
        feedback=feedback,
    )
    return parsed(UpdateResponse, (yield from ask(context, "POST", _MEMORY, "update", body=sent.wire(), writes=True)))


def forget(
    context: Context,
    *,
    memory_ids: Sequence[UUID | str] | None = None,
    query: str | None = None,
    before: datetime | str | None = None,
    action: ForgetAction = "delete",
    threshold: float | None = None,
    dry_run: bool | None = None,
) -> Steps[ForgetResponse]:
    """Delete, archive or silence memories: by their ids, by what a question finds, or by what is older than a time.

    `threshold` says how well a memory must fit the question, from 0 to 1. A dry run only tells how many there would be.

    Raises:
        ValidationError: nothing says which memories are meant.
    """
    if not memory_ids and not query and before is None:
        raise ValidationError("Say what to forget: memory_ids, query or before.")
    ids = None if memory_ids is None else [identifier(one) for one in memory_ids]
    sent = checked(
        ForgetRequest,
        memory_ids=ids,
        query=query,
        before=before,
        action=action,
        threshold=threshold,
        dry_run=dry_run,
    )
    return parsed(ForgetResponse, (yield from ask(context, "POST", _MEMORY, "forget", body=sent.wire(), writes=True)))


def stats(context: Context) -> Steps[StatsResponse]:
    """Count the memories."""
    return parsed(StatsResponse, (yield from ask(context, "GET", _MEMORY, "stats")))


def delete_all(context: Context, *, confirm: bool = False) -> Steps[Count]:
    """Erase every memory of the tenant for ever, and return how many there were.

    Raises:
        ValidationError: `confirm` is not True.
    """
    if confirm is not True:
        raise ValidationError("This erases everything for ever: say confirm=True.")
    content = yield from ask(context, "DELETE", _MEMORY, "all", as_admin=True)
    return Count(content["affected_count"])
