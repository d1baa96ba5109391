"""Work behind the answers of this door, each piece a durable record until it is done."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from umi.ports.records import Record
from umi.server.doors.agent_memory.wire.forms import shown_time

if TYPE_CHECKING:
    from umi.server.services import Services

KIND: Final = "agent-memory.job"
KIND_LATER: Final = "agent-memory.job-later"
"""Of jobs about a time to come. There may be one for every session, so they are looked through less often."""
LATER: Final = "expire"
"""The name of jobs that are about a time to come, which settling does not hasten."""
TRIES_MAX: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What is to be done, for which tenant, and when. `about` is what it needs to know, and no secret.

    `until` is when the lease of whoever does it ends; None where nobody does.
    """

    name: str
    tenant: str
    key: str
    about: Mapping[str, Any]
    due: datetime
    user: str | None = None
    tries: int = 0
    until: datetime | None = None

    @property
    def record(self) -> Record:
        value = {
            "name": self.name,
            "about": self.about,
            "due": shown_time(self.due),
            "tries": self.tries,
            "until": None if self.until is None else shown_time(self.until),
        }
        return Record(
            kind=KIND_LATER if self.name == LATER else KIND,
            tenant=self.tenant,
            key=f"{self.name}/{self.key}",
            value=json.dumps(value).encode(),
            user=self.user,
        )

    @classmethod
    def of(cls, record: Record) -> Job:
        value = json.loads(record.value)
        return cls(
            name=value["name"],
            tenant=record.tenant,
            key=record.key.partition("/")[2],
            about=value["about"],
            due=datetime.fromisoformat(value["due"]),
            user=record.user,
            tries=value["tries"],
            until=None if value["until"] is None else datetime.fromisoformat(value["until"]),
        )

    def is_held(self, now: datetime) -> bool:
        """Whether somebody does it now."""
        return self.until is not None and now < self.until

    def is_due(self, now: datetime) -> bool:
        return now >= self.due and not self.is_held(now)


Do = Callable[["Services", Job], Awaitable["Job | None"]]
"""Does a job; what it returns is to be done later, in its place."""
