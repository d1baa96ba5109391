"""The real server with all its doors, over the real store, and its clients: in one loop, from one seed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from tests.unit.dst.visiting import visit_all_doors
from tests.unit.dst.worlds import Node, SimWorld

from cml import AsyncCognitiveMemoryLayer
from umi.dst import FaultConfig, FaultType
from umi.dst.loop import running_loop

if TYPE_CHECKING:
    from collections.abc import Mapping

TEXT = "Ada lives in Lisbon."
KEYED: Mapping[str, str] = {"Idempotency-Key": "once"}


def test_every_door_answers_and_nothing_reads_the_machines_time_or_chance(tmp_path: Path):
    native, agent_memory, cognitive, *leaks = SimWorld(1, tmp_path).run(visit_all_doors)

    assert TEXT in native
    assert "Bob plays chess." in agent_memory
    assert "vegetarian" in cognitive
    assert leaks == []


def test_the_same_seed_gives_the_same_run_to_the_letter(tmp_path_factory: pytest.TempPathFactory):
    runs: list[tuple[list[str], list[str]]] = []
    for seed in (3, 3, 4):
        world = SimWorld(seed, tmp_path_factory.mktemp("world"))
        runs.append((world.run(visit_all_doors), world.trace))

    assert runs[0] == runs[1]
    assert runs[0][1] != runs[2][1]


# Killed between any two steps


@contextmanager
def killed_after(node: Node, steps: int) -> Generator[list[bool]]:
    """Kill a server before the step after so many; the list says at the end whether that came."""
    loop, left, came = running_loop(), steps, list[bool]()
    before = loop.trace

    def trace(name: str) -> None:
        nonlocal left
        left -= 1
        if not left and node.server.is_running:
            node.server.kill()
            came.append(True)
        if before is not None:
            before(name)

    loop.trace = trace
    try:
        yield came
    finally:
        loop.trace = before


@dataclass(frozen=True, slots=True, kw_only=True)
class Crash:
    """What came of a write whose server was killed: whether it was kept before it was tried again, and how often."""

    was_killed: bool
    kept_before: int
    kept: int


Write = Callable[[httpx.AsyncClient, str], Awaitable[Any]]


async def native_write(client: httpx.AsyncClient, key: str) -> None:
    headers = {**KEYED, "Authorization": f"Bearer {key}"}
    response = await client.post("http://umi/umi/v1/remember", json={"text": TEXT}, headers=headers)
    response.raise_for_status()


async def cognitive_write(client: httpx.AsyncClient, key: str) -> None:
    memory = AsyncCognitiveMemoryLayer(key, "http://umi", http_client=client, max_retries=10, max_retry_delay=5)
    await memory.write(TEXT)


async def crashed(world: SimWorld, *, steps: int, write: Write) -> Crash:
    node = world.node()
    await node.server.start()
    key = await node.key()
    async with world.client(timeout=30) as client:
        with killed_after(node, steps) as came:
            writing = asyncio.create_task(_until_acknowledged(write, client, key))
            while not came and not writing.done():  # noqa: ASYNC110 - a step is no event
                await asyncio.sleep(0.001)
        before = 0
        if came:
            await node.server.start()
            before = len(await node.contents())
        await writing
    kept = len(await node.contents())
    await node.server.stop()
    return Crash(was_killed=bool(came), kept_before=before, kept=kept)


async def _until_acknowledged(write: Write, client: httpx.AsyncClient, key: str) -> None:
    for _ in range(60):
        try:
            await write(client, key)
        except (httpx.TransportError, httpx.HTTPStatusError):
            await asyncio.sleep(1)
        else:
            return
    pytest.fail("it was never acknowledged")


def crash(folder: Path, steps: int, write: Write) -> Crash:
    return SimWorld(steps, folder).run(partial(crashed, steps=steps, write=write))


@pytest.mark.parametrize("write", [native_write, cognitive_write])
def test_a_write_that_is_tried_again_after_a_crash_at_any_step_is_kept_once(
    tmp_path_factory: pytest.TempPathFactory, write: Write
):
    crashes = [crash(tmp_path_factory.mktemp("world"), steps, write) for steps in range(1, 100, 3)]

    killed = [one for one in crashes if one.was_killed]
    assert {one.kept for one in crashes} == {1}
    assert {one.kept_before for one in killed} == {0, 1}, "some were killed between the commit and the answer"


# A bad network


@pytest.mark.parametrize("seed", range(3))
def test_over_a_bad_network_each_write_is_kept_once(tmp_path: Path, seed: int):
    faults = [
        FaultConfig(fault, 0.1)
        for fault in (
            FaultType.NETWORK_LOSS,
            FaultType.NETWORK_DUPLICATION,
            FaultType.NETWORK_REORDERING,
            FaultType.NETWORK_LATENCY,
            FaultType.NETWORK_RESET,
            FaultType.NETWORK_PARTITION,
        )
    ]

    async def main(world: SimWorld) -> tuple[list[str], int]:
        node = world.node()
        async with node.server.running():
            key = await node.key()
            async with world.client() as http:
                client = AsyncCognitiveMemoryLayer(key, "http://umi", http_client=http, max_retries=10, timeout=20)
                for number in range(10):
                    await client.write(f"Ada read book {number}.")
            world.faults.heal()
            kept = await node.contents()
        return kept, world.faults.total_injections()

    kept, struck = SimWorld(seed, tmp_path, *faults).run(main)

    assert struck > 3
    assert kept == [f"Ada read book {number}." for number in range(10)]


def test_two_servers_over_one_store_see_each_others_writes(tmp_path: Path):
    async def main(world: SimWorld) -> list[int]:
        left, right = world.node("left"), world.node("right")
        async with left.server.running(), right.server.running():
            key = await left.key()
            async with world.client(key=key) as client:

                async def remember(number: int) -> None:
                    host = "left" if number % 2 else "right"
                    said = {"text": f"Ada read book {number}."}
                    (await client.post(f"http://{host}/umi/v1/remember", json=said)).raise_for_status()

                await asyncio.gather(*map(remember, range(10)))
            return [len(await node.contents()) for node in (left, right)]

    assert SimWorld(1, tmp_path).run(main) == [10, 10]
