"""What a Memory does behind its answers, on whichever event loop it is used."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.embedding import HashingEmbedder
from tests.unit.enrich.conftest import answer, claim

from umi import Memory
from umi.domain.completion import CompletionRequest
from umi.providers.llm.callable import CallableProvider

TEXTS = [f"Person{number} got replanted in City{number}." for number in range(12)]


class Reader:
    """A model that reads the texts above, and can be made to wait."""

    def __init__(self) -> None:
        self.may_answer = threading.Event()
        self.may_answer.set()
        self.asked: list[str] = []
        self.was_asked = threading.Event()

    def __call__(self, request: CompletionRequest) -> Any:
        [text] = [text for text in TEXTS if text in request.prompt]
        self.asked.append(text)
        self.was_asked.set()
        assert self.may_answer.wait(timeout=30)
        who, _, where = text.rstrip(".").partition(" got replanted in ")
        return answer(facts=[claim(who, "haunt", where, f"replanted in {where}")])


def open_memory(path: Path, reader: Reader) -> Memory:
    def ask(request: CompletionRequest) -> Any:
        return reader(request)

    return Memory.open(path, embedder=HashingEmbedder(), llm=CallableProvider(ask))


def haunts(memory: Memory, ids: list[str]) -> list[str]:
    found = [memory.get_sync(id) for id in ids]
    return [fact.value for entity in found if entity is not None for fact in entity.facts if fact.slot == "haunt"]


CITIES = [f"City{number}" for number in range(len(TEXTS))]


async def test_what_is_remembered_is_read_behind_the_answer(tmp_path: Path):
    reader = Reader()
    async with open_memory(tmp_path / "memory.db", reader) as memory:
        ids = [(await memory.remember(text)).id for text in TEXTS]
        await memory.settle()

        assert list(await memory.tasks()) == []
        found = [await memory.get(id) for id in ids]

    assert [fact.value for one in found if one for fact in one.facts if fact.slot == "haunt"] == CITIES
    assert sorted(reader.asked) == sorted(TEXTS)


async def test_settling_while_the_worker_works_reads_nothing_twice(tmp_path: Path):
    reader = Reader()
    reader.may_answer.clear()
    async with open_memory(tmp_path / "memory.db", reader) as memory:
        for text in TEXTS:
            await memory.remember(text)
        assert await asyncio.to_thread(reader.was_asked.wait, 30)
        settling = [asyncio.ensure_future(memory.settle()) for _ in range(3)]
        await asyncio.sleep(0)
        reader.may_answer.set()
        await asyncio.wait_for(asyncio.gather(*settling), timeout=60)

        assert list(await memory.tasks()) == []
    assert sorted(reader.asked) == sorted(TEXTS)


async def test_what_the_blocking_twin_began_can_be_waited_for_from_another_loop(tmp_path: Path):
    reader = Reader()
    reader.may_answer.clear()
    memory = open_memory(tmp_path / "memory.db", reader)
    await asyncio.to_thread(memory.remember_sync, TEXTS[0])
    assert await asyncio.to_thread(reader.was_asked.wait, 30)
    settling = asyncio.ensure_future(memory.settle())
    done, _ = await asyncio.wait([settling], timeout=0.2)
    reader.may_answer.set()
    await asyncio.wait_for(settling, timeout=60)

    assert done == set()
    assert list(await memory.tasks()) == []
    await asyncio.to_thread(memory.close_sync)


def test_loops_one_after_another_each_do_their_part(tmp_path: Path):
    reader = Reader()
    memory = open_memory(tmp_path / "memory.db", reader)

    async def part(texts: list[str]) -> list[str]:
        ids = [(await memory.remember(text)).id for text in texts]
        await memory.settle()
        return ids

    ids = [id for start in (0, 4, 8) for id in asyncio.run(part(TEXTS[start : start + 4]))]

    assert haunts(memory, ids) == CITIES
    assert sorted(reader.asked) == sorted(TEXTS)
    memory.close_sync()


def test_a_loop_that_ends_early_leaves_its_part_to_the_next(tmp_path: Path):
    reader = Reader()
    memory = open_memory(tmp_path / "memory.db", reader)

    async def tell() -> list[str]:
        return [(await memory.remember(text)).id for text in TEXTS]

    ids = asyncio.run(tell())
    asyncio.run(memory.settle())

    assert haunts(memory, ids) == CITIES
    memory.close_sync()


def test_what_is_left_at_the_end_is_done_when_it_is_opened_again(tmp_path: Path):
    reader = Reader()
    reader.may_answer.clear()
    memory = open_memory(tmp_path / "memory.db", reader)
    ids = [memory.remember_sync(text).id for text in TEXTS]
    assert reader.was_asked.wait(timeout=30)
    closed = run_aside(memory.close_sync)
    reader.may_answer.set()
    closed.join(timeout=60)
    assert not closed.is_alive()

    again = open_memory(tmp_path / "memory.db", reader)
    again.settle_sync()

    assert haunts(again, ids) == CITIES
    assert list(again.tasks_sync()) == []
    again.close_sync()


def run_aside(call: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=call)
    thread.start()
    return thread
