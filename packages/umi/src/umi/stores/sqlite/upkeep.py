"""Looking at a whole file: its counts, its health, and a copy of it."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from umi.errors import Conflict, StorageError
from umi.ports.store import Finding, Job, Severity, Stats
from umi.stores.relational.shelving import derived_files
from umi.stores.relational.verifying import quick
from umi.stores.sqlite.connection import synchronise
from umi.stores.sqlite.database import Database
from umi.stores.sqlite.statements import migrations

DISK_FREE_BYTES_MIN = 100 * 1024 * 1024
_NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK)
_IDS_SHOWN_MAX = 10_000


def stats(db: Database, path: Path, *, model: int, model_name: str) -> Stats:
    counts = db.row("counts", (model,)) or (0,) * 8
    names = (
        "entities",
        "forgotten",
        "changes",
        "tenants",
        "partitions",
        "sessions",
        "vectors",
        "vectors_awaited",
    )
    jobs = [Job(kind=kind, state=state, done=done, total=total) for kind, state, done, total in db.each("jobs")]
    files = [path, path.with_name(path.name + "-wal"), *derived_files(path)]
    size = sum(file.stat().st_size for file in files if file.is_file())
    return Stats(
        **dict(zip(names, counts, strict=True)),
        bytes=size,
        model=model_name,
        schema=len(migrations()),
        tasks=db.value("tasks_count"),
        jobs=tuple(jobs),
    )


def check(db: Database, path: Path, *, model: int, dimensions: int) -> Iterator[Finding]:
    """Look at the file, the log, both indexes and the disk. Changes nothing."""
    yield from _check_file(db)
    yield _check_log(db)
    yield from _check_indexes(db, model, dimensions)
    yield _check_disk(path)


def _check_file(db: Database) -> Iterator[Finding]:
    faults = [row[0] for row in db.command("PRAGMA integrity_check(20)") if row[0] != "ok"]
    faults += [f"{row[0]} row {row[1]} points nowhere" for row in db.command("PRAGMA foreign_key_check")]
    for fault in faults:
        yield Finding(part="file", severity=Severity.BROKEN, message=fault)
    if not faults:
        yield Finding(part="file", severity=Severity.OK, message="every page and table is sound")


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


def _check_disk(path: Path) -> Finding:
    free = shutil.disk_usage(path.parent).free
    severity = Severity.OK if free >= DISK_FREE_BYTES_MIN else Severity.BROKEN
    return Finding(part="disk", severity=severity, message=f"{free // 1024**2:,} MiB free")


def backup(db: Database, path: Path) -> None:
    """Write a compact copy as of one moment."""
    with named_when_whole(path) as draft:
        db.command("VACUUM INTO ?", (str(draft),))


@contextmanager
def named_when_whole(path: Path) -> Generator[Path]:
    """Write a file under another name inside, then give it its own: a half-written one never bears it.

    Raises:
        Conflict: something already stands at that path.

    """
    if not path.name:
        raise Conflict(f"{path} is a folder. Name a file that does not exist.")
    draft = path.with_name(path.name + ".draft")
    try:
        if os.path.lexists(path):
            raise _occupied(path)
        draft.unlink(missing_ok=True)
        yield draft
        synchronise(draft)
        _name(draft, path)
    except FileExistsError as error:
        raise _occupied(path) from error
    except OSError as error:
        raise StorageError(f"{path} could not be written: {error}.") from error
    finally:
        with suppress(OSError, ValueError):
            draft.unlink(missing_ok=True)


def _name(draft: Path, path: Path) -> None:
    try:
        os.link(draft, path)  # unlike a rename, it refuses a name that came into use meanwhile
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        if os.path.lexists(path):
            raise _occupied(path) from error
        draft.replace(path)
    with suppress(OSError):  # not every file system lets a folder be synchronised
        synchronise(path.parent)


def _occupied(path: Path) -> Conflict:
    return Conflict(f"{path} is already there. Name a file that does not exist; backups never overwrite.")
