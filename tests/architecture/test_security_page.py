"""What the security page says is protected is tested by the tests that it names."""

from __future__ import annotations

import re

import pytest
from tests.architecture.repository import ROOT, named_tests

PAGE = ROOT / "docs" / "explanation" / "security.md"
TEST = re.compile(r"`(tests/[\w/]+\.py::[\w:]+)`")
ROWS = [
    line
    for line in PAGE.read_text(encoding="utf-8").splitlines()
    if line.startswith("| ") and not line.startswith("| What ")
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.split("|")[1].strip())
def test_a_protection_names_tests_that_there_are(row: str):
    _, what, how, tested, _ = row.split("|")
    named = TEST.findall(tested)

    assert what.strip()
    assert how.strip()
    assert named, "no test is named"
    assert [name for name in named if name not in named_tests()] == []
