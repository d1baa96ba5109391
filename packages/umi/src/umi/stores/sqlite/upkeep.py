"""Looking at a whole file: its counts, its health, and a copy of it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import apsw

from umi.errors import Conflict
from umi.ports.store import Finding, Severity, Stats
from umi.stores.sqlite.chain import GENESIS, digest, link
from umi.stores.sqlite.statements import migrations, sql

DISK_FREE_BYTES_MIN = 100 * 1024 * 1024
_IDS_SHOWN_MAX = 10_000


def stats(connection: apsw.Connection, path: Path, *, model: int, model_name: str) -> Stats:
    counts = connection.execute(sql("counts"), (model,)).fetchone() or (0,) * 8
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
    size = sum(file.stat().st_size for file in path.parent.glob(path.name + "*"))
    return Stats(**dict(zip(names, counts, strict=True)), bytes=size, model=model_name, schema=len(migrations()))


def check(connection: apsw.Connection, path: Path, *, model: int, dimensions: int) -> Iterator[Finding]:
    """Look at the file, the log, both indexes and the disk. Changes nothing."""
    yield from _check_file(connection)
    yield _check_log(connection)
    yield from _check_indexes(connection, model, dimensions)
    yield _check_disk(path)


def _check_file(connection: apsw.Connection) -> Iterator[Finding]:
    faults = [row[0] for row in connection.execute("PRAGMA integrity_check(20)") if row[0] != "ok"]
    faults += [f"{row[0]} row {row[1]} points nowhere" for row in connection.execute("PRAGMA foreign_key_check")]
    for fault in faults:
        yield Finding(part="file", severity=Severity.BROKEN, message=fault)
    if not faults:
        yield Finding(part="file", severity=Severity.OK, message="every page and table is sound")


def _check_log(connection: apsw.Connection) -> Finding:
    previous, expected = GENESIS, 1
    for seq, at, kind, id, actor, mark, hashed, key, data in connection.execute(sql("log_all")):
        whole = link(previous, seq=seq, at=at, kind=kind, id=id, actor=actor, digest=mark)
        if seq != expected or whole != hashed or (data is not None and digest(key, data) != mark):
            return Finding(part="log", severity=Severity.BROKEN, message=f"change {expected} does not fit the chain")
        previous, expected = hashed, seq + 1
    return Finding(part="log", severity=Severity.OK, message=f"{expected - 1} changes, chain unbroken")


def _check_indexes(connection: apsw.Connection, model: int, dimensions: int) -> Iterator[Finding]:
    questions = {
        "words": [("words_missing", ()), ("words_surplus", ())],
        "vectors": [("vectors_missing", (model, dimensions)), ("vectors_surplus", ())],
    }
    for part, ((missing, values), (surplus, _)) in questions.items():
        ids = tuple(row[0] for row in connection.execute(sql(missing), values))[:_IDS_SHOWN_MAX]
        extra = connection.execute(sql(surplus)).fetchall()
        if ids or extra:
            message = f"{len(ids)} entities lack them, {len(extra)} rows belong to none"
            yield Finding(part=part, severity=Severity.REPAIRABLE, message=message, ids=ids)
        else:
            yield Finding(part=part, severity=Severity.OK, message="one entry for every active entity")


def _check_disk(path: Path) -> Finding:
    free = shutil.disk_usage(path.parent).free
    severity = Severity.OK if free >= DISK_FREE_BYTES_MIN else Severity.BROKEN
    return Finding(part="disk", severity=severity, message=f"{free // 1024**2:,} MiB free")


def backup(connection: apsw.Connection, path: Path) -> None:
    """Write a compact copy as of one moment, then give it its name: a half-written copy never bears it."""
    if path.exists():
        raise Conflict(f"{path} is already there. Name a file that does not exist; backups never overwrite.")
    draft = path.with_name(path.name + ".draft")
    draft.unlink(missing_ok=True)
    try:
        connection.execute("VACUUM INTO ?", (str(draft),))
        with draft.open("rb") as file:
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
