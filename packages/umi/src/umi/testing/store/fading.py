"""What deciding about forgetting needs of a store: worth, counts of recalls, vectors by ids, and what a cue finds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from umi.domain.change import Act, Alter, Relate
from umi.domain.entity import MemoryType, Status
from umi.domain.query import EVERYTHING, Filter
from umi.domain.relation import RelationKind
from umi.domain.scope import Scope
from umi.domain.time import to_microseconds
from umi.domain.worth import Worth
from umi.testing.store.making import NOON, SOLE, add, apply, forget, near, restore, vector

if TYPE_CHECKING:
    from umi.ports.store import Cued, Store
    from umi.testing.store.backend import Backend

ADA = Scope(user="ada")
HERONS = "seven grey herons stand by the river"


def silence(id: str, scope: Scope = SOLE) -> Alter:
    return Alter(scope=scope, id=id, act=Act.SILENCE, values={"status": Status.SILENCED})


async def worth(store: Store, scope: Scope = SOLE) -> dict[str, Worth]:
    return {row.id: row for row in await store.worth(scope, limit=1_000)}


async def cued(
    store: Store, *words: str, scope: Scope = SOLE, filter: Filter = EVERYTHING, limit: int = 10
) -> list[Cued]:
    return list(await store.cued(scope, filter, words, vector(HERONS), limit=limit))


class Fading:
    """Reads of what may fade."""

    async def test_worth_tells_all_that_is_weighed(self, store: Store):
        await apply(store, add("a tea", id="a", importance=0.7, pinned=True, memory_type=MemoryType.CONSTRAINT))
        await apply(store, add("äöü", id="b", scope=Scope(session="s")), add("c", id="c"), add("d", id="d"))
        await apply(
            store, Alter(scope=SOLE, id="b", act=Act.REVISE, values={"content": "äöü and more", "pinned": True})
        )
        await apply(
            store, Alter(scope=SOLE, id="a", act=Act.REVISE, values={"pinned": False}), silence("c"), forget("d")
        )

        rows = await worth(store)

        assert list(rows) == ["a", "b", "c"]
        a, b, c = rows.values()
        assert (a.importance, a.pinned, a.memory_type, a.session, a.bytes) == (
            0.7,
            False,
            MemoryType.CONSTRAINT,
            None,
            5,
        )
        assert (b.pinned, b.session is None, b.bytes, b.revision) == (True, False, 15, 2)
        assert (c.status, a.status) == (Status.SILENCED, Status.ACTIVE)
        assert (a.event_at, a.recalled, a.recalled_at) == (to_microseconds(NOON), 0, None)
        assert a.recorded_at < a.updated_at
        assert [(await store.history(SOLE, row.id))[0].seq for row in rows.values()] == [
            row.seq for row in rows.values()
        ]

    async def test_dependents_are_what_cites_derives_or_extends_it(self, store: Store):
        await apply(store, *(add(id, id=id) for id in "abcd"))
        kinds = [RelationKind.CITES, RelationKind.DERIVE, RelationKind.EXTEND, RelationKind.UPDATE, RelationKind.SAME]
        await apply(store, *(Relate(scope=SOLE, source="b", target="a", kind=kind) for kind in kinds))
        await apply(store, forget("b"))

        rows = await worth(store)

        assert (rows["a"].dependents, rows["c"].dependents) == (3, 0)

    async def test_worth_comes_in_pages_by_number(self, store: Store):
        await apply(store, *(add(str(number), scope=Scope(user=f"u{number % 3}")) for number in range(20)))
        seen: list[Worth] = []
        while page := await store.worth(SOLE, limit=7, after=seen[-1].number if seen else 0):
            assert len(page) <= 7
            seen += page

        assert sorted(int(row.id) for row in seen) == list(range(20))
        assert [row.number for row in seen] == sorted(row.number for row in seen)

    async def test_worth_stays_in_its_scope(self, store: Store):
        await apply(store, add("mine", scope=ADA), add("hers", scope=Scope(user="bob")))
        await apply(store, add("in session", scope=Scope(user="ada", session="s")))

        assert list(await worth(store, ADA)) == ["mine", "in session"]
        assert list(await worth(store, Scope(user="ada", session="s"))) == ["in session"]
        assert await worth(store, Scope(tenant="other")) == {}
        named = ("hers", "in session", "in session", "mine", "nobody's")
        rows = await store.worth(ADA, limit=10, filter=Filter(ids=named))
        assert [row.id for row in rows] == ["mine", "in session"]
        assert set(await store.uses(ADA, named)) == {"mine", "in session"}
        assert set(await store.uses(Scope(user="ada", session="s"), named)) == {"in session"}
        assert await store.uses(Scope(tenant="other"), named) == {}

    async def test_counts_of_recalls_are_there_after_the_next_change(self, store: Store):
        await apply(store, add("a"), add("b"))
        number = (await worth(store))["a"].number
        store.touch([number], NOON)
        store.touch([number], NOON.replace(hour=13))
        store.touch([number, 999_999_999_999], NOON)

        await apply(store, add("c"))

        rows = await worth(store)
        assert (rows["a"].recalled, rows["a"].recalled_at) == (3, to_microseconds(NOON.replace(hour=13)))
        assert rows["b"].recalled == 0
        assert await store.uses(SOLE, ["a", "b"]) == {"a": (3, to_microseconds(NOON.replace(hour=13))), "b": (0, None)}

    async def test_counts_of_recalls_are_there_after_a_close(self, backend: Backend, place: Any):
        first = await backend.open(place)
        await apply(first, add("a"))
        first.touch([(await worth(first))["a"].number], NOON)
        await first.close()

        again = await backend.open(place)
        assert (await worth(again))["a"].recalled == 1
        await again.close()

    async def test_vectors_are_found_by_ids_in_the_scope(self, store: Store):
        await apply(store, add("a", scope=ADA), add("b", scope=Scope(user="bob")), add("c", model="another"))
        await apply(store, forget("a", ADA))

        found = await store.vectors(ADA, ["a", "b", "c", "none"])

        assert list(found) == ["a"]
        assert float(found["a"] @ vector("a")) == pytest.approx(1, abs=1e-3)
        assert set(await store.vectors(SOLE, ["a", "b", "c"])) == {"a", "b"}

    async def test_matches_say_whether_the_scope_holds_what_is_silenced(self, store: Store):
        await apply(store, add("a heron", id="a", scope=ADA), add("a mill", id="b", scope=Scope(user="bob")))

        async def silenced(scope: Scope) -> bool:
            return (await store.match(scope, EVERYTHING, ("heron",), limit=5)).silenced

        assert [await silenced(scope) for scope in (SOLE, ADA)] == [False, False]
        await apply(store, silence("a", ADA))
        assert [await silenced(scope) for scope in (SOLE, ADA, Scope(user="bob"))] == [True, True, False]
        await apply(store, restore("a", ADA))
        assert not await silenced(ADA)

    async def test_a_cue_finds_only_what_is_silenced_and_how_much_of_it_is_held(self, store: Store):
        await apply(store, *(add(f"{HERONS} {id}", id=id, at=near(HERONS, id)) for id in ("a", "b", "c")))
        await apply(store, add("the mill by the river", id="d"), silence("a"), forget("b"), silence("d"))

        found = {one.candidate.position: one for one in await cued(store, "herons", "river", "unheard")}
        both, one = sorted(await cued(store, "herons", "river"), key=lambda found: -found.share)

        assert len(found) == 1
        assert (both.held, both.share, one.held) == (2, 1.0, 1)
        assert 0 < one.share < 1
        assert both.candidate.dense > 0.9
        assert await cued(store) == []

    async def test_a_cue_keeps_to_scope_filter_limit_and_expiry(self, store: Store):
        await apply(store, add(HERONS, id="a", scope=ADA, topics=("birds",)))
        await apply(store, add(HERONS, id="b", expires_at=NOON.replace(year=2_000)), silence("a", ADA))
        await apply(store, *(add(f"{HERONS} {number}", id=str(number), scope=ADA) for number in range(5)))
        await apply(store, *(silence(str(number), ADA) for number in range(5)))

        assert len(await cued(store, "herons", limit=3)) == 3
        assert len(await cued(store, "herons", scope=ADA)) == 6
        assert len(await cued(store, "herons", filter=Filter(topics=("birds",)))) == 1
        assert await cued(store, "herons", scope=Scope(user="bob")) == []
        assert await cued(store, "herons", scope=Scope(tenant="other")) == []
