"""From what a user asks for to a World: a file, a model, threads and the real clock."""

from __future__ import annotations

import inspect
import logging
from pathlib import Path
from typing import cast

from umi.domain.text import shown
from umi.errors import Invalid, StorageReadOnlyError
from umi.pipeline.remember.embed import index_words
from umi.ports.embedder import Embedder
from umi.ports.slot_reader import SlotReader
from umi.ports.world import World
from umi.providers.embedding.lane import BlockingEmbedder, LaneEmbedder
from umi.stores.sqlite.store import SqliteStore
from umi.vectors.choice import index_kind
from umi.wiring.system import SystemClock, SystemEntropy
from umi.wiring.threads import ThreadLane, ThreadPortal

_log = logging.getLogger("umi.wiring")

STORE_NAME = "memory.db"


def open_world(path: Path | None, embedder: Embedder | BlockingEmbedder | None) -> World:
    """Open the store at a path, or at the platform's data folder, with the given model or the built-in one."""
    clock, entropy = SystemClock(), SystemEntropy()
    target = default_path() if path is None else path
    model = _embedder(embedder)
    store = SqliteStore(
        target,
        model=model.model,
        dimensions=model.dimensions,
        clock=clock,
        entropy=entropy,
        words_of=index_words,
        index_kind=index_kind,
        write_lane=ThreadLane("write"),
        read_lane=ThreadLane("read"),
        side_lane=ThreadLane("side"),
    )
    if store.built_with != model.model:
        _log.warning(
            "%s was built with %s, not %s: until `umi reindex` (or Memory.reindex) has run, its older memories are "
            "found by words only.",
            target,
            store.built_with,
            model.model,
        )
    return World(
        store=store,
        embedder=model,
        clock=clock,
        entropy=entropy,
        lane=ThreadLane("work"),
        portal=ThreadPortal(),
        slot_reader=_slot_reader(model.model) if embedder is None else None,
    )


def restore_backup(path: Path, keyring: Path, to: Path) -> int:
    """Make a store of a sealed backup; return how many entities were erased since it was made."""
    from umi.stores.sqlite.sealing import unseal

    return unseal(path, keyring, to, clock=SystemClock(), entropy=SystemEntropy(), words_of=index_words)


def default_path() -> Path:
    """Return the path of the store in the platform's folder for user data."""
    from platformdirs import user_data_path

    try:
        return user_data_path("umi", appauthor=False) / STORE_NAME
    except (OSError, RuntimeError) as error:
        raise StorageReadOnlyError("This platform names no folder for user data. Give Memory.open a path.") from error


def _slot_reader(model: str) -> SlotReader | None:
    """Return what reads slots from vectors of the built-in model; of another's it would read nonsense."""
    from umi_minilm import MODEL_ID
    from umi_minilm.slot_head import SlotHead

    return SlotHead() if model == MODEL_ID else None


def _embedder(given: Embedder | BlockingEmbedder | None) -> Embedder:
    """Return the port over what was given.

    Raises:
        Invalid: it has no model name, no dimensions, or no way to embed.

    """
    if given is None:
        from umi.providers.embedding.minilm import MiniLMEmbedder

        return LaneEmbedder(MiniLMEmbedder(), ThreadLane("embed"))
    name, dimensions = getattr(given, "model", None), getattr(given, "dimensions", None)
    if not isinstance(name, str) or not isinstance(dimensions, int) or dimensions < 1:
        raise Invalid(f"An embedder has a model name and dimensions; {shown(given)} has {shown((name, dimensions))}.")
    if not callable(getattr(given, "embed", None)):
        raise Invalid(f"An embedder has a method embed(texts); {shown(given)} has none.")
    if inspect.iscoroutinefunction(given.embed):
        return cast("Embedder", given)
    return LaneEmbedder(cast("BlockingEmbedder", given), ThreadLane("embed"))
