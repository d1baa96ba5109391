"""From what a user asks for to a World: a file, a model, threads and the real clock."""

from __future__ import annotations

from pathlib import Path

from umi.errors import StorageReadOnlyError
from umi.ports.embedder import Embedder
from umi.ports.world import World
from umi.providers.embedding.lane import BlockingEmbedder, LaneEmbedder
from umi.stores.sqlite.store import SqliteStore
from umi.vectors.choice import index_kind
from umi.wiring.system import SystemClock, SystemEntropy
from umi.wiring.threads import ThreadLane, ThreadPortal

STORE_NAME = "memory.db"


def open_world(path: str | Path | None, embedder: Embedder | BlockingEmbedder | None) -> World:
    """Open the store at a path, or at the platform's data folder, with the given model or the built-in one."""
    clock, entropy = SystemClock(), SystemEntropy()
    model = _embedder(embedder)
    store = SqliteStore(
        default_path() if path is None else Path(path).expanduser(),
        model=model.model,
        dimensions=model.dimensions,
        clock=clock,
        entropy=entropy,
        index_kind=index_kind,
        write_lane=ThreadLane("write"),
        read_lane=ThreadLane("read"),
    )
    return World(
        store=store,
        embedder=model,
        clock=clock,
        entropy=entropy,
        lane=ThreadLane("work"),
        portal=ThreadPortal(),
    )


def default_path() -> Path:
    """Return the path of the store in the platform's folder for user data."""
    from platformdirs import user_data_path

    try:
        return user_data_path("umi", appauthor=False) / STORE_NAME
    except (OSError, RuntimeError) as error:
        raise StorageReadOnlyError("This platform names no folder for user data. Give Memory.open a path.") from error


def _embedder(given: Embedder | BlockingEmbedder | None) -> Embedder:
    import inspect

    if given is None:
        from umi.providers.embedding.minilm import MiniLMEmbedder

        given = MiniLMEmbedder()
    if inspect.iscoroutinefunction(given.embed):
        return given
    return LaneEmbedder(given, ThreadLane("embed"))
