"""`umi dst`: runs of seeds, told as lines that are the same wherever they ran."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.cli.conftest import Umi, json_document, json_lines

from umi.cli.exits import Exit

SCENARIO = """
async def chat(world):
    memory = world.memory(user="ada")
    await memory.remember("I live in Lisbon.", key="1")
    await memory.remember("I moved to Porto.", key="2")

async def careless(world):
    memory = world.memory(user="ada")
    await memory.remember("I live in Lisbon.", key="1")
    assert await memory.count() == 2, "it was kept once"

def plain(world):
    return None
"""


@pytest.fixture
def agent(tmp_path: Path) -> Path:
    path = tmp_path / "agent.py"
    path.write_text(SCENARIO)
    return path


def test_the_same_seeds_give_the_same_lines_in_one_process_and_in_two(umi: Umi):
    alone = umi("dst", "run", "--seeds", "3", "--from", "7", "--json")
    together = umi("dst", "run", "--seeds", "3", "--from", "7", "--json", "--jobs", "2")

    assert alone.exit_code == Exit.OK
    assert [line["seed"] for line in json_lines(alone)] == [7, 8, 9]
    assert all(line["hash"] and line["options"]["agents"] and line["failure"] is None for line in json_lines(alone))
    assert json_lines(together) == json_lines(alone)


def test_the_first_seed_is_taken_from_the_environment(umi: Umi, agent: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DST_SEED", "41")
    found = umi("dst", "run", "--seeds", "2", "--scenario", f"{agent}:chat", "--json")
    assert [line["seed"] for line in json_lines(found)] == [41, 42]


def test_no_seed_is_begun_when_the_time_is_up(umi: Umi, agent: Path):
    found = umi("dst", "run", "--seeds", "1000000", "--from", "1", "--minutes", "0.01", "--scenario", f"{agent}:chat")
    assert found.exit_code == Exit.OK
    assert "0 broke a promise" in found.stdout


def test_a_broken_promise_is_told_with_the_seed_that_shows_it(umi: Umi, agent: Path):
    found = umi("dst", "run", "--seeds", "1", "--from", "5", "--scenario", f"{agent}:careless")
    assert found.exit_code == Exit.NOTHING
    assert "it was kept once" in found.stdout
    assert "umi dst replay 5" in found.stdout


def test_a_run_is_told_from_its_beginning_to_its_end(umi: Umi, agent: Path, tmp_path: Path):
    out = tmp_path / "trace.txt"
    found = umi("dst", "replay", "5", "--scenario", f"{agent}:chat", "--out", out)
    assert found.exit_code == Exit.OK
    assert found.stdout == out.read_text()
    assert found.stdout.startswith("seed 5: ")
    assert "every promise was kept" in found.stdout
    assert json_document(umi("dst", "replay", "5", "--scenario", f"{agent}:chat", "--json"))["hash"] in found.stdout


def test_the_least_that_breaks_a_promise_is_found(umi: Umi, agent: Path):
    found = json_document(umi("dst", "minimise", "5", "--scenario", f"{agent}:careless", "--json"))
    options = found["options"]
    assert "it was kept once" in found["failure"]
    assert (options["nodes"], options["faults"], options["power_losses"], options["kills"]) == (1, {}, 0, 0)


def test_a_seed_that_breaks_nothing_has_no_least(umi: Umi, agent: Path):
    found = umi("dst", "minimise", "5", "--scenario", f"{agent}:chat")
    assert found.exit_code == Exit.OK
    assert "1 runs" in found.stdout


@pytest.mark.parametrize(
    ("named", "code"),
    [("none.py:chat", Exit.REFUSED), ("{}:nobody", Exit.REFUSED), ("{}:plain", Exit.USAGE), ("a b:c", Exit.USAGE)],
)
def test_what_is_no_scenario_is_refused(umi: Umi, agent: Path, named: str, code: Exit):
    found = umi("dst", "replay", "5", "--scenario", named.format(agent))
    assert found.exit_code == code
    assert (
        "scenario" in found.stderr.lower()
        or "no file" in found.stderr
        or "no nobody" in found.stderr
        or "names" in found.stderr
    )
