"""Nobody sees or changes a session or a view that is another's, however alike their names are."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.doors.agent_memory.sessions.said import said

if TYPE_CHECKING:
    import httpx
    from tests.doors.agent_memory.sessions.conftest import Door, Opening

NAMES = ("a", "A", "a:a", "a/a", "a%", "*", "ä")
WHERE: tuple[str | None, ...] = (None, "a", "A", "a:a")
OPTIONAL = st.sampled_from((None, *NAMES))
CALLERS = st.fixed_dictionaries(
    {
        "tenant": st.sampled_from(("a", "A")),
        "user": OPTIONAL,
        "namespaces": st.one_of(st.none(), st.frozensets(st.sampled_from(NAMES), min_size=1, max_size=2)),
    }
)
PLACES = st.fixed_dictionaries({"user_id": OPTIONAL, "namespace": OPTIONAL})
ASKED = st.tuples(
    CALLERS, PLACES, st.sampled_from(("a", "A", "a:a")), st.sampled_from(("PATCH", "PUT", "POST", "DELETE"))
)


def may_reach(caller: dict[str, Any], tenant: str, user: str | None, namespace: str | None) -> bool:
    return (
        caller["tenant"] == tenant
        and caller["user"] in (None, user)
        and (caller["namespaces"] is None or namespace in caller["namespaces"])
    )


async def test_no_caller_sees_or_changes_a_session_of_anothers(opening: Opening):
    door = await opening(auth=True)
    whole = {tenant: await door.key(tenant=tenant) for tenant in ("a", "A")}
    await _crowd(door, whole)

    for caller, place, name, method in _drawn():
        key = await door.key(**caller)
        params = {part: value for part, value in place.items() if value is not None}
        got = await door.ask("GET", f"/working-memory/{name}", key, params=params)
        assert got.status_code in (200, 403, 404), got.text
        _check_owner(got, caller, place)
        listed = await door.ask("GET", "/working-memory", key, params=params)
        assert listed.status_code in (200, 403)
        before = await _outside(door, whole, caller)
        changed = await _change(door, key, method, name, place)
        assert changed.status_code in (200, 403, 404), changed.text
        assert await _outside(door, whole, caller) == before


async def test_no_view_shows_memories_of_anothers(opening: Opening):
    door = await opening(auth=True)
    whole = {tenant: await door.key(tenant=tenant) for tenant in ("a", "A")}
    await _crowd(door, whole)
    await door.settle()

    for caller, place, _, _ in _drawn()[:15]:
        key = await door.key(**caller)
        made = await door.ask("POST", "/summary-views", key, json={"source": "long_term", "group_by": ["user_id"]})
        view = made.json()["id"]
        group = {"user_id": place["user_id"] or "a"}
        run = await door.ask("POST", f"/summary-views/{view}/partitions/run", key, json={"group": group})
        assert run.status_code in (200, 403), run.text
        if run.status_code == 200:
            _check_summary(run.json()["summary"], caller)
        await door.ask("POST", f"/summary-views/{view}/run", key)
        await door.settle()
        for one in (await door.ask("GET", f"/summary-views/{view}/partitions", key)).json():
            _check_summary(one["summary"], caller)


async def _crowd(door: Door, whole: dict[str, str]) -> None:
    """Give everyone the same session, with words that say whose it is."""
    for tenant, key in whole.items():
        for user, namespace, name in product(WHERE, WHERE, ("a", "A")):
            mark = f"<{tenant}|{user}|{namespace}|{name}>"
            memory = {"text": f"I live in {mark}", "id": f"{tenant}{user}{namespace}{name}"}
            body = {"messages": [said(mark, id="1")], "memories": [memory], "data": {"mark": mark}}
            await door.put(name, {**body, "user_id": user, "namespace": namespace}, key=key)


def _check_owner(got: httpx.Response, caller: dict[str, Any], place: dict[str, Any]) -> None:
    if got.status_code != 200:
        return
    session = got.json()
    assert may_reach(caller, caller["tenant"], session["user_id"], session["namespace"])
    assert place["user_id"] in (None, session["user_id"])
    assert place["namespace"] in (None, session["namespace"])
    mark = f"<{caller['tenant']}|{session['user_id']}|{session['namespace']}|{session['session_id']}>"
    assert {one["content"] for one in session["messages"]} <= {mark, "changed"}
    assert session["data"].get("mark", mark) == mark


def _check_summary(summary: str, caller: dict[str, Any]) -> None:
    for mark in summary.split("<")[1:]:
        tenant, user, namespace, _ = mark.partition(">")[0].split("|")
        where = (None if user == "None" else user, None if namespace == "None" else namespace)
        assert may_reach(caller, tenant, *where)


async def _outside(door: Door, whole: dict[str, str], caller: dict[str, Any]) -> list[Any]:
    """Return what the sessions hold that a caller cannot reach."""
    from umi.server.doors.agent_memory.session import read
    from umi.server.doors.agent_memory.sessions import KIND

    found: list[Any] = []
    for tenant in whole:
        for record in await door.services.records.list(KIND, tenant, limit=1_000):
            session = read(record.value)
            place = session.place
            if not may_reach(caller, tenant, place.user, place.namespace):
                found.append((place, session.version, session.fingerprint, session.data))
    return found


async def _change(door: Door, key: str, method: str, name: str, place: dict[str, Any]) -> httpx.Response:
    path = f"/working-memory/{name}"
    if method == "DELETE":
        params = {part: value for part, value in place.items() if value is not None}
        return await door.ask("DELETE", path, key, params=params)
    body: dict[str, Any] = {"messages": [said("changed", id="2")], **place}
    return await door.ask(method, f"{path}/messages" if method == "POST" else path, key, json=body)


def _drawn() -> list[Any]:
    found: list[Any] = []

    @settings(max_examples=40, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
    @given(ASKED)
    def draw(asked: Any) -> None:
        found.append(asked)

    draw()
    return found
