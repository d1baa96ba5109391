from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from tests.unit.cli.conftest import Umi, json_document


def test_stats_counts_the_whole_store(umi: Umi, store: Path):
    umi("remember", "tea", "--user", "ada")
    umi("remember", "coffee", "--tenant", "other")

    stats = json_document(umi("stats", "--json"))

    assert (stats["path"], stats["entities"], stats["tenants"]) == (str(store), 2, 2)
    assert "entities\t2" in umi("stats").stdout.splitlines()


@pytest.mark.usefixtures("at_a_terminal")
def test_stats_at_a_terminal_is_a_table(umi: Umi):
    umi("remember", "tea")

    assert "vectors awaited" in umi("stats").stdout


def test_the_doctor_finds_a_sound_store_sound(umi: Umi):
    umi("remember", "tea")

    report = json_document(umi("doctor", "--json"))

    assert report["sound"] is True
    assert report["repaired"] is None
    assert {"file", "log", "words", "vectors", "model", "disk"} == {finding["part"] for finding in report["findings"]}


def test_the_doctor_exits_with_1_until_it_has_repaired(umi: Umi, store: Path):
    umi("remember", "green tea")
    _lose_vectors(store)

    sick = umi("doctor")
    mended = umi("doctor", "--repair", "--json")

    assert sick.exit_code == 1
    assert "--repair" in sick.stderr
    assert mended.exit_code == 0
    assert json_document(mended)["repaired"] == 1
    assert umi("doctor").exit_code == 0


def test_reindex_says_how_many_it_embedded(umi: Umi, store: Path):
    umi("remember", "green tea")
    _lose_vectors(store)

    assert json_document(umi("reindex", "--json")) == {"reindexed": 1}
    assert umi("reindex").stdout == "0 memories indexed anew\n"


def _lose_vectors(store: Path) -> None:
    with closing(sqlite3.connect(store)) as connection:
        assert connection.execute("DELETE FROM embedding").rowcount
        connection.commit()
