from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest
from tests.unit.cli.conftest import Umi

from umi import errors
from umi.cli.exits import EXIT_MEANINGS, Exit, exit_of
from umi.cli.main import command, report

MISSING_ID = "0190aaaa-0000-7000-8000-000000000000"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["remember", ""], 2),
        (["remember", " \n"], 2),
        (["remember", "x" * 1_000_001], 2),
        (["remember", "tea", "--importance", "7"], 2),
        (["remember", "tea", "--role", "king"], 2),
        (["remember", "tea", "--event-time", "yesterday-ish"], 2),
        (["remember", "tea", "--meta", "novalue"], 2),
        (["remember", "tea", "--user", ""], 2),
        (["recall", ""], 2),
        (["recall", "tea", "--limit", "0"], 2),
        (["recall", "tea", "--limit", "many"], 2),
        (["recall", "tea", "--type", "spaceship"], 2),
        (["recall", "tea", "--min-score", "nan"], 2),
        (["recall", "tea", "--after", "soon"], 2),
        (["recall", "tea", "--as-of", "soon"], 2),
        (["recall", "tea", "--trust-min", "blind"], 2),
        (["list", "--status", "lost"], 2),
        (["list", "--limit", "-1"], 2),
        (["subjects", "--limit", "0"], 2),
        (["entity", ""], 2),
        (["entity", "Ada", "--valid-at", "soon"], 2),
        (["fact", "Ada", "likes"], 2),
        (["fact", "Ada", "likes", ""], 2),
        (["pack", "tea", "--tokens", "0"], 2),
        (["list", "--limit", "99999999"], 2),
        (["get", MISSING_ID], 3),
        (["forget", MISSING_ID], 3),
        (["restore", MISSING_ID], 3),
        (["history", MISSING_ID], 3),
        (["relations", MISSING_ID], 3),
        (["revise", MISSING_ID, "--text", "tea"], 3),
        (["undo", "12345"], 3),
        (["silence", MISSING_ID], 3),
        (["erase", "--id", MISSING_ID, "--yes"], 3),
        (["erase"], 2),
        (["anchor", "--key-file", "no-such-file"], 3),
        (["quarantine", "list", "--limit", "0"], 2),
        (["import", "no-such-file"], 3),
        (["import", "."], 3),
        (["import", __file__, "--format", "no-such-format"], 2),
        (["backup", "no-such-folder/copy.db"], 4),
        (["export", "no-such-folder/export.jsonl"], 4),
        (["forget"], 2),
        (["dance"], 2),
        (["recall"], 2),
        (["recall", "tea", "--dance"], 2),
        (["completion", "cmd"], 2),
        (["demo", "--show", "-1"], 2),
    ],
)
def test_what_goes_wrong_is_one_message_and_an_exit_code(umi: Umi, words: list[str], code: int):
    umi("remember", "something")

    plain, as_json = umi(*words), umi(*words, "--json")

    assert (plain.exit_code, as_json.exit_code) == (code, code)
    assert "Error: " in plain.stderr
    assert "Traceback" not in plain.output + as_json.output
    [line] = as_json.stderr.splitlines()
    error = json.loads(line)["error"]
    assert error["type"]
    assert error["message"]


@pytest.mark.parametrize(
    "words",
    [
        ["recall", "tea"], ["pack", "tea"], ["list"], ["count"], ["entity", "Ada"], ["subjects"],
        ["blame", "Ada", "x"], ["history", "x"], ["relations", "x"], ["diff", "2025-01-01"], ["undo", "1"],
        ["revise", "x", "--text", "tea"],
        ["decay"], ["duplicates"], ["silence", "x"], ["quarantine", "list"], ["erase", "--id", "x", "--yes"],
        ["verify"], ["anchor"], ["stats"], ["doctor"], ["export", "f"], ["reindex"],
    ],
)  # fmt: skip
def test_asking_a_store_that_is_not_there_makes_none(umi: Umi, store: Path, words: list[str]):
    result = umi(*words)

    assert result.exit_code == 3
    assert str(store) in result.stderr
    assert not store.exists()


@pytest.mark.parametrize("words", [["remember", "tea"], ["recall", "tea"], ["stats"], ["doctor", "--repair"]])
@pytest.mark.parametrize("content", [b"this is no store at all", b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_damaged_file_exits_with_5_and_is_left_as_it_is(umi: Umi, store: Path, words: list[str], content: bytes):
    store.write_bytes(content)

    result = umi(*words)

    assert result.exit_code == 5
    assert "Traceback" not in result.output
    assert store.read_bytes() == content


def test_a_folder_that_cannot_be_written_exits_with_4(umi: Umi, tmp_path: Path):
    (tmp_path / "file").write_text("a file where a folder is due")

    result = umi("remember", "tea", "--store", tmp_path / "file" / "memory.db")

    assert result.exit_code == 4
    assert result.stderr.startswith("Error: ")
    assert len(result.stderr.splitlines()) == 1


def test_a_read_only_folder_exits_with_4(umi: Umi, tmp_path: Path):
    folder = tmp_path / "locked"
    folder.mkdir(mode=0o500)
    if os.geteuid() == 0:  # root may write anywhere but into the kernel's own files
        folder = Path("/proc/sys")

    result = umi("remember", "tea", "--store", folder / "memory.db")

    assert result.exit_code == 4
    assert "read-only" in result.stderr


def test_a_store_that_is_a_folder_exits_with_4(umi: Umi, tmp_path: Path):
    assert umi("remember", "tea", "--store", tmp_path).exit_code == 4


def test_debug_shows_where_it_came_from(umi: Umi):
    assert "Traceback" in umi("--debug", "remember", "").stderr


def test_words_after_two_dashes_are_no_options(umi: Umi):
    umi("remember", "something")

    result = umi("recall", "--limit", "0", "--", "--json")

    assert result.stderr.startswith("Error: ")


def test_every_error_of_umi_has_an_exit_code():
    for kind in _leaves(errors.MemoryError):
        assert exit_of(kind()) in {Exit.USAGE, Exit.REFUSED, Exit.UNAVAILABLE, Exit.CORRUPT}, kind


def test_every_exit_code_says_what_it_means():
    assert list(EXIT_MEANINGS) == list(Exit)


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (click.Abort(), 130, "Interrupted"),
        (OSError(28, "No space left on device", "/some/file"), 4, "/some/file"),
        (ZeroDivisionError("oh"), 70, "A bug in Umi: ZeroDivisionError: oh"),
        (errors.StorageBusyError(), 4, "Try again"),
        (errors.StoreTooNewError(), 5, "upgrade"),
    ],
)
def test_errors_are_named(capsys: pytest.CaptureFixture[str], error: Exception, code: int, message: str):
    assert report(error, []) == code
    assert message in capsys.readouterr().err


@pytest.mark.parametrize("name", command.commands)
def test_every_command_has_help_and_answers_in_json(umi: Umi, name: str):
    for words, found in _commands(name, command.commands[name]):
        assert umi(*words, "--help").exit_code == 0
        assert found.help
        assert "json" in {param.name for param in found.params}


def test_the_overview_describes_every_command_in_whole_words(umi: Umi):
    overview = umi("--help").stdout

    assert all(f"\n  {name} " in overview for name in command.commands)
    assert "..." not in overview.partition("Commands:")[2]
    assert all(str(code.value) in overview for code in Exit)


def _leaves(kind: type[errors.MemoryError]) -> Iterator[type[errors.MemoryError]]:
    kinds: Callable[[], list[type[errors.MemoryError]]] = kind.__subclasses__
    for inner in kinds():
        yield inner
        yield from _leaves(inner)


def _commands(name: str, found: click.Command) -> Iterator[tuple[list[str], click.Command]]:
    if isinstance(found, click.Group):
        yield from (([name, inner_name], inner) for inner_name, inner in found.commands.items())
    else:
        yield [name], found
