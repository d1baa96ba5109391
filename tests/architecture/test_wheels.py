"""What is shipped holds what it needs and nothing else, and works by itself."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from zipfile import ZipFile

import pytest
from tests.architecture.repository import ROOT, files

LIGHT = {"agent-memory-client": "agent_memory_client", "py-cml": "cml"}
PACKAGES = {**LIGHT, "umi": "umi", "umi-minilm": "umi_minilm"}
REMEMBERS = """
import sys
sys.path[:0] = sys.argv[1:]
import umi, umi_minilm
from umi import Memory
assert all(module.__file__.startswith(tuple(sys.argv[1:])) for module in (umi, umi_minilm)), umi.__file__
with Memory.open("memory.db") as memory:
    memory.remember_sync("I moved to Lisbon last Friday", speaker="Ada")
    print(memory.recall_sync("Where does Ada live?")[0].content)
"""


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Each package as its wheel, built without network and without an environment of its own."""
    return {name: _built(name, tmp_path_factory.mktemp(name)) for name in PACKAGES}


def _built(name: str, folder: Path) -> Path:
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    ran = subprocess.run(command, cwd=ROOT / "packages" / name, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    [wheel] = folder.glob("*.whl")
    return wheel


def _names(wheel: Path) -> Sequence[str]:
    with ZipFile(wheel) as archive:
        return archive.namelist()


@pytest.mark.parametrize(("package", "module"), PACKAGES.items())
def test_a_wheel_holds_every_file_of_its_module_and_nothing_else(wheels: dict[str, Path], package: str, module: str):
    source = ROOT / "packages" / package / "src"
    kept = {path.relative_to(source).as_posix() for path in files() if path.is_relative_to(source)}
    shipped = {name for name in _names(wheels[package]) if ".dist-info/" not in name}

    assert kept
    assert shipped == kept
    assert {name.split("/")[0] for name in shipped} == {module}


@pytest.mark.parametrize(
    "name",
    [
        "umi/stores/sqlite/queries.sql",
        "umi/stores/sqlite/schema/0001_foundation.sql",
        "umi/cli/demo/conversation.jsonl",
        "umi/cli/demo/questions.jsonl",
    ],
)
def test_the_wheel_of_umi_holds_what_is_no_python(wheels: dict[str, Path], name: str):
    assert name in _names(wheels["umi"])


@pytest.mark.parametrize(("package", "module"), [*LIGHT.items(), ("umi", "umi")])
def test_a_wheel_says_that_it_is_typed(wheels: dict[str, Path], package: str, module: str):
    assert f"{module}/py.typed" in _names(wheels[package])


@pytest.mark.parametrize("package", PACKAGES)
def test_a_wheel_carries_its_licence(wheels: dict[str, Path], package: str):
    assert [name for name in _names(wheels[package]) if name.endswith("licenses/LICENSE")]


@pytest.mark.parametrize("package", [*LIGHT, "umi"])
def test_the_licence_of_a_package_is_that_of_the_repository(package: str):
    inner = ROOT / "packages" / package / "LICENSE"

    assert inner.read_text(encoding="utf-8") == (ROOT / "LICENSE").read_text(encoding="utf-8")


def test_what_is_shipped_remembers_and_recalls(wheels: dict[str, Path], tmp_path: Path):
    folders = [str(tmp_path / name) for name in wheels]
    for wheel, folder in zip(wheels.values(), folders, strict=True):
        with ZipFile(wheel) as archive:
            archive.extractall(folder)

    ran = subprocess.run(
        [sys.executable, "-c", REMEMBERS, *folders],
        cwd=tmp_path,
        env={**os.environ, "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.strip() == "I moved to Lisbon last Friday"


@pytest.mark.parametrize(("package", "module"), LIGHT.items())
def test_a_light_client_loads_what_it_says_it_needs_and_no_more(
    package: str, module: str, wheels: dict[str, Path], tmp_path: Path
):
    with ZipFile(wheels[package]) as archive:
        archive.extractall(tmp_path)
    heavy = ("anthropic", "fastapi", "langchain_core", "numpy", "openai", "umi")
    code = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import {module} as light\n"
        f"import {module}.integrations\n"
        f"assert light.__file__.startswith({str(tmp_path)!r})\n"
        f"print([name for name in {heavy} if name in sys.modules])"
    )

    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.strip() == "[]"
