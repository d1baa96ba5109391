from __future__ import annotations

import pytest
from tests.unit.cli.conftest import Umi, json_document, json_lines
from tests.unit.cli.telling import LISBON, PORTO, disputed, moved, said

from umi.cli.relating import verb
from umi.domain.relation import RelationKind


def test_an_entity_down_a_pipe_is_a_line_of_columns_for_each_thing_known(umi: Umi):
    porto, lisbon = moved(umi)
    plan = umi("fact", "Ada", "works_at", "Acme", "--status", "future", "--event-time", "2025-06-01").stdout.strip()
    denial = umi("fact", "Ada", "likes", "tea", "--status", "negated", "--event-time", "2025-06-01").stdout.strip()
    park = umi("remember", "We met Ada in the park").stdout.strip()

    shown = umi("entity", "Ada")

    rows = [line.split("\t") for line in shown.stdout.splitlines()]
    assert rows == [
        ["current", "lives_in", "Lisbon", "2025-05-01", "", lisbon, LISBON[0]],
        ["past", "lives_in", "Porto", "2025-01-01", "2025-05-01", porto, PORTO[0]],
        ["negated", "likes", "tea", "2025-06-01", "", denial, "Ada does not like tea."],
        ["planned", "works_at", "Acme", "2025-06-01", "", plan, "Ada will work at Acme."],
        ["mention", "", "", "", "", park, "We met Ada in the park"],
    ]
    assert shown.exit_code == 0


def test_an_entity_takes_both_clocks(umi: Umi):
    porto, _ = moved(umi)
    recorded = json_document(umi("get", porto, "--json"))["created_at"]

    for words in (["--as-of", recorded], ["--valid-at", "2025-02-01"]):
        assert json_document(umi("entity", "Ada", *words, "--json"))["values"] == {"lives_in": ["Porto"]}


def test_several_values_of_which_one_can_hold_are_a_conflict(umi: Umi):
    porto, rome = disputed(umi)

    document = json_document(umi("entity", "Ada", "--json"))
    rows = [line.split("\t") for line in umi("entity", "Ada").stdout.splitlines()]

    assert {id for ids in document["conflicts"].values() for id in ids} == {porto, rome}
    assert sorted(document["values"]["lives_in"]) == ["Porto", "Rome"]
    assert {(row[0], row[2]) for row in rows} == {("conflict", "Porto"), ("conflict", "Rome")}


def test_an_entity_in_json_cites_the_whole_memory_for_each_value(umi: Umi):
    _, lisbon = moved(umi)

    document = json_document(umi("entity", "ada", "--json"))

    [current] = document["current"]
    assert document["name"] == "Ada"
    assert (current["slot"], current["value"], current["until"]) == ("lives_in", "Lisbon", None)
    assert current["since"] == "2025-05-01T00:00:00+00:00"
    assert current["entity"]["id"] == lisbon
    assert current["entity"]["content"] == LISBON[0]
    assert current["fact"]["status"] == "current"


@pytest.mark.usefixtures("at_a_terminal")
def test_an_entity_at_a_terminal_has_a_section_for_each_state(umi: Umi):
    porto, _ = moved(umi)
    said(umi, "I live in Rome", "2025-06-01", "--trust", "untrusted")

    shown = umi("entity", "Ada").stdout

    assert shown.startswith("Ada")
    assert shown.index("In conflict") < shown.index("Rome") < shown.index("Past") < shown.index("Porto")
    assert "2025-01-01 to 2025-05-01" in shown
    assert porto in shown
    assert "\x1b" not in shown
    assert max(map(len, shown.splitlines())) <= 120


def test_an_alias_is_told(umi: Umi):
    umi("fact", "Augusta", "likes", "tea")
    umi("remember", "Augusta, also known as Ada, is here")

    document = json_document(umi("entity", "Ada", "--json"))

    assert (document["name"], document["values"]) == ("Augusta", {"likes": ["tea"]})
    [alias] = document["aliases"]
    assert umi("entity", "Ada").stdout.splitlines()[0] == f"alias\t\t{alias}\t\t\t\t"


def test_of_whom_nothing_is_known_exits_with_1(umi: Umi):
    umi("remember", "tea")

    unknown = umi("entity", "Nobody")

    assert unknown.exit_code == 1
    assert unknown.stdout == ""
    assert "Nobody" in unknown.stderr
    assert umi("entity", "Nobody", "--json").exit_code == 1


def test_subjects_are_listed_with_how_many_texts_state_something(umi: Umi):
    moved(umi)
    umi("fact", "Bruno", "likes", "tea")

    assert umi("subjects").stdout.splitlines() == ["ada\t2", "bruno\t1"]
    assert json_lines(umi("subjects", "--json"))[0] == {"name": "ada", "texts": 2}
    assert umi("subjects", "--limit", "1").stdout.splitlines() == ["ada\t2"]
    assert umi("subjects", "--user", "nobody").exit_code == 1


def test_relations_are_told_from_both_ends(umi: Umi):
    porto, lisbon = moved(umi)

    from_new, from_old = umi("relations", lisbon).stdout, umi("relations", porto).stdout

    assert from_new.split("\t")[:3] == [porto, "supersedes", "0.95"]
    assert from_new.rstrip("\n").split("\t")[4] == PORTO[0]
    assert from_old.split("\t")[:2] == [lisbon, "is superseded by"]
    [relation] = json_lines(umi("relations", porto, "--json"))
    assert (relation["source"], relation["target"], relation["kind"]) == (lisbon, porto, "update")
    assert "sign of change" in relation["reason"]


def test_relations_take_both_clocks(umi: Umi):
    porto, lisbon = moved(umi)
    recorded = json_document(umi("get", porto, "--json"))["created_at"]

    assert umi("relations", porto, "--as-of", recorded).exit_code == 1
    assert umi("relations", lisbon, "--valid-at", "2025-02-01").exit_code == 1  # Lisbon did not hold yet


def test_a_memory_without_relations_exits_with_1_and_one_that_is_not_there_with_3(umi: Umi):
    tea = umi("remember", "tea").stdout.strip()

    assert umi("relations", tea).exit_code == 1
    assert umi("relations", "nowhere").exit_code == 3


def test_blame_cites_what_states_a_value_then_what_it_superseded(umi: Umi):
    porto, lisbon = moved(umi)

    rows = [line.split("\t") for line in umi("blame", "Ada", "city").stdout.splitlines()]

    assert [(row[0], row[1], row[4]) for row in rows] == [(lisbon, "2", "states it"), (porto, "1", "states it")]
    assert rows[1][6] == "superseded; held until 2025-05-01"


def test_blame_of_a_memory_says_how_others_bear_on_it(umi: Umi):
    porto, lisbon = moved(umi)

    first, second = json_lines(umi("blame", lisbon, "--json"))

    assert (first["id"], first["relation"], first["event"]["act"]) == (lisbon, None, "add")
    assert (second["id"], second["relation"]["kind"]) == (porto, "update")
    assert f"is superseded by {lisbon}" in umi("blame", lisbon).stdout


def test_what_nothing_states_exits_with_1(umi: Umi):
    moved(umi)

    assert umi("blame", "Ada", "salary").exit_code == 1
    assert "SLOT" in umi("blame", "Ada").stderr


@pytest.mark.usefixtures("at_a_terminal")
def test_at_a_terminal_the_ids_stay_whole(umi: Umi):
    porto, lisbon = moved(umi)

    assert lisbon in umi("relations", porto).stdout
    shown = umi("blame", "Ada", "lives_in").stdout
    assert porto in shown
    assert "held until 2025-05-01" in shown


def test_every_kind_of_relation_has_its_words():
    assert all(verb(kind) != verb(kind, passive=True) for kind in RelationKind)


@pytest.mark.parametrize("terminal", [False, True])
@pytest.mark.parametrize(
    "command", [["entity", "Ada"], ["blame", "Ada", "likes"], ["diff", "2000-01-01"], ["subjects"]]
)
def test_what_was_stated_cannot_steer_the_terminal(
    umi: Umi, monkeypatch: pytest.MonkeyPatch, command: list[str], terminal: bool
):
    monkeypatch.setattr("umi.cli.screen.for_person", lambda: terminal)
    hostile = "tea\x1b[2J\x9b31m\x07"
    umi("fact", "Ada", "likes", hostile, "--text", hostile, "--speaker", "\x1b[31mEve", "--source", hostile)
    umi("fact", "Eve\x1b[2J", "likes", "tea")

    shown = umi(*command).stdout

    assert shown
    assert not {"\x1b", "\x07", "\x9b"} & set(shown)
