"""The worker behind the acknowledgement: at its concurrency, again after failures, and after it was killed."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.loopback import Asked, Loopback, extracting, text_of
from tests.unit.enrich.conftest import Home, answer, claim, close_home, named, open_home

from umi.config import MemoryConfig
from umi.domain.change import Act, Alter, Ask, Batch
from umi.domain.completion import CompletionRequest
from umi.domain.erasure import Erase
from umi.domain.scope import Scope
from umi.engine.enrichment_worker import EnrichmentWorker
from umi.engine.remembering import ENRICH, remember_chunk, remember_one, turn_of
from umi.errors import (
    ProviderAuthenticationError,
    ProviderError,
    ProviderRateLimitError,
    ProviderResponseError,
    ProviderTimeoutError,
    StorageBusyError,
)
from umi.ports.store import TaskState
from umi.providers.llm.openai import OpenAIProvider

EVERY = Scope()
ROOT = Path(__file__).parents[3]


@dataclass
class Offset:
    """The machine's clock, moved forward by a test."""

    ahead: timedelta = timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Offset:
    """The clock of every world that is opened from now on."""
    offset = Offset()
    monkeypatch.setattr("umi.wiring.world.SystemClock", lambda: offset)
    return offset


async def told(home: Home, text: str) -> str:
    receipt = await remember_one(home.keeper, turn_of(text))
    assert receipt.path == "pending"
    return receipt.id


def worker(home: Home, **options: Any) -> EnrichmentWorker:
    return EnrichmentWorker(home.world, behaviour=home.keeper.behaviour, **options)


async def tasks(home: Home) -> list[TaskState]:
    return [task.state for task in await home.world.store.tasks(EVERY, limit=100)]


def claims_of(request: CompletionRequest) -> Any:
    return answer(entities=[named("Priya")] if "Priya" in request.prompt else [])


async def test_what_is_kept_is_read_behind_the_acknowledgement(home: Home):
    home.model.claims = answer(facts=[claim("Priya", "lives_in", "Oslo", "replanted in Oslo")])
    id = await told(home, "Priya got replanted in Oslo.")
    assert home.model.asked == []
    assert await tasks(home) == [TaskState.WAITING]

    progress = await worker(home).drain()

    assert (progress.done, progress.failed) == (1, 0)
    assert ("priya", "lives_in", "Oslo") in await home.facts(id)
    assert await tasks(home) == []


async def test_an_acknowledgement_never_waits_for_the_model(home: Home):
    asked, may_answer = threading.Event(), threading.Event()

    def claims(request: CompletionRequest) -> Any:
        asked.set()
        assert may_answer.wait(timeout=30)
        return claims_of(request)

    home.model.claims = claims
    await told(home, "Priya came by.")
    working = asyncio.ensure_future(worker(home).drain())
    assert await asyncio.to_thread(asked.wait, 30)

    for number in range(20):
        await told(home, f"Note {number} about nothing.")
    assert not working.done()
    may_answer.set()

    assert (await working).done == 21


async def test_as_many_tasks_run_at_once_as_allowed_and_no_more(tmp_path: Path):
    with Loopback(extracting, latency_ms=40) as server:
        home = open_home(tmp_path / "memory.db", MemoryConfig(extraction_concurrency=6))
        provider = OpenAIProvider("key", base_url=server.openai_url, concurrency=100)
        home = replace_llm(home, provider)
        await remember_chunk(home.keeper, [f"Alice{number} moved to Lisbon." for number in range(40)], start=0)

        progress = await worker(home).drain()

        assert (progress.done, progress.usage.input_tokens) == (40, 400)
        assert server.most_at_once == 6
        await provider.close()
        await close_home(home)


def replace_llm(home: Home, llm: Any) -> Home:
    world = replace(home.world, llm=llm)
    return Home(world=world, model=home.model, keeper=replace(home.keeper, world=world))


@pytest.fixture
async def moved(tmp_path: Path, clock: Offset) -> AsyncIterator[tuple[Home, Offset]]:
    home = open_home(tmp_path / "memory.db", MemoryConfig(extraction_tries=3))
    yield home, clock
    await close_home(home)


def failing(*errors: Exception) -> Callable[[CompletionRequest], Any]:
    waiting = list(errors)

    def claims(request: CompletionRequest) -> Any:
        if waiting:
            raise waiting.pop(0)
        return claims_of(request)

    return claims


@pytest.mark.parametrize(
    "error",
    [ProviderTimeoutError(), ProviderRateLimitError(), ProviderAuthenticationError(), StorageBusyError()],
    ids=lambda error: type(error).__name__,
)
async def test_what_failed_for_now_is_tried_again_later(
    moved: tuple[Home, Offset], error: Exception, caplog: pytest.LogCaptureFixture
):
    home, clock = moved
    home.model.claims = failing(error)
    await told(home, "Priya came by.")

    first = await worker(home).drain()
    at_once = await worker(home).drain()
    [task] = await home.world.store.tasks(EVERY, limit=10)
    clock.ahead += timedelta(seconds=3)
    later = await worker(home).drain()

    assert (first.failed, at_once.done, later.done) == (1, 0, 1)
    assert task.state is TaskState.WAITING
    assert task.error.startswith(type(error).__name__)
    assert "Tried again in" in caplog.text


async def test_pauses_grow_and_are_never_the_same(moved: tuple[Home, Offset]):
    home, clock = moved
    home.model.claims = failing(*[ProviderTimeoutError() for _ in range(40)])
    pauses: list[list[float]] = []
    for number in range(6):
        await told(home, f"Note {number}.")
    for _ in range(2):
        before = clock.now()
        await worker(home).drain()
        due = [task.due_at for task in await home.world.store.tasks(EVERY, limit=10)]
        pauses.append(sorted((moment - before).total_seconds() for moment in due))
        clock.ahead += timedelta(seconds=60)

    assert len(set(pauses[0])) == 6
    assert 1 <= pauses[0][0] <= pauses[0][-1] <= 4
    assert 2 <= pauses[1][0] <= pauses[1][-1] <= 6


async def test_a_provider_that_asks_for_a_pause_gets_it(moved: tuple[Home, Offset]):
    home, clock = moved
    home.model.claims = failing(ProviderRateLimitError("slow down", retry_after=120))
    await told(home, "Priya came by.")
    before = clock.now()

    await worker(home).drain()

    [task] = await home.world.store.tasks(EVERY, limit=10)
    assert task.due_at - before >= timedelta(seconds=120)


async def test_what_always_fails_is_given_up_and_can_be_asked_for_again(moved: tuple[Home, Offset]):
    home, clock = moved
    home.model.claims = failing(*[ProviderTimeoutError() for _ in range(3)])
    await told(home, "Priya came by.")
    for _ in range(5):
        await worker(home).drain()
        clock.ahead += timedelta(hours=1)

    assert await tasks(home) == [TaskState.FAILED]
    assert len(home.model.asked) == 3
    assert await home.world.store.retry(EVERY) == 1
    assert (await worker(home).drain()).done == 1


@pytest.mark.parametrize("error", [ProviderResponseError(), ProviderError(), ZeroDivisionError()], ids=repr)
async def test_what_will_not_pass_is_not_tried_again(moved: tuple[Home, Offset], error: Exception):
    home, clock = moved

    class Broken:
        name = model = "broken"

        async def complete(self, request: CompletionRequest) -> Any:
            assert request.prompt
            raise error

        async def close(self) -> None: ...

    await told(home, "Priya came by.")
    await worker(replace_llm(home, Broken())).drain()
    clock.ahead += timedelta(hours=1)

    assert await tasks(home) == [TaskState.FAILED]
    assert (await worker(home).drain()).done == 0


async def test_one_task_that_fails_holds_no_other_up(moved: tuple[Home, Offset]):
    home, _ = moved
    home.model.claims = failing(ProviderResponseError())
    for number in range(10):
        await told(home, f"Note {number}.")

    progress = await worker(home).drain()

    assert (progress.done, progress.failed) == (9, 1)


async def test_what_was_erased_meanwhile_is_no_task_any_more(home: Home):
    id = await told(home, "Priya came by.")
    await home.world.store.erase(Erase(scope=EVERY, ids=(id,), actor="test"))

    assert (await worker(home).drain()).failed == 0
    assert await tasks(home) == []


async def test_a_task_whose_text_changed_meanwhile_is_done_with_the_new_text(home: Home):
    loop = asyncio.get_running_loop()
    id = await told(home, "Priya got replanted in Oslo.")

    def claims(request: CompletionRequest) -> Any:
        if len(home.model.asked) == 1:
            values = {"content": "Priya got replanted in Riga.", "facts": ()}
            change = Alter(scope=EVERY, id=id, act=Act.REVISE, values=values)
            applying = home.world.store.apply(Batch.of([change], actor="test"))
            asyncio.run_coroutine_threadsafe(applying, loop).result(timeout=20)
        city = "Riga" if "Riga" in request.prompt else "Oslo"
        return answer(facts=[claim("Priya", "haunt", city, f"replanted in {city}")])

    home.model.claims = claims
    progress = await worker(home).drain()

    assert (progress.done, progress.failed) == (1, 0)
    assert await home.facts(id) == [("priya", "haunt", "Riga")]
    assert await tasks(home) == []


async def test_two_workers_do_nothing_twice(home: Home):
    home.model.claims = claims_of
    await remember_chunk(home.keeper, [f"Priya came by, {number}." for number in range(30)], start=0)

    done = await asyncio.gather(*(worker(home).drain() for _ in range(3)))

    assert sum(one.done for one in done) == 30
    assert len(home.model.asked) == 30


async def test_a_worker_that_runs_is_woken_and_stopped(home: Home):
    home.model.claims = claims_of
    running = worker(home)
    ended = asyncio.ensure_future(running.run())
    await told(home, "Priya came by.")
    running.wake()
    async with asyncio.timeout(30):
        while running.progress.done == 0:  # noqa: ASYNC110 - the worker tells nobody
            await asyncio.sleep(0.01)
    running.stop()

    await asyncio.wait_for(ended, timeout=30)


async def test_a_worker_that_is_stopped_gives_its_tasks_back_at_once(home: Home):
    asked, may_answer = threading.Event(), threading.Event()

    def claims(request: CompletionRequest) -> Any:
        asked.set()
        may_answer.wait(timeout=30)
        return claims_of(request)

    home.model.claims = claims
    await told(home, "Priya came by.")
    running = worker(home)
    ended = asyncio.ensure_future(running.run())
    assert await asyncio.to_thread(asked.wait, 30)
    running.stop()
    await asyncio.wait_for(ended, timeout=30)
    assert await tasks(home) == [TaskState.WAITING]
    may_answer.set()

    assert (await worker(home).drain()).done == 1


async def test_a_lease_is_kept_while_the_model_thinks(home: Home):
    with Loopback(extracting, latency_ms=3_000) as server:
        provider = OpenAIProvider("key", base_url=server.openai_url)
        slow = replace_llm(home, provider)
        await told(slow, "Alice moved to Lisbon.")
        first = asyncio.ensure_future(worker(slow, lease_seconds=1.5).drain())
        await asyncio.sleep(1.7)

        second = await worker(slow, lease_seconds=1.5).drain()

        assert (second.done, (await first).done, len(server.asked)) == (0, 1, 1)
        await provider.close()


async def test_a_text_that_was_asked_for_twice_is_read_once(home: Home):
    home.model.claims = claims_of
    id = await told(home, "Priya came by.")
    await home.world.store.apply(Batch(groups=[], actor="test", asks=[Ask(kind=ENRICH, scope=EVERY, id=id)]))

    assert (await worker(home).drain()).done == 1


async def test_a_killed_worker_does_nothing_twice_and_loses_nothing(tmp_path: Path, clock: Offset):
    path, count = tmp_path / "memory.db", 24
    home = open_home(path)
    ids = [await told(home, f"Person{chr(65 + number)} moved to City{chr(65 + number)}.") for number in range(count)]

    def answering(asked: Asked) -> Any:
        text = text_of(asked)
        who, _, where = text.rstrip(".").partition(" moved to ")
        return answer(facts=[claim(who, "haunt", where, f"moved to {where}")], entities=[named(who)])

    with Loopback(answering, latency_ms=60) as server:
        for enough in (4, 12):
            await killed_after(server, path, enough)
        provider = OpenAIProvider("key", base_url=server.openai_url)
        clock.ahead += timedelta(seconds=10)  # what the killed ones held is due again
        await worker(replace_llm(home, provider)).drain()
        await provider.close()

    assert await tasks(home) == []
    for id in ids:
        acts = Counter(event.act for event in await home.world.store.history(EVERY, id))
        assert acts[Act.REVISE] == 1
        assert sum(slot == "haunt" for _, slot, _ in await home.facts(id)) == 1
    await close_home(home)


async def killed_after(server: Loopback, path: Path, enough: int) -> None:
    """Let a worker run in a process of its own, and kill it when so many requests have come in all."""
    script = Path(__file__).with_name("killed_worker.py")
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(script), str(path), server.openai_url, cwd=ROOT, env=_environment()
    )
    try:
        async with asyncio.timeout(60):
            while len(server.asked) < enough:
                assert process.returncode is None
                await asyncio.sleep(0.01)
    finally:
        process.kill()
        await asyncio.wait_for(process.wait(), timeout=30)


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT)}
