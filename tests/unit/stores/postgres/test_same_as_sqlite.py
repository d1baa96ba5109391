"""Both truths find the same: the same words with the same scores, the same vectors with the same cosines."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from tests.unit.stores.opening import open_sqlite
from tests.unit.stores.postgres.opening import open_postgres

from umi.domain.entity import Status
from umi.domain.query import EVERYTHING, Filter
from umi.domain.scope import Scope
from umi.domain.turn import Role
from umi.ports.store import Matches, Retrieval
from umi.testing.store.making import SOLE, add, apply, forget, vector
from umi.testing.store.versions import reword

if TYPE_CHECKING:
    from pathlib import Path

    from tests.postgres_server import PostgresServer

    from umi.domain.change import Change
    from umi.ports.store import Store

ENTITIES = 300
WORDS = (
    "heron herons running runs harbour Störche naïve 里斯本 नमस्ते 🌊 willow o'neil 42 v1 lake keeper the of and rare"
).split()
QUERIES = (
    "heron",
    "the running herons",
    "störche naive",
    "里斯",
    "नमस्ते lake",
    "🌊 42",
    "rare",
    "absent",
    "of and the willow",
)
SCOPES = (Scope(user="u", session="s"), Scope(user="u", session="t"), Scope(user="v"), Scope(tenant="t", user="u"))
FILTERS = (
    EVERYTHING,
    Filter(topics=("a",)),
    Filter(roles=(Role.USER,), importance_min=0.5),
    Filter(metadata=(("k", "1"),)),
    Filter(statuses=tuple(Status)),
)


def changes() -> list[Change]:
    """The same entities for both, some of many words and some of one."""
    source = np.random.default_rng(4)
    made: list[Change] = []
    for number in range(ENTITIES):
        said = " ".join(source.choice(WORDS, size=int(source.integers(1, 40))))
        made.append(
            add(
                f"{said} n{number}",
                id=f"e{number}",
                scope=SCOPES[number % len(SCOPES)],
                topics=("a",) if number % 3 else ("b",),
                metadata={"k": str(number % 2)},
                importance=number % 10 / 10,
                role=Role.USER if number % 5 else Role.TOOL,
            )
        )
    return made


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory, server: PostgresServer) -> tuple[Path, str]:
    """A file and a schema that were told the same."""
    file, schema = tmp_path_factory.mktemp("stores") / "same.db", server.place()

    async def fill(store: Store) -> None:
        await apply(store, *changes())
        for number in range(0, 40, 4):
            await apply(store, forget(f"e{number}", Scope(user="u")))
            await apply(store, reword(f"e{number + 1}", "a rare heron of another text", scope=Scope(user="u")))
        await store.close()

    async def run() -> None:
        await fill(open_sqlite(file))
        await fill(open_postgres(server.url, schema))

    asyncio.run(run())
    return file, schema


async def told(store: Store, scope: Scope, filter: Filter) -> list[Any]:
    """What a store finds by words and by vectors."""
    found: list[Any] = []
    try:
        for query in QUERIES:
            matches = await store.match(scope, filter, tuple(query.split()), limit=1_000)
            asked = Retrieval(scope=scope, filter=filter, matches=matches, vector=vector(query), limit=25)
            near = await store.retrieve(asked)
            found.append((matches, {row.number: (row.dense, row.is_near, row.lexical, row[4:]) for row in near}))
    finally:
        await store.close()
    return found


@pytest.mark.parametrize("filter", FILTERS, ids=str)
@pytest.mark.parametrize("scope", [SOLE, Scope(user="u"), Scope(user="u", session="t"), Scope(tenant="t")], ids=str)
async def test_words_and_vectors_find_the_same_in_both(
    places: tuple[Path, str], server: PostgresServer, scope: Scope, filter: Filter
):
    one = await told(open_sqlite(places[0]), scope, filter)
    other = await told(open_postgres(server.url, places[1]), scope, filter)

    for (matches, near), (same_matches, same_near) in zip(one, other, strict=True):
        assert same(matches, same_matches)
        assert near.keys() == same_near.keys()
        for number, (dense, is_near, _, rest) in near.items():
            assert same_near[number][0] == pytest.approx(dense, abs=1e-6)
            assert same_near[number][1] == is_near
            assert same_near[number][3] == rest


def same(one: Matches, other: Matches) -> bool:
    assert other.ideal == pytest.approx(one.ideal, rel=0.1)
    assert dict(other.scores) == pytest.approx(dict(one.scores), abs=1e-6)
    return True
