"""What of a Memory keeps: texts, facts, revisions and files."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

from umi.domain.checking import check_line
from umi.domain.options import RememberOptions
from umi.domain.receipt import Receipt, Rejected
from umi.domain.source_ref import SourceRef
from umi.domain.turn import Role
from umi.engine import remembering, revising, stating
from umi.engine.asking import (
    check_callable,
    check_format,
    check_id,
    check_limit,
    check_options,
    check_path,
    check_task_states,
)
from umi.engine.bound import Bound, Keeper
from umi.engine.remembering import Said
from umi.engine.revising import Revision
from umi.engine.stating import Told
from umi.errors import Corrupt, Unavailable
from umi.errors import MemoryError as UmiError
from umi.limits import (
    CONFIDENCE_DEFAULT,
    IMPORTANCE_DEFAULT,
    LIST_LIMIT_DEFAULT,
    LIST_LIMIT_MAX,
    REASON_BYTES_MAX,
)
from umi.ports.blocking import blocking
from umi.ports.store import Task

if TYPE_CHECKING:
    from umi.engine.enriching import Enrichment
    from umi.engine.importing import ImportSummary, OnError
    from umi.engine.progress import Progress


_log = logging.getLogger("umi.engine")


class Writing(Bound):
    """Keeping what a Memory is told."""

    async def remember(
        self,
        text: str,
        options: RememberOptions | None = None,
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
        importance: float | None = None,
        confidence: float = CONFIDENCE_DEFAULT,
        pinned: bool = False,
        key: str | None = None,
        source: str | None = None,
        trust: str | None = None,
        valid_from: datetime | str | None = None,
        valid_until: datetime | str | None = None,
        expires_at: datetime | str | None = None,
        ttl: float | timedelta | None = None,
        document_time: datetime | str | None = None,
        source_ref: SourceRef | str | None = None,
        vector: Sequence[float] | None = None,
    ) -> Receipt:
        """Keep a text verbatim, with what can be read from it; see `Turn` for what each keyword means.

        `options` say what else to do with it. An LLM that fails never fails this: the receipt's `path` tells.

        Raises:
            Invalid: the text is empty or no text, or another value cannot be used.
            LimitExceeded: the text or another value is too large.
            Unavailable: the disk or the model failed; nothing was stored.

        """
        options = check_options("options", options, RememberOptions)
        if importance is None:
            importance = IMPORTANCE_DEFAULT if options is None or options.importance is None else options.importance
        turn = remembering.turn_of({
            "text": text, "id": id, "speaker": speaker, "role": role, "user": user, "namespace": namespace,
            "agent": agent, "session": session, "event_time": event_time, "name": name, "entity_type": entity_type,
            "memory_type": memory_type, "topics": topics, "metadata": {} if metadata is None else metadata,
            "importance": importance, "confidence": confidence, "pinned": pinned, "key": key, "source": source,
            "trust": trust, "valid_from": valid_from, "valid_until": valid_until, "expires_at": expires_at, "ttl": ttl,
            "document_time": document_time, "source_ref": source_ref, "vector": vector,
        })  # fmt: skip
        keeper = self._keeper.following(options)
        with keeper.world.tracer.span("umi.remember") as span:
            receipt = await remembering.remember_one(keeper, turn)
            receipt = await self._answered(keeper, receipt)
            span.set("umi.path", receipt.path)
            span.set("umi.created", receipt.created)
        return receipt

    async def _answered(self, keeper: Keeper, receipt: Receipt) -> Receipt:
        """See to it that an LLM, if there is one, reads what was kept: before the answer or behind it."""
        if _reads_inline(keeper):
            return await self._enriched(keeper, receipt)
        self._background.wake()
        return receipt

    async def _all_answered(self, answers: Sequence[Receipt | Rejected]) -> list[Receipt | Rejected]:
        """See to what a chunk has kept, one after another as it was told."""
        keeper = self._keeper
        return [await self._answered(keeper, one) if isinstance(one, Receipt) else one for one in answers]

    async def _enriched(self, keeper: Keeper, receipt: Receipt) -> Receipt:
        """Let an LLM read what was kept before answering; one that fails is asked again behind the answer."""
        if not receipt.created:
            return receipt
        found = await self._read(keeper, receipt.id)
        if found is None:
            return replace(receipt, path="llm failed")
        path = receipt.path if found.path == "skipped" else found.path
        entities = (*receipt.entities, *found.entities)
        decisions = (*receipt.decisions, *found.decisions)
        return replace(receipt, path=path, entities=entities, decisions=decisions, usage=found.usage)

    async def _read(self, keeper: Keeper, id: str) -> Enrichment | None:
        """Let an LLM read a text that is kept; None if it could not."""
        from umi.engine.enriching import enrich

        try:
            return await enrich(keeper, id)
        except Corrupt:
            raise
        except UmiError as error:  # the text is kept: whatever failed, failed behind that
            _log.warning("reading %s failed; it will be tried again", id, extra={"error": str(error)})
        try:
            await remembering.ask_again(keeper, id)
        except Unavailable as error:
            _log.warning("that %s is to be read cannot be noted for now", id, extra={"error": str(error)})
        self._background.wake()
        return None

    async def settle(self) -> None:
        """Wait until an LLM, if there is one, has read everything that waits for it; what fails is tried again later.

        `tasks` tells what is left.
        """
        if await self._world.store.tasks(self._scope, limit=1):
            await self._background.settle()

    async def tasks(self, *, states: Sequence[str] = (), limit: int = LIST_LIMIT_DEFAULT) -> Sequence[Task]:
        """Return what is still to be done behind the answers in this scope, longest due first."""
        check_limit("limit", limit, LIST_LIMIT_MAX)
        return await self._world.store.tasks(self._scope, states=check_task_states(states), limit=limit)

    async def retry_tasks(self) -> int:
        """Let everything be tried again that failed too often; return how many there are."""
        count = await self._world.store.retry(self._scope)
        self._background.wake()
        return count

    async def remember_fact(
        self,
        subject: str,
        slot: str,
        value: str,
        *,
        text: str | None = None,
        status: str = "current",
        many: bool | None = None,
        changed: bool = False,
        sources: Sequence[str] = (),
        **told: Unpack[Told],
    ) -> Receipt:
        """Keep a fact that is given rather than read from a text: `remember_fact("Alice", "lives_in", "Lisbon")`.

        It is kept, compared and recalled like any other statement; `text` is how it reads, and made from it if not
        given. `many` says that the slot may have several values at once, where that is not known of it. A value that
        was superseded comes back only with `changed`, which says that it holds anew. `sources` are the ids of entities
        that it is derived from: it is erased with the last of them. See `Turn` for the other keywords.

        Raises:
            Invalid: the subject, the slot, the value or another keyword cannot be used.
            NotFound: a source is not in this scope.

        """
        stated = stating.Stated(
            subject=subject, slot=slot, value=value, text=text, status=status, many=many, changed=changed
        )
        return await self._answered(self._keeper, await stating.remember_fact(self._keeper, stated, told, sources))

    async def revise(
        self, id: str, *, reason: str = "", revision: int | None = None, **changes: Unpack[Revision]
    ) -> bool:
        """Set fields of an entity: its text, importance, topics and so on. What they were stays in its history.

        A new text is read and indexed anew, by an LLM too where there is one. False if nothing had to change. With a
        `revision`, only as long as the entity is of that one: what another changed meanwhile is not overwritten.

        Raises:
            NotFound: nothing in this scope has this id.
            Conflict: it is of another revision.
            Invalid: a field is unknown, or its value cannot be used.

        """
        keeper = self._keeper
        reason = check_line("reason", reason, REASON_BYTES_MAX)
        is_revised = await revising.revise(keeper, check_id(id), changes, reason, revision=revision)
        if is_revised and "text" in changes and _reads_inline(keeper):
            await self._read(keeper, id)
        self._background.wake()
        return is_revised

    async def remember_many(self, turns: Iterable[Said]) -> Sequence[Receipt | Rejected]:
        """Keep many turns, in order, with a few commits; a turn that cannot be kept is answered by a `Rejected`.

        What a chunk's receipts acknowledge is on disk, even if a later chunk fails.
        """
        answers: list[Receipt | Rejected] = []
        for chunk in remembering.chunks(turns):
            kept = await remembering.remember_chunk(self._keeper, chunk, start=len(answers))
            answers += await self._all_answered(kept)
        return answers

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
            self._keeper,
            check_path("path", path),
            format=check_format(format),
            on_error=on_error,
            progress=progress,
            kept=self._all_answered,
        )

    async def export_file(self, path: str | Path, *, progress: Progress | None = None) -> int:
        """Write every entity of this scope as a line that `import_file` reads back; return how many there were."""
        from umi.engine import importing

        check_callable("progress", progress)
        return await importing.export_file(self._keeper, check_path("path", path), progress=progress)

    remember_sync = blocking(remember)
    remember_fact_sync = blocking(remember_fact)
    revise_sync = blocking(revise)
    remember_many_sync = blocking(remember_many)
    settle_sync = blocking(settle)
    tasks_sync = blocking(tasks)
    retry_tasks_sync = blocking(retry_tasks)
    import_file_sync = blocking(import_file)
    export_file_sync = blocking(export_file)


def _reads_inline(keeper: Keeper) -> bool:
    return keeper.world.llm is not None and keeper.behaviour.config.extraction == "inline"
