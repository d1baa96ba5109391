"""What operators let the server do: a record of each, with numbers and no words of memories."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from umi.domain.ids import uuid7
from umi.errors import MemoryError as UmiError
from umi.ports.records import Record

if TYPE_CHECKING:
    from umi.server.doors.cml.places import Reach

KIND: Final = "cml.job"
KEPT: Final = timedelta(days=90)
RUNNING, COMPLETED, FAILED = "running", "completed", "failed"
_ID_RANDOM_BYTES: Final = 10
_PAGE_RECORDS: Final = 500


@dataclass(slots=True, kw_only=True)
class Running:
    """A job while it runs: whoever runs it puts there what came of it."""

    id: str
    result: Mapping[str, Any] = field(default_factory=dict[str, Any])
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A job as it is kept."""

    id: str
    kind: str
    user: str | None
    dry_run: bool
    status: str
    started_at: datetime
    completed_at: datetime | None = None
    result: Mapping[str, Any] | None = None
    error: str | None = None


@asynccontextmanager
async def running(reach: Reach, kind: str, *, dry_run: bool = False) -> AsyncGenerator[Running]:
    """Keep a record of a job while it runs, and of what came of it."""
    services = reach.caller.services
    now = services.world.clock.now()
    id = uuid7(int(now.timestamp() * 1_000), services.world.entropy.bytes(_ID_RANDOM_BYTES))
    begun = Job(id=id, kind=kind, user=reach.place.user, dry_run=dry_run, status=RUNNING, started_at=now)
    await _put(reach, begun)
    one = Running(id=id)
    try:
        yield one
    except UmiError as error:
        ended = services.world.clock.now()
        await _put(reach, replace(begun, status=FAILED, completed_at=ended, error=type(error).__name__))
        raise
    ended = services.world.clock.now()
    await _put(reach, replace(begun, status=COMPLETED, completed_at=ended, result=one.result))


async def all_of(reach: Reach, kind: str | None) -> Sequence[Job]:
    """Return the tenant's jobs, newest first."""
    found: list[Job] = []
    after = ("", "")
    user = reach.caller.principal.user
    while True:
        page = await reach.caller.services.records.list(KIND, reach.tenant, after=after, limit=_PAGE_RECORDS)
        found += (_job(record) for record in page if user is None or record.user == user)
        if len(page) < _PAGE_RECORDS:
            break
        after = (page[-1].tenant, page[-1].key)
    found.sort(key=lambda one: one.started_at)  # within a millisecond the ids are in no order
    return [one for one in reversed(found) if kind is None or one.kind == kind]


async def _put(reach: Reach, job: Job) -> None:
    value = {
        "kind": job.kind,
        "dry_run": job.dry_run,
        "status": job.status,
        "started_at": job.started_at.isoformat(),
        "completed_at": None if job.completed_at is None else job.completed_at.isoformat(),
        "result": job.result,
        "error": job.error,
    }
    record = Record(
        kind=KIND,
        tenant=reach.tenant,
        key=job.id,
        user=job.user or reach.caller.principal.user,
        value=json.dumps(value).encode(),
        expires_at=job.started_at + KEPT,
    )
    await reach.caller.services.records.put(record)


def _job(record: Record) -> Job:
    value = json.loads(record.value)
    ended = value["completed_at"]
    return Job(
        id=record.key,
        kind=value["kind"],
        user=record.user,
        dry_run=value["dry_run"],
        status=value["status"],
        started_at=datetime.fromisoformat(value["started_at"]),
        completed_at=None if ended is None else datetime.fromisoformat(ended),
        result=value["result"],
        error=value["error"],
    )
