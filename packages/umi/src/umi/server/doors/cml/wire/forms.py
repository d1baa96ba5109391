"""What every model of the protocol stands on: lenient in, strict out."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainSerializer

from umi.domain.time import to_microseconds
from umi.errors import InvalidTimeError
from umi.server.doors.beside import KEYS


def _in_utc(moment: datetime) -> datetime:
    """Read a time without a zone as UTC, and refuse what no calendar has in UTC."""
    try:
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
        to_microseconds(moment)
    except (OverflowError, ValueError, InvalidTimeError) as error:
        raise ValueError("is no time that a calendar has in UTC") from error
    return moment


def _free(metadata: dict[str, Any] | None) -> dict[str, Any] | None:
    taken = sorted(KEYS & (metadata or {}).keys())
    if taken:
        raise ValueError(f"{', '.join(taken)} is a key of the server's own")
    return metadata


def _said(text: str) -> str:
    if not text.strip():
        raise ValueError("is empty")
    return text


def _shown(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


Time = Annotated[datetime, AfterValidator(_in_utc), PlainSerializer(_shown, when_used="json")]
"""A time; without a zone it is UTC."""
Metadata = Annotated[dict[str, Any] | None, AfterValidator(_free)]
Text = Annotated[str, Field(min_length=1, max_length=100_000), AfterValidator(_said)]
Part = Annotated[str, Field(min_length=1, max_length=512)]
"""The name of a user, a namespace, an agent or a session."""


class Form(BaseModel):
    """What a caller sends. Unknown fields are passed over."""

    model_config = ConfigDict(extra="ignore", frozen=True, populate_by_name=True)


class Answer(BaseModel):
    """What a caller gets."""

    model_config = ConfigDict(frozen=True)


class Detail(Answer):
    """What went wrong: a sentence, or for what is invalid a list of what and where."""

    detail: str | list[dict[str, Any]]
    request_id: str
    suggestion: str
