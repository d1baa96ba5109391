"""The deterministic event loop: virtual time, an order drawn from the seed, and nothing from outside."""

from __future__ import annotations

import asyncio
import math
import socket
import threading
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from typing import Any

import anyio
import anyio.to_thread
import pytest
from tests.unit.dst.running import Runs, result_of

from umi.dst import DeterministicRng, SimClock
from umi.dst.loop import SimLoop, running_loop
from umi.dst.refusing import REFUSED
from umi.errors import DeadlockError, LimitExceeded, Unsupported

DAY_SECONDS = 86_400


async def forever() -> None:
    await asyncio.Event().wait()


# Time


def test_time_passes_only_when_nothing_is_ready_and_then_at_once():
    async def main() -> list[float]:
        loop = asyncio.get_running_loop()
        began = loop.time()
        await asyncio.sleep(0)
        told = [loop.time() - began]
        await asyncio.sleep(DAY_SECONDS)
        return [*told, loop.time() - began]

    ran = Runs().run(main)

    assert ran.result == [0.0, DAY_SECONDS]
    assert ran.seconds == DAY_SECONDS


def test_sleepers_of_the_clock_and_of_asyncio_wake_in_the_order_of_their_times():
    woken: list[int] = []

    async def main() -> None:
        clock = running_loop().clock

        async def of_the_clock(milliseconds: int) -> None:
            await clock.sleep_ms(milliseconds)
            woken.append(milliseconds)

        async def of_asyncio(milliseconds: int) -> None:
            await asyncio.sleep(milliseconds / 1_000)
            woken.append(milliseconds)

        async with asyncio.TaskGroup() as group:
            for milliseconds in (40, 20):
                group.create_task(of_the_clock(milliseconds))
            for milliseconds in (30, 10):
                group.create_task(of_asyncio(milliseconds))

    result_of(main)

    assert woken == [10, 20, 30, 40]


def test_waits_shorter_than_the_clocks_step_still_pass_time():
    async def main() -> None:
        for _ in range(2_000):
            await asyncio.sleep(1e-9)

    assert Runs().run(main).seconds == 0.002


def test_timers_of_another_part_that_moves_the_clock_are_due_at_once():
    async def main() -> bool:
        sleeping = asyncio.create_task(asyncio.sleep(10))
        await asyncio.sleep(1)
        running_loop().clock.advance_secs(10)
        for _ in range(5):
            await asyncio.sleep(0)
        return sleeping.done()

    assert result_of(main)


def test_a_wait_without_end_never_fires():
    async def main() -> None:
        with anyio.move_on_after(3):
            await anyio.sleep_forever()
        asyncio.get_running_loop().call_later(math.inf, pytest.fail)

    assert Runs().run(main).seconds == 3


# What asyncio gives


def test_timeouts_queues_locks_and_groups_work():
    async def main() -> list[object]:
        told: list[object] = []
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(5):
                await forever()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(forever(), 1)
        queue: asyncio.Queue[int] = asyncio.Queue(1)
        lock = asyncio.Lock()

        async def put() -> None:
            for number in range(5):
                async with lock:
                    await queue.put(number)

        async with asyncio.TaskGroup() as group:
            group.create_task(put())
            told += [await queue.get() for _ in range(5)]
        done, pending = await asyncio.wait(
            [asyncio.create_task(asyncio.sleep(1)), asyncio.create_task(asyncio.sleep(9))], timeout=5
        )
        return [*told, len(done), len(pending)]

    ran = Runs().run(main)

    assert ran.result == [0, 1, 2, 3, 4, 1, 1]
    assert ran.seconds == 11


def test_anyio_takes_it_for_a_loop_of_asyncio():
    async def main() -> list[int]:
        send, receive = anyio.create_memory_object_stream[int](1)

        async def sending() -> None:
            async with send:
                for number in range(4):
                    await send.send(number)
                    await anyio.sleep(0.1)

        received: list[int] = []
        async with anyio.create_task_group() as group, receive:
            group.start_soon(sending)
            received.extend([number async for number in receive])
        return received

    assert result_of(main) == [0, 1, 2, 3]


def test_a_group_cancels_its_tasks_when_one_fails():
    async def main() -> int:
        cancelled = 0

        async def waiting() -> None:
            nonlocal cancelled
            try:
                await forever()
            except asyncio.CancelledError:
                cancelled += 1
                raise

        async def failing() -> None:
            await asyncio.sleep(1)
            raise ValueError("on purpose")

        with pytest.RaisesGroup(ValueError):
            async with asyncio.TaskGroup() as group:
                for _ in range(3):
                    group.create_task(waiting())
                group.create_task(failing())
        return cancelled

    assert result_of(main) == 3


# The order


async def taking_turns() -> str:
    order: list[str] = []

    async def one(name: str) -> None:
        for _ in range(3):
            order.append(name)
            await asyncio.sleep(0)

    await asyncio.gather(*map(one, "abcd"))
    return "".join(order)


def test_two_runs_of_one_seed_take_the_same_steps():
    first, second = Runs(7).run(taking_turns), Runs(7).run(taking_turns)

    assert first == second
    assert first.steps[0] == "Runs.run.<locals>.scenario#1"


def test_different_seeds_take_different_orders():
    orders = {result_of(taking_turns, seed) for seed in range(20)}

    assert len(orders) > 15


def test_each_task_keeps_its_own_order_and_nobody_waits_for_more_than_a_round():
    for seed in range(20):
        order = result_of(taking_turns, seed)
        assert [sorted(order[place : place + 4]) for place in (0, 4, 8)] == [list("abcd")] * 3


def test_callbacks_that_are_no_tasks_keep_the_order_they_were_given_in():
    async def main() -> list[int]:
        loop, called = asyncio.get_running_loop(), list[int]()
        for number in range(20):
            loop.call_soon(called.append, number)
        others = [asyncio.create_task(asyncio.sleep(0)) for _ in range(5)]
        await asyncio.wait(others)
        return called

    for seed in range(10):
        assert result_of(main, seed) == list(range(20))


def test_who_waits_for_one_future_is_woken_in_the_order_of_asking():
    async def main() -> list[int]:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        woken: list[int] = []

        async def waiting(number: int) -> None:
            await asyncio.sleep(number)
            await future
            woken.append(number)

        tasks = [asyncio.create_task(waiting(number)) for number in range(5)]
        await asyncio.sleep(10)
        future.set_result(None)
        await asyncio.wait(tasks)
        return woken

    for seed in range(10):
        assert result_of(main, seed) == list(range(5))


def test_a_set_of_tasks_has_the_same_order_in_every_run():
    async def main() -> list[str]:
        tasks = {asyncio.create_task(forever(), name=str(number)) for number in range(30)}
        order = [task.get_name() for task in tasks]
        for task in tasks:
            task.cancel()
        return order

    assert result_of(main) == result_of(main)


# A race


class Account:
    """A balance that is read, then written."""

    def __init__(self) -> None:
        self.balance = 0
        self.lock = asyncio.Lock()

    async def add(self, amount: int) -> None:
        read = self.balance
        await asyncio.sleep(0)
        self.balance = read + amount

    async def add_locked(self, amount: int) -> None:
        async with self.lock:
            await self.add(amount)


async def lost_update(add: Callable[[Account, int], Coroutine[Any, Any, None]]) -> bool:
    """Let two change one account, each a little after it began; return whether a change was lost."""
    account = Account()

    async def changing() -> None:
        for _ in range(running_loop().fork("begin").next_int(0, 3)):
            await asyncio.sleep(0)
        await add(account, 1)

    async with asyncio.TaskGroup() as group:
        group.create_task(changing())
        group.create_task(changing())
    return account.balance != 2


def test_a_lost_update_is_found_within_a_few_seeds():
    found = [result_of(lambda: lost_update(Account.add), seed) for seed in range(20)]

    assert True in found[:5]
    assert False in found


def test_what_mends_the_lost_update_never_fails():
    assert not any(result_of(lambda: lost_update(Account.add_locked), seed) for seed in range(100))


# What goes wrong


def test_a_deadlock_is_named_with_who_waits_where():
    async def main() -> None:
        one, other = asyncio.Lock(), asyncio.Lock()

        async def taking(first: asyncio.Lock, second: asyncio.Lock) -> None:
            async with first:
                await asyncio.sleep(1)
                async with second:
                    pass

        async with asyncio.TaskGroup() as group:
            group.create_task(taking(one, other), name="left")
            group.create_task(taking(other, one), name="right")

    with pytest.raises(DeadlockError) as caught:
        result_of(main)

    told = str(caught.value)
    assert "left waits in Lock.acquire (asyncio.locks:" in told
    assert "right waits in Lock.acquire (asyncio.locks:" in told


def test_a_run_without_end_is_ended():
    async def main() -> None:
        while True:  # noqa: ASYNC110 - on purpose
            await asyncio.sleep(1)

    with pytest.raises(LimitExceeded, match="more than 1000 steps"):
        result_of(main, steps_max=1_000)


def test_a_failure_that_nobody_awaits_fails_the_run():
    async def failing() -> None:
        raise ValueError("unseen")

    async def main() -> None:
        asyncio.create_task(failing())  # noqa: RUF006 - on purpose
        await asyncio.sleep(1)
        await forever()

    with pytest.raises(ValueError, match="unseen") as caught:
        result_of(main)

    assert caught.value.__notes__ == ["Nobody awaited it: SimTask exception was never retrieved."]


def test_a_callback_that_fails_fails_the_run_at_once():
    def fail() -> None:
        raise ValueError("in a callback")

    async def main() -> None:
        asyncio.get_running_loop().call_later(1, fail)
        await asyncio.sleep(2)
        pytest.fail("it went on")

    with pytest.raises(ValueError, match="in a callback"):
        result_of(main)


def test_what_is_left_over_is_cancelled_in_order_and_may_finish():
    ended: list[str] = []

    async def lasting(name: str) -> None:
        try:
            await forever()
        finally:
            await asyncio.sleep(1)
            ended.append(name)

    async def generating() -> AsyncGenerator[int]:
        try:
            yield 1
        finally:
            await asyncio.sleep(1)
            ended.append("generator")

    kept: list[object] = []

    async def main() -> str:
        kept.extend(asyncio.create_task(lasting(name)) for name in "ab")
        generator = generating()
        kept.append(generator)
        await anext(generator)
        await asyncio.sleep(1)
        return "result"

    assert result_of(main) == "result"
    assert sorted(ended) == ["a", "b", "generator"]


def test_what_fails_when_it_is_cancelled_fails_the_run():
    async def lasting() -> None:
        try:
            await forever()
        finally:
            raise ValueError("while ending")

    async def main() -> object:
        task = asyncio.create_task(lasting())
        await asyncio.sleep(1)
        return task

    with pytest.raises(ValueError, match="while ending"):
        result_of(main)


def test_the_failure_of_the_run_itself_is_told_and_not_that_of_its_clearing_up():
    async def lasting() -> None:
        try:
            await forever()
        finally:
            raise ValueError("while ending")

    async def main() -> None:
        task = asyncio.create_task(lasting())
        await asyncio.sleep(1)
        raise KeyError(task.get_name())

    with pytest.raises(KeyError):
        result_of(main)


def test_a_loop_that_runs_takes_no_other_beside_it():
    async def main() -> None:
        result_of(forever)

    with pytest.raises(Unsupported, match="already running"):
        result_of(main)


# What is refused


def sleeping() -> None:
    time.sleep(1)


def threading_off() -> None:
    threading.Thread(target=print).start()


def connecting() -> None:
    with socket.socket() as made:
        made.connect(("127.0.0.1", 9))


async def asking_a_thread() -> None:
    await asyncio.to_thread(print)


async def asking_a_thread_of_anyio() -> None:
    await anyio.to_thread.run_sync(print)


async def opening_a_connection() -> None:
    await asyncio.open_connection("127.0.0.1", 9)


async def starting_a_program() -> None:
    await asyncio.create_subprocess_exec("true")


def in_async(call: Callable[[], None]) -> Callable[[], Coroutine[Any, Any, None]]:
    async def calling() -> None:
        call()

    return calling


@pytest.mark.parametrize(
    ("leaving", "remedy"),
    [
        (in_async(sleeping), "Await asyncio.sleep"),
        (in_async(threading_off), "InlineLane"),
        (in_async(connecting), "SimTransport"),
        (asking_a_thread, "InlineLane"),
        (asking_a_thread_of_anyio, "InlineLane"),
        (opening_a_connection, "SimTransport"),
        (starting_a_program, "Process"),
    ],
)
def test_what_leads_outside_fails_the_run_also_if_the_program_catches_it(
    leaving: Callable[[], Awaitable[None]], remedy: str
):
    async def main() -> None:
        with pytest.raises(Unsupported):
            await leaving()
        await asyncio.sleep(1)
        pytest.fail("it went on")

    with pytest.raises(Unsupported, match=remedy):
        result_of(main)


def test_every_method_that_a_loop_of_asyncio_has_is_there_or_refused():
    asked = {name for name in vars(asyncio.AbstractEventLoop) if not name.startswith("_")}
    own = {name for name in vars(SimLoop) if not name.startswith("_")}

    assert asked - own == set()
    assert set(REFUSED) <= asked


def test_another_thread_is_refused():
    loop = SimLoop(DeterministicRng(1), SimClock())
    refused: list[Unsupported] = []

    def speak() -> None:
        try:
            loop.call_soon_threadsafe(print)
        except Unsupported as error:
            refused.append(error)

    def start() -> None:
        thread = threading.Thread(target=speak)
        thread.start()
        thread.join(10)
        loop.stop()

    loop.call_soon(start)
    loop.run_forever()
    loop.close()

    assert len(refused) == 1


def test_outside_of_a_run_there_is_no_simulated_loop():
    with pytest.raises(Unsupported):
        running_loop()
