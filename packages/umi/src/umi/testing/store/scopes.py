"""A scope is a wall: nothing crosses it, however alike two names look."""

# ruff: noqa: RUF001 - letters that look alike are the point

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from umi.domain.change import Outcome
from umi.domain.query import EVERYTHING
from umi.domain.scope import Scope
from umi.testing.store.making import (
    add,
    alike,
    apply,
    by_words,
    candidates,
    everywhere,
    forget,
    listed,
    matches,
    restore,
    vector,
)

if TYPE_CHECKING:
    from umi.ports.store import Store

ALIKE = (
    "acme", "Acme", "ACME", "acme ", " acme", "acm_", "acme%", "a%", "_", "%", "*", "acm*", "'acme'", '"acme"',
    'acme" OR "', "acme' OR '1'='1", "t1", "s1", "t1 OR", "t1 OR t2", "scope : t1", "NOT", "NULL", "None", "null",
    "0", "1", "default", "a\\", "a/b", "a:b", "a\nb", "😀", "😀\ufe0f", "\u00e9", "e\u0301", "İ", "i", "ｉ", "ß", "ss",
    "\u2126", "\u03a9",
)  # fmt: skip
PARTS = ("tenant", "user", "namespace", "agent", "session")
WORD = "secret"


class Scopes:
    """What isolation means."""

    @pytest.mark.parametrize("part", PARTS)
    async def test_names_that_look_alike_are_different_scopes(self, store: Store, part: str):
        scopes = {name: Scope(**{part: name}) for name in ALIKE}
        assert len(scopes) == len(ALIKE)
        changes = [
            add(f"{WORD} {number}", id=f"{name} {number}", scope=scope, at=vector(WORD))
            for name, scope in scopes.items()
            for number in range(2)
        ]
        await apply(store, *changes)
        for name, scope in scopes.items():
            own = sorted([f"{name} 0", f"{name} 1"])
            found = await everywhere(store, WORD, vector(WORD), scope)
            assert found == alike(own), name

    @pytest.mark.parametrize("part", PARTS[1:])
    async def test_a_wider_scope_covers_the_narrower_ones(self, store: Store, part: str):
        changes = [add(f"{WORD} {name}", scope=Scope(**{part: name}), at=vector(WORD)) for name in ALIKE]
        changes.append(add(f"{WORD} none", at=vector(WORD)))
        changes_elsewhere = [add(f"{WORD} away", scope=Scope(tenant="away", **{part: "acme"}), at=vector(WORD))]
        await apply(store, *changes, *changes_elsewhere)
        found = await everywhere(store, WORD, vector(WORD), Scope())
        assert found == alike(sorted(change.entity.id for change in changes))

    async def test_the_parts_of_a_scope_do_not_stand_for_each_other(self, store: Store):
        scopes = [Scope(**{part: "same"}) for part in PARTS[1:]]
        scopes += [Scope(user="a", namespace="b"), Scope(user="b", namespace="a"), Scope(user="a", agent="b")]
        scopes += [Scope(user="a", namespace="b", agent="c", session="d")]
        for number, scope in enumerate(scopes):
            await apply(store, add(f"{WORD} {number}", scope=scope, at=vector(WORD)))
        for number, scope in enumerate(scopes):
            found = await everywhere(store, WORD, vector(WORD), scope)
            covered = {"4": ["4", "7"]}.get(str(number), [str(number)])
            assert found == alike([f"{WORD} {place}" for place in covered])

    async def test_the_same_session_name_of_two_users_is_two_sessions(self, store: Store):
        ada, bob = Scope(user="ada", session="s"), Scope(user="bob", session="s")
        for number in range(3):
            await apply(store, add(f"ada {number}", scope=ada), add(f"bob {number}", scope=bob))
        found = await candidates(store, vector("ada 1"), ada)
        assert sorted(row.position for row in found) == [0, 1, 2]
        assert {row.session_turns for row in found} == {3}
        assert len({row.session for row in found}) == 1
        assert len({row.session for row in await candidates(store, vector("ada 1"))}) == 2
        everyone = await everywhere(store, "ada bob", vector("ada 0"), Scope(session="s"))
        assert len(everyone["words"]) == len(everyone["vectors"]) == len(everyone["list"]) == 6

    async def test_an_id_is_reached_from_its_own_scope_only(self, store: Store):
        home = Scope(tenant="t", user="u", namespace="n", agent="a", session="s")
        await apply(store, add("here", scope=home))
        [number] = await matches(store, "here", home)
        inside = [home, *(replace(home, **{part: None}) for part in PARTS[1:]), Scope(tenant="t")]
        outside = [replace(home, **{part: "other"}) for part in PARTS]
        for scope in inside:
            assert (await store.get(scope, ["here"]))[0] is not None
            assert list(await store.load(scope, [number])) == [number]
        for scope in outside:
            assert await store.get(scope, ["here"]) == [None]
            assert await store.load(scope, [number]) == {}
            applied = await apply(store, forget("here", scope), restore("here", scope))
            assert [answer.outcome for answer in applied] == [Outcome.MISSING] * 2
        assert await by_words(store, "here", home) == ["here"]

    async def test_two_tenants_may_hold_the_same_id_and_content(self, store: Store):
        one, two = Scope(tenant="one"), Scope(tenant="two")
        applied = await apply(store, add("the same", id="id", scope=one), add("the same", id="id", scope=two))
        assert [answer.outcome for answer in applied] == [Outcome.APPLIED] * 2
        await apply(store, forget("id", one))
        assert await listed(store, one) == []
        assert await listed(store, two) == ["id"]
        assert await by_words(store, "same", two) == ["id"]

    async def test_a_scope_where_nothing_was_stored_is_empty(self, store: Store):
        await apply(store, add("something", scope=Scope(user="u", session="s")))
        for part in PARTS:
            nowhere = Scope(**{part: "nowhere"})
            found = await everywhere(store, "something", vector("something"), nowhere)
            assert found == alike([])
            assert await store.get(nowhere, ["something"]) == [None]

    async def test_more_partitions_than_any_plan_has_room_for_stay_apart(self, store: Store):
        users = [f"user {number}" for number in range(40)]
        changes = [
            add(f"{WORD} {user} {side}", scope=Scope(user=user, agent=side), at=vector(WORD))
            for user in users
            for side in ("left", "right")
        ]
        await apply(store, *changes)
        left = await everywhere(store, WORD, vector(WORD), Scope(agent="left"))
        assert left == alike(sorted(f"{WORD} {user} left" for user in users))
        both = await everywhere(store, WORD, vector(WORD), Scope(user="user 7"))
        assert both == alike([f"{WORD} user 7 left", f"{WORD} user 7 right"])
        for user in users[:20]:
            await apply(store, forget(f"{WORD} {user} left"))
        assert await store.count(Scope(agent="left"), EVERYTHING) == 20
        assert await store.count(Scope(), EVERYTHING) == 60
