"""Time as the protocol has it: always UTC. The one place of the client that reads a clock."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator


def now() -> datetime:
    """Return the present moment in UTC. It is read from `time`, in whose place a simulation puts its own."""
    return datetime.fromtimestamp(time.time(), UTC)  # noqa: TID251 - the client's edge: nothing is handed a clock here


def in_utc(moment: datetime) -> datetime:
    """Return the moment in UTC. One without a zone is taken as UTC, whatever the machine's own zone is."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


Moment = Annotated[datetime, AfterValidator(in_utc)]
