"""Sessions as they travel."""

from __future__ import annotations

from typing import Any, Final

from pydantic import Field

from umi.server.doors.cml.wire.forms import Answer, Form, Time
from umi.server.doors.cml.wire.memory import Item

_HOURS_MAX: Final = 24 * 365 * 100


class SessionAsked(Form):
    """A session to make. Without `ttl_hours` it has no end."""

    name: str | None = Field(None, max_length=1_000)
    ttl_hours: float | None = Field(24, gt=0, le=_HOURS_MAX)
    metadata: dict[str, Any] = Field(default_factory=dict[str, Any])


class SessionMade(Answer):
    """A session."""

    session_id: str
    created_at: Time
    expires_at: Time | None


class SessionContext(Answer):
    """A session's newest memories in their order, apart by what they are, and as one text."""

    session_id: str
    messages: list[Item]
    tool_results: list[Item]
    scratch_pad: list[Item]
    context_string: str
