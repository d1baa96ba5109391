"""Listing: recorded order, and cursors that neither repeat nor skip whatever others do meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from umi.domain.entity import Status
from umi.domain.query import EVERYTHING, Filter
from umi.domain.scope import Scope
from umi.errors import Invalid
from umi.testing.store.making import SOLE, add, apply, forget, listed, restore

if TYPE_CHECKING:
    from umi.ports.store import Store

GARBAGE = ("x", "", " ", "-1", "1.5", "²", "٣", "1 OR 1", "9" * 5_000, "\0", "\ud800", "0x10", "1;DROP TABLE entity")


class Listing:
    """What `list`, `count` and `get` promise."""

    async def test_pages_join_to_the_whole_in_recorded_order(self, store: Store):
        texts = [f"text {number}" for number in range(23)]
        await apply(store, *map(add, texts))
        for limit in (1, 5, 22, 23, 24):
            assert await _paged(store, limit) == texts
            assert await _paged(store, limit, newest=True) == texts[::-1]

    async def test_a_full_last_page_ends_the_listing(self, store: Store):
        await apply(store, *(add(f"text {number}") for number in range(10)))
        page = await store.list(SOLE, EVERYTHING, limit=10)
        assert (len(page.items), page.next) == (10, None)

    async def test_a_cursor_neither_repeats_nor_skips_while_others_write(self, store: Store):
        await apply(store, *(add(f"old {number}") for number in range(20)))
        page = await store.list(SOLE, EVERYTHING, limit=6)
        seen = [item.id for item in page.items]
        step = 0
        while page.next is not None:
            await apply(
                store, add(f"new {step}"), forget(f"old {step}"), add("x", id=f"x{step}", scope=Scope(tenant="t"))
            )
            if step == 1:
                await apply(store, forget("old 19"), restore("old 0"))
            page = await store.list(SOLE, EVERYTHING, limit=6, cursor=page.next)
            seen += [item.id for item in page.items]
            step += 1
        assert len(seen) == len(set(seen))
        assert [item.id for item in (await store.list(SOLE, EVERYTHING, limit=1, newest=True)).items] == [seen[-1]]
        assert seen[:19] == [f"old {number}" for number in range(19)]
        assert "old 19" not in seen
        assert seen[19:] == [f"new {number}" for number in range(len(seen) - 19)]

    async def test_a_listing_goes_on_where_its_last_entity_was_forgotten(self, store: Store):
        await apply(store, *(add(f"text {number}") for number in range(6)))
        page = await store.list(SOLE, EVERYTHING, limit=3)
        await apply(store, forget("text 2"), forget("text 3"))
        page = await store.list(SOLE, EVERYTHING, limit=3, cursor=page.next)
        assert [item.id for item in page.items] == ["text 4", "text 5"]

    @pytest.mark.parametrize("cursor", GARBAGE, ids=repr)
    async def test_a_cursor_that_was_never_given_is_invalid(self, store: Store, cursor: str):
        await apply(store, add("one"))
        with pytest.raises(Invalid):
            await store.list(SOLE, EVERYTHING, limit=1, cursor=cursor)

    async def test_a_cursor_beyond_the_end_gives_an_empty_page(self, store: Store):
        await apply(store, add("one"), add("two"))
        page = await store.list(SOLE, EVERYTHING, limit=1)
        assert page.next is not None
        await apply(store, forget("two"))
        page = await store.list(SOLE, EVERYTHING, limit=1, cursor=page.next)
        assert (page.items, page.next) == ((), None)

    async def test_forgotten_entities_are_listed_when_asked_for(self, store: Store):
        await apply(store, add("one"), add("two"), add("three"), forget("two"))
        assert await listed(store) == ["one", "three"]
        assert await listed(store, filter=Filter(statuses=tuple(Status))) == ["one", "two", "three"]
        assert await store.count(SOLE, EVERYTHING) == 2

    async def test_pages_of_a_narrow_scope_and_filter_join_to_the_whole(self, store: Store):
        changes = [
            add(
                f"text {number}",
                scope=Scope(user="uv"[number % 2], session="st"[number % 3 % 2]),
                topics=("a",) * (number % 2),
            )
            for number in range(60)
        ]
        await apply(store, *changes)
        wanted = [change.entity.id for change in changes if change.entity.scope == Scope(user="v", session="t")]
        assert await _paged(store, 4, Scope(user="v", session="t"), Filter(topics=("a",))) == wanted

    async def test_get_answers_in_the_order_asked_with_gaps_and_repetitions(self, store: Store):
        await apply(store, add("one"), add("two"), forget("two"))
        found = await store.get(SOLE, ["two", "nothing", "one", "two"])
        assert [one and one.id for one in found] == ["two", None, "one", "two"]
        assert await store.get(SOLE, []) == []


async def _paged(
    store: Store, limit: int, scope: Scope = SOLE, asked: Filter = EVERYTHING, *, newest: bool = False
) -> list[str]:
    page = await store.list(scope, asked, limit=limit, newest=newest)
    found = [item.id for item in page.items]
    while page.next is not None:
        page = await store.list(scope, asked, limit=limit, cursor=page.next, newest=newest)
        assert page.items
        found += [item.id for item in page.items]
    return found
