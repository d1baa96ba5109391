"""Whatever happened before, of what is erased no byte is left in any file, and all else is as it was and verifies."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.stores.opening import connected, open_sqlite

from umi.domain.change import Act, Alter, Change, Outcome, Relate, Undo
from umi.domain.entity import Status
from umi.domain.erasure import Erase
from umi.domain.fact import Fact
from umi.domain.relation import RelationKind
from umi.domain.scope import Scope
from umi.errors import Conflict, NotFound
from umi.stores.sqlite.database import Database
from umi.stores.sqlite.segments import PAST_WORDS, WORDS, terms
from umi.testing.store.making import MODEL, SOLE, add, apply, broken, forget, restore, vector

if TYPE_CHECKING:
    from umi.stores.sqlite.store import SqliteStore

USERS: tuple[str | None, ...] = ("ulric", "ursel", None)
numbers = st.integers(0, 30)
MOVES = st.one_of(
    st.tuples(st.just("add"), st.integers(0, 2), st.booleans(), st.booleans()),
    st.tuples(st.just("add"), st.integers(0, 2), st.booleans(), st.booleans()),
    st.tuples(st.sampled_from(["revise", "supersede", "forget", "restore", "merge", "undo"]), numbers, numbers),
    st.tuples(st.sampled_from(list(RelationKind)), numbers, numbers),
    st.tuples(st.just("erase"), numbers, st.booleans()),
    st.tuples(st.just("erase user"), st.integers(0, 1)),
    st.tuples(st.just("erase tenant")),
)


def secret(number: int) -> str:
    """A word that nothing else holds, and that stemming leaves as it is."""
    return "zq" + "".join("bcdfghjklm"[int(digit)] for digit in f"{number:04}") + "x"


@dataclass(slots=True)
class History:
    """A store in a folder of its own, what it holds, and what was erased from it."""

    folder: Path
    store: SqliteStore
    scopes: dict[int, Scope] = field(default_factory=dict[int, Scope])
    erased: set[int] = field(default_factory=set[int])
    gone: set[str] = field(default_factory=set[str])
    seq: int = 0

    async def move(self, kind: str, *asked: Any) -> None:
        match kind:
            case "add":
                await self._add(*asked)
            case "erase":
                await self._erase(SOLE, self._id(asked[0]) if self.scopes else None, check=asked[1])
            case "erase user":
                await self._erase_user(*asked)
            case "erase tenant":
                await self._erase(SOLE)
                self.gone.update(map(str, USERS))
            case _ if self.scopes:
                await self._change(kind, *asked)
            case _:
                return

    async def _add(self, user: int, has_session: bool, has_key: bool) -> None:
        number = len(self.scopes) + len(self.erased)
        own = secret(number)
        scope = Scope(user=USERS[user], session="s" if has_session else None)
        fact = Fact(subject=own, about=own, slot="likes", value=f"{own} tea")
        made = add(
            f"{own} is said", id=f"e{number}", scope=scope, key=f"{own} key" if has_key else None, facts=(fact,),
            speaker=f"{own} speaker", topics=(f"{own} topic",), metadata={own: [f"{own} value"]},
            source=f"{own} source",
        )  # fmt: skip
        [applied] = await apply(self.store, made)
        assert applied.outcome is Outcome.APPLIED
        self.scopes[number], self.seq = scope, applied.seq
        self.gone.discard(str(scope.user))

    async def _change(self, kind: str, one: int, other: int) -> None:
        id, scope, own = self._id(one), self._scope(one), secret(self._number(one))
        changes: dict[str, Change] = {
            "revise": Alter(
                scope=scope, id=id, act=Act.REVISE, values={"content": f"{own} anew {other}", "name": f"{own}"},
                model=MODEL, vector=vector(f"{own} anew {other}"),
            ),
            "supersede": Alter(
                scope=scope, id=id, act=Act.SUPERSEDE, values={"status": Status.SUPERSEDED}, by=self._id(other)
            ),
            "merge": Alter(scope=scope, id=id, act=Act.MERGE, values={"status": Status.MERGED}, by=self._id(other)),
            "forget": forget(id, scope),
            "restore": restore(id, scope),
            "undo": Undo(scope=SOLE, seq=1 + other % max(1, self.seq)),
        }  # fmt: skip
        related = RelationKind(kind) if kind not in changes else RelationKind.SAME
        edge = Relate(scope=SOLE, source=id, target=self._id(other), kind=related)
        try:
            [applied] = await apply(self.store, changes.get(kind, edge))
        except (Conflict, NotFound):
            return
        self.seq = max(self.seq, applied.seq)

    async def _erase_user(self, user: int) -> None:
        await self._erase(Scope(user=USERS[user]))
        self.gone.add(str(USERS[user]))

    async def _erase(self, scope: Scope, id: str | None = None, *, check: bool = True) -> None:
        receipt = await self.store.erase(Erase(scope=scope, ids=None if id is None else (id,)), check=check)
        assert receipt.findings == ()
        assert receipt.proved is check
        assert id is None or id in receipt.ids
        for erased in receipt.ids:
            del self.scopes[int(erased[1:])]
            self.erased.add(int(erased[1:]))
        if id is None:
            assert not [one for one in self.scopes.values() if scope.user in {None, one.user}]
        self.seq = receipt.seq

    def _number(self, place: int) -> int:
        return list(self.scopes)[place % len(self.scopes)]

    def _id(self, place: int) -> str:
        return f"e{self._number(place)}"

    def _scope(self, place: int) -> Scope:
        return self.scopes[self._number(place)]

    def assert_nothing_is_left(self) -> None:
        files = [entry.read_bytes() for entry in self.folder.iterdir()]
        with closing(connected(self.folder / "memory.db")) as connection:
            lying = {term for index in (WORDS, PAST_WORDS) for term in terms(Database(connection), index)}
        for number in self.erased:
            own = secret(number).encode()
            assert not any(own in data for data in files), secret(number)
            assert not any(own in term for term in lying), secret(number)
        for name in self.gone - {scope.user for scope in self.scopes.values()}:
            assert not any(name.encode() in data for data in files), name

    async def assert_the_rest_is_whole(self) -> None:
        kept = await self.store.get(SOLE, [f"e{number}" for number in self.scopes])
        for number, entity in zip(self.scopes, kept, strict=True):
            assert entity is not None
            assert secret(number) in entity.content
        assert (await self.store.verify([])).findings == ()
        assert await broken(self.store) == []


@settings(max_examples=40, deadline=None)
@given(moves=st.lists(MOVES, min_size=4, max_size=25))
def test_no_byte_of_what_is_erased_is_left_and_the_rest_verifies(moves: Sequence[tuple[Any, ...]]):
    async def run(folder: Path) -> None:
        history = History(folder, open_sqlite(folder / "memory.db"))
        try:
            for kind, *asked in moves:
                await history.move(kind, *asked)
                if str(kind).startswith("erase"):
                    history.assert_nothing_is_left()
            await history.assert_the_rest_is_whole()
        finally:
            await history.store.close()
        history.assert_nothing_is_left()

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(run(Path(folder)))
