from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.unit.cli.conftest import Umi, json_document, json_lines


@pytest.fixture
def exported(umi: Umi, tmp_path: Path) -> Path:
    """A file in Umi's own format, of a store that is gone."""
    path = tmp_path / "export.jsonl"
    for n in range(3):
        umi("remember", f"number {n}", "--speaker", "Ada", "--store", tmp_path / "old.db")
    assert umi("export", path, "--store", tmp_path / "old.db").exit_code == 0
    return path


def test_what_was_exported_imports_once(umi: Umi, exported: Path):
    first = json_document(umi("import", exported, "--json"))
    second = json_document(umi("import", exported, "--json"))

    assert (first["added"], first["known"], first["bad_count"], first["stopped"]) == (3, 0, 0, False)
    assert (second["added"], second["known"]) == (0, 3)
    assert [line["content"] for line in json_lines(umi("list", "--json"))] == [f"number {n}" for n in range(3)]


def test_import_tells_what_it_did(umi: Umi, exported: Path):
    result = umi("import", exported)

    assert result.stdout.startswith("3 added, 0 already known, 0 bad")
    assert result.exit_code == 0
    assert "\x1b" not in result.output


def test_a_bad_record_is_named_and_skipped(umi: Umi, exported: Path):
    _spoil(exported, line=1)

    result = umi("import", exported)

    assert result.exit_code == 0
    assert result.stdout.startswith("2 added, 0 already known, 1 bad")
    assert "line 2" in result.stderr


def test_on_error_stop_ends_at_the_bad_record_and_exits_with_2(umi: Umi, exported: Path):
    _spoil(exported, line=1)

    result = umi("import", exported, "--on-error", "stop")

    assert result.exit_code == 2
    assert result.stdout.startswith("1 added")
    assert "Stopped" in result.stderr


def test_export_counts_what_it_wrote(umi: Umi, tmp_path: Path):
    umi("remember", "tea", "--user", "ada")
    umi("remember", "coffee", "--user", "bruno")
    path = tmp_path / "export.jsonl"

    result = json_document(umi("export", path, "--user", "ada", "--json"))

    assert result == {"path": str(path), "exported": 1}
    assert "coffee" not in path.read_text()


def test_a_backup_is_a_store_and_overwrites_nothing(umi: Umi, tmp_path: Path):
    umi("remember", "green tea")
    copy = tmp_path / "copy.db"

    made = json_document(umi("backup", copy, "--json"))
    again = umi("backup", copy)

    assert made == {"path": str(copy), "bytes": copy.stat().st_size}
    assert umi("recall", "green tea", "--store", copy).exit_code == 0
    assert again.exit_code == 3
    assert "already there" in again.stderr


def _spoil(path: Path, *, line: int) -> None:
    lines = path.read_text().splitlines()
    assert json.loads(lines[line])
    lines[line] = "{not json"
    path.write_text("\n".join(lines) + "\n")
