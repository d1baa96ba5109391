"""What of a Memory tells what is true, what was, why, and takes changes back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from umi.domain.change import Batch, Event, Undo
from umi.domain.checking import check_line, check_text
from umi.domain.picture import Cause, Diff, Picture
from umi.domain.receipt import Receipt
from umi.domain.relation import Relation
from umi.domain.text import shown
from umi.domain.time import FAR, parse_time
from umi.engine import recounting
from umi.engine.asking import check_id, check_limit, moment_of
from umi.engine.bound import Bound
from umi.errors import Invalid
from umi.limits import ENTITY_NAME_BYTES_MAX, FACT_SLOT_BYTES_MAX, LIST_LIMIT_DEFAULT, LIST_LIMIT_MAX, REASON_BYTES_MAX
from umi.ports.blocking import blocking

SEQ_MAX = (1 << 63) - 1


class Truth(Bound):
    """Asking what is known of someone, what changed and why, and undoing changes."""

    async def entity(
        self, name: str, *, as_of: datetime | str | None = None, valid_at: datetime | str | None = None
    ) -> Picture:
        """Return what is known of a person, a place or a thing by any of its names, with the texts that say so.

        With `as_of`: what was known at that recorded time. With `valid_at`: what held at that time.
        """
        check_text("name", name, ENTITY_NAME_BYTES_MAX)
        return await recounting.picture(self._world, self._scope, name, moment_of(as_of, valid_at))

    async def subjects(self, *, limit: int = LIST_LIMIT_DEFAULT) -> Sequence[tuple[str, int]]:
        """Return of whom something is stated, by normalised names, and in how many texts, most first."""
        return await self._world.store.subjects(self._scope, limit=check_limit("limit", limit, LIST_LIMIT_MAX))

    async def relations(
        self, id: str, *, as_of: datetime | str | None = None, valid_at: datetime | str | None = None
    ) -> Sequence[Relation]:
        """Return the edges from and to an entity, oldest first: what it supersedes, contradicts, cites and so on.

        With `as_of`: those known then. With `valid_at`: those between entities that both held then.
        """
        moment = moment_of(as_of, valid_at)
        return await recounting.relations(self._world, self._scope, check_id(id), moment)

    async def history(self, id: str) -> Sequence[Event]:
        """Return every change to an entity, oldest first: when, by whom, why, and what it was before and after."""
        return await self._world.store.history(self._scope, check_id(id))

    async def events(
        self, after: datetime | str, until: datetime | str | None = None, *, limit: int = LIST_LIMIT_DEFAULT
    ) -> Sequence[Event]:
        """Return the changes between two recorded times, (after, until], oldest first; without `until`, all after."""
        # Not up to this machine's present: another process, whose clock is ahead of it, may have recorded something.
        end = FAR if until is None else parse_time(until)
        check_limit("limit", limit, LIST_LIMIT_MAX)
        return await self._world.store.events(self._scope, parse_time(after), end, limit=limit)

    async def undo(self, change: int | Receipt | Event, *, reason: str = "") -> Receipt:
        """Take back a change, by its place in the log, its receipt or its event: as a change that can itself be undone.

        What was decided together is undone together: undoing what `remember` did brings back what it superseded.

        Raises:
            NotFound: there is no such change in this scope.
            Conflict: a later change builds on it, or a part of it was erased.

        """
        reason = check_line("reason", reason, REASON_BYTES_MAX)
        batch = Batch.of([Undo(scope=self._scope, seq=_seq(change), reason=reason)], actor=self._actor)
        [applied] = await self._world.store.apply(batch)
        return Receipt(id=applied.id, created=False, seq=applied.seq, recorded_at=applied.recorded_at)

    async def diff(self, after: datetime | str, until: datetime | str | None = None) -> Diff:
        """Return what changed in what is recalled between two recorded times, (after, until].

        Without `until` it is all after. The diff's own `until` is then this machine's present, or the last change
        if a clock that is ahead recorded that.
        """
        end = None if until is None else parse_time(until)
        return await recounting.diff(self._world, self._scope, parse_time(after), end, self._keeper.now)

    async def blame(self, what: str, slot: str | None = None) -> Sequence[Cause]:
        """Return which texts made us believe something, the most telling first.

        `what` is an entity's id, or with a `slot` a subject's name: `blame("Alice", "lives_in")` cites the texts that
        state where Alice lives, then those they superseded.
        """
        check_text("what", what, ENTITY_NAME_BYTES_MAX)
        if slot is not None:
            check_text("slot", slot, FACT_SLOT_BYTES_MAX)
        return await recounting.blame(self._world, self._scope, what, slot, self._behaviour.slots)

    entity_sync = blocking(entity)
    subjects_sync = blocking(subjects)
    relations_sync = blocking(relations)
    history_sync = blocking(history)
    events_sync = blocking(events)
    undo_sync = blocking(undo)
    diff_sync = blocking(diff)
    blame_sync = blocking(blame)


def _seq(change: object) -> int:
    seq = change.seq if isinstance(change, (Receipt, Event)) else change
    if isinstance(seq, bool) or not isinstance(seq, int) or not 1 <= seq <= SEQ_MAX:
        raise Invalid(f"A change is its place in the log, a receipt or an event, not {shown(change)}.")
    return seq
