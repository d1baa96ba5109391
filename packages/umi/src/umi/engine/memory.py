"""The Memory: what users hold.

    memory = Memory.open("memory.db")
    await memory.remember("I moved to Lisbon last Friday", speaker="Ada")
    await memory.recall("Where does Ada live?")

`remember` runs the flow of `umi.pipeline.remember`, `recall` that of `umi.pipeline.recall`. Every async method has a
blocking twin with `_sync` behind its name.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, Unpack

from umi.domain.change import Batch, Forget, Outcome, Restore
from umi.domain.entity import Entity
from umi.domain.pack import Pack
from umi.domain.query import Hits
from umi.domain.receipt import Receipt, Rejected
from umi.domain.scope import Scope
from umi.domain.time import parse_time
from umi.domain.turn import Role
from umi.engine import keeping, recalling, remembering
from umi.engine.asking import (
    Narrowing,
    check_callable,
    check_flag,
    check_format,
    check_id,
    check_limit,
    check_min_score,
    check_path,
    check_query,
    filter_of,
)
from umi.engine.blocking import blocking
from umi.engine.remembering import Said
from umi.errors import NotFound
from umi.limits import (
    ACTOR_BYTES_MAX,
    CONFIDENCE_DEFAULT,
    IMPORTANCE_DEFAULT,
    LIST_LIMIT_DEFAULT,
    LIST_LIMIT_MAX,
    PACK_TOKENS_DEFAULT,
    PACK_TOKENS_MAX,
    REASON_BYTES_MAX,
    RECALL_LIMIT_DEFAULT,
    RECALL_LIMIT_MAX,
    TENANT_DEFAULT,
)
from umi.pipeline.recall.pack import pack
from umi.pipeline.remember.accept import check_line, check_text
from umi.pipeline.remember.embed import index_words
from umi.ports.store import Finding, Page, Stats
from umi.ports.world import Portal, World

if TYPE_CHECKING:
    from umi.engine.importing import ImportSummary, OnError
    from umi.engine.progress import Progress
    from umi.ports.embedder import Embedder
    from umi.providers.embedding.lane import BlockingEmbedder


class Memory:
    """A memory over a World, bound to a scope.

    What `remember` acknowledges is on disk and recallable at once, by words and by meaning. Every method raises only
    errors of `umi.errors`. Use it as a context manager, async or not, or call `close`.
    """

    def __init__(self, world: World, scope: Scope | None = None, *, actor: str = "api") -> None:
        self._world = world
        self._scope = scope or Scope()
        self._actor = actor

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
    ) -> Self:
        """Open a memory file, making it if it is new; without a path, the one in the platform's data folder.

        Raises:
            StoreDamagedError: the file is damaged or no Umi store; it was not written to.
            StoreTooNewError: a newer Umi wrote it; it was not written to.
            StorageError: the file or its folder cannot be used.

        """
        # The one look upwards: users look for `open` here, and only wiring knows what to open.
        from umi.wiring.world import open_world

        scope = Scope(tenant=tenant, user=user, namespace=namespace, agent=agent)
        return cls(open_world(None if path is None else check_path("path", path), embedder), scope)

    @property
    def scope(self) -> Scope:
        """Whose memory this is."""
        return self._scope

    @property
    def portal(self) -> Portal:
        """What the blocking twins wait through."""
        return self._world.portal

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
        return type(self)(self._world, scope, actor=actor or self._actor)

    async def remember(
        self,
        text: str,
        *,
        id: str | None = None,
        speaker: str | None = None,
        role: Role | str | None = None,
        user: str | None = None,
        namespace: str | None = None,
        agent: str | None = None,
        session: str | None = None,
        event_time: datetime | str | None = None,
        name: str | None = None,
        entity_type: str = "note",
        memory_type: str = "message",
        topics: Iterable[str] = (),
        metadata: Mapping[str, Any] | None = None,
        importance: float = IMPORTANCE_DEFAULT,
        confidence: float = CONFIDENCE_DEFAULT,
        pinned: bool = False,
        key: str | None = None,
        source: str | None = None,
    ) -> Receipt:
        """Keep a text verbatim, with what can be read from it; see `Turn` for what each keyword means.

        Raises:
            Invalid: the text is empty or no text, or another value cannot be used.
            LimitExceeded: the text or another value is too large.
            Unavailable: the disk or the model failed; nothing was stored.

        """
        turn = remembering.turn_of({
            "text": text, "id": id, "speaker": speaker, "role": role, "user": user, "namespace": namespace,
            "agent": agent, "session": session, "event_time": event_time, "name": name, "entity_type": entity_type,
            "memory_type": memory_type, "topics": topics, "metadata": {} if metadata is None else metadata,
            "importance": importance, "confidence": confidence, "pinned": pinned, "key": key, "source": source,
        })  # fmt: skip
        return await remembering.remember_one(self._world, self._scope, turn, actor=self._actor)

    async def remember_many(self, turns: Iterable[Said]) -> Sequence[Receipt | Rejected]:
        """Keep many turns, in order, with a few commits; a turn that cannot be kept is answered by a `Rejected`.

        What a chunk's receipts acknowledge is on disk, even if a later chunk fails.
        """
        answers: list[Receipt | Rejected] = []
        for chunk in remembering.chunks(turns):
            answers += await remembering.remember_chunk(
                self._world, self._scope, chunk, start=len(answers), actor=self._actor
            )
        return answers

    async def recall(
        self,
        query: str,
        *,
        limit: int = RECALL_LIMIT_DEFAULT,
        min_score: float | None = None,
        explain: bool = False,
        now: datetime | str | None = None,
        user: str | None = None,
        namespace: str | None = None,
        agent: str | None = None,
        session: str | None = None,
        **narrowing: Unpack[Narrowing],
    ) -> Hits:
        """Find what answers a question, best first.

        `now` is when it is asked, for questions such as "What did I do last week?". With `explain` the answer also
        says how the question was read and how long each stage took. See `Narrowing` for the filters.

        Raises:
            Invalid: the query is empty, or another value cannot be used.
            QueryTooLongError: the query is too long.

        """
        question = recalling.Question(
            text=check_query(query),
            scope=self._scope.narrow(user=user, namespace=namespace, agent=agent, session=session),
            filter=filter_of(narrowing),
            limit=check_limit("limit", limit, RECALL_LIMIT_MAX),
            min_score=check_min_score(min_score),
            now=self._world.clock.now() if now is None else parse_time(now),
        )
        return await recalling.recall(self._world, question, explain=check_flag("explain", explain))

    async def pack(
        self,
        query: str,
        *,
        tokens: int = PACK_TOKENS_DEFAULT,
        limit: int = 50,
        count_tokens: Callable[[str], int] | None = None,
        now: datetime | str | None = None,
        user: str | None = None,
        namespace: str | None = None,
        agent: str | None = None,
        session: str | None = None,
        **narrowing: Unpack[Narrowing],
    ) -> Pack:
        """Recall, and render what fits into a number of tokens as dated, cited lines for a prompt, in time order."""
        check_limit("tokens", tokens, PACK_TOKENS_MAX)
        check_callable("count_tokens", count_tokens)
        hits = await self.recall(
            query,
            limit=limit,
            now=now,
            user=user,
            namespace=namespace,
            agent=agent,
            session=session,
            **narrowing,
        )
        return pack(hits, tokens=tokens, count_tokens=count_tokens)

    async def get(self, id: str) -> Entity | None:
        """Return an entity of this scope by its id, forgotten ones included, or None."""
        [entity] = await self._world.store.get(self._scope, [check_id(id)])
        return entity

    async def list(
        self,
        *,
        limit: int = LIST_LIMIT_DEFAULT,
        cursor: str | None = None,
        forgotten: bool = False,
        **narrowing: Unpack[Narrowing],
    ) -> Page:
        """Return entities in the order they were recorded; pass a page's `next` as `cursor` to go on."""
        check_limit("limit", limit, LIST_LIMIT_MAX)
        return await self._world.store.list(
            self._scope,
            filter_of(narrowing),
            limit=limit,
            cursor=cursor,
            forgotten=check_flag("forgotten", forgotten),
        )

    async def entities(self, **narrowing: Unpack[Narrowing]) -> AsyncIterator[Entity]:
        """Iterate over all entities of this scope in the order they were recorded."""
        cursor: str | None = None
        while True:
            page = await self.list(limit=1_000, cursor=cursor, **narrowing)
            for entity in page.items:
                yield entity
            cursor = page.next
            if cursor is None:
                return

    async def count(self, **narrowing: Unpack[Narrowing]) -> int:
        """Count the entities that recall may find."""
        return await self._world.store.count(self._scope, filter_of(narrowing))

    async def forget(self, id: str, *, reason: str = "") -> bool:
        """Take an entity out of recall; False if there is none, or it is forgotten already. `restore` undoes it."""
        reason = check_line("reason", reason, REASON_BYTES_MAX)
        change = Forget(scope=self._scope, id=check_id(id), reason=reason)
        [applied] = await self._world.store.apply(Batch(changes=[change], actor=self._actor))
        return applied.outcome is Outcome.APPLIED

    async def restore(self, id: str, *, reason: str = "") -> bool:
        """Bring a forgotten entity back; False if it is not forgotten.

        Raises:
            NotFound: nothing in this scope has this id.

        """
        reason = check_line("reason", reason, REASON_BYTES_MAX)
        entity = await self.get(id)
        if entity is None:
            raise NotFound(f"Nothing in this scope has the id {id!r}.")
        change = Restore(scope=self._scope, id=id, words=index_words(entity), reason=reason)
        [applied] = await self._world.store.apply(Batch(changes=[change], actor=self._actor))
        return applied.outcome is Outcome.APPLIED

    async def import_file(
        self,
        path: str | Path,
        *,
        format: str | None = None,
        on_error: OnError = "skip",
        progress: Progress | None = None,
    ) -> ImportSummary:
        """Remember what a file holds; see `umi.formats` for the formats, which are recognised by content.

        Importing again, or going on after a kill, adds nothing twice. A record that cannot be read is reported with
        its number; `on_error="stop"` stops there, after keeping everything before it.

        Raises:
            InvalidFormatError: the file is of no known format.
            NotFound: there is no such file.

        """
        from umi.engine import importing  # the readers of eight formats, for those who import

        check_callable("progress", progress)
        return await importing.import_file(
            importing.Keeper(world=self._world, scope=self._scope, actor=self._actor),
            check_path("path", path),
            format=check_format(format),
            on_error=on_error,
            progress=progress,
        )

    async def export_file(self, path: str | Path, *, progress: Progress | None = None) -> int:
        """Write every entity of this scope as a line that `import_file` reads back; return how many there were."""
        from umi.engine import importing

        check_callable("progress", progress)
        keeper = importing.Keeper(world=self._world, scope=self._scope, actor=self._actor)
        return await importing.export_file(keeper, check_path("path", path), progress=progress)

    async def stats(self) -> Stats:
        """Count what the whole store holds."""
        return await self._world.store.stats()

    async def check(self) -> Sequence[Finding]:
        """Examine the file, the log, both indexes, the model and the free disk. Changes nothing."""
        return await keeping.check(self._world)

    async def repair(self, *, progress: Progress | None = None) -> int:
        """Mend what is derived: words and vectors that are missing or surplus. Return how many entities needed it."""
        check_callable("progress", progress)
        return await keeping.repair(self._world, progress)

    async def reindex(self, *, progress: Progress | None = None) -> int:
        """Embed with this memory's model whatever is embedded with another. Online; a killed run goes on next time."""
        check_callable("progress", progress)
        return await keeping.reindex(self._world, progress)

    async def backup(self, path: str | Path) -> None:
        """Write a consistent copy of the whole store while others read and write.

        Raises:
            Conflict: something already stands at that path.

        """
        await self._world.store.backup(check_path("path", path))

    async def close(self) -> None:
        """Close the store and end the threads. Closing twice is fine."""
        await self._world.store.close()
        await self._world.embedder.close()
        self._world.lane.close()

    remember_sync = blocking(remember)
    remember_many_sync = blocking(remember_many)
    recall_sync = blocking(recall)
    pack_sync = blocking(pack)
    get_sync = blocking(get)
    list_sync = blocking(list)
    count_sync = blocking(count)
    forget_sync = blocking(forget)
    restore_sync = blocking(restore)
    import_file_sync = blocking(import_file)
    export_file_sync = blocking(export_file)
    stats_sync = blocking(stats)
    check_sync = blocking(check)
    repair_sync = blocking(repair)
    reindex_sync = blocking(reindex)
    backup_sync = blocking(backup)

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
