"""What every model of the protocol stands on: lenient in, strict out."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, PlainSerializer

from umi.domain.time import to_microseconds
from umi.errors import InvalidTimeError


def _aware(moment: datetime) -> datetime:
    """Read a time without a zone as UTC, wherever the server stands, and refuse one that no calendar has in UTC."""
    try:
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
        to_microseconds(moment)
    except (OverflowError, ValueError, InvalidTimeError) as error:
        raise ValueError("is no time that a calendar has in UTC") from error
    return moment


def shown_time(moment: datetime) -> str:
    """Return a time as the protocol writes it: ISO 8601, in UTC, with a Z."""
    if moment.tzinfo is not UTC:
        moment = moment.astimezone(UTC)
    return f"{moment.isoformat()[:-6]}Z"


Time = Annotated[datetime, AfterValidator(_aware), PlainSerializer(shown_time, when_used="json")]
"""A time; without a zone it is UTC."""


class Form(BaseModel):
    """What a caller sends. Unknown fields are passed over: the client sends whole answers back."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Answer(BaseModel):
    """What a caller gets."""

    model_config = ConfigDict(frozen=True)


class Ack(Answer):
    """That something was done."""

    status: str


class Detail(Answer):
    """What went wrong: a sentence, or for what is invalid a list of what and where."""

    detail: str | list[dict[str, Any]]
