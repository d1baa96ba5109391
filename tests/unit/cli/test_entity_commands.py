from __future__ import annotations

import pytest
from tests.unit.cli.conftest import Umi, json_document, json_lines


def test_list_is_in_the_order_of_recording_and_says_when_there_is_more(umi: Umi):
    ids = [umi("remember", f"number {n}").stdout.strip() for n in range(3)]

    listed = umi("list", "--limit", "2")

    assert [line.split("\t")[0] for line in listed.stdout.splitlines()] == ids[:2]
    assert "--all" in listed.stderr
    assert [line["id"] for line in json_lines(umi("list", "--json"))] == ids


def test_list_all_goes_through_every_page(umi: Umi, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("umi.cli.commands.entities._PAGE_ENTITIES", 2)
    ids = [umi("remember", f"number {n}").stdout.strip() for n in range(5)]

    assert [line["id"] for line in json_lines(umi("list", "--all", "--json"))] == ids


def test_an_empty_list_exits_with_1(umi: Umi):
    umi("remember", "tea")

    assert umi("list", "--user", "nobody").exit_code == 1


@pytest.mark.usefixtures("at_a_terminal")
def test_a_list_at_a_terminal_has_headings_and_ids_that_can_be_copied(umi: Umi):
    id = umi("remember", "a long text that wants the width for itself " * 9, "--speaker", "Ada Lovelace").stdout.strip()

    shown = umi("list").stdout

    assert "speaker" in shown
    assert id in shown


def test_get_shows_the_whole_text_and_where_it_belongs(umi: Umi):
    text = "first line\nsecond line"
    id = umi("remember", text, "--user", "ada", "--key", "k1", "--meta", "cup=2").stdout.strip()

    shown = umi("get", id).stdout

    assert shown.endswith("\n" + text + "\n")
    assert {"user: ada", "key: k1", "meta cup: 2", "status: active"} <= set(shown.splitlines())


def test_get_does_not_leave_the_scope(umi: Umi):
    id = umi("remember", "tea", "--user", "ada").stdout.strip()

    assert umi("get", id, "--user", "bruno").exit_code == 3


def test_forget_and_restore_undo_each_other(umi: Umi):
    id = umi("remember", "green tea").stdout.strip()

    assert umi("forget", id, "--reason", "asked").stdout == f"forgotten\t{id}\n"
    assert umi("recall", "green tea").exit_code == 1
    assert [line["id"] for line in json_lines(umi("list", "--forgotten", "--json"))] == [id]
    assert umi("restore", id).stdout == f"restored\t{id}\n"
    assert umi("recall", "green tea").exit_code == 0


def test_forgetting_many_does_what_it_can_and_then_names_what_is_missing(umi: Umi):
    ids = [umi("remember", f"number {n}").stdout.strip() for n in range(2)]

    result = umi("forget", ids[0], "nowhere", ids[1], "--json")

    assert result.exit_code == 3
    assert json_document(result) == {"forgotten": ids, "unchanged": [], "missing": ["nowhere"]}
    assert "nowhere" in result.stderr


def test_forgetting_twice_changes_nothing_the_second_time(umi: Umi):
    id = umi("remember", "tea").stdout.strip()
    umi("forget", id)

    again = umi("forget", id, "--json")

    assert again.exit_code == 0
    assert json_document(again)["unchanged"] == [id]
