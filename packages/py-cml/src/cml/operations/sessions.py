"""Sessions."""

from __future__ import annotations

from typing import Any

from cml.answers import read as parsed
from cml.context import Context
from cml.exchange import ask, named
from cml.models.requests import CreateSessionRequest
from cml.models.responses import SessionContextResponse, SessionResponse
from cml.operations.checking import checked
from cml.steps import Steps

_SESSION = "session"


def create_session(
    context: Context, *, name: str | None = None, ttl_hours: float | None = 24, metadata: dict[str, Any] | None = None
) -> Steps[SessionResponse]:
    """Make a session that ends after so many hours. What was kept in it stays."""
    sent = checked(CreateSessionRequest, name=name, metadata=metadata).model_copy(update={"ttl_hours": ttl_hours})
    body = {**sent.wire(), "ttl_hours": checked(CreateSessionRequest, ttl_hours=ttl_hours).ttl_hours}
    if ttl_hours is None:
        body["ttl_hours"] = None
    return parsed(SessionResponse, (yield from ask(context, "POST", _SESSION, "create", body=body, writes=True)))


def get_session_context(context: Context, session_id: str | None = None) -> Steps[SessionContextResponse]:
    """Return the newest memories of a session, and all of them as one text. One that is not there has none.

    Raises:
        ValidationError: no session is named.
    """
    place = named("session_id", session_id or context.session_id or "")
    return parsed(SessionContextResponse, (yield from ask(context, "GET", _SESSION, place, "context")))
