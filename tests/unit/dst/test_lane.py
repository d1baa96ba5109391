"""Blocking work without threads, and processes that are killed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextvars import Context

import pytest
from tests.unit.dst.running import Runs, result_of

from umi.config import MemoryConfig
from umi.dst import DeterministicRng, SimClock
from umi.dst.lane import InlineLane, InlinePortal
from umi.dst.loop import running_loop
from umi.dst.process import Process, current_process
from umi.engine.memory import Memory
from umi.errors import ClosedError, Unsupported
from umi.wiring.simulated import create_simulation


async def rounds(count: int) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


# Lanes


def test_work_is_done_one_after_another_in_the_order_it_was_given():
    async def main() -> list[int]:
        lane, done = InlineLane("write"), list[int]()

        async def asking(number: int) -> None:
            assert await lane.run(lambda: done.append(number) or number) == number

        given = [lane.run(lambda number=number: done.append(number)) for number in range(10)]
        await asyncio.gather(*given, *map(asking, range(10, 20)))
        return done

    for seed in range(10):
        done = result_of(main, seed)
        assert done[:10] == list(range(10))
        assert sorted(done[10:]) == list(range(10, 20))


def test_others_have_their_turns_before_and_after_the_work():
    async def main() -> tuple[int, int]:
        lane, turns, during = InlineLane("write"), 0, 0

        async def counting() -> None:
            nonlocal turns
            while True:
                await asyncio.sleep(0)
                turns += 1

        def working() -> None:
            nonlocal during
            during = turns

        counter = asyncio.create_task(counting())
        await lane.run(working)
        counter.cancel()
        return during, turns

    seen = {result_of(main, seed) for seed in range(30)}

    assert len({before for before, _ in seen}) > 2
    assert len({after - before for before, after in seen}) > 2


def test_of_two_lanes_either_may_be_first():
    async def main() -> str:
        order: list[str] = []
        await asyncio.gather(*(InlineLane(name).run(lambda name=name: order.append(name)) for name in "ab"))
        return "".join(order)

    assert {result_of(main, seed) for seed in range(10)} == {"ab", "ba"}


def test_the_next_work_may_be_done_before_the_last_is_known_to_be():
    async def main() -> bool:
        lane, done = InlineLane("write"), list[int]()
        first = asyncio.ensure_future(lane.run(lambda: done.append(1)))
        second = asyncio.ensure_future(lane.run(lambda: done.append(2)))
        await first
        known = len(done)
        await second
        return known == 2

    assert {result_of(main, seed) for seed in range(20)} == {True, False}


def test_what_the_work_raises_is_raised_where_it_is_awaited():
    async def main() -> None:
        lane = InlineLane("write")

        def failing() -> None:
            raise ValueError("of the work")

        with pytest.raises(ValueError, match="of the work"):
            await lane.run(failing)
        assert await lane.run(lambda: 2) == 2

    result_of(main)


def test_work_that_nobody_wants_any_more_is_not_done():
    async def main() -> tuple[list[int], bool]:
        lane, done = InlineLane("write"), list[int]()

        async def asking() -> None:
            await lane.run(lambda: done.append(1))

        first, second = asyncio.create_task(asking()), asyncio.create_task(asking())
        await asyncio.sleep(0)
        first.cancel()
        second.cancel()
        await asyncio.wait([first, second])
        await lane.run(lambda: done.append(2))
        return done, second.cancelled()

    outcomes = [result_of(main, seed) for seed in range(30)]

    assert all(cancelled for _, cancelled in outcomes)
    assert [2] in [done for done, _ in outcomes]


def test_a_closed_lane_does_what_it_was_given_and_takes_no_more():
    async def main() -> int:
        lane = InlineLane("write")
        given = lane.run(lambda: 1)
        lane.close()
        with pytest.raises(ClosedError):
            await lane.run(lambda: 2)
        return await given

    assert result_of(main) == 1


def test_a_lane_serves_one_run_after_another():
    lane = InlineLane("write")

    async def main() -> int:
        kept = lane.run(lambda: 1)
        del kept
        return await lane.run(lambda: 2)

    assert [result_of(main), result_of(main, 2)] == [2, 2]


async def test_outside_of_a_simulated_loop_a_lane_refuses():
    with pytest.raises(Unsupported, match="simulated event loop"):
        await InlineLane("write").run(lambda: 1)


# Portals


def test_a_portal_runs_each_blocking_call_to_its_end():
    clock = SimClock()
    portal = InlinePortal(DeterministicRng(1), clock)

    async def call() -> int:
        await asyncio.sleep(60)
        return await InlineLane("read").run(lambda: 7)

    assert [portal.run(call), portal.run(call)] == [7, 7]
    assert clock.now_secs() == 120
    portal.close()
    with pytest.raises(ClosedError):
        portal.run(call)


def test_inside_a_run_a_portal_refuses_to_block():
    async def nothing() -> None:
        pass

    async def main() -> None:
        with pytest.raises(Unsupported, match="Await the async method"):
            InlinePortal(DeterministicRng(1), SimClock()).run(nothing)

    result_of(main)


# Processes


def test_a_killed_process_takes_no_further_step_and_unwinds_nothing():
    async def main() -> list[str]:
        process, told = Process("a"), list[str]()

        async def serving() -> None:
            try:
                while True:
                    await asyncio.sleep(1)
                    told.append("served")
            finally:
                told.append("unwound")

        async def beginning() -> None:
            asyncio.get_running_loop().call_later(2.5, told.append, "called")
            kept = asyncio.create_task(serving())
            assert current_process() is process
            await kept

        process.start(beginning())
        await asyncio.sleep(2.2)
        process.kill()
        await asyncio.sleep(10)
        assert running_loop().tasks == [asyncio.current_task()]
        return list(told)

    assert result_of(main) == ["served", "served"]


def test_a_killed_process_starts_nothing():
    async def main() -> None:
        process = Process("a")
        process.kill()
        with pytest.raises(ClosedError, match="was killed"):
            process.start(rounds(1))

    result_of(main)


def test_work_that_a_killed_process_gave_is_done_at_once_or_never_and_the_lane_goes_on():
    async def main() -> tuple[list[str], list[str]]:
        process, lane, done = Process("a"), InlineLane("write"), list[str]()

        async def asking() -> None:
            await lane.run(lambda: done.append("of the dead"))
            done.append("known to the dead")

        process.start(asking())
        await rounds(5)
        process.kill()
        before = list(done)
        await lane.run(lambda: done.append("of another"))
        return before, done

    outcomes = [result_of(main, seed) for seed in range(60)]

    assert all(after == [*before, "of another"] for before, after in outcomes)
    assert {len(before) for before, _ in outcomes} == {0, 1, 2}


def test_another_process_that_waits_for_the_clock_is_woken_by_one_that_dies():
    async def main() -> bool:
        clock, mover, sleeper = running_loop().clock, Process("mover"), Process("sleeper")
        slept = sleeper.start(clock.sleep_ms(10_000))
        await asyncio.sleep(1)

        async def moving() -> None:
            clock.advance_secs(10)
            mover.kill()

        mover.start(moving())
        await asyncio.sleep(20)
        return slept.done()

    assert result_of(main)


@pytest.mark.parametrize("context", [None, Context()])
def test_what_a_process_begins_in_another_context_belongs_to_it_too(context: Context | None):
    async def main() -> list[str]:
        process, told = Process("a"), list[str]()

        async def beside() -> None:
            await asyncio.sleep(1)
            told.append("beside")

        async def beginning() -> None:
            await asyncio.create_task(beside(), context=context)

        process.start(beginning())
        await asyncio.sleep(0.5)
        process.kill()
        await asyncio.sleep(5)
        return told

    assert result_of(main) == []


# A memory over them


def remembering(seed: int) -> Callable[[], Awaitable[list[str]]]:
    async def main() -> list[str]:
        env = create_simulation(seed).build()
        memory: Memory = env.create_memory(MemoryConfig(extraction="inline"))
        await asyncio.gather(*(memory.remember(f"Ada read book {number}.") for number in range(5)))
        found = await memory.recall("book")
        await env.close()
        return [hit.content for hit in found]

    return main


def test_a_simulated_memory_runs_in_the_loop_without_threads():
    first, again, other = Runs(1).run(remembering(1)), Runs(1).run(remembering(1)), Runs(2).run(remembering(1))

    assert len(first.result) == 5
    assert first == again
    assert first.steps != other.steps
