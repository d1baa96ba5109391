"""Is what was erased gone? Erase at random and look for it in every file; say how long an erasure takes.

    python benchmarks/erasure.py [--entities 20000] [--erasures 1000] [--together 1] [--seed N]

A store of made-up turns (benchmarks/corpus.py) of 20 users, every seventh revised and every eleventh forgotten, so that
there are earlier versions, past words and pages that were split and merged. Each turn holds a word of its own. Then
random entities are erased, one by one (or some together), by Umi's own adversarial check and by another that shares no
code with it:

* words: a term of the erased turn that no other has, in the pages of either word index, read as FTS5 lays them out;
* vector: the erased turn is returned by a search with its own vector, among all that are active or not;
* bytes: its own word, its sentence, or the first bytes of its vector, in any file of the folder.

The second check reads the files in a process of its own after every --every erasures, for all erased so far.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from corpus import session_of, text_of, user_of
from durability import DIMENSIONS, MODEL, vector

from umi.domain.change import IDENTITY_OF_CONTENT, Act, Add, Alter, Batch, Change, IndexWords, forget
from umi.domain.entity import Entity, Status
from umi.domain.erasure import Erase, Erasure
from umi.domain.query import Filter
from umi.domain.scope import Scope
from umi.pipeline.words import words
from umi.ports.store import Matches, Retrieval
from umi.stores.sqlite.store import SqliteStore
from umi.vectors.choice import EXACT
from umi.wiring.system import SystemClock, SystemEntropy
from umi.wiring.threads import ThreadLane

OUT = Path(__file__).parent / "out"
USERS = 20
REVISED_EVERY, FORGOTTEN_EVERY = 7, 11
WHATEVER = Filter(statuses=tuple(Status))
SCAN = """
import sys, pathlib
folder, probes = pathlib.Path(sys.argv[1]), [line.rstrip(b"\\n") for line in sys.stdin.buffer]
probes = [bytes.fromhex(probe.decode()) for probe in probes]
found = 0
for file in folder.iterdir():
    data = file.read_bytes()
    found += sum(probe in data for probe in probes)
print(found)
"""


def marker(number: int) -> str:
    """A word of its own for each turn, whose stem is the word."""
    letters = "bcdfghjklm"
    return "zq" + "".join(letters[int(digit)] for digit in f"{number:06d}") + "x"


def content(number: int) -> str:
    return f"{marker(number)} {text_of(number)}"


def revised(number: int) -> str:
    return f"{marker(number)}again {text_of(number)}"


def scope(number: int) -> Scope:
    return Scope(user=user_of(number, USERS), session=session_of(number))


def words_of(entity: Entity) -> IndexWords:
    said = words(entity.content)
    return IndexWords(said=" ".join(said), lent=" ".join(said[:15]))


def addition(number: int) -> Add:
    now = SystemClock().now()
    made = Entity(
        id=f"e{number}", scope=scope(number), content=content(number), name=content(number)[:40],
        created_at=now, updated_at=now, event_time=now, topics=(f"topic-{number % 20}",),
        metadata={"own": f"{marker(number)}value", "shared": number % 5},
    )  # fmt: skip
    identity = IDENTITY_OF_CONTENT + number.to_bytes(20, "big")
    return Add(entity=made, identity=identity, words=words_of(made), model=MODEL, vector=vector(made.content))


def opened(path: Path) -> SqliteStore:
    return SqliteStore(
        path, model=MODEL, dimensions=DIMENSIONS, clock=SystemClock(), entropy=SystemEntropy(), words_of=words_of,
        index_kind=lambda _: EXACT,
        write_lane=ThreadLane("write"), read_lane=ThreadLane("read"), side_lane=ThreadLane("side"),
    )  # fmt: skip


async def fill(store: SqliteStore, count: int) -> None:
    for start in range(0, count, 200):
        numbers = range(start, min(count, start + 200))
        await store.apply(Batch.of([addition(number) for number in numbers], actor="benchmark"))
        later: list[Change] = []
        for number in numbers:
            if number % REVISED_EVERY == 0:
                text = revised(number)
                values = {"content": text, "name": text[:40]}
                later.append(Alter(
                    scope=scope(number), id=f"e{number}", act=Act.REVISE, values=values, model=MODEL,
                    vector=vector(text),
                ))  # fmt: skip
            if number % FORGOTTEN_EVERY == 0:
                later.append(forget(scope(number), f"e{number}"))
        await store.apply(Batch.of(later, actor="benchmark"))


def probes(number: int) -> list[bytes]:
    texts = [marker(number), text_of(number), revised(number)]
    vectors = [vector(text).astype("<f2").tobytes()[:16] for text in (content(number), revised(number))]
    return [text.encode() for text in texts] + vectors


def bytes_left(folder: Path, numbers: list[int]) -> int:
    """Look with another program: closing a database file in this process would drop its locks."""
    asked = "\n".join(probe.hex() for number in numbers for probe in probes(number))
    ran = subprocess.run(
        [sys.executable, "-c", SCAN, str(folder)], input=asked, capture_output=True, text=True, check=True
    )
    return int(ran.stdout)


def words_left(path: Path, numbers: list[int]) -> int:
    """Look into the pages of both word indexes, with a connection of its own."""
    from contextlib import closing

    import apsw

    from umi.stores.sqlite.database import Database
    from umi.stores.sqlite.segments import PAST_WORDS, WORDS, terms

    own = {form.encode() for number in numbers for form in (marker(number), f"{marker(number)}again")}
    with closing(Database(apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY))) as db:
        return len(own & {term for index in (WORDS, PAST_WORDS) for term in terms(db, index)})


async def vectors_left(store: SqliteStore, numbers: list[int], per: int = 20) -> int:
    left = 0
    for number in random.Random(len(numbers)).sample(numbers, min(per, len(numbers))):
        for text in (content(number), revised(number)):
            asked = Retrieval(
                scope=Scope(user=user_of(number, USERS)),
                filter=WHATEVER,
                matches=Matches(),
                vector=vector(text),
                limit=10,
            )
            near = [row for row in await store.retrieve(asked) if row.dense > 0.999]
            left += len(near)
    return left


async def measure(folder: Path, asked: argparse.Namespace) -> dict[str, Any]:
    path = folder / "memory.db"
    store = opened(path)
    began = time.perf_counter()
    await fill(store, asked.entities)
    print(
        f"{asked.entities:,} entities in {time.perf_counter() - began:.1f} s, {path.stat().st_size / 1e6:.0f} MB",
        flush=True,
    )
    order = random.Random(asked.seed).sample(range(asked.entities), asked.erasures)
    receipts: list[Erasure] = []
    seconds: list[float] = []
    left = {"words": 0, "vector": 0, "bytes": 0}
    for start in range(0, len(order), asked.together):
        ids = tuple(f"e{number}" for number in order[start : start + asked.together])
        began = time.perf_counter()
        receipts.append(await store.erase(Erase(scope=Scope(), ids=ids, actor="benchmark")))
        seconds.append(time.perf_counter() - began)
        gone = order[: start + asked.together]
        if len(receipts) % asked.every == 0 or len(gone) >= len(order):
            left["words"] += words_left(path, gone)
            left["vector"] += await vectors_left(store, gone)
            left["bytes"] += bytes_left(folder, gone)
            print(f"{len(gone):,} erased, {statistics.median(seconds):.2f} s each; left: {left}", flush=True)
    verification = await store.verify([])
    await store.close()
    left["bytes"] += bytes_left(folder, order)
    quantiles = np.quantile(seconds, [0.5, 0.95, 1.0]).round(3).tolist()
    return {
        "entities": asked.entities,
        "erased": len(order),
        "together": asked.together,
        "not proved": sum(not receipt.proved for receipt in receipts),
        "findings": [str(finding) for receipt in receipts for finding in receipt.findings][:20],
        "looked for": {kind: sum(one.looked[kind] for one in receipts) for kind in ("words", "vectors", "bytes")},
        "found by the second check": left,
        "log verified": verification.ok,
        "seconds (median, p95, longest)": quantiles,
        "file MB": round(path.stat().st_size / 1e6, 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--entities", type=int, default=20_000)
    parser.add_argument("--erasures", type=int, default=1_000)
    parser.add_argument("--together", type=int, default=1, help="how many are erased by one call")
    parser.add_argument("--every", type=int, default=50, help="after how many calls the second check looks")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="umi-erasure-"))
    try:
        found = asyncio.run(measure(folder, asked))
    finally:
        shutil.rmtree(folder)
    OUT.mkdir(exist_ok=True)
    (OUT / "erasure.json").write_text(json.dumps(found, indent=2), encoding="utf-8")
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
