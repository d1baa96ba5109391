"""The table of entities says to any Lance tool what the store holds, and nothing that was erased."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from tests.unit.stores.lance.opening import inside, lose_working_copy, using

from umi.domain.erasure import Erase
from umi.domain.scope import Scope
from umi.errors import StorageError
from umi.stores.lance import upkeep
from umi.stores.lance.mirror import Mirror
from umi.testing.store.making import SOLE, add, apply, forget, vector
from umi.testing.store.versions import reword
from umi.vectors.lance.library import lancedb

if TYPE_CHECKING:
    from pathlib import Path

    from umi.stores.lance.store import LanceStore


def _read(folder: Path) -> dict[str, dict[str, Any]]:
    """What a stranger reads there, by id."""
    table = lancedb().connect(str(folder)).open_table("entities")
    return {row["id"]: row for row in table.search().limit(1_000).to_list()}


def test_it_says_what_stands_now(tmp_path: Path):
    async def write(store: LanceStore) -> None:
        scope = Scope(user="ada", namespace="n", agent="a", session="s")
        await apply(store, add("the heron", id="e", scope=scope, topics=("birds",)), add("other"))

    async def change(store: LanceStore) -> None:
        await apply(store, reword("other", "an egret"), forget("other"), add("third"))

    using(tmp_path, write)
    heron = _read(tmp_path)["e"]
    said = {name: heron[name] for name in ("content", "tenant", "user", "namespace", "agent", "session", "topics")}
    assert said == {
        "content": "the heron", "tenant": "default", "user": "ada", "namespace": "n", "agent": "a", "session": "s",
        "topics": ["birds"],
    }  # fmt: skip
    assert (heron["status"], heron["entity_type"], heron["seq"]) == ("active", "note", 1)
    assert float(np.dot(heron["vector"], vector("the heron"))) > 0.99
    using(tmp_path, change)
    assert {id: row["content"] for id, row in _read(tmp_path).items()} == {
        "e": "the heron", "other": "an egret", "third": "third",
    }  # fmt: skip
    assert _read(tmp_path)["other"]["status"] == "forgotten"


def test_it_is_written_while_the_store_is_open_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(upkeep, "JOURNAL_FILES_MAX", 4)
    monkeypatch.setattr(upkeep, "MIRROR_LAG_MAX", 0)

    async def work(store: LanceStore) -> None:
        for number in range(6):
            await apply(store, add(f"text {number}"))
        assert inside(store)._keeping is not None
        await inside(store)._keeping
        assert "text 0" in _read(tmp_path)

    using(tmp_path, work)
    assert len(_read(tmp_path)) == 6


def test_what_is_erased_is_not_in_it_and_the_rest_comes_back(tmp_path: Path):
    using(tmp_path, lambda store: apply(store, add("the heron"), add("the egret")))

    async def erase(store: LanceStore) -> None:
        assert (await store.erase(Erase(scope=SOLE, ids=("the heron",)))).proved
        assert not (tmp_path / "entities.lance").exists()

    using(tmp_path, erase)
    assert set(_read(tmp_path)) == {"the egret"}
    lose_working_copy(tmp_path)
    using(tmp_path, lambda store: apply(store, add("the willow")))
    assert set(_read(tmp_path)) == {"the egret", "the willow"}


def test_a_table_that_cannot_be_written_fails_no_close(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def fail(*_: object) -> None:
        raise StorageError

    with monkeypatch.context() as patched:
        patched.setattr(Mirror, "write", fail)
        using(tmp_path, lambda store: apply(store, add("one")))
    using(tmp_path, lambda store: apply(store, add("two")))
    assert set(_read(tmp_path)) == {"one", "two"}
