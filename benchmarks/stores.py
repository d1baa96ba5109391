"""The stores that are measured: made once, and kept if a folder is given.

They are filled through the store port with what `remember` would give it, except that names, dates and cues are not
read from the made-up texts: no search looks at them, and leaving them out nearly doubles the rows a second.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

from corpus import turn
from embedder import BenchEmbedder, prototypes

from umi import Memory, Turn
from umi.domain.change import Add, Batch
from umi.domain.entity import Entity
from umi.domain.ids import uuid7
from umi.domain.scope import Scope
from umi.pipeline.remember.accept import accept
from umi.pipeline.remember.embed import index_words
from umi.pipeline.remember.note import title
from umi.ports.world import World
from umi.wiring.world import open_world

_BATCH_TURNS = 6_000
_SHOWN_EVERY_ROWS = 120_000
_ID_RANDOM_BYTES = 10


def store_path(folder: Path, rows: int, users: int) -> Path:
    return folder / f"rows-{rows}-users-{users}" / "memory.db"


def build(folder: Path, rows: int, users: int) -> None:
    """Make a store unless it is there already, whole or in part."""
    path = store_path(folder, rows, users)
    path.parent.mkdir(parents=True, exist_ok=True)
    asyncio.run(_filled(path, BenchEmbedder(prototypes(folder)), rows, users))


async def _filled(path: Path, embedder: BenchEmbedder, rows: int, users: int) -> None:
    embedder.is_storing = True
    world = open_world(path, embedder)
    async with Memory.over(world) as memory:
        present, start = (await memory.stats()).entities, perf_counter()
        for first in range(present, rows, _BATCH_TURNS):
            last = min(first + _BATCH_TURNS, rows)
            changes = await changes_for(world, embedder, [turn(number, users) for number in range(first, last)])
            await world.store.apply(Batch.of(changes, actor="benchmark"))
            if first % _SHOWN_EVERY_ROWS == 0:
                rate = (last - present) / (perf_counter() - start)
                print(f"  {last:,} of {rows:,} rows, {rate:,.0f} a second", flush=True)
        if present < rows:
            await memory.recall("The first search builds the index, and closing saves it.")


async def changes_for(
    world: World, embedder: BenchEmbedder, turns: list[Turn], *, scope: Scope | None = None
) -> list[Add]:
    """Return what remembering the turns would give to the store."""
    vectors, now = embedder.embed([turn.text for turn in turns]), datetime.now(UTC)
    entities = [_entity(world, turn, now, scope or Scope()) for turn in turns]
    return [
        Add(entity=entity, identity=identity, words=index_words(entity), model=embedder.model, vector=vector)
        for (entity, identity), vector in zip(entities, vectors, strict=True)
    ]


def _entity(world: World, turn: Turn, now: datetime, scope: Scope) -> tuple[Entity, bytes]:
    accepted = accept(turn, scope=scope, now=now)
    entity = Entity(
        id=uuid7(int(now.timestamp() * 1000), world.entropy.bytes(_ID_RANDOM_BYTES)),
        scope=accepted.scope,
        content=turn.text,
        name=title(turn.text),
        created_at=now,
        updated_at=now,
        event_time=accepted.event_time,
        speaker=turn.speaker,
        topics=turn.topics,
        key=turn.key,
    )
    return entity, accepted.identity
