"""The suite for stores as a stranger uses it: a file of their own, pytest, and nothing of this project's settings."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[3] / "docs" / "howto" / "test-your-own-store.md"
WHOLE_FILE = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# A store that is wrong in one way: what its wrapper says instead of passing the call on, and a test that must notice.
WRONG = {
    "a listing that passes over the filter": (
        "async def list(self, scope, filter, **asked): return await self._inner.list(scope, EVERYTHING, **asked)",
        "test_a_filter_and_a_scope_hold_together",
    ),
    "an id that is reached from any scope": (
        "async def get(self, scope, ids, *rest): return await self._inner.get(Scope(tenant=scope.tenant), ids, *rest)",
        "test_an_id_is_reached_from_its_own_scope_only",
    ),
    "matches in no order": (
        (
            "async def match(self, *asked, limit):\n"
            "        found = await self._inner.match(*asked, limit=limit)\n"
            "        return replace(found, scores=dict(reversed(found.scores.items())))"
        ),
        "test_a_turn_is_found_by_what_the_two_before_it_lend",
    ),
    "vectors of a few only": (
        "async def retrieve(self, asked): return (await self._inner.retrieve(asked))[:3]",
        "test_the_dense_score_is_the_exact_cosine",
    ),
    "a count of everything": (
        "async def count(self, scope, filter): return await self._inner.count(scope, EVERYTHING)",
        "test_a_topic_is_only_itself",
    ),
    "a change that comes twice": (
        (
            "async def apply(self, batch):\n"
            "        await self._inner.apply(batch)\n"
            "        return await self._inner.apply(batch)"
        ),
        "test_the_same_content_within_one_batch_is_kept_once",
    ),
}
IMPORTS = """
from dataclasses import replace
from umi.domain.query import EVERYTHING
from umi.domain.scope import Scope
"""


def _own_file() -> str:
    found = WHOLE_FILE.search(PAGE.read_text(encoding="utf-8"))
    assert found is not None
    return found[1]


def _tested(folder: Path, code: str, asked: str) -> tuple[int, str]:
    """Run tests of a file by their names, in an empty folder and strictly; return the exit code and what was said."""
    (folder / "test_own_store.py").write_text(code, encoding="utf-8")
    command = [sys.executable, "-W", "error", "-m", "pytest", "-p", "no:randomly", "-p", "no:xdist", "--strict-markers"]
    ran = subprocess.run(
        [*command, "-q", "-k", asked, "test_own_store.py"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    return ran.returncode, ran.stdout + ran.stderr


def test_the_file_of_the_page_passes_by_itself(tmp_path: Path):
    code, said = _tested(tmp_path, _own_file(), "known or scope_covers or backup_never")

    assert code == 0, said
    assert int(re.findall(r"(\d+) passed", said)[0]) > 5
    assert "skipped" not in said


@pytest.mark.parametrize(("wrong", "noticed_by"), WRONG.values(), ids=WRONG)
def test_a_store_that_is_wrong_is_noticed_and_the_failure_explained(tmp_path: Path, wrong: str, noticed_by: str):
    wrapped = _own_file().replace(
        "    def __getattr__(self, name: str) -> Any:", f"    {wrong}\n\n    def __getattr__(self, name: str) -> Any:"
    )

    code, said = _tested(tmp_path, wrapped + IMPORTS, noticed_by)

    assert code == 1, said
    assert "1 failed" in said
    assert re.search(r"^E\s+(assert|Assertion)", said, re.MULTILINE), said  # with the values, not only the line


def test_a_gap_that_closes_fails(tmp_path: Path):
    gaps = 'gaps={"test_an_empty_batch_changes_nothing": Gap(raises=KeyError, reason="a test")}'
    code = _own_file().replace("for number in count()))", f"for number in count()), {gaps})")

    exit_code, said = _tested(tmp_path, code + "\nfrom umi.testing import Gap\n", "test_an_empty_batch_changes_nothing")

    assert exit_code == 1, said
    assert "XPASS(strict)" in said


@pytest.mark.parametrize("missing", ["pytest", "hypothesis"])
def test_without_its_extra_the_suite_says_what_to_install(missing: str):
    code = f"import sys; sys.modules[{missing!r}] = None\nimport umi.testing\numi.testing.StoreSuite"

    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)

    assert "umi.errors.Unsupported: umi.testing needs a package that is not installed" in ran.stderr
    assert "pip install 'umi-memory[testing]'" in ran.stderr


def test_importing_it_alone_loads_neither_pytest_nor_hypothesis():
    code = "import sys, umi.testing; print([name for name in ('pytest', 'hypothesis', 'numpy') if name in sys.modules])"

    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)

    assert ran.stdout.strip() == "[]"


def test_its_names_are_those_it_says():
    import umi.testing

    assert dir(umi.testing) == sorted(umi.testing.__all__)
    assert [name for name in umi.testing.__all__ if getattr(umi.testing, name) is None] == []
    with pytest.raises(AttributeError, match="no attribute 'Nonsense'"):
        _ = umi.testing.Nonsense  # pyright: ignore[reportAttributeAccessIssue,reportUnknownVariableType,reportUnknownMemberType]
