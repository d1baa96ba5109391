"""A store that the first release wrote: it opens, nothing is lost, and its past can be asked for."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from tests.embedding import HashingEmbedder
from tests.unit.stores.opening import execute

from umi import Memory
from umi.domain.change import Act
from umi.ports.store import Severity
from umi.stores.sqlite.connection import open_writer
from umi.stores.sqlite.statements import migrations

FIXTURE = Path(__file__).parents[2] / "fixtures" / "schema_1.db.gz"
MODEL = "all-MiniLM-L6-v2-int8-1"
TEXTS = {
    "lisbon": "I moved to Lisbon last Friday",
    "emma": "My sister Emma works at the BBC",
    "door": "The door code is 4711",
    "tom": "Tom likes chess",
    "old": "Old news",
}
INSTANT = timedelta(microseconds=1)
EVERY = ["active", "forgotten"]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "memory.db"
    path.write_bytes(gzip.decompress(FIXTURE.read_bytes()))
    assert execute(path, "PRAGMA user_version") == [(1,)]
    return path


@pytest.fixture
def memory(path: Path) -> Iterator[Memory]:
    with Memory.open(path, embedder=HashingEmbedder(MODEL, 384)) as memory:
        yield memory


def _times(memory: Memory, id: str) -> list[datetime]:
    return [event.recorded_at for event in memory.history_sync(id)]


def _broken(memory: Memory) -> list[str]:
    found = [one for one in memory.check_sync() if one.severity is not Severity.OK and one.part != "disk"]
    return [f"{one.part}: {one.message}" for one in found]


def test_everything_it_held_is_there_as_it_was(memory: Memory):
    for id, text in TEXTS.items():
        kept = memory.get_sync(id)
        assert kept is not None
        assert (kept.content, kept.status) == (text, "forgotten" if id == "door" else "active")
    lisbon, door, old = memory.get_sync("lisbon"), memory.get_sync("door"), memory.get_sync("old")
    assert lisbon is not None
    assert door is not None
    assert old is not None
    assert (lisbon.speaker, lisbon.session, lisbon.topics) == ("Ada", "s1", ("home",))
    assert dict(lisbon.metadata) == {"place": "Lisbon"}
    assert (door.revision, door.scope.user, old.revision) == (2, "ada", 3)


def test_what_was_active_is_found_by_words_and_what_was_forgotten_is_not(memory: Memory):
    assert [item.id for item in memory.list_sync().items] == ["lisbon", "emma", "tom", "old"]
    assert memory.count_sync(topics=["home"]) == memory.count_sync(metadata={"place": "Lisbon"}) == 1
    for id, word in {"lisbon": "Lisbon", "emma": "BBC", "tom": "chess", "old": "news"}.items():
        ranks = {hit.id: hit.why.lexical_rank for hit in memory.recall_sync(word)}
        assert ranks[id] in {1, 2}  # the turn after it in its session borrows its words
    assert "door" not in [hit.id for hit in memory.recall_sync("door code")]


def test_its_check_is_clean_once_it_was_repaired(memory: Memory):
    memory.repair_sync()
    assert _broken(memory) == []
    assert memory.repair_sync() == 0


def test_its_history_is_read_with_both_sides_of_every_change(memory: Memory):
    events = memory.history_sync("old")
    assert [event.act for event in events] == [Act.ADD, Act.FORGET, Act.RESTORE]
    assert [dict(event.after) for event in events[1:]] == [{"status": "forgotten"}, {"status": "active"}]
    assert [dict(event.before) for event in events[1:]] == [{"status": "active"}, {"status": "forgotten"}]
    assert memory.history_sync("door")[1].reason == "changed"


@pytest.mark.parametrize("is_repaired", [False, True])
def test_what_it_held_before_is_read_as_of_then(memory: Memory, is_repaired: bool):
    if is_repaired:
        memory.repair_sync()
    added, forgotten, restored = _times(memory, "old")
    statuses = {
        added - INSTANT: None, added: "active", forgotten - INSTANT: "active", forgotten: "forgotten",
        restored - INSTANT: "forgotten", restored: "active",
    }  # fmt: skip
    for as_of, status in statuses.items():
        kept = memory.get_sync("old", as_of=as_of)
        assert (None if kept is None else kept.status) == status
        listed = [item.id for item in memory.list_sync(as_of=as_of).items]
        assert ("old" in listed) is (status == "active")
        assert memory.count_sync(as_of=as_of) == len(listed)
        every = [item.id for item in memory.list_sync(as_of=as_of, statuses=EVERY).items]
        assert ("old" in every) is (status is not None)


def test_what_it_had_forgotten_is_recalled_as_of_before_once_it_was_repaired(memory: Memory):
    memory.repair_sync()
    added, forgotten = _times(memory, "door")
    for as_of, ids in {added: ["door"], forgotten - INSTANT: ["door"], forgotten: [], added - INSTANT: []}.items():
        hits = memory.scoped(user="ada").recall_sync("door code", as_of=as_of)
        assert [hit.id for hit in hits] == ids
        assert all(hit.why.lexical_rank == 1 and hit.why.dense_rank == 1 for hit in hits)


def test_topics_and_metadata_narrow_what_it_held_before(path: Path):
    execute(path, "INSERT INTO label SELECT 'topic', 'papers', no FROM entity WHERE id IN ('old', 'door')")
    asked: list[dict[str, Any]] = [{"topics": ["papers"]}, {"topics": ["home"]}, {"metadata": {"place": "Lisbon"}}]
    with Memory.open(path, embedder=HashingEmbedder(MODEL, 384)) as memory:
        times = [_times(memory, id)[0] for id in ("door", "old", "lisbon")]
        memory.forget_sync("lisbon")
        found = [
            [item.id for item in memory.list_sync(as_of=as_of, **narrowing).items]
            for as_of, narrowing in zip((*times[:2], times[1]), (asked[0], asked[0], asked[1]), strict=True)
        ]
        assert found == [["door"], ["old"], ["lisbon"]]
        assert [item.id for item in memory.list_sync(as_of=times[2], **asked[2]).items] == ["lisbon"]
        assert memory.list_sync(**asked[1]).items == ()


def test_what_it_did_can_be_undone_and_that_undone(memory: Memory):
    [_, forgotten] = memory.history_sync("door")
    undone = memory.undo_sync(forgotten)
    assert memory.scoped(user="ada").recall_sync("door code")[0].id == "door"
    redone = memory.undo_sync(undone)
    assert memory.scoped(user="ada").count_sync() == 0
    memory.undo_sync(redone)
    assert memory.scoped(user="ada").count_sync() == 1
    memory.repair_sync()
    assert _broken(memory) == []


def test_what_it_knew_is_still_known_and_its_key_still_taken(memory: Memory):
    tom = memory.scoped(user="tom")
    again = tom.remember_sync("something else", key="k1")
    assert (again.created, again.id) == (False, "tom")


def test_it_is_revised_superseded_and_asked_about_across_the_change_of_form(memory: Memory):
    before = _times(memory, "tom")[0]
    assert memory.revise_sync("tom", text="Tom likes draughts")
    tom = memory.scoped(user="tom")
    assert [hit.content for hit in tom.recall_sync("chess", as_of=before)] == ["Tom likes chess"]
    assert [hit.content for hit in tom.recall_sync("draughts")] == ["Tom likes draughts"]
    assert tom.entity_sync("Tom").values == {"likes": ("draughts",)}
    memory.repair_sync()
    assert _broken(memory) == []


def test_it_is_brought_up_to_date_once_though_many_come_to_it_at_the_same_time(path: Path):
    at_once = Barrier(4)

    def come(_: int) -> int:
        at_once.wait(timeout=20)
        connection: Any = open_writer(path)
        with closing(connection):
            return int(connection.pragma("user_version"))

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(come, range(4))) == {len(migrations())}
    with Memory.open(path, embedder=HashingEmbedder(MODEL, 384)) as memory:
        assert [item.id for item in memory.list_sync().items] == ["lisbon", "emma", "tom", "old"]


def test_it_opens_again_after_it_was_brought_up_to_date(path: Path):
    for _ in range(2):
        with Memory.open(path, embedder=HashingEmbedder(MODEL, 384)) as memory:
            memory.repair_sync()
            assert [item.id for item in memory.list_sync().items] == ["lisbon", "emma", "tom", "old"]
            assert _broken(memory) == []
