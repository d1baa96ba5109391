"""Chance from a seed."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from umi.dst import DeterministicRng
from umi.errors import Invalid

# Written down when this was made: other values break the replay of every seed that was kept.
FIRST_OF_42 = [4678615994828777589, 16564326910507061032]
FIRST_OF_FORK = 654911992310612082

SHOWN = "from umi.dst import DeterministicRng as R; r = R({seed}).fork('a'); print(r.next_u64(), r.next_int(1, 6))"


def test_the_first_draws_of_a_seed_are_the_same_for_ever():
    rng = DeterministicRng(42)

    assert [rng.next_u64() for _ in range(2)] == FIRST_OF_42
    assert DeterministicRng(42).fork("store").next_u64() == FIRST_OF_FORK


def test_another_process_draws_the_same():
    ran = [
        subprocess.run(
            [sys.executable, "-c", SHOWN.format(seed=7)], env={"PYTHONHASHSEED": salt}, capture_output=True, check=True
        ).stdout
        for salt in ("0", "1")
    ]

    assert ran[0] == ran[1] != b""


def test_seeds_differ():
    assert len({DeterministicRng(seed).next_u64() for seed in range(1_000)}) == 1_000


def test_a_draw_here_does_not_shift_the_draws_of_a_fork():
    alone = DeterministicRng(1).fork("network").next_u64()
    rng = DeterministicRng(1)
    rng.next_u64()
    rng.fork("storage").next_u64()

    assert rng.fork("network").next_u64() == alone


def test_forks_of_other_names_and_places_differ():
    rng = DeterministicRng(1)
    paths = [
        rng.fork("a"),
        rng.fork("b"),
        rng.fork("a").fork("b"),
        rng.fork("a/b"),
        rng.fork("ab"),
        rng.fork(),
        rng.fork(),
    ]

    assert len({fork.next_u64() for fork in paths}) == len(paths)


def test_a_copy_goes_on_where_the_original_stands():
    rng = DeterministicRng(1)
    rng.next_u64()
    copied = rng.copy()

    assert [copied.next_u64() for _ in range(9)] == [rng.next_u64() for _ in range(9)]
    assert copied.fork().next_u64() == rng.fork().next_u64()


@given(st.integers(0, 2**64 - 1), st.integers(-(2**70), 2**70), st.integers(0, 2**64 - 1))
def test_whole_numbers_lie_within_their_bounds(seed: int, low: int, span: int):
    assert low <= DeterministicRng(seed).next_int(low, low + span) <= low + span


def test_whole_numbers_are_equally_likely():
    rng = DeterministicRng(5)
    counts = Counter(rng.next_int(0, 4) for _ in range(10_000))

    assert set(counts) == set(range(5))
    assert all(1_800 < count < 2_200 for count in counts.values())


def test_floats_and_chances_are_spread():
    rng = DeterministicRng(5)
    drawn = [rng.next_float() for _ in range(10_000)]

    assert 0 <= min(drawn) < 0.01
    assert 0.99 < max(drawn) < 1
    assert 2_800 < sum(rng.next_bool(0.3) for _ in range(10_000)) < 3_200


def test_what_has_no_chance_never_happens_and_what_is_certain_always_does():
    rng = DeterministicRng(5)

    assert not any(rng.next_bool(0.0) for _ in range(1_000))
    assert all(rng.next_bool(1.0) for _ in range(1_000))


@given(st.lists(st.integers()))
def test_shuffling_keeps_what_there_is(items: list[int]):
    shuffled = list(items)
    DeterministicRng(3).shuffle(shuffled)

    assert sorted(shuffled) == sorted(items)


def test_every_order_of_three_comes_up():
    rng = DeterministicRng(3)
    orders = Counter[tuple[int, ...]]()
    for _ in range(6_000):
        items = [1, 2, 3]
        rng.shuffle(items)
        orders[tuple(items)] += 1

    assert len(orders) == 6
    assert all(850 < count < 1_150 for count in orders.values())


@pytest.mark.parametrize("count", [0, 1, 7, 8, 9, 1_000])
def test_so_many_bytes_are_drawn(count: int):
    assert len(DeterministicRng(3).bytes(count)) == count


def test_what_cannot_be_drawn_is_refused():
    rng = DeterministicRng(3)
    refused: list[Callable[[], object]] = [
        lambda: rng.next_int(2, 1),
        lambda: rng.next_int(0, 2**64),
        lambda: rng.next_bool(1.5),
        lambda: rng.choose(()),
        lambda: rng.bytes(1_000_001),
        lambda: rng.fork(""),
    ]
    for draw in refused:
        with pytest.raises(Invalid):
            draw()
