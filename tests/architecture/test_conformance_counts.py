"""The page of the conformance suite tells how many tests there are of each part and of each store."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from functools import cache

import pytest
from tests.architecture.repository import ROOT
from tests.conformance.test_postgres_store import PostgresBackend

from umi.testing import StoreSuite

PAGE = (ROOT / "docs" / "reference" / "conformance.md").read_text(encoding="utf-8")
PART = re.compile(r"^\| `(?P<name>\w+)` \| .+ \| (?P<tests>[\d,]+) \|$", re.MULTILINE)
STORE = re.compile(r"^\| (?P<name>\w+) \| (?P<tests>[\d,]+) \| (?P<passed>[\d,]+) \| (?P<gaps>\w+) \|$", re.MULTILINE)
COLLECTED = re.compile(
    r"^tests/conformance/test_(?P<store>\w+)_store\.py::(?P<of>\w+)::(?P<test>test_\w+)", re.MULTILINE
)
STORES = {"SQLite": "sqlite", "PostgreSQL": "postgres", "Lance": "lance", "Sim": "sim"}
GAPS = {"PostgreSQL": tuple(PostgresBackend.gaps)}
PARTS = [part for part in StoreSuite.__mro__[1:] if any(name.startswith("test_") for name in vars(part))]


@cache
def _collected() -> list[tuple[str, str]]:
    """Every test of the suite that pytest would run here, with the store that it is run on."""
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:xdist", "-p", "no:cacheprovider"]
    ran = subprocess.run([*command, "tests/conformance"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return [(one["store"], one["test"]) for one in COLLECTED.finditer(ran.stdout)]


def test_every_part_has_a_row_with_its_count_and_in_its_order():
    of_one = Counter(test for store, test in _collected() if store == "sqlite")
    wanted = {part.__name__: sum(of_one[name] for name in vars(part)) for part in PARTS}

    assert [(row["name"], row["tests"]) for row in PART.finditer(PAGE)] == [
        (name, f"{count:,}") for name, count in wanted.items()
    ]
    assert sum(wanted.values()) == sum(of_one.values())


@pytest.mark.parametrize("store", STORES)
def test_every_store_has_a_row_with_its_count_and_its_gaps(store: str):
    tests = Counter(name for name, _ in _collected())[STORES[store]]
    gaps = len(GAPS.get(store, ()))
    [row] = [row for row in STORE.finditer(PAGE) if row["name"] == store]

    assert row.group("tests", "passed", "gaps") == (f"{tests:,}", f"{tests - gaps:,}", str(gaps or "none"))


def test_every_gap_is_named_and_is_the_name_of_a_test():
    names = {test for _, test in _collected()}

    for gap in (gap for gaps in GAPS.values() for gap in gaps):
        assert f"`{gap}`" in PAGE
        assert gap in names


def test_every_store_runs_the_whole_suite():
    of_stores = {name: {test for store, test in _collected() if store == name} for name in STORES.values()}

    assert len({frozenset(tests) for tests in of_stores.values()}) == 1
