"""Is every edit behind the store's back found and named, and is nothing else? Edit copies of a store, and verify.

    python benchmarks/tamper.py [--rounds 40] [--clean 10000] [--seed N]

Histories are random: additions with facts, labels and sessions, revisions, supersessions, forgetting, relations,
undoing and erasures. Each edit of the list below is made at a random place of a copy, --rounds times. It is *found* if
a verification with the anchors that were taken before has a finding, and *named* if one of its findings is of the class
of the edit, for the log at the place of the edit. Edits that change nothing at the place drawn are drawn anew. A clean
run verifies a store nothing was done to, with all its anchors, at some moment of its history; half of them while the
history goes on in another connection.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import random
import shutil
import sqlite3
import tempfile
import time
from collections import Counter
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from durability import DIMENSIONS, MODEL, vector
from erasure import opened, words_of

from umi.domain.change import IDENTITY_OF_CONTENT, Act, Add, Alter, Batch, Change, Relate, Undo, forget, restore
from umi.domain.entity import Entity, Status
from umi.domain.erasure import Erase
from umi.domain.fact import Fact
from umi.domain.relation import RelationKind
from umi.domain.scope import Scope
from umi.domain.verification import Anchor, Tampering, Verification
from umi.errors import Conflict, NotFound
from umi.stores.relational.chain import digest, link
from umi.stores.sqlite.store import SqliteStore
from umi.wiring.system import SystemClock

OUT = Path(__file__).parent / "out"
USERS = ("ada", "kenji", None)
STEPS = 60
CLEAN_RUNS_A_STORE = 50


@dataclass(slots=True)
class Teller:
    """Makes up a history, step by step."""

    store: SqliteStore
    source: random.Random
    ids: list[tuple[str, Scope]] = field(default_factory=list[tuple[str, Scope]])
    anchors: list[Anchor] = field(default_factory=list[Anchor])
    seq: int = 0
    made: int = 0

    async def tell(self, steps: int) -> None:
        for _ in range(steps):
            with suppress(Conflict, NotFound):
                await self.step()
        self.anchors.append(await self.store.anchor())

    async def step(self) -> None:
        draw = self.source.random()
        if draw < 0.5 or len(self.ids) < 4:
            await self.apply(*(self.addition() for _ in range(self.source.randint(1, 3))))
        elif draw < 0.54:
            id, _ = self.source.choice(self.ids)
            erased = await self.store.erase(Erase(scope=Scope(), ids=(id,), actor="benchmark"), check=False)
            self.ids = [one for one in self.ids if one[0] not in erased.ids]
            self.seq = erased.seq
        elif draw < 0.6:
            await self.apply(Undo(scope=Scope(), seq=self.source.randint(1, max(1, self.seq))))
        else:
            await self.apply(self.alteration())

    async def apply(self, *changes: Change) -> None:
        for applied in await self.store.apply(Batch(groups=[changes], actor="benchmark")):
            self.seq = max(self.seq, applied.seq)

    def addition(self) -> Add:
        self.made += 1
        text = f"text {self.made} of {self.source.random()}"
        id = hashlib.sha256(text.encode()).hexdigest()[:12]
        scope = Scope(user=self.source.choice(USERS), session=self.source.choice(("s", "t", None)))
        now = SystemClock().now()
        fact = Fact(subject="Ada", about="ada", slot=self.source.choice(("lives_in", "likes")), value=text)
        entity = Entity(
            id=id, scope=scope, content=text, name=text[:20], created_at=now, updated_at=now, event_time=now,
            facts=(fact,) if self.source.random() < 0.4 else (), topics=(f"t{self.made % 3}",),
            metadata={"n": self.made % 5}, importance=self.source.random(),
        )  # fmt: skip
        self.ids.append((id, scope))
        identity = IDENTITY_OF_CONTENT + hashlib.sha256(text.encode()).digest()[:20]
        return Add(entity=entity, identity=identity, words=words_of(entity), model=MODEL, vector=vector(text))

    def alteration(self) -> Change:
        (id, scope), (other, _) = self.source.choice(self.ids), self.source.choice(self.ids)
        text = f"anew {self.source.random()}"
        return self.source.choice([
            Alter(scope=scope, id=id, act=Act.REVISE, values={"content": text, "name": text}, model=MODEL,
                  vector=vector(text)),
            Alter(scope=scope, id=id, act=Act.REVISE, values={"importance": self.source.random(), "topics": ("t9",)}),
            Alter(scope=scope, id=id, act=Act.SUPERSEDE, values={"status": Status.SUPERSEDED}, by=other),
            forget(scope, id), restore(scope, id),
            Relate(scope=Scope(), source=id, target=other, kind=RelationKind.EXTEND),
            Relate(scope=Scope(), source=id, target=other, kind=RelationKind.CITES),
        ])  # fmt: skip


def shift(db: sqlite3.Connection, start: int, by: int, until: int = 1 << 40) -> None:
    for table in ("log", "content"):
        db.execute(f"UPDATE {table} SET seq = -seq WHERE seq BETWEEN ? AND ?", (start, until))
        db.execute(f"UPDATE {table} SET seq = -seq + ? WHERE seq < 0", (by,))


def removed(db: sqlite3.Connection, seq: int, last: int, source: random.Random) -> tuple[int, Tampering]:
    db.execute("DELETE FROM log WHERE seq = ?", (seq,))
    db.execute("DELETE FROM content WHERE seq = ?", (seq,))
    if seq == last:
        return 0, Tampering.LOG_CUT_OFF
    if source.random() < 0.5 and seq + 1 < last:
        shift(db, seq + 1, -1)
    return seq, Tampering.ENTRY_REMOVED


def inserted(db: sqlite3.Connection, seq: int, last: int, source: random.Random) -> tuple[int, Tampering]:
    copied = source.randint(1, last)
    while copied == seq:
        copied = source.randint(1, last)
    log = db.execute(
        "SELECT at, kind, entity, id, actor, digest, hash, grp FROM log WHERE seq = ?", (copied,)
    ).fetchone()
    content = db.execute("SELECT key, data FROM content WHERE seq = ?", (copied,)).fetchone()
    shift(db, seq, 1)
    db.execute("INSERT INTO log VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", (seq, *log))
    if content is not None:
        db.execute("INSERT INTO content VALUES (?, ?, ?)", (seq, *content))
    return seq, Tampering.ENTRY_INSERTED


def reordered(db: sqlite3.Connection, seq: int, last: int, source: random.Random) -> tuple[int, Tampering]:
    other = source.randint(1, last)
    while other == seq:
        other = source.randint(1, last)
    for table in ("log", "content"):
        for old, new in ((seq, -1), (other, seq), (-1, other)):
            db.execute(f"UPDATE {table} SET seq = ? WHERE seq = ?", (new, old))
    return min(seq, other), Tampering.ENTRIES_REORDERED


def cut_off(db: sqlite3.Connection, seq: int, last: int, _: random.Random) -> tuple[int, Tampering]:
    """Cut the log's tail off, with all content of it: entities, counts and numbers are left."""
    for table in ("log", "content"):
        db.execute(f"DELETE FROM {table} WHERE seq >= ?", (seq,))
    return last, Tampering.ROLLED_BACK


def rewritten(db: sqlite3.Connection, seq: int, last: int, _: random.Random) -> tuple[int, Tampering]:
    """Change what an entry says and compute the whole chain anew."""
    db.execute("UPDATE log SET actor = actor || 'x' WHERE seq = ?", (seq,))
    columns = "seq, at, kind, entity, id, actor, digest, grp, key, data"
    previous = bytes(32)
    for row in db.execute(f"SELECT {columns} FROM log LEFT JOIN content USING (seq) ORDER BY seq").fetchall():
        place, at, kind, number, id, actor, mark, group, key, data = row
        mark = mark if data is None else digest(key, data)
        previous = link(
            previous, seq=place, at=at, kind=kind, number=number, id=id, actor=actor, digest=mark, group=group
        )
        db.execute("UPDATE log SET hash = ? WHERE seq = ?", (previous, place))
    return last, Tampering.REWRITTEN


LOG_EDITS = {
    "content changed": ("UPDATE content SET data = data || ' ' WHERE seq = ?", Tampering.CONTENT_CHANGED),
    "content's key changed": ("UPDATE content SET key = zeroblob(16) WHERE seq = ?", Tampering.CONTENT_CHANGED),
    "content removed": ("DELETE FROM content WHERE seq = ?", Tampering.CONTENT_REMOVED),
    "time changed": ("UPDATE log SET at = at - 1 WHERE seq = ?", Tampering.ENTRY_CHANGED),
    "kind changed": ("UPDATE log SET kind = kind % 14 + 1 WHERE seq = ?", Tampering.ENTRY_CHANGED),
    "entity's number changed": ("UPDATE log SET entity = entity + 1 WHERE seq = ?", Tampering.ENTRY_CHANGED),
    "id changed": ("UPDATE log SET id = id || 'x' WHERE seq = ?", Tampering.ENTRY_CHANGED),
    "actor changed": ("UPDATE log SET actor = 'x' WHERE seq = ?", Tampering.ENTRY_CHANGED),
    "group changed": ("UPDATE log SET grp = coalesce(grp, 0) + 1 WHERE seq = ?", Tampering.ENTRY_CHANGED),
    "digest changed": ("UPDATE log SET digest = zeroblob(32) WHERE seq = ?", Tampering.ENTRY_CHANGED),
    "hash changed": ("UPDATE log SET hash = zeroblob(32) WHERE seq = ?", Tampering.ENTRY_CHANGED),
}
LOG_WORK = {
    "entry removed": removed,
    "entry inserted": inserted,
    "entries reordered": reordered,
    "log cut off": cut_off,
    "chain computed anew": rewritten,
}
ROW_EDITS = {
    "entity removed": ("entity", "DELETE FROM entity WHERE rowid = ?", {Tampering.ROW_REMOVED}),
    "status changed": ("entity", "UPDATE entity SET was = (was + 1) % 7 WHERE rowid = ?", {Tampering.ROW_CHANGED}),
    "importance changed": (
        "entity", "UPDATE entity SET importance = importance / 2 + 0.01 WHERE rowid = ?", {Tampering.ROW_CHANGED}
    ),
    "state changed": (
        "entity", "UPDATE entity SET state = json_set(coalesce(state, '{}'), '$.content', 'x') WHERE rowid = ?",
        {Tampering.ROW_CHANGED},
    ),
    "recorded time changed": (
        "entity", "UPDATE entity SET updated_at = updated_at - 1 WHERE rowid = ?", {Tampering.ROW_CHANGED}
    ),
    "end changed": ("entity", "UPDATE entity SET until = until - 1 WHERE rowid = ?", {Tampering.ROW_CHANGED}),
    "revision changed": ("entity", "UPDATE entity SET revision = 99 WHERE rowid = ?", {Tampering.ROW_CHANGED}),
    "content pointed elsewhere": (
        "entity", "UPDATE entity SET content = content + 1 WHERE rowid = ?", {Tampering.ROW_CHANGED}
    ),
    "relation removed": (
        "relation", "DELETE FROM relation WHERE rowid = ?", {Tampering.ROW_REMOVED, Tampering.ROW_CHANGED}
    ),
    "relation inserted": (
        "relation",
        "INSERT INTO relation SELECT NULL, source, target, kind, '', 1, since, until, 9999 FROM relation WHERE no = ?",
        {Tampering.ROW_INSERTED},
    ),
    "relation changed": ("relation", "UPDATE relation SET confidence = 0.123 WHERE rowid = ?", {Tampering.ROW_CHANGED}),
}  # fmt: skip


def edit_log(copy: Path, name: str, source: random.Random) -> tuple[int, Tampering] | None:
    """Make an edit at a random place; None if it changed nothing there."""
    with closing(sqlite3.connect(copy, isolation_level=None)) as db:
        [(last,)] = db.execute("SELECT max(seq) FROM log").fetchall()
        seq = source.randint(1, last)
        if name in LOG_WORK:
            return LOG_WORK[name](db, seq, last, source)
        statement, tampering = LOG_EDITS[name]
        if (
            tampering is not Tampering.ENTRY_CHANGED
            and not db.execute("SELECT 1 FROM content WHERE seq = ?", (seq,)).fetchone()
        ):
            return None
        db.execute(statement, (seq,))
        return seq, tampering


def edit_row(copy: Path, name: str, source: random.Random) -> set[Tampering] | None:
    table, statement, tamperings = ROW_EDITS[name]
    with closing(sqlite3.connect(copy, isolation_level=None)) as db:
        rows = [row[0] for row in db.execute(f"SELECT rowid FROM {table}")]
        if not rows:
            return None
        db.execute(statement, (source.choice(rows),))
    return tamperings


def verified(path: Path, anchors: list[Anchor]) -> Verification:
    async def run() -> Verification:
        store = opened(path)
        try:
            return await store.verify(anchors)
        finally:
            await store.close()

    return asyncio.run(run())


async def told(path: Path, seed: int, steps: int = STEPS) -> list[Anchor]:
    store = opened(path)
    teller = Teller(store, random.Random(seed))
    for _ in range(3):
        await teller.tell(steps // 3)
    await store.close()
    return teller.anchors


def edits(folder: Path, asked: argparse.Namespace) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    source = random.Random(asked.seed)
    for name in (*LOG_EDITS, *LOG_WORK, *ROW_EDITS, "older copy", "older copy, then more"):
        counts = Counter[str]()
        while counts["edits"] < asked.rounds:
            path, copy = folder / f"{asked.seed}-{counts['edits'] % 8}.db", folder / "copy.db"
            older = path.with_suffix(".old")
            if not path.exists():
                asyncio.run(told(older, counts["edits"], STEPS // 2))
                shutil.copy(older, path)
                anchors = asyncio.run(told(path, 1_000 + counts["edits"], STEPS // 2))
                path.with_suffix(".anchors").write_text("\n".join(map(str, anchors)), encoding="utf-8")
            anchors = [Anchor.parse(line) for line in path.with_suffix(".anchors").read_text("utf-8").splitlines()]
            shutil.copy(path, copy)
            wanted: Any = None
            if name.startswith("older copy"):
                shutil.copy(older, copy)
                wanted = {Tampering.ROLLED_BACK}
                if "more" in name:
                    asyncio.run(told(copy, source.randrange(1 << 30), 2 * STEPS))
                    wanted = {Tampering.REWRITTEN}
            elif name in ROW_EDITS:
                wanted = edit_row(copy, name, source)
            else:
                wanted = edit_log(copy, name, source)
            if wanted is None:
                continue
            findings = verified(copy, anchors).findings
            counts["edits"] += 1
            counts["found"] += bool(findings)
            places = {(one.seq, one.tampering) for one in findings}
            named = wanted in places if isinstance(wanted, tuple) else bool(wanted & {one for _, one in places})
            if isinstance(wanted, tuple) and wanted[1] is Tampering.LOG_CUT_OFF:
                named = bool({Tampering.LOG_CUT_OFF, Tampering.ROLLED_BACK} & {one for _, one in places})
            counts["named"] += named
            if not named:
                print(f"not named: {name} {wanted}: {[str(one) for one in findings][:4]}", flush=True)
        found[name] = dict(counts)
        print(f"{name}: {dict(counts)}", flush=True)
    return found


async def clean_runs(folder: Path, count: int, seed: int) -> list[str]:
    """Verify again and again while histories grow; half of the time while another connection writes."""
    alarms: list[str] = []
    done = 0
    while done < count:
        path = folder / f"clean-{seed}-{done}.db"
        writer, reader = opened(path), opened(path)
        teller = Teller(writer, random.Random(seed * 1_000_003 + done))
        for _ in range(min(CLEAN_RUNS_A_STORE // 2, (count - done + 1) // 2)):
            seen = await asyncio.gather(teller.tell(2), reader.verify(teller.anchors[-5:]))
            after = await reader.verify(teller.anchors)
            alarms += [str(finding) for one in (seen[1], after) for finding in one.findings]
            done += 2
        await writer.close()
        await reader.close()
        if len(alarms) or done % 1_000 == 0:
            print(f"{done:,} clean runs, {len(alarms)} alarms {alarms[:3]}", flush=True)
    return alarms


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=40, help="how often each edit is made")
    parser.add_argument("--clean", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="umi-tamper-"))
    began = time.perf_counter()
    try:
        found = edits(folder, asked)
        alarms = asyncio.run(clean_runs(folder, asked.clean, asked.seed))
    finally:
        shutil.rmtree(folder)
    total = {name: sum(one.get(name, 0) for one in found.values()) for name in ("edits", "found", "named")}
    report = {
        "kinds of edit": len(found), **total, "clean runs": asked.clean, "false alarms": len(alarms),
        "seconds": round(time.perf_counter() - began, 1), "dimensions": DIMENSIONS, "by edit": found,
    }  # fmt: skip
    OUT.mkdir(exist_ok=True)
    (OUT / "tamper.json").write_text(json.dumps(report, indent=2), encoding="utf-8")
    print(json.dumps({name: value for name, value in report.items() if name != "by edit"}, indent=2))


if __name__ == "__main__":
    main()
