"""What FTS5 counts of all texts, which every score rests on, after reads that failed while something was written."""

from __future__ import annotations

import pytest
from tests.unit.dst.disk.making import Place, place

from umi.dst import FaultConfig, FaultType
from umi.errors import StorageError
from umi.testing.store.making import add, apply

SEEDS, PARTS, TEXTS = 48, 4, 14


def totals(here: Place) -> tuple[int, int]:
    """Return how many rows FTS5 counts, and how many there are."""
    db = here.connected()
    try:
        [(record,)] = db.execute("SELECT block FROM words_data WHERE id = 1")
        [(rows,)] = db.execute("SELECT count(*) FROM words_docsize")
        return record[0], rows  # a number below 128 is one byte
    finally:
        db.close()


@pytest.mark.parametrize("first", range(0, SEEDS, SEEDS // PARTS))
async def test_a_read_that_fails_while_something_is_written_leaves_the_counts_right(first: int):
    struck = 0
    for seed in range(first, first + SEEDS // PARTS):
        with place(seed, FaultConfig(FaultType.DISK_READ_FAIL, 0.02)) as here:
            with here.faults.calm():
                stores = [here.store(name) for name in ("one", "other")]  # each makes the other read anew
            for number in range(TEXTS):
                try:
                    await apply(stores[number % 2], add(f"text {number}", id=f"e{number}"))
                except StorageError:
                    struck += 1
            with here.faults.calm():
                for number, store in enumerate(stores):
                    await apply(store, add("the last", id=f"last{number}"))
                counted, rows = totals(here)
                for store in stores:
                    await store.close()
            assert counted == rows
    assert struck
