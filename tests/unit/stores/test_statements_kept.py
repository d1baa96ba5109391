"""What a connection has planned once it keeps: planning takes longer than most of our statements do."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import apsw

from umi.stores.relational.statements import statements
from umi.stores.sqlite.connection import open_reader, open_writer
from umi.stores.sqlite.statements import sql


def test_every_statement_of_ours_fits_into_the_cache_of_a_connection(tmp_path: Path):
    with closing(open_writer(tmp_path / "memory.db")) as connection:
        assert connection.cache_stats()["size"] >= len(statements("umi.stores.sqlite"))


def test_words_looked_up_one_after_another_are_planned_once(tmp_path: Path):
    planned = 0

    def note(event: dict[str, Any]) -> None:
        nonlocal planned
        counts: dict[str, int] = event["stmt_status"]
        planned = max(planned, counts["SQLITE_STMTSTATUS_REPREPARE"])

    writer: Any
    reader: Any
    with closing(open_writer(tmp_path / "memory.db")) as writer, closing(open_reader(tmp_path / "memory.db")) as reader:
        for number in range(1, 200):
            writer.execute(sql("words_add"), (number, "scope", f"word{number}", ""))
        reader.trace_v2(apsw.SQLITE_TRACE_PROFILE, note)
        for number in range(1, 20):
            assert reader.execute("SELECT rowid FROM words WHERE words MATCH ?", (f"word{number}",)).get == number
    assert planned <= 1
