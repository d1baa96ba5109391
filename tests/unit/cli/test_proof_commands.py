from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from tests.unit.cli.conftest import Umi, json_document, json_lines

SECRET = "the safe opens with 48213"


@pytest.fixture
def secret(umi: Umi) -> str:
    return umi("remember", SECRET).stdout.strip()


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody sits there who can answer."""
    monkeypatch.setattr("umi.cli.screen.can_ask", lambda: True)


def test_erase_removes_for_ever_and_prints_a_receipt(umi: Umi, store: Path, secret: str):
    umi("remember", "tea")

    erased = umi("erase", "--id", secret, "--yes", "--reason", "asked to")

    rows = dict(line.split("\t") for line in erased.stdout.splitlines())
    assert erased.exit_code == 0
    assert rows["memories erased"] == "1"
    assert rows["proved"] == "yes, nothing is left"
    assert {"erased at", "hash before", "hash after", "searched for: bytes"} <= rows.keys()
    assert umi("get", secret).exit_code == 3
    assert [line["content"] for line in json_lines(umi("list", "--json"))] == ["tea"]
    assert not [path for path in store.parent.iterdir() if path.is_file() and SECRET.encode() in path.read_bytes()]


def test_the_receipt_in_json_names_what_was_erased(umi: Umi, secret: str):
    derived = umi("fact", "safe", "code", "48213", "--source-id", secret).stdout.strip()

    receipt = json_document(umi("erase", "--id", secret, "--yes", "--json"))

    assert set(receipt["ids"]) == {secret, derived}
    assert receipt["derived"] == [derived]
    assert receipt["proved"] == (receipt["findings"] == [])
    assert receipt["before"] != receipt["after"]


def test_an_erasure_that_was_not_searched_is_not_proved(umi: Umi, secret: str):
    receipt = umi("erase", "--id", secret, "--yes", "--no-check")

    assert "proved\tno, it was not searched" in receipt.stdout.splitlines()
    assert receipt.exit_code == 0


@pytest.mark.parametrize(
    ("words", "left"),
    [(["--user", "ada"], {"cocoa", "tea of another"}), (["--tenant", "default"], {"tea of another"})],
)
def test_all_erases_what_the_named_user_or_tenant_has(umi: Umi, words: list[str], left: set[str]):
    umi("remember", "tea", "--user", "ada")
    umi("remember", "cocoa", "--user", "bruno")
    umi("remember", "tea of another", "--tenant", "other")

    assert umi("erase", "--all", *words, "--yes").exit_code == 0

    listed = [*json_lines(umi("list", "--json")), *json_lines(umi("list", "--tenant", "other", "--json"))]
    assert {line["content"] for line in listed} == left


@pytest.mark.parametrize(
    "words",
    [
        ["--yes"],
        ["--all", "--yes"],
        ["--user", "ada", "--yes"],
        ["--tenant", "default", "--yes"],
        ["--all", "--tenant", "default", "--namespace", "work", "--yes"],
    ],
)
def test_nothing_is_erased_unless_it_is_said_what(umi: Umi, words: list[str]):
    umi("remember", "tea", "--user", "ada")

    refused = umi("erase", *words)

    assert refused.exit_code == 2
    assert umi("count").stdout == "1\n"


def test_an_id_and_all_exclude_each_other(umi: Umi, secret: str):
    assert umi("erase", "--id", secret, "--all", "--user", "ada", "--yes").exit_code == 2
    assert umi("count").stdout == "1\n"


def test_where_nobody_can_be_asked_it_has_to_be_said(umi: Umi, secret: str):
    refused = umi("erase", "--id", secret)

    assert refused.exit_code == 2
    assert "--yes" in refused.stderr
    assert umi("count").stdout == "1\n"


@pytest.mark.usefixtures("asked")
def test_at_a_terminal_it_is_asked_first(umi: Umi, secret: str):
    kept = umi("erase", "--id", secret, input="n\n")
    assert kept.exit_code == 1
    assert "Erase 1 memory for ever" in kept.stderr
    assert kept.stdout == ""
    assert umi("count").stdout == "1\n"

    erased = umi("erase", "--id", secret, "--json", input="y\n")
    assert erased.exit_code == 0
    assert json_document(erased)["ids"] == [secret]


@pytest.mark.usefixtures("asked")
def test_the_question_counts_what_is_out_of_recall_too(umi: Umi):
    ids = [umi("remember", f"number {n}", "--user", "ada").stdout.strip() for n in range(3)]
    umi("forget", ids[0], "--user", "ada")

    asked = umi("erase", "--all", "--user", "ada", input="n\n")

    assert "Erase 3 memories of user ada for ever" in asked.stderr


def test_an_id_that_never_was_exits_with_3_and_nothing_is_erased(umi: Umi, secret: str):
    assert umi("erase", "--id", secret, "--id", "nowhere", "--yes").exit_code == 3
    assert umi("count").stdout == "1\n"


def test_what_is_erased_already_is_no_error(umi: Umi, secret: str):
    umi("erase", "--id", secret, "--yes")

    again = umi("erase", "--id", secret, "--yes")

    assert again.exit_code == 0
    assert again.stdout.startswith("memories erased\t0\n")


def test_what_is_left_in_a_backup_that_cannot_be_reached_is_told(umi: Umi, secret: str, tmp_path: Path):
    folder = tmp_path / "stick"
    folder.mkdir()
    umi("backup", folder / "copy.db")
    folder.rename(tmp_path / "unplugged")

    erased = umi("erase", "--id", secret, "--yes")

    assert erased.exit_code == 1
    assert "left behind\t" in erased.stdout
    assert "proved\tno, 1 left behind" in erased.stdout


@pytest.mark.usefixtures("at_a_terminal")
def test_a_receipt_at_a_terminal_is_a_table(umi: Umi, secret: str):
    assert "yes, nothing is left" in umi("erase", "--id", secret, "--yes").stdout


def test_a_sound_store_verifies(umi: Umi, secret: str):
    umi("erase", "--id", secret, "--yes")

    plain, as_json = umi("verify"), json_document(umi("verify", "--json"))

    assert plain.exit_code == 0
    assert plain.stdout.startswith("nothing was tampered with: ")
    assert (as_json["ok"], as_json["findings"], as_json["anchors"]) == (True, [], 0)
    assert as_json["entries"] > 0


@pytest.mark.usefixtures("secret")
def test_what_was_changed_behind_its_back_is_named(umi: Umi, store: Path):
    _tamper(store)

    found = umi("verify")

    assert found.exit_code == 1
    change, what, seen = found.stdout.splitlines()[0].split("\t")
    assert int(change) >= 0
    assert what
    assert seen
    assert json_document(umi("verify", "--json"))["ok"] is False


@pytest.fixture
def rolled_back(umi: Umi, store: Path, tmp_path: Path) -> Callable[[], None]:
    """Puts the store of now in the place of a later one."""
    umi("remember", "tea")
    copy = tmp_path / "copy.db"
    umi("backup", copy)

    def roll_back() -> None:
        for path in store.parent.glob("memory.db*"):
            path.unlink()
        store.write_bytes(copy.read_bytes())

    return roll_back


def test_an_anchor_convicts_a_file_that_was_rolled_back(umi: Umi, tmp_path: Path, rolled_back: Callable[[], None]):
    umi("remember", "cocoa")
    anchors = tmp_path / "anchors.txt"
    anchors.write_text(f"# taken daily\n\n{umi('anchor').stdout}")
    assert json_document(umi("verify", "--anchor", anchors, "--json"))["anchors"] == 1

    rolled_back()

    assert umi("verify").exit_code == 0
    assert "rolled back" in umi("verify", "--anchor", anchors).stdout


@pytest.mark.usefixtures("secret")
def test_a_signed_anchor_needs_its_key(umi: Umi, tmp_path: Path):
    key, other, anchors = tmp_path / "key", tmp_path / "other", tmp_path / "anchors.txt"
    key.write_bytes(b"sixteen bytes and more\r\n")
    other.write_bytes(b"another key of enough bytes")
    anchors.write_text(umi("anchor", "--key-file", key).stdout)

    assert umi("verify", "--anchor", anchors, "--key-file", key).exit_code == 0
    assert "anchor forged" in umi("verify", "--anchor", anchors, "--key-file", other).stdout
    key.write_bytes(b"sixteen bytes and more")
    assert umi("verify", "--anchor", anchors, "--key-file", key).exit_code == 0


@pytest.mark.usefixtures("secret")
def test_an_anchor_in_json_has_its_line(umi: Umi):
    anchor = json_document(umi("anchor", "--json"))

    assert anchor["line"] == umi("anchor").stdout.strip() or anchor["line"].split()[1] == str(anchor["seq"])
    assert anchor["line"].endswith(anchor["hash"])
    assert anchor["signature"] is None


@pytest.mark.usefixtures("secret")
def test_files_that_cannot_be_used_are_named(umi: Umi, tmp_path: Path):
    bad, short = tmp_path / "bad.txt", tmp_path / "short"
    bad.write_bytes(b"\xff")
    short.write_bytes(b"short")

    assert umi("verify", "--anchor", tmp_path / "nowhere").exit_code == 3
    assert umi("verify", "--anchor", bad).exit_code == 2
    assert umi("verify", "--anchor", short).exit_code == 2
    assert umi("verify", "--key-file", tmp_path / "nowhere").exit_code == 3
    assert umi("anchor", "--key-file", short).exit_code == 2


def _tamper(store: Path) -> None:
    with closing(sqlite3.connect(store)) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        assert "log" in tables
        assert connection.execute("DELETE FROM log WHERE rowid = 1").rowcount == 1
        connection.commit()
