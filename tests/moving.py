"""A Memory over a world that a test holds in its hands: a file, the hashing embedder, and a clock that it moves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.embedding import HashingEmbedder

from umi import Memory, Scope
from umi.pipeline.remember.embed import index_words
from umi.ports.world import Clock, World
from umi.providers.embedding.lane import BlockingEmbedder, LaneEmbedder
from umi.stores.sqlite.store import SqliteStore
from umi.vectors.choice import EXACT
from umi.wiring.system import SystemEntropy
from umi.wiring.threads import ThreadLane, ThreadPortal

START = datetime(2026, 5, 8, 12, tzinfo=UTC)


class MovedClock:
    """A clock that stands still until a test moves it."""

    def __init__(self, at: datetime = START) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def pass_time(self, **parts: float) -> datetime:
        """Move the clock by days=, hours=, seconds= and the like; return where it stands then."""
        self.at += timedelta(**parts)
        return self.at


def opened(path: Path, clock: Clock, *, embedder: BlockingEmbedder | None = None) -> Memory:
    """Open a memory at a path whose every part takes the time from this clock."""
    model = LaneEmbedder(embedder or HashingEmbedder(dimensions=384), ThreadLane("embed"))
    entropy = SystemEntropy()
    store = SqliteStore(
        path,
        model=model.model,
        dimensions=model.dimensions,
        clock=clock,
        entropy=entropy,
        words_of=index_words,
        index_kind=lambda _: EXACT,
        write_lane=ThreadLane("write"),
        read_lane=ThreadLane("read"),
        side_lane=ThreadLane("side"),
    )
    world = World(
        store=store, embedder=model, clock=clock, entropy=entropy, lane=ThreadLane("work"), portal=ThreadPortal()
    )
    return Memory.over(world, Scope())


def world_of(memory: Memory) -> World:
    """What a memory stands on; no user needs to reach it."""
    return memory._world  # pyright: ignore[reportPrivateUsage]
