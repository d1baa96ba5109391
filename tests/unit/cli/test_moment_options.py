"""What was known at a time, what held at a time, and what is out of recall."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from tests.unit.cli.conftest import Umi, json_document, json_lines
from tests.unit.cli.telling import LISBON, PORTO, disputed, moved, said

READS = [["recall", "Where does Ada live?"], ["list"]]


@pytest.fixture
def recorded(umi: Umi) -> str:
    """When Porto was recorded, before Lisbon superseded it."""
    porto, _ = moved(umi)
    return json_document(umi("get", porto, "--json"))["created_at"]


def _texts(umi: Umi, *words: str) -> Sequence[str]:
    return [line["content"] for line in json_lines(umi(*words, "--json"))]


@pytest.mark.parametrize("read", READS)
def test_as_of_finds_what_was_known_then(umi: Umi, recorded: str, read: list[str]):
    assert _texts(umi, *read) == [LISBON[0]]
    assert _texts(umi, *read, "--as-of", recorded) == [PORTO[0]]


@pytest.mark.parametrize("read", READS)
@pytest.mark.parametrize(
    ("day", "expected"),
    [("2024-12-31", None), ("2025-01-01", PORTO[0]), ("2025-04-30", PORTO[0]), ("2025-05-01", LISBON[0])],
)
@pytest.mark.usefixtures("recorded")
def test_valid_at_finds_what_held_then(umi: Umi, read: list[str], day: str, expected: str | None):
    assert _texts(umi, *read, "--valid-at", day) == ([] if expected is None else [expected])


def test_count_and_pack_take_both_clocks(umi: Umi, recorded: str):
    question = ["pack", "Where does Ada live?"]

    assert umi("count").stdout == umi("count", "--as-of", recorded).stdout == "1\n"
    assert umi("count", "--valid-at", "2024-01-01").stdout == "0\n"
    assert PORTO[0] in umi(*question, "--as-of", recorded).stdout
    assert PORTO[0] in umi(*question, "--valid-at", "2025-02-01").stdout
    assert PORTO[0] not in umi(*question).stdout


def test_get_shows_a_memory_as_it_was_known_then(umi: Umi, recorded: str):
    [porto] = json_lines(umi("list", "--status", "superseded", "--json"))

    then = umi("get", porto["id"], "--as-of", recorded).stdout

    assert "status: active" in then
    assert "status: superseded" in umi("get", porto["id"]).stdout
    assert umi("get", porto["id"], "--valid-at", "2025-05-01").exit_code == 3
    assert umi("get", porto["id"], "--valid-at", "2025-04-30").exit_code == 0


def test_statuses_add_up_and_forgotten_is_short_for_one(umi: Umi):
    moved(umi)
    gone = said(umi, "I like tea", "2025-01-02")
    umi("forget", gone)

    assert _texts(umi, "list", "--forgotten") == _texts(umi, "list", "--status", "forgotten") == ["I like tea"]
    both = ["I live in Porto", "I like tea"]
    assert _texts(umi, "list", "--status", "superseded", "--forgotten") == both
    assert _texts(umi, "list", "--forgotten", "--status", "superseded") == both
    assert _texts(umi, "recall", "tea", "--forgotten") == ["I like tea"]


def test_trust_min_leaves_out_what_less_trusted_sources_say(umi: Umi):
    said(umi, "I like tea", "2025-01-01")
    said(umi, "I like cocoa", "2025-01-01", "--trust", "untrusted")

    assert _texts(umi, "list", "--trust-min", "user") == ["I like tea"]
    assert _texts(umi, "recall", "What do I like?", "--trust-min", "assistant") == ["I like tea"]
    assert umi("list", "--trust-min", "verified").exit_code == 1


def test_importance_min_leaves_out_what_is_less_important(umi: Umi):
    said(umi, "I like tea", "2025-01-01", "--importance", "0.9")
    said(umi, "I like cocoa", "2025-01-01")

    assert _texts(umi, "list", "--importance-min", "0.9") == ["I like tea"]
    assert umi("list", "--importance-min", "7").exit_code == 2


def test_mention_finds_what_names_someone(umi: Umi):
    umi("remember", "We met Bruno Rossi in the park")
    umi("remember", "We met nobody")

    assert _texts(umi, "list", "--mention", "bruno  rossi") == ["We met Bruno Rossi in the park"]


@pytest.mark.parametrize("terminal", [False, True])
@pytest.mark.parametrize("read", READS)
def test_what_is_in_conflict_says_so(umi: Umi, monkeypatch: pytest.MonkeyPatch, read: list[str], terminal: bool):
    monkeypatch.setattr("umi.cli.screen.for_person", lambda: terminal)
    disputed(umi)

    shown = " ".join(umi(*read).stdout.split())

    assert shown.count("in conflict") == 2
    assert shown.count("untrusted") == 1


def test_what_is_in_conflict_names_the_other_in_json(umi: Umi):
    porto, rome = disputed(umi)

    conflicts = {hit["id"]: hit["conflicts"] for hit in json_lines(umi("recall", "Where does Ada live?", "--json"))}

    assert conflicts == {porto: [rome], rome: [porto]}
    assert f"in conflict with: {rome}" in umi("get", porto).stdout.splitlines()


def test_a_row_of_a_list_ends_with_its_state(umi: Umi):
    moved(umi)

    [row] = umi("list", "--status", "superseded").stdout.splitlines()

    assert row.split("\t")[3:] == ["I live in Porto", "superseded; held until 2025-05-01"]
    assert umi("list").stdout.rstrip("\n").split("\t")[4] == ""


@pytest.mark.usefixtures("at_a_terminal")
def test_a_list_at_a_terminal_has_states_only_where_there_are_any(umi: Umi):
    moved(umi)

    assert "state" not in umi("list").stdout
    assert "superseded" in umi("list", "--status", "superseded").stdout


def test_the_document_of_a_memory_says_what_is_true_of_it(umi: Umi):
    porto, lisbon = moved(umi)

    document = json_document(umi("get", porto, "--json"))

    assert document["status"] == "superseded"
    assert document["valid_until"] == "2025-05-01T00:00:00+00:00"
    assert (document["trust"], document["marks"], document["conflicts"]) == ("user", [], [])
    assert document["valid_from"] is document["expires_at"] is None
    [fact] = document["facts"]
    assert (fact["subject"], fact["slot"], fact["value"]) == ("Ada", "lives_in", "Porto")
    assert fact["superseded_by"] == lisbon


def test_a_pack_in_json_cites_each_line(umi: Umi):
    umi("remember", "green tea", "--event-time", "2025-05-01")

    packed = json_document(umi("pack", "green tea", "--json"))

    assert packed["text"].startswith("[m1] 2025-05-01")
    assert [(cited["mark"], cited["content"]) for cited in packed["citations"]] == [("m1", "green tea")]
    assert packed["tokens"] > 0
    assert umi("pack", "green tea").stdout.rstrip("\n") == packed["text"].rstrip("\n")


def test_a_pack_of_nothing_exits_with_1(umi: Umi):
    umi("remember", "green tea")

    empty = umi("pack", "green tea", "--user", "nobody")

    assert empty.exit_code == 1
    assert empty.stdout == ""


def test_count_in_json_is_the_number(umi: Umi):
    umi("remember", "green tea")

    assert json_document(umi("count", "--json")) == {"count": 1}
