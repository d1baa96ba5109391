"""Looking at a whole store: its counts and its health."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from umi.ports.store import Finding, Job, Severity, Stats
from umi.stores.postgres.statements import migrations
from umi.stores.relational.verifying import quick

if TYPE_CHECKING:
    from umi.stores.postgres.database import Database

_IDS_SHOWN_MAX = 10_000
_ANALYSED_ROWS_MIN = 5_000  # measured: with 20,000 that the server knows nothing of, a search takes three times as long
_COUNTS = ("entities", "forgotten", "changes", "tenants", "partitions", "sessions", "vectors", "vectors_awaited")


class Growth:
    """How much this process wrote since it last let the server look, whose own look comes too late after a bulk."""

    def __init__(self) -> None:
        self._rows = 0
        self._due = _ANALYSED_ROWS_MIN

    def is_due(self, rows: int) -> bool:
        """Count what was written, and answer whether the server is to look now: whenever it has doubled."""
        self._rows += rows
        if self._rows < self._due:
            return False
        self._due = 2 * self._rows
        return True


def stats(db: Database, *, model: int, model_name: str) -> Stats:
    counts = db.row("counts", (model,)) or (0,) * len(_COUNTS)
    jobs = [Job(kind=kind, state=state, done=done, total=total) for kind, state, done, total in db.each("jobs")]
    return Stats(
        **dict(zip(_COUNTS, counts, strict=True)),
        bytes=db.value("size"),
        model=model_name,
        schema=len(migrations()),
        tasks=db.value("tasks_count"),
        jobs=tuple(jobs),
    )


def check(db: Database, *, model: int, dimensions: int) -> Iterator[Finding]:
    """Look at the log, both indexes and the fence between tenants. Changes nothing.

    Whether pages are sound is the server's to look at: its checksums, and `amcheck`.
    """
    yield _check_log(db)
    yield from _check_indexes(db, model, dimensions)
    yield from _check_counts(db)
    yield _check_fence(db)


def _check_log(db: Database) -> Finding:
    changes, wrong = quick(db)
    if wrong is not None:
        return Finding(part="log", severity=Severity.BROKEN, message=wrong)
    return Finding(part="log", severity=Severity.OK, message=f"{changes} changes, chain unbroken")


def _check_indexes(db: Database, model: int, dimensions: int) -> Iterator[Finding]:
    questions = {
        "words": ("words_missing", (), ("words_surplus", "past_words_surplus")),
        "vectors": ("vectors_missing", (model, dimensions), ("vectors_surplus",)),
    }
    for part, (missing, values, surplus) in questions.items():
        ids = tuple(row[0] for row in db.each(missing, values))[:_IDS_SHOWN_MAX]
        extra = [row for name in surplus for row in db.rows(name)]
        if ids or extra:
            message = f"{len(ids)} entities lack them, {len(extra)} rows belong to none"
            yield Finding(part=part, severity=Severity.REPAIRABLE, message=message, ids=ids)
        else:
            yield Finding(part=part, severity=Severity.OK, message="one entry for every entity")


def _check_counts(db: Database) -> Iterator[Finding]:
    for what in db.column("words_miscounted"):
        message = f"the {what} is not what the rows say; sweeping counts anew"
        yield Finding(part="words", severity=Severity.REPAIRABLE, message=message)


def _check_fence(db: Database) -> Finding:
    if db.is_fenced:
        return Finding(part="fence", severity=Severity.OK, message="the server keeps every read to its tenant")
    return Finding(
        part="fence",
        severity=Severity.OK,
        message=(
            "tenants are kept apart by the statements alone: as a superuser run CREATE ROLE umi_reader NOLOGIN and "
            "GRANT umi_reader TO the user that Umi connects as, then open the store again"
        ),
    )
