"""Sealed backups: nothing of them can be read without the keyring, and nothing that was erased even with it."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from tests.unit.stores.opening import execute, open_sqlite, using

from umi.domain.change import Outcome
from umi.domain.erasure import Erase
from umi.domain.fact import Fact
from umi.domain.relation import RelationKind
from umi.domain.scope import Scope
from umi.errors import Conflict, Invalid
from umi.stores.sqlite import keyring
from umi.stores.sqlite.sealing import unseal
from umi.testing.store.making import SOLE, add, apply, broken, by_vector, by_words, vector, words_of
from umi.testing.store.undoing import relate
from umi.testing.store.versions import reword
from umi.wiring.system import SystemClock, SystemEntropy

if TYPE_CHECKING:
    from pathlib import Path

    from umi.stores.sqlite.store import SqliteStore

pytest.importorskip("cryptography")
TALK = Scope(user="ursula", session="sessionname")
TABLES = ("tenant", "partition", "session", "log", "content", "entity", "label", "fact", "relation", "embedding")


async def fill(store: SqliteStore) -> None:
    fact = Fact(subject="Ada", about="ada", slot="likes", value="zymurgy")
    for n in range(6):
        await apply(
            store, add(f"zyzzyva number{n}", id=f"e{n}", scope=TALK, key=f"key{n}", facts=(fact,), topics=("t",))
        )
    await apply(store, add("the heron", id="h", scope=Scope(user="ulysses")))
    await apply(
        store, reword("e2", "a quokka", scope=TALK), relate("e3", "e4", RelationKind.EXTEND, Scope(user="ursula"))
    )
    await store.erase(Erase(scope=SOLE, ids=("e5",)))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    using(tmp_path / "memory.db", fill)
    return tmp_path / "memory.db"


def restored(path: Path, name: str = "restored.db") -> Path:
    to = path.with_name(name)
    unseal(
        path.with_name("copy"), path.with_name("keys"), to,
        clock=SystemClock(), entropy=SystemEntropy(), words_of=words_of,
    )  # fmt: skip
    return to


def sealed(path: Path) -> None:
    using(path, lambda store: store.backup(path.with_name("copy"), path.with_name("keys")))


def test_a_sealed_backup_says_nothing(path: Path):
    sealed(path)
    data = path.with_name("copy").read_bytes() + path.with_name("keys").read_bytes()
    for word in ("zyzzyva", "number3", "quokka", "heron", "zymurgy", "ursula", "ulysses", "sessionname", "key3", "Ada"):
        assert word.encode() not in data, word
    assert vector("the heron").astype("<f2").tobytes()[:16] not in data
    assert path.with_name("keys").stat().st_mode & 0o077 == 0


def test_what_is_restored_is_what_was_sealed(path: Path):
    sealed(path)
    to = restored(path)
    for table in TABLES:
        assert execute(to, f"SELECT * FROM {table}") == execute(path, f"SELECT * FROM {table}"), table

    async def look(store: SqliteStore) -> None:
        assert sorted(await by_words(store, "zyzzyva")) == ["e0", "e1", "e2", "e3", "e4"]
        assert (await by_vector(store, vector("the heron")))[0] == "h"
        assert (await store.verify([])).findings == ()
        assert await broken(store) == []
        [known] = await apply(store, add("other", id="other", scope=Scope(user="ursula"), key="key1"))
        assert (known.outcome, known.id) == (Outcome.KNOWN, "e1")

    using(to, look)


def test_what_was_erased_since_cannot_be_restored_from_a_copy_that_lies_anywhere(path: Path):
    sealed(path)
    shutil.copy(path.with_name("copy"), path.with_name("copy elsewhere"))

    async def erase(store: SqliteStore) -> None:
        erasure = await store.erase(Erase(scope=SOLE, ids=("e3",)))
        assert (erasure.counts["keys"], erasure.proved) == (1, True)
        assert (await store.erase(Erase(scope=Scope(user="ulysses")))).counts["keys"] == 2

    using(path, erase)
    to = restored(path)

    async def look(store: SqliteStore) -> None:
        assert sorted(await by_words(store, "zyzzyva heron")) == ["e0", "e1", "e2", "e4"]
        assert await store.get(SOLE, ["e3", "h"]) == [None, None]
        assert (await store.verify([])).findings == ()
        assert await broken(store) == []
        [known] = await apply(store, add("anew", id="anew", scope=Scope(user="ursula"), key="key3"))
        assert (known.outcome, known.id) == (Outcome.KNOWN, "e3")

    using(to, look)
    assert all(word not in to.read_bytes() for word in (b"number3", b"heron", b"ulysses"))


def test_a_keyring_that_is_gone_is_told_of_and_one_that_cannot_be_reached_is_a_finding(path: Path, tmp_path: Path):
    folder = tmp_path / "folder"
    folder.mkdir()

    async def work(store: SqliteStore) -> None:
        await store.backup(tmp_path / "one", folder / "keys")
        (folder / "keys").rename(tmp_path / "keys elsewhere")
        erasure = await store.erase(Erase(scope=SOLE, ids=("e0",)))
        assert erasure.gone == (str(folder / "keys"),)
        folder.rmdir()
        erasure = await store.erase(Erase(scope=SOLE, ids=("e1",)))
        assert [finding.place for finding in erasure.findings] == [str(folder / "keys")]
        assert not erasure.proved

    using(path, work)


@pytest.mark.parametrize("place", [0, 12, 40, 400, -1])
def test_a_changed_copy_is_refused_and_leaves_nothing(path: Path, place: int):
    sealed(path)
    copy = path.with_name("copy")
    data = bytearray(copy.read_bytes())
    data[place] ^= 1
    copy.write_bytes(data)
    with pytest.raises((Invalid, Conflict)):
        restored(path)
    assert not path.with_name("restored.db").exists()


def test_a_copy_that_is_cut_off_is_refused(path: Path):
    sealed(path)
    copy = path.with_name("copy")
    copy.write_bytes(copy.read_bytes()[:-5])
    with pytest.raises(Invalid):
        restored(path)


def test_the_keyring_of_another_store_is_refused(path: Path, tmp_path: Path):
    sealed(path)
    other = tmp_path / "other.db"

    async def work(store: SqliteStore) -> None:
        await apply(store, add("another store"))
        with pytest.raises(Conflict):
            await store.backup(tmp_path / "other copy", path.with_name("keys"))

    using(other, work)


async def test_one_keyring_serves_many_copies(path: Path, tmp_path: Path):
    store = open_sqlite(path)
    await store.backup(tmp_path / "first", tmp_path / "keys")
    size = (tmp_path / "keys").stat().st_size
    await apply(store, add("one more"))
    await store.backup(tmp_path / "second", tmp_path / "keys")
    await store.close()
    record = keyring._RECORD.size  # pyright: ignore[reportPrivateUsage]
    assert (tmp_path / "keys").stat().st_size == size + 2 * record  # an entity's, and its partition's
