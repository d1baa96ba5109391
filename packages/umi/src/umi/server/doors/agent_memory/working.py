"""Who does the jobs of this door. Each process of a server has a worker; they take turns by leases.

Whoever does a job holds it by a short lease, by the record's revision, and renews it while it lasts: no two processes
do the same at once, and what a killed one held is taken anew within `LEASE_SECONDS`. A job that is asked for again
while it is done is done again. One that fails is tried again, later each time: for as long as something that it needs
is not to be had, and `TRIES_MAX` times if it fails by itself.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from umi.errors import Conflict, StorageError, Unavailable
from umi.ports.records import ABSENT, Record
from umi.server.doors.agent_memory.jobs import KIND, KIND_LATER, LATER, TRIES_MAX, Do, Job
from umi.server.leases import Lease
from umi.server.shell.observed import place_of

if TYPE_CHECKING:
    from umi.server.services import Services

PART: Final = "agent-memory.jobs"
IDLE_SECONDS: Final = 1.0
LATER_SECONDS: Final = 60.0
LEASE_SECONDS: Final = 30.0
BACK_OFF_SECONDS: Final = 5.0
_PAGE_RECORDS: Final = 200
_SETTLED_ROUNDS_MAX: Final = 1_000
_ASKED_TRIES_MAX: Final = 50

_log = logging.getLogger("umi.server")


class Worker:
    """Does what is due, one after another, until it is stopped."""

    def __init__(self, services: Services, ways: Mapping[str, Do]) -> None:
        self._services = services
        self._ways = ways
        self._awake = asyncio.Event()
        self._turn = asyncio.Lock()
        self._stopping = False
        self._looked_later: datetime | None = None

    async def ask(self, job: Job) -> None:
        """Write down that something is to be done; it is, also if this process ends first.

        Raises:
            StorageError: it could not be written down.

        """
        records, record = self._services.records, job.record
        for _ in range(_ASKED_TRIES_MAX):
            standing = await records.get(record.kind, record.tenant, record.key)
            held = None if standing is None else Job.of(standing).until  # whoever does it goes on, and does it again
            wanted = record if held is None else replace(job, until=held).record
            with suppress(Conflict):
                await records.put(wanted, expected=ABSENT if standing is None else standing.revision)
                break
        else:
            await records.put(record)
        self._awake.set()

    def stop(self) -> None:
        """Let `run` return as soon as the job is done that it is at."""
        self._stopping = True
        self._awake.set()

    async def run(self) -> None:
        """Work until `stop`. One that is cancelled hands back what it is at."""
        condition = self._services.condition
        while not self._stopping:
            try:
                await self.work()
                condition.works(PART)
            except StorageError as error:
                condition.fails(PART, error)
                _log.warning("work behind the answers has to wait", extra={"error": type(error).__name__})
            if not self._stopping:
                self._awake.clear()
                with suppress(TimeoutError):
                    async with asyncio.timeout(IDLE_SECONDS):
                        await self._awake.wait()

    async def settle(self) -> None:
        """Do everything that is written down, due or not, until nothing is left that could be done."""
        for _ in range(_SETTLED_ROUNDS_MAX):
            if not await self.work(early=True):
                return

    async def work(self, *, early: bool = False) -> int:
        """Do once what is due, or with `early` what is to be done at all; return how many jobs were done."""
        async with self._turn:
            done = await self._work_through(KIND, early=early)
            now = self._services.world.clock.now()
            looked = self._looked_later
            if early or looked is None or not looked <= now < looked + timedelta(seconds=LATER_SECONDS):
                done += await self._work_through(KIND_LATER, early=early)
                self._looked_later = now
            return done

    async def _work_through(self, kind: str, *, early: bool) -> int:
        done, after = 0, ("", "")
        while True:
            page = await self._services.records.list(kind, None, after=after, limit=_PAGE_RECORDS)
            for record in page:
                if self._stopping:
                    return done
                done += await self._look_at(record, early=early)
            if len(page) < _PAGE_RECORDS:
                return done
            after = (page[-1].tenant, page[-1].key)

    async def _look_at(self, record: Record, *, early: bool) -> bool:
        """Do a job if it is to be done now; whether it is done."""
        try:
            job = Job.of(record)
        except (ValueError, KeyError, TypeError):  # a newer version may write them otherwise: it is its to do
            return False
        now = self._services.world.clock.now()
        wanted = job.is_due(now) or (early and not job.is_held(now) and job.name != LATER)
        if not wanted or job.name not in self._ways:
            return False
        leased = replace(job, tries=job.tries + 1, until=now + timedelta(seconds=LEASE_SECONDS))
        try:
            taken = await self._services.records.put(leased.record, expected=record.revision)
        except Conflict:
            return False
        return await self._hold(job, leased, taken)

    async def _hold(self, job: Job, leased: Job, taken: Record) -> bool:
        services = self._services
        lease = Lease(services.records, services.world.clock, taken, _held_until, seconds=LEASE_SECONDS)
        try:
            next_job = await lease.during(self._done(leased))
        except asyncio.CancelledError:
            await self._put_instead(lease.record, job)
            raise
        await self._put_instead(lease.record, next_job)
        return next_job is None

    async def _put_instead(self, held: Record, job: Job | None) -> None:
        """Write what is to be done next instead of what was held, and let others have it."""
        records = self._services.records
        try:
            if job is None:
                await records.delete(held.kind, held.tenant, held.key, expected=held.revision)
            else:
                await records.put(replace(job, until=None).record, expected=held.revision)
        except Conflict:  # it was asked for again meanwhile: that stands, and is done next
            standing = await records.get(held.kind, held.tenant, held.key)
            if standing is not None:
                with suppress(Conflict):
                    await records.put(replace(Job.of(standing), until=None).record, expected=standing.revision)

    async def _done(self, job: Job) -> Job | None:
        """Do a job; return it with a later time if it has to be tried again."""
        if job.tries > TRIES_MAX:  # whoever began it ended each time
            return self._given_up(job, "Killed", "")
        try:
            next_job = await self._ways[job.name](self._services, job)
        except Exception as error:  # noqa: BLE001 - the edge between jobs: one that fails keeps no other from being done
            return self._failed(job, error)
        self._services.metrics.job(job.name, "done")
        _log.debug("work behind an answer was done", extra={"job": job.name, "key": job.key, "tries": job.tries})
        return next_job

    def _failed(self, job: Job, error: Exception) -> Job | None:
        if isinstance(error, Unavailable):  # it is no fault of the job's, which is not given up for it
            job = replace(job, tries=min(job.tries, TRIES_MAX - 1))
        elif job.tries >= TRIES_MAX:
            return self._given_up(job, type(error).__name__, place_of(error))
        self._services.metrics.job(job.name, "failed")
        said = {"job": job.name, "error": type(error).__name__, "at": place_of(error), "tries": job.tries}
        _log.warning("work behind an answer failed", extra=said)
        wait = timedelta(seconds=BACK_OFF_SECONDS * 2.0 ** (job.tries - 1))
        return replace(job, due=self._services.world.clock.now() + wait)

    def _given_up(self, job: Job, error: str, place: str) -> None:
        self._services.metrics.job(job.name, "given up")
        said = {"job": job.name, "key": job.key, "tenant": job.tenant, "error": error, "at": place}
        _log.error("work behind an answer was given up", extra=said)


def _held_until(record: Record, until: datetime) -> Record:
    return replace(Job.of(record), until=until).record
