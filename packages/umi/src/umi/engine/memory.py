"""The Memory: what users hold.

    memory = Memory.open("memory.db")
    await memory.remember("I moved to Lisbon last Friday", speaker="Ada")
    await memory.recall("Where does Ada live?")

`remember` runs the flow of `umi.pipeline.remember`, `recall` that of `umi.pipeline.recall`. Every async method has a
blocking twin with `_sync` behind its name. What it can do stands in its parts: `writing`, `reading`, `truth`,
`forgetting`, `fading`, `reviewing` and `upkeep`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from umi.config import MemoryConfig
from umi.domain.bounds import Bounds
from umi.domain.checking import check_text
from umi.domain.scope import Scope
from umi.engine.asking import check_config, check_flag, check_path
from umi.engine.bound import Behaviour, Bound, behaviour_of
from umi.engine.consolidating import Consolidating
from umi.engine.fading import Fading
from umi.engine.forgetting import Forgetting
from umi.engine.packing import Packing
from umi.engine.proving import Proving
from umi.engine.reading import Reading
from umi.engine.recording import Recording
from umi.engine.reviewing import Reviewing
from umi.engine.searching import Searching
from umi.engine.tiered import Tiered
from umi.engine.truth import Truth
from umi.engine.upkeep import Upkeep
from umi.engine.writing import Writing
from umi.errors import Invalid
from umi.limits import ACTOR_BYTES_MAX, TENANT_DEFAULT

if TYPE_CHECKING:
    from umi.engine.background import Background
    from umi.engine.builder import MemoryBuilder
    from umi.ports.backend import StorageBackend, VectorBackend
    from umi.ports.embedder import Embedder
    from umi.ports.llm import LLM
    from umi.ports.reranker import Reranker
    from umi.ports.tracer import Tracer
    from umi.ports.world import World
    from umi.providers.embedding.lane import BlockingEmbedder


class Memory(
    Writing,
    Recording,
    Reading,
    Searching,
    Packing,
    Consolidating,
    Tiered,
    Truth,
    Forgetting,
    Fading,
    Reviewing,
    Proving,
    Upkeep,
):
    """A memory over a World, bound to a scope.

        Memory.open("memory.db")                                                # a file, the built-in model
        Memory(llm=AnthropicProvider(), storage=LanceStorageBackend("./db"))    # parts of your choice
        Memory.sim(seed=42)                                                     # simulated, deterministic


    What `remember` acknowledges is on disk and recallable at once, by words and by meaning. Every method raises only
    errors of `umi.errors`. Use it as a context manager, async or not, or call `close`.
    """

    def __init__(
        self,
        llm: LLM | None = None,
        embedder: Embedder | BlockingEmbedder | None = None,
        vector: VectorBackend | None = None,
        storage: StorageBackend | str | Path | None = None,
        config: MemoryConfig | None = None,
        *,
        reranker: Reranker | None = None,
        tracer: Tracer | None = None,
        seed: int | None = None,
        tenant: str = TENANT_DEFAULT,
        user: str | None = None,
        namespace: str | None = None,
        agent: str | None = None,
    ) -> None:
        """Compose a memory of the parts that are given; what is not given is the local default.

        Without `storage` it is the file in the platform's data folder, without `embedder` the built-in model, and
        without `llm` there is none, and none is needed. A `tracer` is told how long things take, but nothing of what is
        remembered; `umi.telemetry` makes one. With a `seed`, what is not given is simulated, deterministic, and gone
        when the memory is closed; see `sim`.

        Raises:
            Invalid: a part is none, or does not fit the others.
            StorageError: the store cannot be reached, read or written.

        """
        # The one look upwards: users look for these where the Memory is, and only wiring knows what to open.
        from umi.wiring.world import compose

        if config is None:
            # What runs beside a simulation draws from the same chance, in an order of its own.
            config = MemoryConfig() if seed is None else MemoryConfig(extraction="inline")
        config = check_config(config)
        world = compose(
            llm=llm,
            embedder=embedder,
            vector=vector,
            storage=storage,
            config=config,
            reranker=reranker,
            tracer=tracer,
            seed=seed,
        )
        scope = Scope(tenant=tenant, user=user, namespace=namespace, agent=agent)
        super().__init__(world, scope, behaviour=behaviour_of(config))

    @classmethod
    def open(
        cls,
        path: str | Path | None = None,
        *,
        tenant: str = TENANT_DEFAULT,
        user: str | None = None,
        namespace: str | None = None,
        agent: str | None = None,
        embedder: Embedder | BlockingEmbedder | None = None,
        llm: LLM | None = None,
        vector: VectorBackend | None = None,
        reranker: Reranker | None = None,
        tracer: Tracer | None = None,
        config: MemoryConfig | None = None,
        evolve: bool | None = None,
        slots: Mapping[str, str] | None = None,
    ) -> Self:
        """Open a memory file, making it if it is new; without a path, the one in the platform's data folder.

        A path may also be the URL of a PostgreSQL database (`postgresql://…`) or of a Lance folder (`lance://…`). With
        `evolve`, the default, what is remembered is compared with what is known of the same subject: a later statement
        supersedes an earlier one. `slots` adds to what can be known of a subject, or changes how many values it has at
        once: `{"deploys_to": "one", "mentors": "many"}`.

        Raises:
            StoreDamagedError: the file is damaged or no Umi store; it was not written to.
            StoreTooNewError: a newer Umi wrote it; it was not written to.
            StorageError: the file or its folder cannot be used.

        """
        config = MemoryConfig() if config is None else check_config(config)
        if evolve is not None:
            config = replace(config, evolve=check_flag("evolve", evolve))
        if slots is not None:
            config = replace(config, slots=slots)
        parts = (llm, embedder, vector, path, config)
        return cls(*parts, reranker=reranker, tracer=tracer, tenant=tenant, user=user, namespace=namespace, agent=agent)

    @classmethod
    def sim(cls, seed: int = 0, *, config: MemoryConfig | None = None) -> Self:
        """Return a simulated memory: the same seed and the same calls always give the same answers.

        Unless `config` says otherwise, its model reads what is remembered before the answer: nothing runs behind it.
        """
        return cls(seed=seed, config=config)

    @classmethod
    def with_anthropic(cls, anthropic_key: str, openai_key: str, db_path: str | Path) -> Self:
        """Return a memory in a Lance folder that Anthropic's model reads and OpenAI's embeds."""
        return cls._hosted(anthropic_key, openai_key, str(db_path), is_server=False)

    @classmethod
    def with_openai(cls, openai_key: str, db_path: str | Path) -> Self:
        """Return a memory in a Lance folder that OpenAI's models read and embed."""
        return cls._hosted(None, openai_key, str(db_path), is_server=False)

    @classmethod
    def with_postgres(cls, anthropic_key: str, openai_key: str, postgres_url: str) -> Self:
        """Return a memory in PostgreSQL that Anthropic's model reads and OpenAI's embeds."""
        return cls._hosted(anthropic_key, openai_key, postgres_url, is_server=True)

    @classmethod
    def _hosted(cls, anthropic_key: str | None, openai_key: str, place: str, *, is_server: bool) -> Self:
        from umi.wiring.world import hosted_parts

        llm, embedder, storage = hosted_parts(anthropic_key, openai_key, place, is_server=is_server)
        return cls(llm, embedder, None, storage)

    @classmethod
    def over(
        cls, world: World, scope: Scope | None = None, *, actor: str = "api", behaviour: Behaviour | None = None
    ) -> Self:
        """Return a memory over a world that stands already, for those who make worlds of their own."""
        return cls._bound(world, scope or Scope(), actor, behaviour, None)

    @classmethod
    def _bound(
        cls, world: World, scope: Scope, actor: str, behaviour: Behaviour | None, background: Background | None
    ) -> Self:
        made = cls.__new__(cls)
        Bound.__init__(made, world, scope, actor=actor, behaviour=behaviour, background=background)
        return made

    @classmethod
    def builder(cls) -> MemoryBuilder:
        """Return what puts a memory together part by part."""
        from umi.engine.builder import MemoryBuilder

        return MemoryBuilder()

    @property
    def config(self) -> MemoryConfig:
        return self._behaviour.config

    @classmethod
    def restore_backup(cls, path: str | Path, keyring: str | Path, to: str | Path) -> int:
        """Make a memory file of a sealed backup and its keyring; return how many entities were erased since.

        Those are not in it: their keys are destroyed, and tombstones stand in the log instead.

        Raises:
            Conflict: something already stands at `to`, or the keyring is another store's.
            Invalid: it is no sealed backup, was changed, or there is no keyring.
            Unsupported: the package `cryptography` (the extra `sealed`) is missing.

        """
        from umi.wiring.world import restore_backup

        given = (check_path(name, value) for name, value in (("path", path), ("keyring", keyring), ("to", to)))
        return restore_backup(*given)

    def scoped(
        self,
        *,
        user: str | None = None,
        namespace: str | None = None,
        agent: str | None = None,
        session: str | None = None,
        actor: str | None = None,
    ) -> Self:
        """Return this memory bound more narrowly: it can neither read nor write outside. Close one of the two."""
        scope = self._scope.narrow(user=user, namespace=namespace, agent=agent, session=session)
        if actor is not None:
            check_text("actor", actor, ACTOR_BYTES_MAX)
        return self._bound(self._world, scope, actor or self._actor, self._behaviour, self._background)

    def within(self, bounds: Bounds, *, actor: str | None = None) -> Self:
        """Return this memory behind a fence: whatever is asked of it, it reaches and does no more than the bounds say.

        What is about the store as a whole is refused there: counts, checks, backups, proofs. Close this one, not that.
        """
        from umi.engine.fenced_store import FencedStore

        if not isinstance(bounds, Bounds):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise Invalid(f"The bounds are {type(bounds).__name__}; give a Bounds.")
        if actor is not None:
            check_text("actor", actor, ACTOR_BYTES_MAX)
        world = replace(self._world, store=FencedStore(self._world.store, bounds))
        return self._bound(world, bounds.scope, actor or self._actor, self._behaviour, self._background)

    async def close(self) -> None:
        """Close the store and end the threads. Closing twice is fine."""
        world = self._world
        await self._background.close()
        await world.store.close()
        await world.embedder.close()
        for asked in (world.llm, world.reranker):
            if asked is not None:
                await asked.close()
        world.lane.close()

    def close_sync(self) -> None:
        """Do what `close` does, and wait for it; the blocking twins are over then."""
        self._world.portal.run(self.close)
        self._world.portal.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()
        self._world.portal.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close_sync()
