"""From what a user asks for to a World: a store, a model, threads and a clock; real ones, or simulated from a seed."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

from umi.config import MemoryConfig
from umi.domain.text import shown
from umi.domain.time import EPOCH
from umi.engine.asking import check_path
from umi.errors import Invalid, StorageReadOnlyError
from umi.pipeline.remember.embed import index_words
from umi.ports.backend import StorageBackend, StoreParts, VectorBackend
from umi.ports.embedder import Embedder
from umi.ports.llm import LLM
from umi.ports.reranker import Reranker
from umi.ports.slot_reader import SlotReader
from umi.ports.store import Store
from umi.ports.tracer import Tracer
from umi.ports.world import Clock, Entropy, Lane, World
from umi.providers.embedding.batching import BatchingEmbedder
from umi.providers.embedding.lane import BlockingEmbedder, LaneEmbedder
from umi.providers.embedding.recent import RecentEmbedder
from umi.wiring.system import SystemClock, SystemEntropy
from umi.wiring.threads import ThreadLane, ThreadPortal

if TYPE_CHECKING:
    from umi.dst.environment import SimEnvironment

_log = logging.getLogger("umi.wiring")

STORE_NAME = "memory.db"
_EMBEDDED_AT_ONCE = 4  # some 15 ms; the built-in model takes texts one by one anyway
_POSTGRES_SCHEMES = ("postgresql://", "postgres://")
_LANCE_SCHEME = "lance://"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Given:
    """The parts that are there before a store is opened."""

    storage: StorageBackend
    embedder: Embedder | BlockingEmbedder | None
    llm: LLM | None
    clock: Clock
    entropy: Entropy
    lane: Callable[[str], Lane] = ThreadLane


def compose(
    *,
    llm: LLM | None,
    embedder: Embedder | BlockingEmbedder | None,
    vector: VectorBackend | None,
    storage: StorageBackend | str | Path | None,
    config: MemoryConfig,
    reranker: Reranker | None = None,
    tracer: Tracer | None = None,
    seed: int | None = None,
) -> World:
    """Open the parts that are given; what is not is the local default, or simulated if there is a seed.

    Raises:
        Invalid: a part is none.
        StorageError: the store cannot be reached, read or written.

    """
    _check_part("llm", llm, "complete")
    _check_part("reranker", reranker, "score")
    _check_part("vector", vector, "index_kind")
    _check_part("tracer", tracer, "span")
    if seed is None:
        where = storage_of(storage)
        given = _Given(storage=where, embedder=embedder, llm=llm, clock=SystemClock(), entropy=SystemEntropy())
    else:
        given = _simulated(seed, storage, embedder, llm)
    world = _world(given, vector, reranker, config)
    if seed is not None:
        world = _going_on(world, seed)
    return world if tracer is None else _traced(world, tracer)


def open_world(path: Path | None, embedder: Embedder | BlockingEmbedder | None) -> World:
    """Open the store at a path, or at the platform's data folder, with the given model or the built-in one."""
    return compose(llm=None, embedder=embedder, vector=None, storage=path, config=MemoryConfig())


def storage_of(given: StorageBackend | str | Path | None) -> StorageBackend:
    """Return the recipe for a store: as given, or by its path or URL.

    Raises:
        Invalid: it is neither.

    """
    if given is None or isinstance(given, (str, Path)):
        text = str(given)
        if text.startswith(_POSTGRES_SCHEMES):
            from umi.stores.postgres.backend import PostgresStorageBackend

            return PostgresStorageBackend(text)
        if text.startswith(_LANCE_SCHEME):
            from umi.stores.lance.backend import LanceStorageBackend

            return LanceStorageBackend(text.removeprefix(_LANCE_SCHEME))
        from umi.stores.sqlite.backend import SqliteStorageBackend

        return SqliteStorageBackend(default_path() if given is None else check_path("storage", given))
    _check_part("storage", given, "open")
    return given


def _simulated(
    seed: int,
    storage: StorageBackend | str | Path | None,
    embedder: Embedder | BlockingEmbedder | None,
    llm: LLM | None,
) -> _Given:
    from umi.dst.clock import SimClock
    from umi.dst.config import SimConfig
    from umi.dst.rng import DeterministicRng
    from umi.providers.embedding.sim import SimEmbeddingProvider
    from umi.providers.llm.sim import SimLLMProvider
    from umi.stores.sim import SimStorageBackend

    config = SimConfig.with_seed(seed)
    clock = SimClock.at_datetime(config.start)
    return _Given(
        storage=SimStorageBackend(seed, clock=clock) if storage is None else storage_of(storage),
        embedder=SimEmbeddingProvider(seed) if embedder is None else embedder,
        llm=SimLLMProvider(seed) if llm is None else llm,
        clock=clock,
        entropy=DeterministicRng(seed).fork("entropy"),
        lane=_simulated_lane(),
    )


def _going_on(world: World, seed: int) -> World:
    """Let time and chance go on where a simulated store was used before: to begin anew would give its ids again."""
    from umi.dst.clock import SimClock
    from umi.dst.rng import DeterministicRng

    last = world.store.recorded_at
    if last == EPOCH:
        return world
    if isinstance(world.clock, SimClock) and world.clock.now() < last:
        world.clock.set(last)
    return replace(world, entropy=DeterministicRng(seed).fork(f"entropy after {last.isoformat()}"))


def _simulated_lane() -> Callable[[str], Lane]:
    """Return how to make lanes for a simulated part: in a simulated event loop, which has no threads, inline ones."""
    from umi.dst.lane import InlineLane
    from umi.dst.loop import is_simulated

    return InlineLane if is_simulated() else ThreadLane


def hosted_parts(
    anthropic_key: str | None, openai_key: str, place: str, *, is_server: bool
) -> tuple[LLM, Embedder, StorageBackend]:
    """Return a hosted model that reads, one that embeds, and a store in a Lance folder or on a PostgreSQL server."""
    from umi.providers.embedding.openai import OpenAIEmbeddingProvider
    from umi.providers.llm.anthropic import AnthropicProvider
    from umi.providers.llm.openai import OpenAIProvider
    from umi.stores.lance.backend import LanceStorageBackend
    from umi.stores.postgres.backend import PostgresStorageBackend

    llm = OpenAIProvider(openai_key) if anthropic_key is None else AnthropicProvider(anthropic_key)
    storage = PostgresStorageBackend(place) if is_server else LanceStorageBackend(place)
    return llm, OpenAIEmbeddingProvider(openai_key), storage


def environment_world(env: SimEnvironment, config: MemoryConfig) -> World:
    """Return a world whose parts share the clock and the faults of a simulation."""
    from umi.dst.rng import DeterministicRng
    from umi.providers.embedding.sim import SimEmbeddingProvider
    from umi.stores.sim import SimStorageBackend
    from umi.vectors.sim import SimVectorBackend

    seed, faults, clock = env.config.seed, env.faults, env.clock
    given = _Given(
        storage=SimStorageBackend(seed, faults=faults, clock=clock),
        embedder=SimEmbeddingProvider(seed, faults=faults, clock=clock),
        llm=env.llm,
        clock=env.local_clock,
        entropy=DeterministicRng(seed).fork("entropy"),
        lane=_simulated_lane(),
    )
    return _world(given, SimVectorBackend(seed, faults=faults, clock=clock), None, config)


def _world(given: _Given, vector: VectorBackend | None, reranker: Reranker | None, config: MemoryConfig) -> World:
    model = RecentEmbedder(BatchingEmbedder(_embedder(given.embedder), config.embedding_batch_size))
    store = given.storage.open(
        StoreParts(
            model=model.model,
            dimensions=model.dimensions,
            clock=given.clock,
            entropy=given.entropy,
            words_of=index_words,
            lane=given.lane,
            index_kind=None if vector is None else vector.index_kind,
        )
    )
    _warn_of_another_model(store, model, given.storage)
    return World(
        store=store,
        embedder=model,
        clock=given.clock,
        entropy=given.entropy,
        lane=given.lane("work"),
        portal=ThreadPortal(),
        slot_reader=_slot_reader(model.model) if given.embedder is None else None,
        llm=given.llm,
        reranker=reranker,
    )


def _traced(world: World, tracer: Tracer) -> World:
    from umi.providers.tracing.models import TracedEmbedder, TracedLLM, TracedReranker

    return replace(
        world,
        embedder=TracedEmbedder(world.embedder, tracer),
        llm=None if world.llm is None else TracedLLM(world.llm, tracer),
        reranker=None if world.reranker is None else TracedReranker(world.reranker, tracer),
        tracer=tracer,
    )


def _warn_of_another_model(store: Store, model: Embedder, storage: StorageBackend) -> None:
    if store.built_with != model.model:
        _log.warning(
            "%r was built with %s, not %s: until `umi reindex` (or Memory.reindex) has run, its older memories are "
            "found by words only.",
            storage,
            store.built_with,
            model.model,
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


def _check_part(name: str, given: object, method: str) -> None:
    if given is not None and not callable(getattr(given, method, None)):
        raise Invalid(f"{name} has a method {method}; {shown(given)} has none.")


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

        return LaneEmbedder(MiniLMEmbedder(), ThreadLane("embed"), at_once=_EMBEDDED_AT_ONCE)
    name, dimensions = getattr(given, "model", None), getattr(given, "dimensions", None)
    if not isinstance(name, str) or not isinstance(dimensions, int) or dimensions < 1:
        raise Invalid(f"An embedder has a model name and dimensions; {shown(given)} has {shown((name, dimensions))}.")
    if not callable(getattr(given, "embed", None)):
        raise Invalid(f"An embedder has a method embed(texts); {shown(given)} has none.")
    if inspect.iscoroutinefunction(given.embed):
        return cast("Embedder", given)
    return LaneEmbedder(cast("BlockingEmbedder", given), ThreadLane("embed"))
