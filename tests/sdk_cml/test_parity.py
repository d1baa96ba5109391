"""One list of scenarios, over HTTP and inside the process, blocking and async: what comes of each is the same.

A scenario is written once, for async code: what the blocking classes give may be awaited too.
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from itertools import count
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import pytest
from tests.served import Served

from cml import (
    AsyncCognitiveMemoryLayer,
    BlockingEmbeddedCognitiveMemoryLayer,
    CMLError,
    CognitiveMemoryLayer,
    EmbeddedCognitiveMemoryLayer,
)
from cml.models import Result

if TYPE_CHECKING:
    from _pytest.mark import ParameterSet

MAY = datetime(2026, 5, 1, 12, tzinfo=UTC)
TEXTS = [
    "User prefers vegetarian food and lives in Paris.",
    "Never book a flight before nine in the morning.",
    "The project is due on the first of June.",
    "The user met Ada at the conference in Lisbon.",
]
UNLIKE = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|\d{4}-\d\d-\d\dT[\d:.]+(?:Z|\+00:00)|[0-9a-f]{32,}")
MEASURED = re.compile(
    r"(_ms|seconds|latency|size_mb|_at|relevance|score|strength|sufficiency|access_count|^why)$"
)  # use is counted behind the answers, which changes scores
TENANT = "tenant-of-the-test"
_scenarios: list[ParameterSet] = []
_tenants = count(1)
Work: TypeAlias = Callable[[Any], Awaitable[Any]]
Read: TypeAlias = Callable[[Any], Any]
Make: TypeAlias = Callable[[str], Any]


def scenario(**reads: Read) -> Callable[[Work], Work]:
    """Take what a function does as a scenario by itself, or once for each way to read what it wrote.

    Each reads once in a tenant of its own: use is counted behind the answers, and may order the next one otherwise.
    """

    def taken(prepare: Work) -> Work:
        for name, read in reads.items():
            _scenarios.append(pytest.param(_both(prepare, read), id=f"{prepare.__name__}-{name}"))
        if not reads:
            _scenarios.append(pytest.param(prepare, id=prepare.__name__))
        return prepare

    return taken


def _both(prepare: Work, read: Read) -> Work:
    async def one(memory: Any) -> Any:
        prepared = await prepare(memory)
        given = read(memory)
        return [prepared, await given if inspect.isawaitable(given) else await items(given)]

    return one


async def items(iterated: Any) -> list[Any]:
    """Return what either kind of iterator gives."""
    if isinstance(iterated, AsyncIterator):
        return [one async for one in cast("AsyncIterator[Any]", iterated)]
    return list(iterated)


@scenario(
    packet=lambda memory: memory.read("what does the user eat?", response_format="packet"),
    list=lambda memory: memory.read("what does the user eat?", response_format="list"),
    context=lambda memory: memory.get_context("flights"),
    stream=lambda memory: memory.read_stream("Ada"),
)
async def written_and_read(memory: Any) -> Any:
    return [await memory.write(text, timestamp=MAY, eval_mode=True) for text in TEXTS]


@scenario(
    type=lambda memory: memory.search("the user", memory_types=["preference"]),
    tag=lambda memory: memory.search("the user", context_filter=["food"]),
    namespace=lambda memory: memory.search("the user", namespace="n"),
    session=lambda memory: memory.search("the user", session_id="s"),
    agent=lambda memory: memory.search("the user", agent_id="a"),
    until=lambda memory: memory.search("the user", until=datetime(2026, 6, 1, tzinfo=UTC)),
    since=lambda memory: memory.search("the user", since=datetime(2999, 1, 1, tzinfo=UTC)),
)
async def filters(memory: Any) -> Any:
    await memory.write(TEXTS[0], memory_type="preference", context_tags=["food"], namespace="n", timestamp=MAY)
    await memory.write(TEXTS[3], memory_type="episodic_event", session_id="s", agent_id="a")


@scenario(
    context=lambda memory: memory.get_session_context("s"),
    none=lambda memory: memory.get_session_context("none"),
)
async def turns_and_sessions(memory: Any) -> Any:
    await memory.write(TEXTS[0], timestamp=MAY)
    first = await memory.turn("What do I eat?", assistant_response="Vegetarian food.", session_id="s", timestamp=MAY)
    return [first, await memory.create_session(name="x", ttl_hours=1)]


@scenario(
    food=lambda memory: memory.batch_read(["food"]),
    person=lambda memory: memory.batch_read(["Ada"]),
    fitting=lambda memory: memory.forget(query="vegan food", threshold=0.5, dry_run=True),
)
async def changed_and_forgotten(memory: Any) -> Any:
    written = await memory.batch_write([{"content": text, "timestamp": MAY, "turn_id": text[:9]} for text in TEXTS])
    ids = [one.memory_id for one in written]
    changed = [
        await memory.update(ids[0], text="User prefers vegan food.", importance=0.9, metadata={"a": 1}),
        await memory.update(ids[1], feedback="outdated"),
        await memory.forget(memory_ids=[ids[2]], action="silence"),
        await memory.forget(memory_ids=[ids[3]]),
    ]
    return [*written, *changed, await memory.stats()]


@scenario(
    inside=lambda memory: memory.with_namespace("n").read("the user"),
    outside=lambda memory: memory.read("the user"),
    all=lambda memory: memory.with_namespace("n").iter_memories(),
)
async def parts(memory: Any) -> Any:
    await memory.with_namespace("n").write(TEXTS[0], timestamp=MAY)
    await memory.write(TEXTS[1], timestamp=MAY)


@scenario()
async def of_operators(memory: Any) -> Any:
    for text in TEXTS:  # of those written in one moment none is the newest
        await memory.write(text, timestamp=MAY)
    return [
        await memory.consolidate(),
        await memory.run_forgetting(),
        await memory.list_tenants(),
        await memory.dashboard_overview(),
        await memory.dashboard_memories(per_page=2),
        await memory.dashboard_facts(),
        await memory.dashboard_timeline(days=3),
        await memory.test_retrieval("food"),
        await memory.get_jobs(),
        await memory.graph_overview(),
        await items(memory.iter_memories(batch_size=3)),
        await memory.delete_all(confirm=True),
        await memory.stats(),
    ]


@scenario()
async def refusals(memory: Any) -> Any:
    async def refused(ask: Callable[[], Any]) -> tuple[str, int | None]:
        try:
            outcome = ask()
            if inspect.isawaitable(outcome):
                await outcome
        except CMLError as error:
            return type(error).__name__, error.status_code
        raise AssertionError("it was not refused")

    unknown = "00000000-0000-4000-8000-000000000000"
    return [
        await refused(lambda: memory.write("")),
        await refused(lambda: memory.write("x", memory_type="rumour")),
        await refused(lambda: memory.read("x", max_results=51)),
        await refused(lambda: memory.update(unknown, text="x")),
        await refused(lambda: memory.update("no id", text="x")),
        await refused(memory.forget),
        await refused(memory.delete_all),
        await refused(lambda: memory.dashboard_memory_detail(unknown)),
        await refused(lambda: memory.write("x", metadata={"a": float("nan")})),
    ]


def _steady(value: Any, tenant: str) -> Any:
    """Return a result without what differs from run to run: ids, the present, and how long things took."""
    match value:
        case Result():
            return _steady(value.model_dump(mode="json"), tenant)
        case dict():
            pairs = cast("dict[str, Any]", value)
            return {name: _steady(one, tenant) for name, one in pairs.items() if not MEASURED.search(name)}
        case list() | tuple():
            several = list(cast("Sequence[Any]", value))
            return [_steady(one, tenant) for one in several]
        case float():
            return round(value, 3)  # recency goes on between two runs
        case str():
            return UNLIKE.sub("*", value.replace(tenant, TENANT))
        case _:
            return value


async def _closed(memory: Any) -> None:
    closing = memory.close()
    if inspect.isawaitable(closing):
        await closing


async def _over(make: Make, one: Work) -> str:
    """Run a scenario in a new store: how rare a word is, which is a part of every score, is a matter of all tenants."""
    tenant = f"parity-{next(_tenants)}"
    memory = make(tenant)
    try:
        return json.dumps(_steady(await one(memory), tenant), indent=1, sort_keys=True)
    finally:
        await _closed(memory)


@pytest.mark.parametrize("one", _scenarios)
async def test_all_four_give_the_same(one: Work, tmp_path_factory: pytest.TempPathFactory):
    with ExitStack() as servers:

        def over_http(kind: Any) -> Make:
            def make(tenant: str) -> Any:
                served = servers.enter_context(Served(tmp_path_factory.mktemp("served")))
                return kind(served.tenant(name=tenant).key, served.url, tenant)

            return make

        ways: list[Make] = [
            over_http(CognitiveMemoryLayer),
            over_http(AsyncCognitiveMemoryLayer),
            lambda tenant: EmbeddedCognitiveMemoryLayer(tenant_id=tenant),
            lambda tenant: BlockingEmbeddedCognitiveMemoryLayer(tenant_id=tenant),
        ]
        found = [await _over(make, one) for make in ways]

    assert len(found[0]) > 20
    for other in found[1:]:
        assert other == found[0]
