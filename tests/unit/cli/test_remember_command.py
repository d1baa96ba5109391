from __future__ import annotations

from pathlib import Path

from tests.unit.cli.conftest import Umi, json_document


def test_remember_prints_the_id_that_get_finds(umi: Umi):
    kept = umi("remember", "I moved to Lisbon", "--speaker", "Ada", "--topic", "home", "--meta", "n=3", "--pinned")

    found = json_document(umi("get", kept.stdout.strip(), "--json"))

    assert kept.exit_code == 0
    assert found["content"] == "I moved to Lisbon"
    assert found["speaker"] == "Ada"
    assert found["topics"] == ["home"]
    assert found["metadata"] == {"n": 3}
    assert found["pinned"] is True


def test_remember_in_json_is_the_receipt(umi: Umi):
    first = json_document(umi("remember", "tea", "--json"))
    second = json_document(umi("--json", "remember", "tea"))

    assert first["created"] is True
    assert second["created"] is False
    assert first["id"] == second["id"]


def test_a_dash_remembers_what_comes_from_stdin_to_the_last_character(umi: Umi):
    kept = umi("remember", "-", input="two\nlines — ünïcode\n")

    assert json_document(umi("get", kept.stdout.strip(), "--json"))["content"] == "two\nlines — ünïcode\n"


def test_stdin_that_is_not_utf8_is_refused(umi: Umi):
    refused = umi("remember", "-", input=b"\xff\xfe\xfa")

    assert refused.exit_code == 2
    assert "not UTF-8" in refused.stderr


def test_notes_are_on_stderr_and_quiet_leaves_them_out(umi: Umi):
    told = umi("remember", "tea")
    quiet = umi("remember", "coffee", "--quiet")

    assert "Kept" in told.stderr
    assert "Kept" not in told.stdout
    assert quiet.stderr == ""
    assert len(quiet.stdout.split()) == 1


def test_the_scope_may_stand_before_or_after_the_command(umi: Umi):
    before = umi("--user", "ada", "--session", "s1", "remember", "tea")
    after = umi("remember", "coffee", "--user", "ada", "--session", "s1")

    scopes = [json_document(umi("get", kept.stdout.strip(), "--json"))["scope"] for kept in (before, after)]

    assert scopes[0] == scopes[1]
    assert scopes[0] == {"tenant": "default", "user": "ada", "namespace": None, "agent": None, "session": "s1"}


def test_the_later_of_two_options_wins(umi: Umi, tmp_path: Path, store: Path):
    umi("--store", store, "remember", "tea", "--store", tmp_path / "other.db")

    assert not store.exists()
    assert (tmp_path / "other.db").exists()


def test_metadata_is_read_as_json_scalars_and_else_as_text(umi: Umi):
    pairs = ("a=3", 'b="3"', "c=true", "d=null", "e=[1]", "f=x=y", "g=", "h=NaN")
    kept = umi("remember", "tea", *(word for pair in pairs for word in ("--meta", pair)))

    assert json_document(umi("get", kept.stdout.strip(), "--json"))["metadata"] == {
        "a": 3, "b": "3", "c": True, "d": None, "e": "[1]", "f": "x=y", "g": "", "h": "NaN",
    }  # fmt: skip
