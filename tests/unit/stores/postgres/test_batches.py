"""A batch is asked about at once and written together; what becomes of it is as if its changes came one by one."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from tests.unit.stores.opening import open_sqlite
from tests.unit.stores.postgres.opening import execute, open_postgres

from umi.domain.change import Batch, Outcome
from umi.domain.query import EVERYTHING
from umi.domain.scope import Scope
from umi.errors import Conflict
from umi.stores.postgres import gathering, upkeep
from umi.testing.store.making import SOLE, add, apply, broken, by_vector, by_words, forget, listed, restore, vector
from umi.testing.store.versions import alter, reword

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.postgres_server import PostgresServer

    from umi.ports.store import Store

AWKWARD = ("a\0b", "a", "a\0", "\1", "a'b", '"', "\\u0000", "ä", "a\ue0ff0")


@pytest.fixture(params=["sqlite", "postgres", "postgres, a few rows at a time"])
async def store(
    request: pytest.FixtureRequest, server: PostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Store]:
    if "few" in request.param:
        monkeypatch.setattr(gathering, "_ROWS_MAX", 7)
    is_file = request.param == "sqlite"
    opened = open_sqlite(tmp_path / "s.db") if is_file else open_postgres(server.url, server.place())
    yield opened
    findings, verified = await broken(opened), await opened.verify([])
    await opened.close()
    assert findings == []
    assert verified.ok


async def test_what_is_forgotten_in_a_batch_is_news_behind_it_in_the_same_batch(store: Store):
    await apply(store, add("heron"), add("egret"))

    answers = await apply(store, add("one"), forget("heron"), add("heron", id="again"), add("egret", id="x"))

    assert [answer.outcome for answer in answers] == [Outcome.APPLIED] * 3 + [Outcome.KNOWN]
    assert await listed(store) == ["egret", "one", "again"]


async def test_what_is_said_twice_in_a_batch_is_known_the_second_time(store: Store):
    answers = await apply(store, add("heron"), add("heron", id="other"), add("egret"), add("heron"))

    assert [answer.outcome for answer in answers] == [Outcome.APPLIED, Outcome.KNOWN, Outcome.APPLIED, Outcome.KNOWN]
    assert await listed(store) == ["heron", "egret"]


async def test_an_id_that_is_taken_in_the_same_batch_takes_all_of_it_back(store: Store):
    await apply(store, add("before"))
    for taken in ("before", "new"):
        with pytest.raises(Conflict):
            await apply(store, add("one", topics=("t",)), add("two", id="new"), add("three", id=taken))
    assert await listed(store) == ["before"]
    assert (await apply(store, add("one"), add("two", id="new")))[1].outcome is Outcome.APPLIED


async def test_any_id_is_known_to_be_taken_however_it_is_written(store: Store):
    await apply(store, *(add(f"text {number}", id=id) for number, id in enumerate(AWKWARD)))

    again = await apply(store, *(add(f"text {number}", id=id, key=id) for number, id in enumerate(AWKWARD)))

    assert [(answer.outcome, answer.id) for answer in again] == [(Outcome.KNOWN, id) for id in AWKWARD]
    for id in AWKWARD:
        with pytest.raises(Conflict):
            await apply(store, add("another text", id="fresh"), add("yet another", id=id))


async def test_versions_and_additions_of_one_partition_never_get_the_same_number(store: Store):
    user = Scope(user="u")
    await apply(store, add("old", scope=user), add("older", scope=user))

    await apply(
        store,
        alter("old", scope=user, importance=0.1),
        reword("older", "an old heron", scope=user),
        add("one", scope=user),
        alter("old", scope=user, importance=0.2),
        add("two", scope=user),
        add("three"),
        alter("one", scope=user, importance=0.3),
        add("four", scope=user),
    )

    assert await listed(store, user) == ["old", "older", "one", "two", "four"]
    assert await by_words(store, "heron", user) == ["older"]
    await apply(store, add("five", scope=user), forget("two", user), restore("two", user))
    assert await store.count(user, EVERYTHING) == 6


async def test_turns_of_several_sessions_in_one_batch_keep_their_places_and_lend_their_words(store: Store):
    sessions = [Scope(user="u", session=name) for name in ("a", "b", "c")]
    texts = [(f"word{number} turn", sessions[number % 3]) for number in range(30)]
    await apply(store, *(add(text, scope=scope) for text, scope in texts[:14]))
    await apply(store, *(add(text, scope=scope) for text, scope in texts[14:]))

    kept = await store.get(Scope(), [text for text, _ in texts])

    assert [one and one.turn for one in kept] == [number // 3 for number in range(30)]
    assert await by_words(store, "word3", SOLE) == ["word3 turn", "word6 turn", "word9 turn"]


async def test_one_of_several_batches_that_fails_takes_nothing_of_the_others_along(store: Store):
    await apply(store, add("taken"))
    batches = [[add(f"{name} {number}", topics=("t",)) for number in range(20)] for name in ("a", "b", "c")]
    batches[1].append(add("another", id="taken"))

    done = await asyncio.gather(
        *(store.apply(Batch.of(batch, actor="tests")) for batch in batches), return_exceptions=True
    )

    assert [isinstance(one, Conflict) for one in done] == [False, True, False]
    wanted = {"taken"} | {f"{name} {number}" for name in "ac" for number in range(20)}
    assert set(await listed(store)) == wanted
    assert (await by_vector(store, vector("c 7"), limit=1)) == ["c 7"]


async def test_the_last_vector_of_an_entity_in_a_batch_stays(store: Store):
    await apply(store, add("heron"), add("egret"), reword("heron", "stork"), reword("heron", "crane"))

    assert (await by_vector(store, vector("crane"), limit=1)) == ["heron"]
    assert await by_words(store, "crane") == ["heron"]
    assert await by_words(store, "stork") == []


async def test_after_a_bulk_the_server_knows_how_much_the_tables_hold(
    server: PostgresServer, schema: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(upkeep, "_ANALYSED_ROWS_MIN", 10)
    known = "SELECT reltuples FROM pg_class WHERE oid = 'entity'::regclass"
    opened = open_postgres(server.url, schema)
    await apply(opened, *(add(f"few {number}") for number in range(9)))
    assert execute(server, schema, known) == [(-1,)]
    await apply(opened, *(add(f"text {number}") for number in range(200)))
    assert await opened.count(SOLE, EVERYTHING) == 209  # meanwhile the looking begins, which closing waits for
    await opened.close()
    assert execute(server, schema, known) == [(209,)]
