"""Two type checkers agree with what `typing_tests/` says of the public API as a user sees it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tests.architecture.repository import ROOT, UMI

FOLDER = ROOT / "typing_tests"
BOUND_SECONDS = 600  # for a machine that does much else; it takes a fraction of that
CLIENTS = ("agent-memory-client", "py-cml")
WRONG = "from typing import assert_type\n\nfrom umi import Memory\n\nassert_type(Memory.sim(1).count_sync(), str)\n"
MYPY = [sys.executable, "-m", "mypy", "--strict", "--config-file", str(FOLDER / "mypy.ini")]
MYPY_ALONE = [sys.executable, "-m", "mypy", "--strict", "--config-file", ""]
PYRIGHT = [sys.executable, "-m", "basedpyright", "--project", str(ROOT / "pyproject.toml")]


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("mypy")


def _said(command: list[str]) -> tuple[int, str]:
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=BOUND_SECONDS)
    return ran.returncode, ran.stdout + ran.stderr


@pytest.mark.timeout(BOUND_SECONDS)
def test_mypy_agrees_with_the_types_that_users_see(cache: Path):
    code, said = _said([*MYPY, "--cache-dir", str(cache), str(FOLDER)])

    assert code == 0, said


@pytest.mark.timeout(BOUND_SECONDS)
def test_pyright_agrees_with_the_types_that_users_see():
    code, said = _said([*PYRIGHT, str(FOLDER)])

    assert code == 0, said


@pytest.mark.timeout(BOUND_SECONDS)
@pytest.mark.parametrize("client", CLIENTS)
def test_mypy_agrees_with_a_client_from_inside(client: str, cache: Path):
    code, said = _said([*MYPY_ALONE, "--cache-dir", str(cache), str(ROOT / "packages" / client / "src")])

    assert code == 0, said


@pytest.mark.timeout(BOUND_SECONDS)
def test_a_type_that_is_wrong_is_seen_by_both(cache: Path, tmp_path: Path):
    wrong = tmp_path / "wrong.py"
    wrong.write_text(WRONG)

    for command in ([*MYPY, "--cache-dir", str(cache)], PYRIGHT):
        code, said = _said([*command, str(wrong)])
        assert code == 1, said
        assert "int" in said


def test_the_package_says_that_it_is_typed():
    assert (UMI / "py.typed").is_file()
