"""Every Python block of the documentation runs, and prints what the page says it prints."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.architecture.blocks import blocks
from tests.architecture.repository import ROOT, pages

BY_THEMSELVES = "snippets.md"  # each of its blocks is run by itself, by tests/examples
RUNNER = Path(__file__).with_name("blocks.py")
WITH_PYTHON = [
    page
    for page in pages()
    if page.name != BY_THEMSELVES
    and any(block.language == "python" and block.is_run for block in blocks(page.read_text(encoding="utf-8")))
]


def test_there_is_code_to_run():
    assert {"README.md", "first-memory.md"} <= {page.name for page in WITH_PYTHON}


@pytest.mark.parametrize("page", WITH_PYTHON, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_the_python_of_a_page_runs(page: Path, tmp_path: Path):
    home = {"HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path / "data"), "UMI_STORE": str(tmp_path / "store.db")}

    ran = subprocess.run(
        [sys.executable, "-W", "error", RUNNER, page],
        cwd=tmp_path,
        env={**os.environ, **home},
        capture_output=True,
        text=True,
        check=False,
    )

    assert ran.returncode == 0, ran.stderr


def test_no_language_is_named_that_the_runner_would_pass_over():
    named = {block.language for page in pages() for block in blocks(page.read_text(encoding="utf-8"))}

    assert named <= {"python", "sh", "text", "json", "sql", "yaml", "toml", "markdown"}
