"""Nobody reaches what is another's through this door, however alike their names are: not by a search, nor by an id."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.doors.agent_memory.long_term.conftest import Caller
from tests.server.conftest import Server

NAMES = ("a", "A", "a%", "a_", "ä", "a/b", "a:b", "*", "a b", "None")
OPTIONAL = st.one_of(st.none(), st.sampled_from(NAMES))
FILTERED = ("user_id", "namespace", "session_id")
OPERATORS = ("eq", "ne", "not_eq", "in_", "in", "not_in", "any", "all", "none", "startswith")


@dataclass(frozen=True)
class Kept:
    """A memory, and where it lies."""

    id: str
    tenant: str
    user: str | None
    namespace: str | None


@dataclass(frozen=True)
class Reach:
    """What a caller may reach."""

    tenant: str
    user: str | None
    namespaces: frozenset[str] | None

    def covers(self, kept: Kept) -> bool:
        return (
            self.tenant == kept.tenant
            and self.user in (None, kept.user)
            and (self.namespaces is None or kept.namespace in self.namespaces)
        )


EVERY_CHECK: list[HealthCheck] = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
REACHES = st.builds(
    Reach,
    tenant=st.sampled_from(NAMES[:4]),
    user=OPTIONAL,
    namespaces=st.one_of(st.none(), st.frozensets(st.sampled_from(NAMES), min_size=1, max_size=3)),
)
TEXT_FILTERS = st.dictionaries(st.sampled_from(OPERATORS), st.sampled_from(NAMES), max_size=2)
SEARCHES = st.fixed_dictionaries(
    {},
    optional={
        "text": st.sampled_from(["", "harbour", "What colour is the harbour?"]),
        "search_mode": st.sampled_from(["semantic", "keyword", "hybrid"]),
        "user_id": TEXT_FILTERS,
        "namespace": TEXT_FILTERS,
        "session_id": TEXT_FILTERS,
        "offset": st.integers(0, 12),
    },
)


@pytest.fixture
async def crowded(server: Server) -> tuple[Server, list[Kept]]:
    """A server where everyone has said the same."""
    everything: list[Kept] = []
    for tenant in NAMES[:4]:
        caller = Caller(server, await server.key(tenant=tenant))
        places = [(user, namespace) for user in (None, "a", "A", "a%") for namespace in (None, "a", "a/b", "*")]
        kept = [Kept(f"{tenant} {user} {namespace}", tenant, user, namespace) for user, namespace in places]
        everything += kept
        records = [
            {"id": one.id, "text": f"The harbour of {one.id} is blue", "user_id": one.user, "namespace": one.namespace}
            for one in kept
        ]
        assert (await caller.create(*records, deduplicate=False)).status_code == 200
    return server, everything


def listed(filter: dict[str, str]) -> dict[str, Any]:
    """A filter whose operators have the shapes they ask for."""
    single = ("eq", "ne", "not_eq", "startswith")
    return {operator: value if operator in single else [value] for operator, value in filter.items()}


async def test_no_search_and_no_prompt_finds_what_is_anothers(crowded: tuple[Server, list[Kept]]):
    server, everything = crowded
    by_id = {one.id: one for one in everything}

    for reach, search in drawn(SEARCHES):
        caller = await calling(server, reach)
        asked = {name: listed(value) if name in FILTERED else value for name, value in search.items()}
        prompt = {"query": "harbour", "long_term_search": asked}
        for path, body in (("/long-term-memory/search", {**asked, "limit": 100}), ("/memory/prompt", prompt)):
            answer = await caller.ask("POST", path, json=body)
            assert answer.status_code in (200, 403), answer.text
            if answer.status_code == 200:
                found = answer.json().get("memories", answer.json().get("long_term_memories"))
                assert all(reach.covers(by_id[memory["id"]]) for memory in found)


async def test_no_id_of_anothers_is_shown_changed_forgotten_or_deleted(crowded: tuple[Server, list[Kept]]):
    server, everything = crowded

    for reach, search in drawn(st.sampled_from(everything), examples=60):
        caller, path = await calling(server, reach), f"/long-term-memory/{quote(search.id, safe='')}"
        shown = await caller.ask("GET", path)
        assert shown.status_code == (200 if reach.covers(search) else 404), shown.text
        if reach.covers(search):
            continue
        assert (await caller.ask("PATCH", path, json={"text": "Taken"})).status_code == 404
        deleted = await caller.ask("DELETE", "/long-term-memory", params={"memory_ids": search.id})
        assert deleted.json() == {"status": "ok, deleted 0 memories"}
        if search.tenant != reach.tenant:  # there the id is free
            continue
        place = {"user_id": search.user, "namespace": search.namespace}
        assert (await caller.create({"id": search.id, "text": "Taken", **place})).status_code in (403, 409)
        assert (await caller.create({"id": search.id, "text": "Taken"})).status_code in (403, 409)
        forgot = await caller.ask("POST", "/long-term-memory/forget", json={"policy": {"budget": 0}})
        if forgot.status_code == 200:
            assert not set(forgot.json()["deleted_ids"]) & {one.id for one in everything if not reach.covers(one)}

    for one in everything:
        owner = await calling(server, Reach(one.tenant, None, None))
        got = await owner.done("GET", f"/long-term-memory/{quote(one.id, safe='')}")
        assert got["text"] == f"The harbour of {one.id} is blue"
        assert (got["user_id"], got["namespace"]) == (one.user, one.namespace)


async def test_a_caller_bound_to_a_user_keeps_and_moves_nothing_elsewhere(server: Server):
    zoe = Caller(server, await server.key(user="zoe"))
    await zoe.keep_one("mine", "The key is under the mat")

    assert (await zoe.done("GET", "/long-term-memory/mine"))["user_id"] == "zoe"
    assert (await zoe.create({"id": "x", "text": "Yours", "user_id": "max"})).status_code == 403
    assert (await zoe.ask("PATCH", "/long-term-memory/mine", json={"user_id": "max"})).status_code == 403
    for path in ("forget", "compact"):
        body: dict[str, Any] = {"policy": {}}
        answer = await zoe.ask("POST", f"/long-term-memory/{path}", params={"user_id": "max"}, json=body)
        assert answer.status_code == 403


async def test_a_caller_bound_to_namespaces_finds_an_id_in_each_and_has_to_name_one_to_search(server: Server):
    caller = Caller(server, await server.key(namespaces=frozenset({"a", "b"})))
    await caller.keep_one("one", "In the first", namespace="a")
    await caller.keep_one("two", "In the second", namespace="b")

    for id in ("one", "two"):
        assert (await caller.done("GET", f"/long-term-memory/{id}"))["id"] == id
    assert (await caller.ask("POST", "/long-term-memory/search", json={})).status_code == 403
    assert await caller.ids(namespace={"eq": "b"}) == ["two"]


async def calling(server: Server, reach: Reach) -> Caller:
    return Caller(server, await server.key(tenant=reach.tenant, user=reach.user, namespaces=reach.namespaces))


def drawn(what: st.SearchStrategy[Any], examples: int = 80) -> list[tuple[Reach, Any]]:
    found: list[tuple[Reach, Any]] = []

    @settings(max_examples=examples, deadline=None, database=None, suppress_health_check=EVERY_CHECK)
    @given(REACHES, what)
    def draw(reach: Reach, one: Any) -> None:
        found.append((reach, one))

    draw()
    return found
