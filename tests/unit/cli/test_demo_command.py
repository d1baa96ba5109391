from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from tests.unit.cli.conftest import Umi, json_document

from umi.cli.demo.scenario import conversation, questions


def test_every_evidence_turn_is_in_the_conversation():
    keys = [turn.key for turn in conversation()]

    assert len(set(keys)) == len(keys)
    assert {key for question in questions() for key in question.evidence} <= set(keys)
    assert all(turn.speaker and turn.session and turn.event_time for turn in conversation())


def test_the_demo_counts_what_it_found_honestly(umi: Umi):
    report = json_document(umi("demo", "--json"))

    places = [answer["place"] for answer in report["answers"]]
    assert report["turns"] == report["added"] == len(conversation())
    assert report["questions"] == len(places) == len(questions())
    assert report["found"] == sum(1 for place in places if place)
    for answer, question in zip(report["answers"], questions(), strict=True):
        keys = [hit["key"] for hit in answer["hits"]]
        found = [place for place, key in enumerate(keys, 1) if key in question.evidence]
        assert answer["place"] == (found[0] if found else None)


def test_the_demo_shows_every_question_its_verdict_and_the_python(umi: Umi):
    shown = umi("demo")

    assert shown.exit_code == 0
    assert all(question.text in shown.stdout for question in questions())
    assert shown.stdout.count("found at #") + shown.stdout.count("not among the first 5") == len(questions())
    assert f"of {len(questions())} questions" in shown.stdout
    assert "Memory.open(" in shown.stdout
    assert "\x1b" not in shown.output
    assert max(map(len, shown.stdout.splitlines())) <= 100


def test_show_limits_what_is_shown_but_not_what_is_asked(umi: Umi):
    shown = umi("demo", "--show", "1").stdout

    assert questions()[0].text in shown
    assert questions()[1].text not in shown
    assert f"of {len(questions())} questions" in shown


def test_the_demo_leaves_the_store_of_umi_store_alone(umi: Umi, store: Path):
    umi("demo", "--show", "0")

    assert not store.exists()


def test_the_demo_keeps_a_store_that_is_named_and_adds_nothing_twice(umi: Umi, tmp_path: Path):
    named = tmp_path / "demo.db"
    umi("demo", "--store", named, "--show", "0")

    again = umi("demo", "--store", named, "--show", "0")

    assert "known already" in again.stdout
    assert json_document(umi("stats", "--store", named, "--json"))["entities"] == len(conversation())


def test_the_picture_loads_nothing_from_elsewhere(umi: Umi, tmp_path: Path):
    picture = tmp_path / "demo.svg"

    umi("demo", "--show", "1", "--svg", picture)

    svg = picture.read_text(encoding="utf-8")
    assert svg.startswith("<svg")
    assert "url(&quot;http" not in svg
    assert 'url("http' not in svg


def test_the_conversation_is_part_of_the_package():
    assert (files("umi.cli.demo") / "conversation.jsonl").is_file()
