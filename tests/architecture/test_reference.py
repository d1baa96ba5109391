"""The reference is as the code is now, and the site shows every page."""

from __future__ import annotations

import importlib.util
from types import ModuleType

import pytest
from tests.architecture.repository import ROOT


def _tool(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "tools" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("page", ["python.md", "errors.md"])
def test_a_page_is_up_to_date(page: str):
    written = (ROOT / "docs" / "reference" / page).read_text(encoding="utf-8")

    assert written == _tool("python_reference").PAGES[page](), "Run `python tools/python_reference.py`."


def test_the_page_of_formats_names_every_format():
    from umi.formats import FORMATS

    page = (ROOT / "docs" / "reference" / "formats.md").read_text(encoding="utf-8")

    assert [name for name in FORMATS if f"## `{name}`" not in page] == []


def test_the_page_of_benchmarks_names_every_benchmark():
    page = (ROOT / "docs" / "reference" / "benchmarks.md").read_text(encoding="utf-8")
    runnable = [path for path in (ROOT / "benchmarks").glob("*.py") if "__main__" in path.read_text(encoding="utf-8")]

    assert runnable
    assert [path.name for path in runnable if f"benchmarks/{path.name}" not in page] == []


def test_every_page_stands_in_the_navigation():
    navigation = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    docs = ROOT / "docs"
    pages = [path.relative_to(docs).as_posix() for path in docs.rglob("*.md")]

    assert [page for page in pages if f": {page}\n" not in navigation] == []
