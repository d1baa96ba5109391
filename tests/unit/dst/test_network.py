"""The simulated network, and what its faults mean."""

from __future__ import annotations

import asyncio

import pytest
from tests.unit.dst.making import Struck
from tests.unit.dst.running import result_of

from umi.dst import FaultConfig, FaultType, SimNetwork
from umi.dst.loop import running_loop
from umi.dst.process import Process
from umi.errors import Invalid, LimitExceeded, NetworkError


def opened(struck: Struck) -> SimNetwork:
    return SimNetwork(struck.clock, struck.rng.fork("network"), struck.faults)


async def payloads(network: SimNetwork, node: str) -> list[bytes]:
    return [message.payload for message in await network.receive(node)]


async def test_a_message_arrives_when_its_time_has_come():
    struck = Struck()
    network = opened(struck).with_latency(100)
    assert await network.send("a", "b", b"hello")
    assert (network.pending_count("b"), network.pending_count("a"), network.total_pending()) == (1, 0, 1)

    struck.clock.advance_ms(99)
    assert await network.receive("b") == []
    struck.clock.advance_ms(1)
    (message,) = await network.receive("b")

    assert (message.source, message.target, message.payload) == ("a", "b", b"hello")
    assert message.deliver_at_ms == struck.clock.now_ms()
    assert network.total_pending() == 0


async def test_without_jitter_messages_keep_their_order():
    struck = Struck()
    network = opened(struck).with_latency(5)
    for number in range(20):
        await network.send("a", "b", bytes([number]))
    struck.clock.advance_ms(5)

    assert await payloads(network, "b") == [bytes([number]) for number in range(20)]


async def test_jitter_stays_in_its_bounds_and_is_the_same_for_the_same_seed():
    async def run() -> list[int]:
        struck = Struck()
        network = opened(struck).with_latency(10, 50)
        for _ in range(200):
            await network.send("a", "b", b"x")
        struck.clock.advance_ms(60)
        return [message.deliver_at_ms - 1_000_000 for message in await network.receive("b")]

    times = await run()

    assert times == sorted(times) == await run()
    assert 10 <= times[0] < 15
    assert 55 < times[-1] <= 60


async def test_across_a_partition_messages_are_lost_and_the_sender_is_not_told():
    struck = Struck()
    network = opened(struck).with_latency(0)
    await network.send("a", "b", b"before")
    network.partition("b", "a")

    assert network.is_partitioned("a", "b")
    assert not await network.send("a", "b", b"lost")
    assert not await network.send("b", "a", b"lost")
    assert await network.send("a", "c", b"elsewhere")
    network.heal("a", "b")
    assert await network.send("a", "b", b"after")

    assert await payloads(network, "b") == [b"before", b"after"]


async def test_all_partitions_heal_and_all_messages_can_be_lost():
    network = opened(Struck())
    network.partition("a", "b")
    network.partition("a", "c")
    network.heal_all()
    assert await network.send("a", "c", b"x")
    network.clear()

    assert network.total_pending() == 0


async def test_what_is_under_way_is_bounded():
    network = opened(Struck())
    for _ in range(10_000):
        await network.send("a", "b", b"")

    with pytest.raises(LimitExceeded, match="DST_PENDING_COUNT_MAX"):
        await network.send("a", "b", b"")


@pytest.mark.parametrize(("base_ms", "jitter_ms"), [(-1, 0), (0, -1), (30_000, 1)])
def test_a_latency_that_cannot_be_is_refused(base_ms: int, jitter_ms: int):
    with pytest.raises(Invalid):
        opened(Struck()).with_latency(base_ms, jitter_ms)


def test_a_node_is_not_cut_off_from_itself():
    with pytest.raises(Invalid):
        opened(Struck()).partition("a", "a")


@pytest.mark.parametrize(
    ("fault", "milliseconds"),
    [(FaultType.NETWORK_CONNECTION_REFUSED, 0), (FaultType.NETWORK_DNS_FAIL, 5_000)],
)
async def test_a_connection_that_does_not_come_about_sends_nothing(fault: FaultType, milliseconds: int):
    struck = Struck(fault)
    network = opened(struck)

    with pytest.raises(NetworkError, match=fault.value):
        await network.send("a", "b", b"x")

    assert (struck.passed_ms, network.total_pending()) == (milliseconds, 0)


async def test_after_a_timeout_the_message_may_have_arrived_or_not():
    arrived: set[int] = set()
    for seed in range(20):
        struck = Struck(FaultType.NETWORK_TIMEOUT, seed=seed)
        network = opened(struck)
        with pytest.raises(NetworkError):
            await network.send("a", "b", b"x")
        assert struck.passed_ms == 30_000
        arrived.add(len(await network.receive("b")))

    assert arrived == {0, 1}


async def test_of_a_partial_write_only_the_beginning_arrives():
    struck = Struck(FaultType.NETWORK_PARTIAL_WRITE)
    network = opened(struck)
    with pytest.raises(NetworkError):
        await network.send("a", "b", b"a whole message")
    struck.clock.advance_secs(1)
    (payload,) = await payloads(network, "b")

    assert b"a whole message".startswith(payload)
    assert payload != b"a whole message"


async def test_a_reset_loses_what_is_under_way_between_the_two():
    struck = Struck(FaultType.NETWORK_RESET)
    network = opened(struck).with_latency(10)
    with struck.faults.calm():
        await network.send("a", "b", b"arrived")
        struck.clock.advance_ms(10)
        await network.send("a", "b", b"there")
        await network.send("b", "a", b"back")
        await network.send("c", "b", b"of another")

    with pytest.raises(NetworkError):
        await network.send("a", "b", b"resetting")
    struck.clock.advance_ms(10)

    assert await payloads(network, "b") == [b"arrived", b"of another"]
    assert await payloads(network, "a") == []


async def test_a_fault_can_be_kept_to_one_direction():
    struck = Struck()
    struck.faults.register(FaultConfig(FaultType.NETWORK_CONNECTION_REFUSED, 1.0, operation_filter="a>b"))
    network = opened(struck)

    assert await network.send("b", "a", b"x")
    with pytest.raises(NetworkError):
        await network.send("a", "b", b"x")


# What the sender is not told of


async def test_a_message_that_is_lost_never_arrives_and_the_sender_is_not_told():
    struck = Struck(FaultType.NETWORK_LOSS)
    network = opened(struck)

    assert not await network.send("a", "b", b"x")
    assert network.total_pending() == 0


async def test_a_message_that_is_duplicated_arrives_twice_each_in_a_time_of_its_own():
    struck = Struck(FaultType.NETWORK_DUPLICATION, times=20)
    network = opened(struck).with_latency(0, 50)
    for _ in range(20):
        assert await network.send("a", "b", b"x")
    struck.clock.advance_ms(50)

    times = [message.deliver_at_ms for message in await network.receive("b")]
    assert len(times) == 40
    assert len(set(times)) > 20


async def test_a_message_that_is_reordered_arrives_after_the_next_one():
    struck = Struck(FaultType.NETWORK_REORDERING, times=1)
    network = opened(struck).with_latency(10, 5)
    await network.send("a", "b", b"first")
    await network.send("a", "b", b"second")
    struck.clock.advance_ms(100)

    assert await payloads(network, "b") == [b"second", b"first"]


async def test_latency_keeps_a_message_for_up_to_two_seconds():
    struck = Struck(FaultType.NETWORK_LATENCY)
    network = opened(struck).with_latency(0)
    for _ in range(50):
        await network.send("a", "b", b"x")
    struck.clock.advance_ms(2_000)

    times = [message.deliver_at_ms - 1_000_000 for message in await network.receive("b")]
    assert len(times) == 50
    assert 1_500 < max(times) <= 2_000


async def test_a_partition_by_a_fault_cuts_both_ways_and_heals_by_itself():
    struck = Struck(FaultType.NETWORK_PARTITION, times=1)
    network = opened(struck)

    assert not await network.send("a", "b", b"x")
    assert network.is_partitioned("a", "b")
    assert not await network.send("b", "a", b"x")
    assert await network.send("a", "c", b"x")
    struck.clock.advance_ms(30_000)

    assert not network.is_partitioned("a", "b")
    assert await network.send("a", "b", b"x")


async def test_a_one_way_partition_by_a_fault_cuts_one_direction():
    struck = Struck(FaultType.NETWORK_ONE_WAY_PARTITION, times=1)
    network = opened(struck)

    assert not await network.send("a", "b", b"x")
    assert (network.is_cut("a", "b"), network.is_cut("b", "a")) == (True, False)
    assert not network.is_partitioned("a", "b")
    assert await network.send("b", "a", b"x")


async def test_a_one_way_partition_loses_one_direction_until_it_is_healed():
    network = opened(Struck())
    network.partition_one_way("a", "b")
    with pytest.raises(Invalid):
        network.partition_one_way("a", "a")

    assert not await network.send("a", "b", b"lost")
    assert await network.send("b", "a", b"x")
    network.heal("a", "b")
    assert await network.send("a", "b", b"x")


async def test_a_partition_of_a_scenario_is_not_ended_by_one_of_a_fault():
    struck = Struck(FaultType.NETWORK_ONE_WAY_PARTITION, times=1)
    network = opened(struck)
    await network.send("a", "b", b"x")
    network.partition("a", "b")
    struck.clock.advance_ms(60_000)

    assert network.is_partitioned("a", "b")


# Who is called


def test_what_is_attached_to_a_node_is_called_when_a_message_arrives():
    told: list[tuple[bytes, float]] = []

    async def main() -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        struck = Struck()
        network = SimNetwork(running_loop().clock, struck.rng, struck.faults).with_latency(100)
        await network.send("a", "b", b"before")
        network.attach("b", lambda message: told.append((message.payload, round(loop.time() - began, 3))))
        with pytest.raises(Invalid, match="attached"):
            network.attach("b", lambda _: None)
        await asyncio.sleep(1)
        await network.send("a", "b", b"after")
        await asyncio.sleep(1)
        network.detach("b")
        await network.send("a", "b", b"waits")
        await asyncio.sleep(1)
        assert await payloads(network, "b") == [b"waits"]

    result_of(main)

    assert told == [(b"before", 0.1), (b"after", 1.1)]


def test_what_a_process_sent_arrives_also_when_it_is_killed():
    async def main() -> list[bytes]:
        struck, got = Struck(), list[bytes]()
        network = SimNetwork(running_loop().clock, struck.rng, struck.faults)
        network.attach("b", lambda message: got.append(message.payload))
        process = Process("a")
        process.start(network.send("a", "b", b"last words"))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        process.kill()
        await asyncio.sleep(1)
        return got

    assert result_of(main) == [b"last words"]


def test_in_a_loop_only_the_sender_waits_for_what_times_out():
    async def main() -> float:
        clock = running_loop().clock
        struck = Struck(FaultType.NETWORK_TIMEOUT)
        network = SimNetwork(clock, struck.rng, struck.faults)

        async def sending() -> None:
            with pytest.raises(NetworkError):
                await network.send("a", "b", b"x")

        began = clock.now_secs()
        async with asyncio.TaskGroup() as group:
            group.create_task(sending())
            await asyncio.sleep(1)
            others = clock.now_secs() - began
        assert clock.now_secs() - began == 30
        return others

    assert result_of(main) == 1
