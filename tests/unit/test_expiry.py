"""What has a time to live leaves recall at that very moment, by a recorded change, and can be brought back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.moving import START, MovedClock, opened

from umi import Memory, Status
from umi.domain.change import Act
from umi.errors import Invalid

TEXT = "The code of the door is on the table"
TICK = timedelta(microseconds=1)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "memory.db"


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()


@pytest.fixture
def memory(path: Path, clock: MovedClock) -> Iterator[Memory]:
    made = opened(path, clock)
    yield made
    made.close_sync()


def found(memory: Memory) -> list[str]:
    return [hit.content for hit in memory.recall_sync("the code of the door")]


def test_it_is_found_until_its_time_and_no_longer_at_it(memory: Memory, clock: MovedClock):
    memory.remember_sync(TEXT, ttl=60)

    clock.at = START + timedelta(seconds=60) - TICK
    assert (found(memory), memory.count_sync()) == ([TEXT], 1)
    clock.at += TICK
    assert (found(memory), memory.count_sync(), memory.list_sync().items) == ([], 0, ())


@pytest.mark.parametrize("ttl", [60, 60.0, timedelta(minutes=1)])
def test_a_number_of_seconds_and_a_time_mean_the_same(memory: Memory, ttl: float | timedelta):
    by_ttl = memory.get_sync(memory.remember_sync(TEXT, ttl=ttl).id)
    by_time = memory.get_sync(memory.remember_sync("other", expires_at=START + timedelta(seconds=60)).id)

    assert by_ttl is not None
    assert by_time is not None
    assert by_ttl.expires_at == by_time.expires_at == START + timedelta(seconds=60)


@pytest.mark.parametrize("ttl", [0, -1, float("nan"), True, "soon"])
def test_a_time_to_live_that_is_none_is_refused(memory: Memory, ttl: float):
    with pytest.raises(Invalid):
        memory.remember_sync(TEXT, ttl=ttl)


def test_that_it_expired_is_recorded_with_its_reason(memory: Memory, clock: MovedClock):
    id = memory.remember_sync(TEXT, ttl=60).id
    clock.pass_time(hours=1)
    found(memory)

    event = memory.history_sync(id)[-1]

    assert (event.act, event.actor, event.after) == (Act.EXPIRE, "umi", {"status": Status.EXPIRED})
    assert event.reason == "past its time"


def test_as_of_a_moment_before_it_is_found_and_as_of_one_after_it_is_not(memory: Memory, clock: MovedClock):
    memory.remember_sync(TEXT, ttl=60)
    ends = START + timedelta(seconds=60)
    clock.pass_time(hours=1)

    def as_of(moment: object) -> tuple[int, int]:
        hits = memory.recall_sync("the code of the door", as_of=moment)  # pyright: ignore[reportArgumentType]
        return len(hits), memory.count_sync(as_of=moment)  # pyright: ignore[reportArgumentType]

    assert [as_of(ends - TICK), as_of(ends), as_of(ends + TICK)] == [(1, 1), (0, 0), (0, 0)]
    found(memory)
    assert [as_of(ends - TICK), as_of(ends), as_of(clock.now())] == [(1, 1), (0, 0), (0, 0)]


def test_what_expired_can_be_restored_and_does_not_expire_again(memory: Memory, clock: MovedClock):
    id = memory.remember_sync(TEXT, ttl=60).id
    clock.pass_time(hours=1)
    assert found(memory) == []

    assert memory.restore_sync(id)
    clock.pass_time(days=365)

    assert found(memory) == [TEXT]
    entity = memory.get_sync(id)
    assert entity is not None
    assert entity.expires_at is None


def test_a_restore_before_anything_was_read_counts_too(memory: Memory, clock: MovedClock):
    id = memory.remember_sync(TEXT, ttl=60).id
    clock.pass_time(hours=1)

    memory.restore_sync(id)

    assert found(memory) == [TEXT]


def test_an_expiry_can_be_undone_only_with_more_time(memory: Memory, clock: MovedClock):
    id = memory.remember_sync(TEXT, ttl=60).id
    clock.pass_time(hours=1)
    found(memory)

    memory.undo_sync(memory.history_sync(id)[-1])
    assert found(memory) == []
    memory.restore_sync(id)
    assert memory.revise_sync(id, ttl=60)
    assert found(memory) == [TEXT]


def test_many_that_are_due_at_once_all_go_in_the_order_they_came(memory: Memory, clock: MovedClock):
    ids = [receipt.id for receipt in (memory.remember_sync(f"{TEXT} {number}", ttl=60) for number in range(50))]
    later = memory.remember_sync("still here", ttl=61).id
    clock.pass_time(seconds=60)

    assert [entity.id for entity in memory.list_sync().items] == [later]
    assert [entity.id for entity in memory.list_sync(statuses=["expired"]).items] == ids
    seqs = [memory.history_sync(id)[-1].seq for id in ids]
    assert seqs == sorted(seqs)
    assert [one for one in memory.check_sync() if one.severity != "ok"] == []


def test_what_expires_while_nobody_looks_is_gone_when_the_store_is_opened(path: Path, clock: MovedClock):
    with opened(path, clock) as memory:
        id = memory.remember_sync(TEXT, ttl=60).id
    clock.pass_time(days=3)

    with opened(path, clock) as memory:
        assert found(memory) == []
        entity = memory.get_sync(id)
        assert entity is not None
        assert entity.status is Status.EXPIRED


def test_a_silenced_one_that_is_past_its_time_goes_when_it_comes_back(memory: Memory, clock: MovedClock):
    id = memory.remember_sync(TEXT, ttl=60).id
    memory.silence_sync(id)
    silencing = memory.history_sync(id)[-1]
    clock.pass_time(hours=1)

    memory.undo_sync(silencing)

    assert found(memory) == []


@given(st.lists(st.integers(1, 20), min_size=1, max_size=6), st.integers(0, 21))
def test_what_is_left_is_what_has_time_left(tmp_path_factory: pytest.TempPathFactory, lives: list[int], passed: int):
    clock = MovedClock()
    with opened(tmp_path_factory.mktemp("store") / "memory.db", clock) as memory:
        for number, seconds in enumerate(lives):
            memory.remember_sync(f"text {number}", ttl=seconds)
        clock.pass_time(seconds=passed)

        assert memory.count_sync() == sum(seconds > passed for seconds in lives)
