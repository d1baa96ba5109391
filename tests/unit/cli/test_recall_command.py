from __future__ import annotations

import pytest
from tests.unit.cli.conftest import Umi, json_lines


@pytest.fixture
def stocked(umi: Umi) -> Umi:
    umi("remember", "Ada moved to Lisbon", "--speaker", "Ada", "--event-time", "2025-05-01", "--topic", "home")
    umi("remember", "Bruno drinks green tea", "--speaker", "Bruno", "--event-time", "2025-06-01", "--meta", "cup=2")
    umi("remember", "Chika has a cat", "--type", "task", "--memory-type", "preference", "--role", "assistant")
    return umi


def test_recall_down_a_pipe_is_a_line_of_columns_for_each_hit(stocked: Umi):
    found = stocked("recall", "green tea", "--limit", "1")

    score, date, speaker, text, why, id, state = found.stdout.rstrip("\n").split("\t")
    assert found.exit_code == 0
    assert float(score)
    assert (date, speaker, text) == ("2025-06-01", "Bruno", "Bruno drinks green tea")
    assert "words #1" in why
    assert state == ""
    assert stocked("get", id).exit_code == 0
    assert "\x1b" not in found.output


def test_recall_tells_how_many_it_found_and_how_long_it_took(stocked: Umi):
    found = stocked("recall", "green tea")

    assert found.stderr.rstrip().endswith("ms")
    assert stocked("recall", "green tea", "--quiet").stderr == ""


def test_recall_in_json_is_a_line_for_each_hit(stocked: Umi):
    hits = json_lines(stocked("recall", "green tea", "--json"))

    assert [hit["rank"] for hit in hits] == list(range(1, len(hits) + 1))
    assert hits[0]["content"] == "Bruno drinks green tea"
    assert hits[0]["why"]["lexical_rank"] == 1
    assert hits[0]["why"]["text"].startswith("words #1")
    assert sum(hits[0]["why"]["parts"].values()) == pytest.approx(hits[0]["score"])


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--speaker", "Ada"], {"Ada moved to Lisbon"}),
        (["--speaker", "Ada", "--speaker", "Bruno"], {"Ada moved to Lisbon", "Bruno drinks green tea"}),
        (["--topic", "home"], {"Ada moved to Lisbon"}),
        (["--meta", "cup=2"], {"Bruno drinks green tea"}),
        (["--meta", "cup=3"], set[str]()),
        (["--type", "task"], {"Chika has a cat"}),
        (["--memory-type", "preference"], {"Chika has a cat"}),
        (["--role", "assistant"], {"Chika has a cat"}),
        (["--after", "2025-05-15", "--before", "2025-06-02"], {"Bruno drinks green tea"}),
    ],
)
@pytest.mark.parametrize("command", [["recall", "Ada Bruno Chika"], ["list"]])
def test_recall_and_list_narrow_alike(stocked: Umi, command: list[str], words: list[str], expected: set[str]):
    found = stocked(*command, *words, "--json")

    assert {line["content"] for line in json_lines(found)} == expected
    assert found.exit_code == (0 if expected else 1)


def test_min_score_above_all_finds_nothing_and_exits_with_1(stocked: Umi):
    found = stocked("recall", "green tea", "--min-score", "90")

    assert found.exit_code == 1
    assert found.stdout == ""
    assert found.stderr.startswith("0 memories in ")


def test_explain_adds_what_the_answer_says_of_itself(stocked: Umi):
    *hits, last = json_lines(stocked("recall", "green tea", "--explain", "--json"))

    assert hits
    assert list(last) == ["explain"]
    assert last["explain"]["words"] == ["green", "tea"]
    assert all(milliseconds >= 0 for milliseconds in last["explain"]["stages_ms"].values())
    assert "words: green, tea\n" in stocked("recall", "green tea", "--explain").stdout


@pytest.mark.usefixtures("at_a_terminal")
def test_at_a_terminal_hits_are_laid_out_without_running_over_its_width(stocked: Umi):
    stocked("remember", "tea " + "and a very long story about it " * 50)

    found = stocked("recall", "tea")

    assert "Bruno" in found.stdout
    assert "words #" in found.stdout
    assert "…" in found.stdout
    assert max(len(line) for line in found.stdout.splitlines()) <= 120


@pytest.mark.parametrize("command", [["recall", "screen"], ["list"], ["get"]])
@pytest.mark.parametrize("terminal", [False, True])
def test_what_was_remembered_cannot_steer_the_terminal(
    umi: Umi, monkeypatch: pytest.MonkeyPatch, command: list[str], terminal: bool
):
    monkeypatch.setattr("umi.cli.screen.for_person", lambda: terminal)
    kept = umi("remember", "a screen \x1b[2J\x1b]0;owned\x07 \x9b31m", "--speaker", "\x1b[31mEve")
    words = [*command, kept.stdout.strip()] if command == ["get"] else command

    shown = umi(*words).stdout

    assert "Eve" in shown
    assert "\x1b[2J" not in shown
    assert not {"\x07", "\x9b"} & set(shown)
    assert "\x1b[31mEve" not in shown
