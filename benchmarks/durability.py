"""Does it keep what it acknowledged? Kill writers at random moments, look at what is left, and say so.

    python benchmarks/durability.py --kills 100 [--seed N]

Each round starts one or three writer processes on one file. They add single entities and batches, alone and at once
(group commit), forget and restore, and print every intention before and every acknowledgement after it. The parent
kills them all with SIGKILL at a random moment (sometimes while they are still opening the file), opens the store, and
verifies:
* lost: an entity that was acknowledged is not there, or not with its content, or not in its acknowledged status;
* torn: a batch is there in part; or a row's content, log entry, words, vector, labels or counters disagree;
* check: `Store.check` finds anything wrong (the chain, both indexes, every page);
* search: of a sample of acknowledged entities, one is not found first by its words, or by its vector.

SIGKILL loses the process and not the machine: what the kernel has been given survives.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import os
import random
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import apsw
import numpy as np

from umi.domain.change import IDENTITY_OF_CONTENT, Add, Batch, Change, IndexWords, forget, restore
from umi.domain.entity import Entity
from umi.domain.label import labels
from umi.domain.query import EVERYTHING
from umi.domain.scope import Scope
from umi.pipeline.words import words
from umi.ports.store import Retrieval, Severity
from umi.stores.sqlite.store import SqliteStore
from umi.vectors.choice import EXACT
from umi.wiring.system import SystemClock, SystemEntropy
from umi.wiring.threads import ThreadLane

MODEL, DIMENSIONS = "durability", 64
OUT = Path(__file__).parent / "out"
WRITER_COUNTS = (1, 3)
ROUNDS_PER_FILE = 8
EARLY_KILLS_SHARE = 0.15  # of kills that may hit the opening of the file
KILL_AFTER_SECONDS_MAX = 0.6
START_SECONDS_MAX = 60.0
SAMPLE = 10
VOCABULARY = "heron egret stork reed marsh tide delta river lagoon estuary plover curlew".split()


def vector(text: str) -> np.ndarray[Any, np.dtype[np.float32]]:
    number = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
    made = np.random.default_rng(number).standard_normal(DIMENSIONS).astype(np.float32)
    return made / np.float32(np.linalg.norm(made))


def content_of(id: str) -> str:
    """What an entity says follows from its id, so that a verifier knows it without being told."""
    source = random.Random(id)
    said = " ".join(source.choices(VOCABULARY, k=source.randint(3, 60)))
    return f"{marker(id)} {said} 里斯本 🌊"


def marker(id: str) -> str:
    return "m" + hashlib.sha256(id.encode()).hexdigest()[:12]


def scope_of(id: str) -> Scope:
    _, writer, number = id.split("-")
    return Scope(user=writer, session=f"s{int(number) // 20}")


def addition(id: str) -> Add:
    text, writer = content_of(id), id.split("-")[1]
    now = datetime.now(UTC)
    made = Entity(
        id=id, scope=scope_of(id), content=text, name=id, created_at=now, updated_at=now, event_time=now,
        topics=("kill", writer), metadata={"writer": writer, "odd": len(text) % 2 == 1}, speaker=writer,
    )  # fmt: skip
    identity = IDENTITY_OF_CONTENT + hashlib.sha256(id.encode()).digest()[:20]
    return Add(entity=made, identity=identity, words=words_of(made), model=MODEL, vector=vector(text))


def words_of(made: Entity) -> IndexWords:
    return IndexWords(said=" ".join(words(made.content)), lent="")


def open_store(path: Path) -> SqliteStore:
    return SqliteStore(
        path,
        model=MODEL,
        dimensions=DIMENSIONS,
        clock=SystemClock(),
        entropy=SystemEntropy(),
        words_of=words_of,
        index_kind=lambda _: EXACT,
        write_lane=ThreadLane("write"),
        read_lane=ThreadLane("read"),
        side_lane=ThreadLane("side"),
    )


class Writer:
    """Writes until it is killed."""

    def __init__(self, store: SqliteStore, name: str, seed: int) -> None:
        self._store = store
        self._name = name
        self._random = random.Random(seed)
        self._number = 0
        self._mine: dict[str, bool] = {}  # id: whether it is active
        self._busy: set[str] = set()

    async def run(self) -> None:
        tell("ready", [])
        while True:
            match self._random.randrange(6):
                case 0 | 1:
                    await self._add(1)
                case 2:
                    await self._add(self._random.randint(2, 40))
                case 3:
                    await asyncio.gather(*(self._add(self._random.choice((1, 1, 1, 5))) for _ in range(12)))
                case 4:
                    await asyncio.gather(*(self._turn() for _ in range(4)))
                case _:
                    await self._turn()

    async def _add(self, count: int) -> None:
        ids = [f"{self._name}-{self._number + place}" for place in range(count)]
        self._number += count
        await self._apply("A", ids, [addition(id) for id in ids])
        self._mine.update(dict.fromkeys(ids, True))

    async def _turn(self) -> None:
        """Forget something, or restore what was forgotten."""
        free = [id for id in self._mine if id not in self._busy]
        if not free:
            return
        id = self._random.choice(free)
        self._busy.add(id)
        if self._mine[id]:
            await self._apply("F", [id], [forget(scope_of(id), id)])
        else:
            await self._apply("R", [id], [restore(scope_of(id), id)])
        self._mine[id] = not self._mine[id]
        self._busy.remove(id)

    async def _apply(self, kind: str, ids: list[str], changes: list[Change]) -> None:
        tell(f"?{kind}", ids)
        await self._store.apply(Batch.of(changes, actor=self._name))
        tell(kind, ids)


def tell(kind: str, ids: Iterable[str]) -> None:
    """One write of less than PIPE_BUF bytes: a line arrives whole or not at all."""
    os.write(1, " ".join([kind, *ids]).encode() + b"\n")


# The parent.


@dataclass(slots=True)
class Said:
    """What the writers of one file said before they died."""

    acknowledged: dict[str, bool] = field(default_factory=dict[str, bool])  # id: whether it is active
    intended: dict[str, str] = field(default_factory=dict[str, str])  # id: the change in flight when it died
    batches: list[list[str]] = field(default_factory=list[list[str]])  # additions in flight
    counts: Counter[str] = field(default_factory=Counter[str])

    def read(self, lines: Iterable[str]) -> None:
        flying: list[list[str]] = []
        for line in lines:
            kind, *ids = line.split()
            match kind:
                case "?A":
                    flying.append(ids)
                case "A":
                    flying.remove(ids)
                    self.acknowledged.update(dict.fromkeys(ids, True))
                    self.counts["additions"] += len(ids)
                case "?F" | "?R":
                    self.intended[ids[0]] = kind[1]
                case "F" | "R":
                    self.acknowledged[ids[0]] = kind == "R"
                    self.intended.pop(ids[0])
                    self.counts["forgets and restores"] += 1
                case _:
                    continue
            self.counts["acknowledgements"] += not kind.startswith("?")
        self.batches += flying


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What was found after one kill, or, summed, after all."""

    kills: int = 0
    acknowledgements: int = 0
    additions: int = 0
    turns: int = 0
    in_flight_kept: int = 0
    in_flight_absent: int = 0
    lost: list[str] = field(default_factory=list[str])
    torn: list[str] = field(default_factory=list[str])
    check: list[str] = field(default_factory=list[str])
    search: list[str] = field(default_factory=list[str])
    wal_bytes: list[int] = field(default_factory=list[int])
    reopen_ms: list[float] = field(default_factory=list[float])

    @property
    def is_sound(self) -> bool:
        return not (self.lost or self.torn or self.check or self.search)

    def add(self, other: Outcome) -> None:
        for name, value in asdict(other).items():
            setattr(self, name, getattr(self, name) + value)


class Children:
    """The writers of one round, and the lines they print."""

    def __init__(self, path: Path, names: list[str], seed: int) -> None:
        self._lines: list[list[str]] = [[] for _ in names]
        self._ready = threading.Semaphore(0)
        command = [sys.executable, __file__, "--write", str(path)]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        self._processes = [
            subprocess.Popen(
                [*command, "--name", name, "--seed", str(seed + place)],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=environment,
            )
            for place, name in enumerate(names)
        ]
        self._threads = [
            threading.Thread(target=self._listen, args=(process, lines))
            for process, lines in zip(self._processes, self._lines, strict=True)
        ]
        for thread in self._threads:
            thread.start()

    def _listen(self, process: subprocess.Popen[bytes], lines: list[str]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            if line.endswith(b"\n"):
                lines.append(line.decode())
            if line == b"ready\n":
                self._ready.release()

    def wait_until_ready(self) -> None:
        for _ in self._processes:
            if not self._ready.acquire(timeout=START_SECONDS_MAX):
                raise TimeoutError("a writer did not start")

    def kill(self) -> list[list[str]]:
        """Kill all at once; return what they had said."""
        for process in self._processes:
            process.send_signal(signal.SIGKILL)
        for process, thread in zip(self._processes, self._threads, strict=True):
            process.wait()
            thread.join()
            assert process.stderr is not None
            complaint = process.stderr.read().decode()
            if process.returncode != -signal.SIGKILL:
                raise RuntimeError(f"a writer failed by itself:\n{complaint}")
        return self._lines


def harm(path: Path) -> None:
    """Do to the file what must never happen, to see that the verifier sees it."""
    connection: Any = apsw.Connection(str(path))
    connection.execute("DELETE FROM content WHERE seq = (SELECT max(content) FROM entity)")
    connection.execute(
        "UPDATE embedding SET vector = zeroblob(length(vector)) WHERE no = (SELECT min(no) FROM embedding)"
    )
    connection.close()


def kill_round(path: Path, said: Said, number: int, writers: int, source: random.Random, *, canary: bool) -> Outcome:
    names = [f"r{number}-w{place}" for place in range(writers)]
    children = Children(path, names, seed=source.getrandbits(30))
    if source.random() > EARLY_KILLS_SHARE:
        children.wait_until_ready()
        time.sleep(source.uniform(0, KILL_AFTER_SECONDS_MAX))
    else:
        time.sleep(source.uniform(0, 1.5 * KILL_AFTER_SECONDS_MAX))
    before = said.counts.copy()
    said.intended.clear()
    said.batches.clear()
    for lines in children.kill():
        said.read(lines)
    fresh = said.counts - before
    outcome = Outcome(
        kills=1,
        acknowledgements=fresh["acknowledgements"],
        additions=fresh["additions"],
        turns=fresh["forgets and restores"],
    )
    wal = path.with_name(path.name + "-wal")
    outcome.wal_bytes.append(wal.stat().st_size if wal.exists() else 0)
    if canary:
        harm(path)
    asyncio.run(verify(path, said, outcome, source))
    return outcome


async def verify(path: Path, said: Said, outcome: Outcome, source: random.Random) -> None:
    started = time.perf_counter()
    store = open_store(path)
    await store.count(Scope(), EVERYTHING)
    outcome.reopen_ms.append((time.perf_counter() - started) * 1000)
    try:
        await verify_acknowledged(store, said, outcome)
        outcome.torn += audit(path)
        findings = [one for one in await store.check() if one.severity is not Severity.OK and one.part != "disk"]
        outcome.check += [f"{one.part}: {one.message}" for one in findings]
        await verify_search(store, said, outcome, source)
    finally:
        await store.close()


async def verify_acknowledged(store: SqliteStore, said: Said, outcome: Outcome) -> None:
    ids = list(said.acknowledged)
    for id, kept in zip(ids, await store.get(Scope(), ids), strict=True):
        allowed = {said.acknowledged[id]}
        if id in said.intended:
            allowed.add(said.intended[id] == "R")
        if kept is None or kept.content != content_of(id) or (kept.status == "active") not in allowed:
            outcome.lost.append(f"{id}: {kept and kept.status}, acknowledged {said.acknowledged[id]}")
        else:
            said.acknowledged[id] = kept.status == "active"
    for batch in said.batches:
        kept_ids = [kept.id for kept in await store.get(Scope(), batch) if kept is not None]
        if kept_ids and kept_ids != batch:
            outcome.torn.append(f"of a batch of {len(batch)} there are {len(kept_ids)}")
        outcome.in_flight_kept += bool(kept_ids)
        outcome.in_flight_absent += not kept_ids
        said.acknowledged.update(dict.fromkeys(kept_ids, True))  # whole: from now on it must stay


async def verify_search(store: SqliteStore, said: Said, outcome: Outcome, source: random.Random) -> None:
    active = [id for id, is_active in said.acknowledged.items() if is_active]
    for id in source.sample(active, min(SAMPLE, len(active))):
        matches = await store.match(Scope(), EVERYTHING, (marker(id),), limit=5)
        asked = Retrieval(scope=Scope(), matches=matches, vector=vector(content_of(id)), limit=5)
        found = await store.retrieve(asked)
        nearest = max(found, key=lambda row: row.dense, default=None)
        named = {no: one.id for no, one in (await store.load(Scope(), [row.number for row in found])).items()}
        if not matches or named.get(next(iter(matches))) != id:
            outcome.search.append(f"{id} is not found by its words")
        if nearest is None or named.get(nearest.number) != id:
            outcome.search.append(f"{id} is not found by its vector")


def audit(path: Path) -> list[str]:
    """Compare every row with what its id says it must be, behind the store's back."""
    connection: Any = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
    run = connection.execute
    faults: list[str] = []
    rows = run(
        """SELECT e.no, e.id, e.status, c.data, l.kind, l.id, m.vector, w.id IS NOT NULL, o.id IS NOT NULL
           FROM entity e LEFT JOIN content c ON c.seq = e.content LEFT JOIN log l ON l.seq = e.content
           LEFT JOIN embedding m ON m.no = e.no LEFT JOIN words_docsize w ON w.id = e.no
           LEFT JOIN past_words_docsize o ON o.id = e.no WHERE e.status >= 0"""
    ).fetchall()
    for no, id, status, data, kind, logged, blob, has_words, has_past_words in rows:
        text = content_of(id)
        made = addition(id).entity
        stored = set(run("SELECT name, value FROM label WHERE no = ?", (no,)))
        vectors_agree = blob == np.asarray(vector(text), dtype="<f2").tobytes()
        wanted = {
            "content": data is not None and json.loads(data)["content"] == text,
            "log": (kind, logged) == (1, id),
            "vector": vectors_agree,
            "words": (bool(has_words), bool(has_past_words)) == (status == 0, status > 0),
            "labels": stored == set(labels(made)),
        }
        faults += [f"{id}: {part}" for part, agrees in wanted.items() if not agrees]
    queries = {
        "the log has gaps": "SELECT 1 WHERE (SELECT count(*) FROM log) <> (SELECT coalesce(max(seq), 0) FROM log)",
        "a log entry has no content": "SELECT seq FROM log WHERE seq NOT IN (SELECT seq FROM content)",
        "content has no log entry": "SELECT seq FROM content WHERE seq NOT IN (SELECT seq FROM log)",
        "an addition has no entity": "SELECT seq FROM log WHERE kind = 1 AND entity NOT IN (SELECT no FROM entity)",
        "a partition counts wrongly": """SELECT no FROM partition p WHERE active <>
            (SELECT count(*) FROM entity e WHERE e.no >> 32 = p.no AND e.status = 0)""",
        "a partition numbers wrongly": """SELECT no FROM partition p WHERE last <>
            (SELECT count(*) FROM entity e WHERE e.no >> 32 = p.no)""",
        "a session counts wrongly": """SELECT no FROM session s WHERE turns <>
            (SELECT count(*) FROM entity e WHERE e.session = s.no AND e.status >= 0)""",
        "a label belongs to nobody": "SELECT no FROM label WHERE no NOT IN (SELECT no FROM entity)",
        "a version does not end where the next one begins": """SELECT e.no FROM entity e WHERE e.status < 0
            AND NOT EXISTS (SELECT 1 FROM entity n WHERE n.id = e.id AND n.updated_at = e.until)""",
        "a vector belongs to nobody": "SELECT no FROM embedding WHERE no NOT IN (SELECT no FROM entity)",
    }
    faults += [fault for fault, query in queries.items() if run(query).fetchone()]
    connection.close()
    return faults


def storm(folder: Path, kills: int, seed: int, *, canary: bool = False) -> dict[str, Outcome]:
    """Kill so many times; return what was found, by the number of writers."""
    source = random.Random(seed)
    outcomes = {f"{writers} writer{'s' * (writers > 1)}": Outcome() for writers in WRITER_COUNTS}
    said: dict[str, Said] = {}
    for number in range(kills):
        writers = WRITER_COUNTS[number % len(WRITER_COUNTS)]
        name = f"{number // (ROUNDS_PER_FILE * len(WRITER_COUNTS))}-{writers}.db"
        label = f"{writers} writer{'s' * (writers > 1)}"
        outcome = kill_round(folder / name, said.setdefault(name, Said()), number, writers, source, canary=canary)
        outcomes[label].add(outcome)
        progress(number + 1, kills, outcomes)
    return outcomes


def progress(done: int, kills: int, outcomes: dict[str, Outcome]) -> None:
    wrong = sum(not outcome.is_sound for outcome in outcomes.values())
    if sys.stderr.isatty() or done == kills or wrong:
        print(f"\r{done}/{kills} kills, {'all sound' if not wrong else 'FAULTS'}", end="", file=sys.stderr, flush=True)


def table(outcomes: dict[str, Outcome]) -> str:
    heads = (
        "", "kills", "acks", "added", "forgot/rest.", "in flight", "kept whole", "lost", "torn", "check", "search",
        "WAL MB max", "reopen ms p50", "max",
    )  # fmt: skip
    lines: list[tuple[str, ...]] = [heads]
    total = Outcome()
    for outcome in outcomes.values():
        total.add(outcome)
    for label, one in {**outcomes, "all": total}.items():
        flying = one.in_flight_kept + one.in_flight_absent
        wal, reopen = max(one.wal_bytes, default=0) / 1e6, one.reopen_ms or [0.0]
        counts = (one.kills, one.acknowledgements, one.additions, one.turns, flying, one.in_flight_kept)
        faults = (len(one.lost), len(one.torn), len(one.check), len(one.search))
        cells = (label, *(f"{count:,}" for count in counts), *map(str, faults), f"{wal:.1f}",
                 f"{statistics.median(reopen):.0f}", f"{max(reopen):.0f}")  # fmt: skip
        lines.append(cells)
    widths = [max(len(line[place]) for line in lines) for place in range(len(heads))]
    return "\n".join("  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True)) for line in lines)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Kill writers at random moments and look at what is left.")
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--out", type=Path, default=OUT, help="folder for durability.json")
    parser.add_argument("--keep", type=Path, default=None, help="work here, and leave the files for a look")
    parser.add_argument("--canary", action="store_true", help="harm the file after each kill: faults must be found")
    parser.add_argument("--write", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--name", help=argparse.SUPPRESS)
    return parser.parse_args()


def main() -> int:
    given = arguments()
    if given.write is not None:
        asyncio.run(Writer(open_store(given.write), given.name, given.seed).run())
        return 0
    seed = random.SystemRandom().randrange(1 << 30) if given.seed is None else given.seed
    print(f"seed {seed}", flush=True)
    folder = Path(tempfile.mkdtemp(prefix="umi-durability-")) if given.keep is None else given.keep
    folder.mkdir(parents=True, exist_ok=True)
    outcomes = storm(folder, given.kills, seed, canary=given.canary)
    print("\n" + table(outcomes))
    faults = [fault for one in outcomes.values() for fault in (*one.lost, *one.torn, *one.check, *one.search)]
    for fault in faults[:50]:
        print(re.sub(r"\s+", " ", fault))
    given.out.mkdir(parents=True, exist_ok=True)
    report = {
        "command": f"python benchmarks/durability.py --kills {given.kills} --seed {seed}",
        "sqlite": apsw.sqlite_lib_version(),
        "rounds": {label: asdict(outcome) for label, outcome in outcomes.items()},
    }
    (given.out / "durability.json").write_text(json.dumps(report, indent=1) + "\n")
    if given.keep is None:
        shutil.rmtree(folder)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
