"""How much a caller may ask for and write, and what is noted of administrative calls."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from tests.server.conftest import Server, Serving, bearer

from umi.domain.bounds import Grant
from umi.server.auth.principal import Principal, Quota
from umi.server.auth.quotas import KIND, Quotas
from umi.server.settings import ServerSettings
from umi.server.shell.faults import TooManyRequests
from umi.testing.store.making import SteppingClock

if TYPE_CHECKING:
    import httpx

NOON = datetime(2100, 1, 1, 12, tzinfo=UTC)  # after the store's own clock, which lets records expire
CALLER = Principal(id="key:a", tenant="t", quota=Quota(writes_per_day=3))


@pytest.fixture
def clock() -> SteppingClock:
    return SteppingClock(NOON)


def quotas(server: Server, clock: SteppingClock, **settings: Any) -> Quotas:
    return Quotas(ServerSettings.model_validate(settings), server.services.records, clock)


async def written(counting: Quotas, caller: Principal, times: int) -> int:
    """Return how many of so many writes are let through."""
    through = 0
    for _ in range(times):
        try:
            await counting.take_write(caller)
        except TooManyRequests:
            continue
        through += 1
    return through


async def test_writes_are_counted_by_the_day_and_outlive_the_process(server: Server, clock: SteppingClock):
    assert await written(quotas(server, clock), CALLER, 2) == 2
    assert await written(quotas(server, clock), CALLER, 3) == 1

    with pytest.raises(TooManyRequests) as refused:
        await quotas(server, clock).take_write(CALLER)
    assert refused.value.retry_seconds == pytest.approx(12 * 3600, abs=1)

    clock.time = NOON + timedelta(hours=12)
    assert await written(quotas(server, clock), CALLER, 5) == 3


async def test_processes_count_together(server: Server, clock: SteppingClock):
    caller = Principal(id="key:a", tenant="t", quota=Quota(writes_per_day=10))

    through = await asyncio.gather(*(written(quotas(server, clock), caller, 6) for _ in range(4)))

    assert sum(through) == 10


async def test_callers_are_counted_apart(server: Server, clock: SteppingClock):
    counting = quotas(server, clock, writes_per_day=2)
    others = [
        Principal(id="key:b", tenant="t"),
        Principal(id="key:b", tenant="T"),
        Principal(id="key:c", tenant="t", quota=Quota(writes_per_day=1)),
        Principal(id="key:d", tenant="t", quota=Quota(writes_per_day=0)),
    ]

    assert [await written(counting, caller, 4) for caller in others] == [2, 2, 1, 4]
    assert len(await server.services.records.list(KIND, None, limit=10)) == 3


async def test_a_caller_that_wrote_enough_may_still_read(serving: Serving):
    server = await serving(writes_per_day=1)
    key = await server.key()

    first, second = await server.remember(key, "One"), await server.remember(key, "Two")

    assert (first.status_code, second.status_code) == (200, 429)
    assert second.json()["error"]["code"] == "too_many_requests"
    assert 1 <= int(second.headers["retry-after"]) <= 24 * 3600
    assert (await server.recall(key, "One?")).status_code == 200


async def test_administrative_calls_are_noted_with_who_made_them_also_when_they_are_refused(
    server: Server, caplog: pytest.LogCaptureFixture
):
    admin, other = await server.key(grants=tuple(Grant)), await server.key()
    id = (await server.remember(admin, "The treasure is under the oak")).json()["id"]

    async def erase(key: str) -> httpx.Response:
        return await server.client.post(
            "/umi/v1/erase", json={"ids": [id], "reason": "asked to"}, headers={**bearer(key), "X-Request-ID": "r-1"}
        )

    with caplog.at_level(logging.INFO, "umi.audit"):
        refused, done = await erase(other), await erase(admin)

    assert (refused.status_code, done.status_code, done.json()["proved"]) == (403, 200, True)
    noted = [record.__dict__ for record in caplog.records if record.name == "umi.audit"]
    fields = ("principal", "tenant", "route", "method", "status", "request_id")
    ids = [f"key:{key.split('_')[1]}" for key in (other, admin)]
    assert [tuple(one[field] for field in fields) for one in noted] == [
        (ids[0], "t", "/umi/v1/erase", "POST", 403, "r-1"),
        (ids[1], "t", "/umi/v1/erase", "POST", 200, "r-1"),
    ]
    principal = await server.services.keys.check(admin)
    assert principal is not None
    assert [event.actor for event in await server.services.memory(principal).history(id)][-1] == ids[1]


async def test_reading_and_writing_are_not_administrative(server: Server, caplog: pytest.LogCaptureFixture):
    key = await server.key()
    with caplog.at_level(logging.INFO, "umi.audit"):
        await server.remember(key, "Harmless")
        await server.recall(key, "Harmless?")

    assert [record for record in caplog.records if record.name == "umi.audit"] == []
