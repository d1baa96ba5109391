"""What may not stand in any file that is committed."""

from __future__ import annotations

import re

import pytest
from tests.architecture.repository import files, texts

# Each pattern is put together from pieces, so that it does not find itself here.
NOT_YET = re.compile(r"\b(?:" + "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X")) + r")\b")
REGISTRIES = re.compile(
    "|".join(
        re.escape(".".join(parts))
        for parts in (
            ("pypi", "org"),
            ("pythonhosted", "org"),
            ("registry", "npmjs"),
            ("npmjs", "org"),
            ("registry", "yarnpkg"),
            ("crates", "io"),
            ("rubygems", "org"),
            ("proxy", "golang"),
            ("conda", "anaconda"),
        )
    )
)
MACHINE_PATHS = re.compile(r"(?<![\w.~/-])/(?:" + "|".join(("wo" + "rk", "ro" + "ot")) + r")/")


@pytest.mark.parametrize(
    "pattern",
    [
        pytest.param(NOT_YET, id="a note of what is still to do"),
        pytest.param(REGISTRIES, id="the address of a package registry"),
        pytest.param(MACHINE_PATHS, id="a path of one machine"),
    ],
)
def test_no_file_holds(pattern: re.Pattern[str]):
    found = [f"{name}: {match[0]}" for name, text in texts() for match in pattern.finditer(text)]

    assert found == []


def test_the_patterns_find_what_they_are_for():
    assert NOT_YET.search("# TO" + "DO: later")
    assert REGISTRIES.search("https://py" + "pi.org/simple")
    assert MACHINE_PATHS.search('open("/wo' + 'rk/main/a")')
    assert not MACHINE_PATHS.search("docs/wo" + "rk/page.md")


def test_the_resolution_with_its_registry_addresses_stays_untracked():
    assert "uv.lock" not in {path.name for path in files()}


def test_no_memory_is_committed():
    assert [path.name for path in files() if path.suffix in {".db", ".db-wal", ".db-shm"}] == []
