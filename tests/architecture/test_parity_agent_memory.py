"""Each route of the Agent Memory door has a row in the pages of parity, and each row tests that there are."""

from __future__ import annotations

import re

import pytest
from tests.architecture.repository import ROOT, named_tests

from umi.server.app import create_app
from umi.server.settings import ServerSettings

PAGES = sorted((ROOT / "docs" / "reference").glob("parity-agent-memory*.md"))
TEXT = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
TEST = re.compile(r"`(tests/[\w/]+\.py::[\w:]+)`")
ROWS = [line for line in TEXT.splitlines() if line.startswith("| ") and not line.startswith("| Published ")]
DOCUMENT = create_app(ServerSettings.model_validate({"auth": False})).openapi()
ROUTES = [
    (method.upper(), re.sub(r"\{\w+(:path)?\}", "{}", path))
    for path, methods in DOCUMENT["paths"].items()
    if path.startswith("/v1/")
    for method in methods
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.split("|")[1].strip()[:60])
def test_a_row_names_tests_that_there_are(row: str):
    _, published, here, tested, _ = re.split(r"(?<!\\)\|", row)
    named = TEST.findall(tested)

    assert published.strip()
    assert here.strip()
    assert named, "no test is named"
    assert [name for name in named if name not in named_tests()] == []


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_a_route_has_a_row(method: str, path: str):
    named = {
        (method, re.sub(r"\{\w+\}", "{}", path.split("?")[0]).rstrip("/"))
        for method, path in re.findall(r"`([A-Z]+) (/v1/[^`\s]*)`", TEXT)
    }

    assert (method, path.rstrip("/")) in named
