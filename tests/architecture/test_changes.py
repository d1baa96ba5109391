"""What users notice is told in `changes/`, in a form the changelog can be made from."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

from tests.architecture.repository import ROOT, files

FRAGMENTS = [path for path in files() if path.parent == ROOT / "changes" and path.name != "README.md"]


def test_every_fragment_is_of_a_known_kind():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    kinds = {kind["directory"] for kind in project["tool"]["towncrier"]["type"]}

    assert [path.name for path in FRAGMENTS if path.suffixes[-2:] not in [[f".{kind}", ".md"] for kind in kinds]] == []


def test_every_fragment_comes_out_in_the_changelog():
    towncrier = Path(sys.executable).with_name("towncrier")

    ran = subprocess.run([towncrier, "build", "--draft"], cwd=ROOT, capture_output=True, text=True, check=False)

    assert ran.returncode == 0, ran.stderr
    assert [path.name for path in FRAGMENTS if path.read_text(encoding="utf-8").strip() not in ran.stdout] == []


def test_every_kind_is_explained():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    page = (ROOT / "changes" / "README.md").read_text(encoding="utf-8")

    assert [
        kind["directory"] for kind in project["tool"]["towncrier"]["type"] if f"`{kind['directory']}`" not in page
    ] == []
