"""Asking again as of an answer finds the same, whatever the clock does meanwhile and whatever is learned."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from tests.moving import MovedClock, opened

from umi import Hits, Memory

STEPS = {"goes on": 60.0, "stands still": 0.0, "is set back": -3_600.0}


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()


@pytest.fixture
def memory(tmp_path: Path, clock: MovedClock) -> Iterator[Memory]:
    with opened(tmp_path / "memory.db", clock) as memory:
        yield memory


@pytest.mark.parametrize("step", STEPS)
def test_asking_again_as_of_an_answer_finds_the_same(memory: Memory, clock: MovedClock, step: str):
    answers: list[Hits] = []
    for text in ("Ada lives in Lisbon", "Ada moved to Porto", "Ada moved to Rome"):
        memory.remember_sync(text)
        clock.pass_time(seconds=STEPS[step])
        answers.append(memory.recall_sync("Where does Ada live?"))
    for hits in answers:
        again = memory.recall_sync("Where does Ada live?", as_of=hits.as_of)
        assert [(hit.id, hit.status) for hit in again] == [(hit.id, hit.status) for hit in hits]
        assert again.as_of == hits.as_of


@pytest.mark.parametrize("step", STEPS)
def test_the_last_changes_are_part_of_what_changed_until_now(memory: Memory, clock: MovedClock, step: str):
    first = memory.remember_sync("Ada lives in Lisbon")
    clock.pass_time(seconds=STEPS[step])
    second = memory.remember_sync("Ada moved to Porto")
    told = memory.diff_sync(first.recorded_at)
    assert [entity.id for entity in told.added] == [second.id]
    assert [entity.id for entity in told.gone] == [first.id]
    before = memory.diff_sync(first.recorded_at - timedelta(microseconds=1), first.recorded_at)
    assert [entity.id for entity in before.added] == [first.id]


@pytest.mark.parametrize("step", STEPS)
def test_recorded_times_go_up_with_every_change(memory: Memory, clock: MovedClock, step: str):
    times: list[datetime] = []
    for number in range(5):
        receipt = memory.remember_sync(f"note {number}")
        clock.pass_time(seconds=STEPS[step])
        memory.forget_sync(receipt.id)
        times += [event.recorded_at for event in memory.history_sync(receipt.id)]
    assert times == sorted(set(times))
