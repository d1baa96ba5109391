"""What of a Memory keeps: texts, facts, revisions and files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

from umi.domain.receipt import Receipt, Rejected
from umi.domain.turn import Role
from umi.engine import remembering, revising, stating
from umi.engine.asking import check_callable, check_format, check_id, check_path
from umi.engine.blocking import blocking
from umi.engine.bound import Bound
from umi.engine.remembering import Said
from umi.engine.revising import Revision
from umi.engine.stating import Told
from umi.limits import CONFIDENCE_DEFAULT, IMPORTANCE_DEFAULT, REASON_BYTES_MAX
from umi.pipeline.remember.accept import check_line

if TYPE_CHECKING:
    from umi.engine.importing import ImportSummary, OnError
    from umi.engine.progress import Progress


class Writing(Bound):
    """Keeping what a Memory is told."""

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
        trust: str | None = None,
        valid_from: datetime | str | None = None,
        valid_until: datetime | str | None = None,
        expires_at: datetime | str | None = None,
        ttl: float | timedelta | None = None,
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
            "trust": trust, "valid_from": valid_from, "valid_until": valid_until, "expires_at": expires_at, "ttl": ttl,
        })  # fmt: skip
        return await remembering.remember_one(self._keeper, turn)

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
        return await stating.remember_fact(self._keeper, stated, told, sources)

    async def revise(self, id: str, *, reason: str = "", **changes: Unpack[Revision]) -> bool:
        """Set fields of an entity: its text, importance, topics and so on. What they were stays in its history.

        A new text is read and indexed anew. False if nothing had to change.

        Raises:
            NotFound: nothing in this scope has this id.
            Invalid: a field is unknown, or its value cannot be used.

        """
        return await revising.revise(
            self._keeper, check_id(id), changes, check_line("reason", reason, REASON_BYTES_MAX)
        )

    async def remember_many(self, turns: Iterable[Said]) -> Sequence[Receipt | Rejected]:
        """Keep many turns, in order, with a few commits; a turn that cannot be kept is answered by a `Rejected`.

        What a chunk's receipts acknowledge is on disk, even if a later chunk fails.
        """
        answers: list[Receipt | Rejected] = []
        for chunk in remembering.chunks(turns):
            answers += await remembering.remember_chunk(self._keeper, chunk, start=len(answers))
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
    import_file_sync = blocking(import_file)
    export_file_sync = blocking(export_file)
