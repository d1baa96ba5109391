"""A clock, a vector index and a real store behind faults."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.unit.dst.making import Struck
from tests.unit.stores.opening import open_sqlite

from umi.domain.change import Batch
from umi.domain.erasure import Erase
from umi.domain.query import EVERYTHING
from umi.dst import FaultConfig, FaultType, FaultyClock, FaultyIndex, FaultyStore, Site, faulty_kind
from umi.errors import StorageError, StorageFullError, StoreDamagedError
from umi.ports.store import Retrieval, Store
from umi.testing.store.making import DIMENSIONS, NOON, SOLE, add, vector
from umi.vectors.choice import EXACT

HERON = "a heron stands in the harbour"


def batch(text: str = HERON) -> Batch:
    return Batch.of([add(text, key=text)], actor="test")


@pytest.fixture
async def inner(tmp_path: Path) -> AsyncIterator[Store]:
    store = open_sqlite(tmp_path / "memory.db")
    yield store
    await store.close()


def faulty(inner: Store, struck: Struck) -> FaultyStore:
    return FaultyStore(inner, struck.clock, struck.rng.fork("store"), struck.faults)


async def test_without_faults_the_store_is_the_one_beneath(inner: Store):
    store = faulty(inner, Struck())
    await store.apply(batch())

    assert await store.count(SOLE, EVERYTHING) == 1
    assert store.inner is inner
    assert (store.built_with, store.recorded_at) == (inner.built_with, inner.recorded_at)


async def test_a_write_that_failed_may_be_kept_and_writing_it_again_is_safe(inner: Store):
    kept: set[int] = set()
    for seed in range(12):
        struck = Struck(FaultType.STORAGE_WRITE_FAIL, seed=seed, times=1)
        store = faulty(inner, struck)
        text = f"{HERON} {seed}"
        before = await inner.count(SOLE, EVERYTHING)
        with pytest.raises(StorageError, match="storage_write_fail"):
            await store.apply(batch(text))
        kept.add(await inner.count(SOLE, EVERYTHING) - before)

        await store.apply(batch(text))

        assert await inner.count(SOLE, EVERYTHING) == before + 1

    assert kept == {0, 1}


async def test_an_erasure_that_failed_may_be_done_and_doing_it_again_is_safe(inner: Store):
    left: set[int] = set()
    for seed in range(12):
        text = f"{HERON} {seed}"
        await inner.apply(batch(text))
        before = await inner.count(SOLE, EVERYTHING)
        store = faulty(inner, Struck(FaultType.STORAGE_DELETE_FAIL, seed=seed, times=1))
        request = Erase(scope=SOLE, ids=(text,), actor="test", reason="asked for")
        with pytest.raises(StorageError):
            await store.erase(request)
        left.add(before - await inner.count(SOLE, EVERYTHING))
        await store.erase(request)

        assert (await inner.get(SOLE, [text])) == [None]

    assert left == {0, 1}


@pytest.mark.parametrize(
    "fault",
    [
        FaultType.STORAGE_DISK_FULL,
        FaultType.DB_CONNECTION_FAIL,
        FaultType.DB_QUERY_TIMEOUT,
        FaultType.DB_DEADLOCK,
        FaultType.DB_SERIALIZATION_FAIL,
        FaultType.DB_POOL_EXHAUSTED,
        FaultType.VECTOR_STORE_FAIL,
    ],
)
async def test_a_write_that_was_refused_changes_nothing(inner: Store, fault: FaultType):
    store = faulty(inner, Struck(fault))

    with pytest.raises(StorageError, match=fault.value):
        await store.apply(batch())

    assert await inner.count(SOLE, EVERYTHING) == 0


async def test_a_damaged_store_says_so_and_is_not_swallowed(inner: Store):
    store = faulty(inner, Struck(FaultType.STORAGE_CORRUPTION))

    with pytest.raises(StoreDamagedError):
        await store.get(SOLE, ["x"])


@pytest.mark.parametrize(
    ("fault", "error"),
    [(FaultType.STORAGE_DISK_FULL, StorageFullError), (FaultType.RESOURCE_FILE_LIMIT, StorageError)],
)
async def test_a_backup_needs_room_and_files(inner: Store, fault: FaultType, error: type[Exception], tmp_path: Path):
    store = faulty(inner, Struck(fault))

    with pytest.raises(error):
        await store.backup(tmp_path / "copy.db")

    assert not (tmp_path / "copy.db").exists()


async def test_when_the_vectors_are_too_slow_words_still_find(inner: Store):
    await inner.apply(batch())
    struck = Struck(FaultType.VECTOR_SEARCH_TIMEOUT)
    store = faulty(inner, struck)
    by_words = await store.match(SOLE, EVERYTHING, ["heron"], limit=5)
    asked = Retrieval(scope=SOLE, matches=by_words, vector=vector(HERON), limit=5)

    assert len(await store.retrieve(asked)) == 1
    assert struck.passed_ms == 30_000
    nothing = Retrieval(scope=SOLE, matches=type(by_words)(), vector=vector(HERON), limit=5)
    assert await store.retrieve(nothing) == []
    assert len(await inner.retrieve(nothing)) == 1


async def test_vectors_that_cannot_be_searched_are_an_error(inner: Store):
    store = faulty(inner, Struck(FaultType.VECTOR_SEARCH_FAIL))
    matches = await store.match(SOLE, EVERYTHING, ["heron"], limit=5)

    with pytest.raises(StorageError, match="vector_search_fail"):
        await store.retrieve(Retrieval(scope=SOLE, matches=matches, vector=vector(HERON), limit=5))


@pytest.mark.parametrize("fault", [FaultType.STORAGE_LATENCY, FaultType.RESOURCE_CPU_THROTTLE])
async def test_what_is_slow_works_and_takes_time(inner: Store, fault: FaultType):
    struck = Struck(fault)

    await faulty(inner, struck).apply(batch())

    assert await inner.count(SOLE, EVERYTHING) == 1
    assert struck.passed_ms > 0


async def test_lost_counts_of_recalls_raise_nothing(inner: Store):
    struck = Struck(FaultType.STORAGE_WRITE_FAIL)
    faulty(inner, struck).touch([1], NOON)

    assert struck.faults.total_injections() == 1


async def test_closing_never_fails(tmp_path: Path):
    struck = Struck(*FaultType)

    await faulty(open_sqlite(tmp_path / "other.db"), struck).close()

    assert struck.faults.steps == 0


METHODS = sorted(name for name, _ in inspect.getmembers(Store, inspect.isfunction) if not name.startswith("_"))


@pytest.mark.parametrize("name", sorted({*METHODS} - {"close", "touch"}))
async def test_every_method_of_a_store_can_be_struck(inner: Store, name: str):
    struck = Struck(FaultType.DB_CONNECTION_FAIL)
    method: Any = getattr(faulty(inner, struck), name)
    parameters = inspect.signature(method).parameters.values()
    given = [None for parameter in parameters if parameter.kind is parameter.POSITIONAL_OR_KEYWORD]
    named = {parameter.name: None for parameter in parameters if parameter.kind is parameter.KEYWORD_ONLY}

    with pytest.raises(StorageError, match=f"in {name} "):
        await method(*given, **named)


@pytest.mark.parametrize("name", METHODS)
def test_a_store_behind_faults_takes_what_the_port_says(name: str):
    assert inspect.signature(getattr(FaultyStore, name)) == inspect.signature(getattr(Store, name))


def test_a_skewed_clock_reads_wrong_from_then_on():
    struck = Struck(FaultType.TIME_CLOCK_SKEW, times=1)
    clock = FaultyClock(struck.clock, struck.rng.fork("clock"), struck.faults)

    wrong_by = clock.now() - struck.clock.now()

    assert timedelta() < abs(wrong_by) <= timedelta(minutes=1)
    struck.clock.advance_secs(5)
    assert clock.now() - struck.clock.now() == wrong_by == clock.wrong_by
    clock.set_right()
    assert clock.now() == struck.clock.now()


def test_a_leap_second_is_read_twice():
    struck = Struck()
    clock = FaultyClock(struck.clock, struck.rng.fork("clock"), struck.faults)
    before = clock.now()
    struck.clock.advance_secs(1)
    struck.faults.register(FaultConfig(FaultType.TIME_LEAP_SECOND, 1.0, max_injections=1))

    assert clock.now() == before
    assert clock.now() == before


ROWS = np.eye(4, DIMENSIONS, dtype=np.float32)
NUMBERS = np.arange(4, dtype=np.uint64)


def index(struck: Struck) -> FaultyIndex:
    made = faulty_kind(EXACT, struck.clock, struck.rng, struck.faults).make(DIMENSIONS)
    assert isinstance(made, FaultyIndex)
    with struck.faults.calm():
        made.add(NUMBERS, ROWS)
    return made


def test_without_faults_the_index_is_the_one_beneath(tmp_path: Path):
    struck = Struck()
    made = index(struck)
    made.remove(NUMBERS[:1])
    made.save(tmp_path / "index")
    loaded = faulty_kind(EXACT, struck.clock, struck.rng, struck.faults).load(tmp_path / "index", DIMENSIONS)

    assert len(made) == len(loaded) == 3
    assert made.search(ROWS[2], 1).tolist() == loaded.search(ROWS[2], 1).tolist() == [2]


def test_an_index_that_is_too_slow_finds_nothing():
    struck = Struck(FaultType.VECTOR_SEARCH_TIMEOUT)

    assert index(struck).search(ROWS[2], 1).tolist() == []
    assert struck.passed_ms == 30_000


def test_an_index_that_fails_is_an_error_and_stays_as_it_was(tmp_path: Path):
    struck = Struck(FaultType.VECTOR_SEARCH_FAIL, FaultType.VECTOR_STORE_FAIL)
    made = index(struck)
    acts: list[Callable[[], Any]] = [
        lambda: made.search(ROWS[2], 1),
        lambda: made.add(NUMBERS + np.uint64(9), ROWS),
        lambda: made.remove(NUMBERS),
        lambda: made.save(tmp_path / "index"),
    ]
    for act in acts:
        with pytest.raises(StorageError, match="injected: vector_"):
            act()

    assert len(made) == 4
    assert not (tmp_path / "index").exists()


def test_an_index_that_cannot_open_a_file_is_not_saved(tmp_path: Path):
    struck = Struck(FaultType.RESOURCE_FILE_LIMIT)

    with pytest.raises(StorageError, match="resource_file_limit"):
        index(struck).save(tmp_path / "index")

    assert not (tmp_path / "index").exists()
    assert f"{Site.VECTOR_STORE}:index.save" in struck.faults.operations
