"""What runs in a real process that is to be killed: a real store in a real file, with real threads and locks.

Only the models are simulated, so that thousands of texts are embedded in no time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from umi.pipeline.remember.embed import index_words
from umi.ports.backend import StoreParts
from umi.ports.world import World
from umi.providers.embedding.sim import SimEmbeddingProvider
from umi.providers.llm.sim import SimLLMProvider
from umi.stores.sqlite.backend import SqliteStorageBackend
from umi.wiring.system import SystemEntropy
from umi.wiring.threads import ThreadLane, ThreadPortal

if TYPE_CHECKING:
    from pathlib import Path

    from umi.ports.store import Store
    from umi.ports.world import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class RealPlan:
    """What a world is opened with: the store's path, the seed and the dimensions of its models, and its clock.

    `store_over` puts what stands between over the store that it is given.
    """

    path: Path
    seed: int
    dimensions: int
    has_llm: bool
    clock: Clock
    store_over: Callable[[Store], Store]


def open_real(plan: RealPlan) -> World:
    """Open the store, and make what stands around it.

    Raises:
        StorageError: the store cannot be opened now.
        Corrupt: it is damaged.

    """
    embedder = SimEmbeddingProvider(plan.seed, dimensions=plan.dimensions)
    entropy = SystemEntropy()
    store = SqliteStorageBackend(plan.path).open(
        StoreParts(
            model=embedder.model,
            dimensions=embedder.dimensions,
            clock=plan.clock,
            entropy=entropy,
            words_of=index_words,
            lane=ThreadLane,
        )
    )
    return World(
        store=plan.store_over(store),
        embedder=embedder,
        clock=plan.clock,
        entropy=entropy,
        lane=ThreadLane("work"),
        portal=ThreadPortal(),
        llm=SimLLMProvider(plan.seed) if plan.has_llm else None,
    )
