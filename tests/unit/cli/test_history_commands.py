from __future__ import annotations

from datetime import UTC, datetime

import pytest
from tests.unit.cli.conftest import Umi, json_document, json_lines
from tests.unit.cli.telling import LISBON, PORTO, moved, said


def test_history_is_a_line_of_columns_for_each_change(umi: Umi):
    porto, lisbon = moved(umi)

    shown = umi("history", porto)

    added, superseded = (line.split("\t") for line in shown.stdout.splitlines())
    assert (added[0], *added[2:5]) == ("1", "add", "cli", "text: I live in Porto")
    assert superseded[2] == "supersede"
    assert "status: active → superseded" in superseded[4]
    assert "valid until: none → 2025-05-01T00:00:00+00:00" in superseded[4]
    assert "(current) → Ada lives_in Porto (current, until 2025-05-01)" in superseded[4]
    assert superseded[5:] == ["another value of the same attribute, with a sign of change", lisbon]
    assert datetime.fromisoformat(superseded[1]).tzinfo is UTC


def test_history_in_json_has_what_was_before_and_after(umi: Umi):
    porto, lisbon = moved(umi)

    added, superseded = json_lines(umi("history", porto, "--json"))

    assert (added["seq"], added["act"], added["actor"]) == (1, "add", "cli")
    assert (superseded["before"]["status"], superseded["after"]["status"]) == ("active", "superseded")
    assert superseded["by"] == lisbon


@pytest.mark.usefixtures("at_a_terminal")
def test_history_at_a_terminal_says_who_and_why(umi: Umi):
    id = said(umi, *PORTO)
    umi("forget", id, "--reason", "she asked")

    shown = umi("history", id).stdout

    assert "forget by cli" in shown
    assert "she asked" in shown
    assert "status: active → forgotten" in shown


def test_history_of_what_is_not_there_exits_with_3(umi: Umi):
    id = said(umi, *PORTO, "--user", "ada")

    assert umi("history", "nowhere").exit_code == 3
    assert umi("history", id, "--user", "bruno").exit_code == 3


def test_undo_brings_back_what_was_superseded_and_can_be_undone(umi: Umi):
    moved(umi)

    undone = umi("undo", "2", "--reason", "a joke")
    assert undone.stdout == "undone\t2\n"
    assert [line["content"] for line in json_lines(umi("list", "--json"))] == [PORTO[0]]

    seq = undone.stderr.split("`")[1].split()[-1]
    again = json_document(umi("undo", seq, "--json"))
    assert again["undone"] == int(seq)
    assert again["seq"] > int(seq)
    assert [line["content"] for line in json_lines(umi("list", "--json"))] == [LISBON[0]]


def test_an_undo_names_in_the_history_what_it_took_back(umi: Umi):
    id = said(umi, *PORTO)
    umi("forget", id)
    umi("undo", "2", "--reason", "a slip")

    *_, last = umi("history", id).stdout.splitlines()

    assert last.split("\t")[2] == "undo of 2"
    assert last.split("\t")[5] == "a slip"


def test_an_undo_that_cannot_be_exits_with_3_and_changes_nothing(umi: Umi):
    moved(umi)
    said(umi, "I moved to Rome", "2025-06-01")

    assert umi("undo", "2").exit_code == 3  # what came later builds on it
    assert umi("undo", "999").exit_code == 3
    assert [line["content"] for line in json_lines(umi("list", "--json"))] == ["I moved to Rome"]


@pytest.mark.parametrize("seq", ["0", "1.5", "last"])
def test_a_change_that_is_no_place_in_the_log_exits_with_2(umi: Umi, seq: str):
    moved(umi)

    assert umi("undo", seq).exit_code == 2


def test_diff_tells_what_came_what_went_and_what_was_revised(umi: Umi):
    porto, tea = said(umi, *PORTO), said(umi, "I like tea", "2025-01-01")
    before = json_document(umi("get", tea, "--json"))["created_at"]
    lisbon = said(umi, *LISBON)
    umi("revise", tea, "--importance", "0.9")

    shown = umi("diff", before)

    rows = [line.split("\t") for line in shown.stdout.splitlines()]
    assert [(row[0], row[1], row[4]) for row in rows] == [
        (lisbon, "added", LISBON[0]),
        (porto, "superseded", PORTO[0]),
        (tea, "revised", "importance: 0.5 → 0.9"),
    ]
    assert "changes in the log" in shown.stderr


def test_diff_in_json_is_one_document_with_the_changes_that_did_it(umi: Umi):
    porto, lisbon = moved(umi)
    before = json_document(umi("get", porto, "--json"))["created_at"]

    found = json_document(umi("diff", before, "--json"))

    assert [one["id"] for one in found["added"]] == [lisbon]
    assert [(one["id"], one["status"]) for one in found["gone"]] == [(porto, "superseded")]
    assert [event["act"] for event in found["events"]][:2] == ["add", "supersede"]
    assert found["after"] == before


def test_a_diff_of_a_time_without_changes_exits_with_1(umi: Umi):
    moved(umi)

    assert umi("diff", "2020-01-01", "2020-02-01").exit_code == 1
    assert umi("diff", "soon").exit_code == 2


def test_revise_sets_what_is_given_and_nothing_else(umi: Umi):
    id = said(umi, "I live in Porto", "2025-01-01", "--topic", "home", "--meta", "cup=2", "--pinned")

    revised = umi("revise", id, "--text", "I live in Lisbon", "--importance", "0", "--not-pinned", "--meta", "mug=1")

    document = json_document(umi("get", id, "--json"))
    assert revised.stdout == f"revised\t{id}\n"
    assert (document["content"], document["importance"], document["pinned"]) == ("I live in Lisbon", 0, False)
    assert (document["topics"], document["metadata"], document["confidence"]) == (["home"], {"mug": 1}, 1)
    assert document["facts"][0]["value"] == "Lisbon"
    assert umi("recall", "Lisbon").exit_code == 0


def test_revise_takes_a_text_from_stdin_and_says_why_in_the_log(umi: Umi):
    id = said(umi, *PORTO)

    umi("revise", id, "--text", "-", "--reason", "a typo", input="I live in Oporto")

    assert json_document(umi("get", id, "--json"))["content"] == "I live in Oporto"
    assert "a typo" in umi("history", id).stdout


def test_clear_takes_away(umi: Umi):
    words = ["--topic", "home", "--meta", "cup=2", "--valid-until", "2026-01-01", "--expires-at", "2999-01-01"]
    id = said(umi, *PORTO, *words)

    clearing = [word for name in ("topics", "metadata", "valid-until", "expires-at") for word in ("--clear", name)]
    umi("revise", id, *clearing)

    document = json_document(umi("get", id, "--json"))
    assert (document["topics"], document["metadata"]) == ([], {})
    assert document["valid_until"] is document["expires_at"] is None


def test_revising_to_what_it_is_changes_nothing(umi: Umi):
    id = said(umi, *PORTO)

    assert umi("revise", id, "--importance", "0.5").stdout == f"unchanged\t{id}\n"
    assert json_document(umi("revise", id, "--importance", "0.5", "--json")) == {"id": id, "revised": False}


def test_a_revision_needs_something_to_set_and_something_to_revise(umi: Umi):
    id = said(umi, *PORTO)

    assert umi("revise", id).exit_code == 2
    assert umi("revise", id, "--importance", "7").exit_code == 2
    assert umi("revise", "nowhere", "--importance", "0.7").exit_code == 3
