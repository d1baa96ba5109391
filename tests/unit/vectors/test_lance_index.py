"""An index in a Lance table finds what the exact one finds, whatever waits in memory, and may be lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from tests.unit.stores.lance.opening import inside

from umi.ports.vector_index import Lot
from umi.vectors.exact import ExactIndex
from umi.vectors.lance import index as lance_index
from umi.vectors.lance.index import LanceIndex
from umi.vectors.lance.shelf import LanceShelf

if TYPE_CHECKING:
    from pathlib import Path

DIMENSIONS = 32
ROWS = 400


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lance_index, "TAIL_ROWS_MAX", 50)
    monkeypatch.setattr(lance_index, "GONE_ROWS_MAX", 20)


@pytest.fixture
def shelf(tmp_path: Path) -> LanceShelf:
    return LanceShelf(tmp_path / "vectors")


def _lot(tmp_path: Path, **other: Any) -> Lot:
    asked: dict[str, Any] = {"model": 1, "tenant": 1, "epoch": 0, "dimensions": DIMENSIONS, **other}
    return Lot(store=tmp_path / "memory.db", **asked)


def _rows(count: int, seed: int = 1) -> Any:
    rows = np.random.default_rng(seed).standard_normal((count, DIMENSIONS), dtype=np.float32)
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float16).astype(np.float32)


def _made(shelf: LanceShelf, lot: Lot) -> LanceIndex:
    made = shelf.make(lot)
    assert isinstance(made, LanceIndex)
    return made


def _same(index: LanceIndex, exact: ExactIndex, allowed: Any = None) -> None:
    assert len(index) == len(exact)
    for query in _rows(5, seed=9):
        found = index.search(query, 10, allowed)
        wanted = exact.search(query, 10, allowed)
        assert set(found.tolist()) == set(wanted.tolist())
        assert found[0] == wanted[0]


def test_it_finds_what_the_exact_one_finds_through_any_mix_of_changes(shelf: LanceShelf, tmp_path: Path):
    source = np.random.default_rng(3)
    index, exact = _made(shelf, _lot(tmp_path)), ExactIndex(DIMENSIONS)
    rows, present = _rows(ROWS), set[int]()
    for _ in range(40):
        if source.random() < 0.6 or not present:
            new = np.array([n for n in source.choice(ROWS, 30, replace=False) if n not in present], dtype=np.uint64)
            for one in (index, exact):
                one.add(new, rows[new.astype(int)])
            present.update(new.tolist())
        else:
            old = source.choice(sorted(present), min(len(present), 12), replace=False).astype(np.uint64)
            for one in (index, exact):
                one.remove(old)
            present.difference_update(old.tolist())
        _same(index, exact)
    allowed = np.arange(0, ROWS, 3, dtype=np.uint64)
    _same(index, exact, allowed)
    index.optimise()
    _same(index, exact)
    _same(index, exact, allowed)


def test_absent_numbers_are_passed_over_and_removed_ones_may_come_back_changed(shelf: LanceShelf, tmp_path: Path):
    index, rows = _made(shelf, _lot(tmp_path)), _rows(ROWS)
    index.add(np.arange(100, dtype=np.uint64), rows[:100])
    index.remove(np.array([5, 7, 999], dtype=np.uint64))
    assert len(index) == 98
    assert 5 not in index.search(rows[5], 98)
    index.add(np.array([5], dtype=np.uint64), rows[300:301])
    assert index.search(rows[300], 1).tolist() == [5]
    assert len(set(index.search(rows[5], 200).tolist())) == 99


def test_an_empty_one_finds_nothing(shelf: LanceShelf, tmp_path: Path):
    index = _made(shelf, _lot(tmp_path))
    assert (len(index), index.search(_rows(1)[0], 5).tolist()) == (0, [])
    index.add(np.arange(60, dtype=np.uint64), _rows(60))
    assert index.search(_rows(1)[0], 0).tolist() == []
    assert index.search(_rows(1)[0], 5, np.empty(0, dtype=np.uint64)).tolist() == []


def test_what_is_kept_is_loaded_in_another_opening_and_what_is_not_is_not(shelf: LanceShelf, tmp_path: Path):
    lot, exact = _lot(tmp_path), ExactIndex(DIMENSIONS)
    index, rows = _made(shelf, lot), _rows(ROWS)
    for one in (index, exact):
        one.add(np.arange(330, dtype=np.uint64), rows[:330])
        one.remove(np.arange(10, dtype=np.uint64))
    mark = shelf.keep(lot, index)
    assert mark is not None
    other = LanceShelf(tmp_path / "vectors")
    loaded = other.load(lot, mark)
    assert isinstance(loaded, LanceIndex)
    _same(loaded, exact)
    loaded.retire()
    assert other.load(lot, b"\0" * len(mark)) is None
    assert other.load(_lot(tmp_path, tenant=2), mark) is None
    assert other.load(lot, mark[:-1] + b"\xff") is None


def test_another_that_comes_meanwhile_searches_in_memory(shelf: LanceShelf, tmp_path: Path):
    lot = _lot(tmp_path)
    index = _made(shelf, lot)
    index.add(np.arange(100, dtype=np.uint64), _rows(100))
    other = LanceShelf(tmp_path / "vectors").make(lot)
    assert not isinstance(other, LanceIndex)
    assert len(index) == 100
    index.retire()
    assert isinstance(shelf.make(lot), LanceIndex)


def test_what_cannot_be_written_waits_in_memory(shelf: LanceShelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    index, exact, rows = _made(shelf, _lot(tmp_path)), ExactIndex(DIMENSIONS), _rows(ROWS)

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(inside(index)._table, "add", refuse)
        for one in (index, exact):
            one.add(np.arange(120, dtype=np.uint64), rows[:120])
        _same(index, exact)
    for one in (index, exact):
        one.add(np.arange(120, 130, dtype=np.uint64), rows[120:130])
    _same(index, exact)
    assert not len(inside(index)._tail)


def test_of_a_forgotten_tenant_no_file_is_left_and_the_others_stay(shelf: LanceShelf, tmp_path: Path):
    for tenant in (1, 11):
        index = _made(shelf, _lot(tmp_path, tenant=tenant))
        index.add(np.arange(100, dtype=np.uint64), _rows(100))
    kept = _made(shelf, _lot(tmp_path, tenant=2, epoch=1))
    kept.add(np.arange(100, dtype=np.uint64), _rows(100))
    shelf.forget(tmp_path / "memory.db", {1})
    names = {file.relative_to(tmp_path / "vectors").parts[0] for file in shelf.files(tmp_path / "memory.db")}
    assert {name.split("-")[3] for name in names} == {"t2", "t11"}
    assert shelf.files(tmp_path / "other.db") == []
    kept.retire()
