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
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from umi.domain.scope import Scope
from umi.engine.asking import check_flag, check_path, check_slots
from umi.engine.bound import Behaviour
from umi.engine.fading import Fading
from umi.engine.forgetting import Forgetting
from umi.engine.proving import Proving
from umi.engine.reading import Reading
from umi.engine.reviewing import Reviewing
from umi.engine.truth import Truth
from umi.engine.upkeep import Upkeep
from umi.engine.writing import Writing
from umi.limits import ACTOR_BYTES_MAX, TENANT_DEFAULT
from umi.pipeline.remember.accept import check_text

if TYPE_CHECKING:
    from umi.ports.embedder import Embedder
    from umi.providers.embedding.lane import BlockingEmbedder


class Memory(Writing, Reading, Truth, Forgetting, Fading, Reviewing, Proving, Upkeep):
    """A memory over a World, bound to a scope.

    What `remember` acknowledges is on disk and recallable at once, by words and by meaning. Every method raises only
    errors of `umi.errors`. Use it as a context manager, async or not, or call `close`.
    """

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
        evolve: bool = True,
        slots: Mapping[str, str] | None = None,
    ) -> Self:
        """Open a memory file, making it if it is new; without a path, the one in the platform's data folder.

        With `evolve`, what is remembered is compared with what is known of the same subject: a later statement
        supersedes an earlier one. `slots` adds to what can be known of a subject, or changes how many values it has at
        once: `{"deploys_to": "one", "mentors": "many"}`.

        Raises:
            StoreDamagedError: the file is damaged or no Umi store; it was not written to.
            StoreTooNewError: a newer Umi wrote it; it was not written to.
            StorageError: the file or its folder cannot be used.

        """
        # The one look upwards: users look for `open` here, and only wiring knows what to open.
        from umi.wiring.world import open_world

        scope = Scope(tenant=tenant, user=user, namespace=namespace, agent=agent)
        behaviour = Behaviour(evolve=check_flag("evolve", evolve), slots=check_slots(slots))
        return cls(open_world(None if path is None else check_path("path", path), embedder), scope, behaviour=behaviour)

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
        return type(self)(self._world, scope, actor=actor or self._actor, behaviour=self._behaviour)

    async def close(self) -> None:
        """Close the store and end the threads. Closing twice is fine."""
        await self._world.store.close()
        await self._world.embedder.close()
        self._world.lane.close()

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
