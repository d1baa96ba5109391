"""What works beside the answers is begun again when it breaks, told of, and handed back when the process ends."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from tests.server.conftest import Server, Serving

from umi.errors import ProviderConnectionError, StorageError
from umi.ports.records import Record
from umi.server import supervising
from umi.server.doors.agent_memory import working
from umi.server.doors.agent_memory.jobs import KIND, TRIES_MAX, Job
from umi.server.doors.agent_memory.working import Worker
from umi.server.supervising import Condition, supervised
from umi.stores.relational.records import RelationalRecords

if TYPE_CHECKING:
    from umi.server.services import Services

SECONDS_MAX = 20
PART = "beside"


@asynccontextmanager
async def within() -> AsyncGenerator[None]:
    """Wait no longer than that for what another task does."""
    async with asyncio.timeout(SECONDS_MAX):
        yield


class Beside:
    """Work that breaks as often as it is told to, and then goes on until it is stopped."""

    def __init__(self, condition: Condition, *, breaks: int) -> None:
        self.condition = condition
        self.breaks = breaks
        self.begun = 0
        self.told: list[tuple[str, ...]] = []
        self.began = asyncio.Event()
        self.works = asyncio.Event()
        self.stopped = asyncio.Event()

    async def run(self) -> None:
        self.begun += 1
        self.began.set()
        self.told.append(self.condition.failing)
        if self.begun <= self.breaks:
            raise RuntimeError("a secret")
        self.condition.works(PART)
        self.works.set()
        await self.stopped.wait()


async def test_what_breaks_is_begun_again_and_is_told_of_until_it_works(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    monkeypatch.setattr(supervising, "BACK_OFF_SECONDS", 0.001)
    condition = Condition()
    beside = Beside(condition, breaks=3)

    async with supervised(PART, beside.run, condition, stop=beside.stopped.set, seconds_max=SECONDS_MAX), within():
        await beside.works.wait()

    assert beside.begun == 4
    assert beside.told == [(), (PART,), (PART,), (PART,)]
    assert condition.failing == ()
    waits = [vars(record)["again_seconds"] for record in caplog.records if record.levelno == logging.ERROR]
    assert waits == [0.001, 0.002, 0.004]
    assert "a secret" not in caplog.text


async def test_what_waits_to_be_begun_again_does_not_keep_the_process_from_ending(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(supervising, "BACK_OFF_SECONDS", 3_600)
    beside = Beside(Condition(), breaks=1)

    async with within(), supervised(PART, beside.run, beside.condition, stop=beside.stopped.set, seconds_max=3_600):
        await beside.began.wait()


async def test_a_server_whose_work_behind_the_answers_is_broken_says_so_and_answers(
    serving: Serving, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(supervising, "BACK_OFF_SECONDS", 0.001)
    monkeypatch.setattr(supervising, "BACK_OFF_SECONDS_MAX", 0.001)
    listed, is_broken = RelationalRecords.list, True

    async def list_records(self: RelationalRecords, kind: str, *args: Any, **more: Any) -> Sequence[Record]:
        if kind == KIND and is_broken:
            raise RuntimeError
        return await listed(self, kind, *args, **more)

    monkeypatch.setattr(RelationalRecords, "list", list_records)
    server = await serving(auth=False, tenant="t")

    broken = await ready_as(server, "degraded")
    put = await server.client.put("/v1/working-memory/s", json={"memories": [{"id": "m1", "text": "Zoe likes tea"}]})
    is_broken = False
    mended = await ready_as(server, "ok")

    assert (broken["failing"], put.status_code) == ([working.PART], 200)
    assert "failing" not in mended


async def ready_as(server: Server, status: str) -> dict[str, Any]:
    async with within():
        while True:
            answer = await server.client.get("/readyz")
            if answer.json()["status"] == status:
                assert answer.status_code == 200
                return answer.json()
            await asyncio.sleep(0.01)


@pytest.fixture
async def idle(serving: Serving) -> Services:
    """A server's services whose own worker does nothing."""
    server = await serving(auth=False, tenant="t")
    return server.services


def job(services: Services, name: str = "odd", key: str = "1") -> Job:
    return Job(name=name, tenant="t", key=key, about={}, due=services.world.clock.now())


async def standing(services: Services, key: str = "odd/1") -> Job | None:
    record = await services.records.get(KIND, "t", key)
    return None if record is None else Job.of(record)


async def test_a_job_that_fails_keeps_no_other_from_being_done_and_is_given_up_in_the_end(
    idle: Services, caplog: pytest.LogCaptureFixture
):
    done: list[str] = []

    async def way(_: Services, given: Job) -> None:
        if given.key == "bad":
            raise KeyError("a secret")
        done.append(given.key)

    worker = Worker(idle, {"odd": way})
    for key in ("bad", "good"):
        await worker.ask(job(idle, key=key))

    await worker.work(early=True)
    assert done == ["good"]
    bad = await standing(idle, "odd/bad")
    assert bad is not None
    assert (bad.tries, bad.until) == (1, None)
    assert bad.due > idle.world.clock.now()
    for _ in range(TRIES_MAX):
        await worker.work(early=True)

    assert await standing(idle, "odd/bad") is None
    assert "was given up" in caplog.text
    assert "a secret" not in caplog.text
    counts = idle.metrics.text().decode()
    assert f'umi_jobs_total{{job="odd",outcome="failed"}} {TRIES_MAX - 1}.0' in counts
    assert 'umi_jobs_total{job="odd",outcome="given up"} 1.0' in counts


@pytest.mark.parametrize("error", [ProviderConnectionError(), StorageError()])
async def test_a_job_whose_needs_are_not_to_be_had_is_never_given_up(idle: Services, error: Exception):
    async def way(*_: object) -> None:
        raise error

    worker = Worker(idle, {"odd": way})
    await worker.ask(job(idle))
    for _ in range(2 * TRIES_MAX):
        await worker.work(early=True)

    waits = await standing(idle)
    assert waits is not None
    assert waits.tries < TRIES_MAX
    assert waits.due < idle.world.clock.now() + timedelta(minutes=10)


async def test_a_job_that_ends_its_process_each_time_is_given_up(idle: Services):
    began = 0

    async def way(*_: object) -> None:
        nonlocal began
        began += 1

    tried = Job(name="odd", tenant="t", key="1", about={}, due=idle.world.clock.now(), tries=TRIES_MAX)
    await idle.records.put(tried.record)
    await Worker(idle, {"odd": way}).work(early=True)

    assert began == 0
    assert await standing(idle) is None


async def test_a_job_that_takes_long_is_held_for_as_long_and_done_by_one(
    idle: Services, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(working, "LEASE_SECONDS", 2.0)
    began, go = 0, asyncio.Event()

    async def way(*_: object) -> None:
        nonlocal began
        began += 1
        await go.wait()

    first, second = Worker(idle, {"odd": way}), Worker(idle, {"odd": way})
    await first.ask(job(idle))
    working_on_it = asyncio.create_task(first.work())
    async with within():
        held = await held_until_later(idle, renewals=2)
    assert held is not None
    await second.work(early=True)
    go.set()
    await working_on_it

    assert began == 1
    assert await standing(idle) is None


async def held_until_later(services: Services, *, renewals: int) -> Job | None:
    """Wait until a lease was written anew so often."""
    seen: set[object] = set()
    while len(seen) <= renewals:
        found = await standing(services)
        if found is not None and found.until is not None:
            seen.add(found.until)
        await asyncio.sleep(0.01)
    return await standing(services)


async def test_what_is_asked_for_while_it_is_done_is_done_again_behind_it(idle: Services):
    began, at_work, go = 0, asyncio.Event(), asyncio.Event()

    async def way(*_: object) -> None:
        nonlocal began
        began += 1
        at_work.set()
        await go.wait()

    first, second = Worker(idle, {"odd": way}), Worker(idle, {"odd": way})
    await first.ask(job(idle))
    doing = asyncio.create_task(first.work())
    async with within():
        await at_work.wait()
    await second.ask(job(idle))
    await second.work(early=True)
    assert began == 1
    go.set()
    await doing

    again = await standing(idle)
    assert again is not None
    assert again.until is None
    await second.work(early=True)
    assert (began, await standing(idle)) == (2, None)


async def test_a_worker_that_is_told_to_stop_finishes_what_it_is_at(idle: Services):
    done: list[str] = []
    at_work, go = asyncio.Event(), asyncio.Event()

    async def way(_: Services, given: Job) -> None:
        at_work.set()
        await go.wait()
        done.append(given.key)

    worker = Worker(idle, {"odd": way})
    for key in ("1", "2"):
        await worker.ask(job(idle, key=key))
    async with within(), supervised(PART, worker.run, Condition(), stop=worker.stop, seconds_max=SECONDS_MAX):
        await at_work.wait()
        asyncio.get_running_loop().call_soon(go.set)

    assert done == ["1"]
    left = await standing(idle, "odd/2")
    assert left is not None
    assert left.until is None


async def test_what_does_not_end_in_time_is_handed_back_for_the_next_process(idle: Services):
    at_work, was_stopped = asyncio.Event(), False

    async def way(*_: object) -> None:
        nonlocal was_stopped
        at_work.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            was_stopped = True
            raise

    worker = Worker(idle, {"odd": way})
    await worker.ask(job(idle))
    async with within(), supervised(PART, worker.run, Condition(), stop=worker.stop, seconds_max=0.01):
        await at_work.wait()

    assert was_stopped
    left = await standing(idle)
    assert left is not None
    assert (left.until, left.tries) == (None, 0)


async def test_what_a_newer_version_wrote_is_left_to_it(idle: Services):
    odd = [Record(kind=KIND, tenant="t", key="odd/1", value=b'{"as": "it likes"}'), job(idle, "newer").record]
    for record in odd:
        await idle.records.put(record)

    assert await Worker(idle, {}).work(early=True) == 0
    assert len(await idle.records.list(KIND, "t", limit=10)) == 2
