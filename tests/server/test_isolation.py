"""Nobody reaches what is another's, however alike their names are."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.server.conftest import Server, bearer

NAMES = ("a", "A", "a%", "a_", "ä", "a/b", "a\\", "*", "a b", "None")
OPTIONAL = st.one_of(st.none(), st.sampled_from(NAMES))
CALLERS = st.fixed_dictionaries(
    {
        "tenant": st.sampled_from(NAMES),
        "user": OPTIONAL,
        "namespaces": st.one_of(st.none(), st.frozensets(st.sampled_from(NAMES), min_size=1, max_size=3)),
    }
)
PLACES = st.fixed_dictionaries({"user": OPTIONAL, "namespace": OPTIONAL})


def may_reach(caller: dict[str, Any], tenant: str, user: str | None, namespace: str | None) -> bool:
    return (
        caller["tenant"] == tenant
        and caller["user"] in (None, user)
        and (caller["namespaces"] is None or namespace in caller["namespaces"])
    )


@pytest.fixture
async def crowded(server: Server) -> tuple[Server, dict[str, tuple[str, str | None, str | None]]]:
    """A server where everyone has said the same, and where each of it is."""
    kept: dict[str, tuple[str, str | None, str | None]] = {}
    for tenant in NAMES:
        key = await server.key(tenant=tenant)
        for user, namespace in product((None, "a", "A", "a%"), (None, "a", "A", "*")):
            said = await server.remember(key, "The harbour is blue", user=user, namespace=namespace)
            kept[said.json()["id"]] = (tenant, user, namespace)
    return server, kept


async def test_a_caller_finds_its_own_and_nothing_else(crowded: Any):
    server, kept = crowded

    for caller, place in _drawn():
        key = await server.key(**caller)
        found = await server.recall(key, "What colour is the harbour?", limit=1_000, **place)
        if found.status_code == 403:
            continue
        assert found.status_code == 200
        ids = [item["entity"]["id"] for item in found.json()["items"]]
        assert all(may_reach(caller, *kept[id]) for id in ids)
        for id, (tenant, user, namespace) in list(kept.items())[::7]:
            asked = {} if place["namespace"] is None else {"namespace": place["namespace"]}
            seen = await server.client.get(f"/umi/v1/entities/{id}", params=asked, headers=bearer(key))
            assert seen.status_code in (200, 403, 404)
            if seen.status_code == 200:
                assert may_reach(caller, tenant, user, namespace)


def _drawn() -> list[tuple[dict[str, Any], dict[str, Any]]]:
    found: list[tuple[dict[str, Any], dict[str, Any]]] = []

    @settings(
        max_examples=40,
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    @given(CALLERS, PLACES)
    def draw(caller: dict[str, Any], place: dict[str, Any]) -> None:
        found.append((caller, place))

    draw()
    return found


async def test_a_caller_bound_to_a_user_cannot_name_another(server: Server):
    key = await server.key(user="zoe")

    assert (await server.remember(key, "Mine")).status_code == 200
    assert (await server.remember(key, "Mine", user="max")).status_code == 403
    assert (await server.recall(key, "Whose?", user="Zoe")).status_code == 403


async def test_a_caller_bound_to_namespaces_has_to_name_one(server: Server):
    key = await server.key(namespaces=frozenset({"a", "b"}))

    assert (await server.remember(key, "Where?")).status_code == 403
    assert (await server.remember(key, "Where?", namespace="c")).status_code == 403
    assert (await server.remember(key, "Where?", namespace="a")).status_code == 200
    assert (await server.recall(key, "Where?")).status_code == 403
    assert (await server.recall(key, "Where?", namespace="b")).json() == {"items": []}


async def test_a_caller_bound_to_one_namespace_need_not_name_it(server: Server):
    key = await server.key(namespaces=frozenset({"a"}))

    said = (await server.remember(key, "Here")).json()

    seen = await server.client.get(f"/umi/v1/entities/{said['id']}", headers=bearer(key))
    assert seen.json()["namespace"] == "a"


async def test_what_is_anothers_is_not_found_and_not_forgotten(server: Server):
    mine, theirs = await server.key(user="zoe"), await server.key(user="max")
    id = (await server.remember(mine, "The key is under the mat")).json()["id"]

    for method in ("GET", "DELETE"):
        seen = await server.client.request(method, f"/umi/v1/entities/{id}", headers=bearer(theirs))
        assert (seen.status_code, seen.json()["error"]["code"]) == (404, "not_found")

    assert (await server.client.get(f"/umi/v1/entities/{id}", headers=bearer(mine))).json()["status"] == "active"


async def test_nobody_chooses_the_id_of_a_memory_and_so_nobody_learns_which_are_taken(server: Server):
    zoe, other = await server.key(user="zoe"), await server.key(user="max")
    taken = (await server.remember(zoe, "Zoe's secret")).json()["id"]

    answers = [await server.remember(other, "Is it there?", id=id) for id in (taken, "free")]

    assert [answer.status_code for answer in answers] == [422, 422]
    assert len({answer.text.replace(answer.headers["x-request-id"], "") for answer in answers}) == 1
