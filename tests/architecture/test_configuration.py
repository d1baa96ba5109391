"""Every setting of a memory stands in its page, with its default, and with a test that there is."""

from __future__ import annotations

import re
from dataclasses import MISSING, fields
from datetime import timedelta

import pytest
from tests.architecture.repository import ROOT, named_tests

from umi.config import MemoryConfig
from umi.domain.options import RecallOptions, RememberOptions

PAGE = (ROOT / "docs" / "reference" / "configuration.md").read_text(encoding="utf-8")
ROW = re.compile(
    r"^\| `(?P<name>\w+)` \| (?P<default>[^|]*) \|[^|]*\| (?P<effect>[^|]+) \| `(?P<test>[^`|]+)` \|$", re.MULTILINE
)
CLASSES = (MemoryConfig, RememberOptions, RecallOptions)


def _rows(name: str) -> dict[str, re.Match[str]]:
    section = PAGE.partition(f"\n## {name}\n")[2].partition("\n## ")[0]
    return {row["name"]: row for row in ROW.finditer(section)}


@pytest.mark.parametrize("settings", CLASSES, ids=lambda one: one.__name__)
def test_every_setting_has_a_row_and_every_row_a_setting(settings: type):
    assert list(_rows(settings.__name__)) == [field.name for field in fields(settings)]


@pytest.mark.parametrize("settings", CLASSES, ids=lambda one: one.__name__)
def test_a_row_tells_the_default(settings: type):
    rows = _rows(settings.__name__)
    wrong = [
        (field.name, rows[field.name]["default"], _shown(field.default))
        for field in fields(settings)
        if not re.match(rf"{re.escape(_shown(field.default))}\b", rows[field.name]["default"])
    ]

    assert wrong == []


@pytest.mark.parametrize("settings", CLASSES, ids=lambda one: one.__name__)
def test_a_row_names_a_test_that_there_is(settings: type):
    named = {row["test"] for row in _rows(settings.__name__).values()}

    assert {name for name in named if f"tests/unit/parity/{name}" not in named_tests()} == set()


def _shown(default: object) -> str:
    match default:
        case timedelta():
            return "1 hour" if default == timedelta(hours=1) else str(default)
        case str():
            return f'"{default}'
        case bool() | None:
            return str(default)
        case int():
            return f"{default:,}"
        case _:
            assert default is MISSING
            return "none"
