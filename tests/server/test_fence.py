"""The fence of a caller stands at the store: whatever an engine asks for goes through it."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import pytest

from umi import Memory
from umi.domain.bounds import Bounds, Grant
from umi.domain.erasure import Erase
from umi.domain.scope import Scope
from umi.engine.fenced_store import FencedStore
from umi.errors import Forbidden, Invalid
from umi.ports.store import Store

BOUNDS = Bounds(tenant="t", user="u", namespaces=frozenset({"n", "m"}))
OUTSIDE = (
    Scope(tenant="T", user="u", namespace="n"),
    Scope(tenant="t", namespace="n"),
    Scope(tenant="t", user="U", namespace="n"),
    Scope(tenant="t", user="u"),
    Scope(tenant="t", user="u", namespace="N"),
)
WHOLE = ("stats", "check", "sweep", "anchor", "adopt_model")


@pytest.fixture
def memory() -> Memory:
    return Memory.sim(seed=7)


def test_the_fence_has_every_method_of_a_store():
    asked = {name for name in vars(Store) if not name.startswith("_")}

    assert {name for name in asked if name not in vars(FencedStore)} == set()


@pytest.mark.parametrize("scope", OUTSIDE, ids=str)
def test_a_scope_outside_is_refused(scope: Scope):
    with pytest.raises(Forbidden):
        BOUNDS.check_scope(scope)


@pytest.mark.parametrize("scope", OUTSIDE, ids=str)
async def test_no_method_with_a_scope_lets_one_through_that_is_outside(memory: Memory, scope: Scope):
    store: Any = FencedStore(memory._world.store, BOUNDS)  # pyright: ignore[reportPrivateUsage]
    given = {"scope": scope, "limit": 1, "ids": ["x"], "id": "x", "numbers": [1], "words": ["x"], "subjects": ["x"]}
    given |= {"filter": None, "vector": None, "after": None, "until": None}
    tried = 0
    for name, method in inspect.getmembers(Store, inspect.iscoroutinefunction):
        wanted = inspect.signature(method).parameters
        if "scope" in wanted:
            asked = {
                one: given[one]
                for one, how in wanted.items()
                if one in given and one != "self" and (how.default is how.empty)
            }
            with pytest.raises(Forbidden):
                await getattr(store, name)(**asked)
            tried += 1
    with pytest.raises(Forbidden):
        await store.erase(Erase(scope=scope, ids=None, actor="test"))

    assert tried > 12
    await memory.close()


async def test_what_is_about_the_whole_store_is_refused(memory: Memory, tmp_path: Path):
    store = FencedStore(memory._world.store, BOUNDS)  # pyright: ignore[reportPrivateUsage]

    for name in WHOLE:
        with pytest.raises(Forbidden):
            await getattr(store, name)()
    with pytest.raises(Forbidden):
        await store.backup(tmp_path / "copy")
    with pytest.raises(Forbidden):
        await store.lease("enrich", owner="me", limit=1, until=memory.clock.now())
    with pytest.raises(Forbidden):
        _ = store.records
    await memory.close()


async def test_who_may_only_read_changes_nothing(memory: Memory):
    reading = memory.within(Bounds(tenant="t", grants=frozenset({Grant.READ})))

    with pytest.raises(Forbidden):
        await reading.remember("No")
    with pytest.raises(Forbidden):
        await reading.erase(ids="x")
    assert (await reading.recall("Anything?")).items == ()
    await memory.close()


async def test_a_fenced_memory_cannot_be_widened(memory: Memory):
    fenced = memory.within(BOUNDS)

    with pytest.raises(Forbidden):
        await fenced.recall("Anything?")
    with pytest.raises(Forbidden):
        await fenced.scoped(namespace="other").remember("No")
    await memory.close()


def test_bounds_without_any_namespace_are_a_mistake():
    with pytest.raises(Invalid):
        Bounds(tenant="t", namespaces=frozenset())


def test_one_namespace_is_the_scope_and_several_are_none():
    assert Bounds(tenant="t", namespaces=frozenset({"n"})).scope == Scope(tenant="t", namespace="n")
    assert Bounds(tenant="t", namespaces=frozenset({"n", "m"})).scope == Scope(tenant="t")
