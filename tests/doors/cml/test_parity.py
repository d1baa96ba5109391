"""Each route of the door has a row in the page of parity, and each row names tests that there are."""

from __future__ import annotations

import re

import pytest
from tests.architecture.repository import ROOT, named_tests

from umi.server.app import create_app
from umi.server.settings import ServerSettings

TEXT = (ROOT / "docs" / "reference" / "parity-cml.md").read_text(encoding="utf-8")
TEST = re.compile(r"`(tests/[\w/]+\.py::[\w:]+)`")
ROWS = [line for line in TEXT.splitlines() if line.startswith("| ") and line.count("|") == 4 and "`tests/" in line]
NAMED = {re.sub(r"\{\w+\}", "{}", path) for path in re.findall(r"`(?:[A-Z]+ )?(/[\w{}/-]+)`", TEXT)}
DOCUMENT = create_app(ServerSettings.model_validate({"auth": False})).openapi()
ROUTES = sorted(
    re.sub(r"\{\w+\}", "{}", path.removeprefix("/api/v1")) for path in DOCUMENT["paths"] if path.startswith("/api/v1/")
)


def test_rows_name_tests_that_there_are():
    named = [name for row in ROWS for name in TEST.findall(row)]

    assert len(ROWS) > len(ROUTES) / 2
    assert [name for name in named if name not in named_tests()] == []


@pytest.mark.parametrize("path", ROUTES)
def test_a_route_has_a_row(path: str):
    assert path in NAMED
