"""Whether a memory believes what it should, and what asking about an earlier moment costs.

    python benchmarks/truth.py
    python benchmarks/truth.py --histories 300 --seed 5
    python benchmarks/truth.py --as-of --entities 10000

The first two tell random histories (what is said of two people in and out of the order of time, restated, denied,
trusted more or less, forgotten, restored, undone, and undos undone) to a Memory and to a dictionary that keeps every
state, and compare everything that can be read: after each move, as of every change, and at the boundaries of what was
said. Both come from `tests/`. Exit code 1 if any look was wrong.

With --as-of: a store of so many entities, each added, reworded, weighed anew, forgotten and restored, and the medians
of the same questions asked about now and as of moments from its whole past, in turns. `--folder` keeps the store.
Writes benchmarks/out/truth.json or truth_as_of.json.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import datetime
from multiprocessing import get_context
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))  # the histories are told in tests/

import report
from tests.embedding import HashingEmbedder
from tests.truth_histories import SLOTS, SUBJECTS, MovableClock, Move, Say, SayBoth, Take, Tally, tell_all, world_at
from tests.truth_model import TRUSTS
from timing import Times

from umi import Memory, Turn
from umi.domain.change import Act, Add, Alter, Batch, Change, forget, restore
from umi.domain.entity import Entity
from umi.domain.scope import Scope
from umi.pipeline.remember.accept import accept
from umi.pipeline.remember.embed import index_words
from umi.pipeline.remember.note import title
from umi.ports.world import World
from umi.wiring.world import open_world

SEED = 20261121
DIMENSIONS = 384
BATCH_CHANGES = 2_000
WORDS = tuple(
    f"{first}{last}" for first in "heron egret willow river stone mill boat reed".split() for last in range(40)
)
NEVER_DISAGREED = "what changed at all"


def main() -> int:
    options = _options()
    if options.as_of:
        return _as_of(options)
    started = perf_counter()
    with ProcessPoolExecutor(options.processes, mp_context=get_context("spawn")) as pool:
        spans = [range(number, options.histories, options.processes) for number in range(options.processes)]
        tallies = list(pool.map(_told, [options.seed] * len(spans), spans))
    right, asked = (sum((getattr(tally, part) for tally in tallies), Counter[str]()) for part in ("right", "asked"))
    wrong = [one for tally in tallies for one in tally.wrong]
    for one in wrong[:3]:
        print(one)
    for measure in sorted(asked):
        print(f"{measure:28} {right[measure]:>9,} right of {asked[measure]:>9,}")
    seconds = perf_counter() - started
    print(f"{options.histories:,} histories, seed {options.seed}, {seconds:.0f} s")
    measures = {measure: {"right": right[measure], "asked": asked[measure]} for measure in sorted(asked)}
    report.save("truth", {"histories": options.histories, "seed": options.seed, "measures": measures})
    return 1 if right != asked else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--histories", type=int, default=3_000)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--as-of", action="store_true", help="measure what a recall about an earlier moment costs")
    parser.add_argument("--entities", type=int, default=100_000)
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--folder", type=Path, help="keep the store of --as-of here, and use one that is there")
    return parser.parse_args()


def _told(seed: int, numbers: Sequence[int]) -> Tally:
    """Tell histories in one store, each in the name of a user of its own."""
    tally = Tally()
    with TemporaryDirectory() as folder, asyncio.Runner() as runner:
        clock = MovableClock()
        world = world_at(Path(folder) / "memory.db", clock)
        for number in numbers:
            moves = _history(Random(f"{seed} {number}"), number % 4)
            memory = Memory.over(world, Scope(user=f"u{number}"))
            before = len(tally.wrong)
            try:
                runner.run(tell_all(memory, clock, moves, tally, thorough=False))
                tally.note(NEVER_DISAGREED, None, None, "")
            except AssertionError as error:
                tally.note(NEVER_DISAGREED, error, None, "the answer to a move")
            tally.wrong[before:] = [f"history {number}: {moves}\n{one}" for one in tally.wrong[before:]][:1]
        runner.run(world.store.close())
    return tally


def _history(chance: Random, kind: int) -> list[Move]:
    """In the order of time, with several statements a day, out of order, or of sources that differ in trust."""
    moves: list[Move] = []
    day = 0
    slots = list(SLOTS) if kind == 0 else ["lives_in", chance.choice(list(SLOTS))]
    for _ in range(chance.randint(2, 9)):
        if moves and chance.random() < 0.3:
            what = chance.choice(("forget", "restore", "undo", "undo", "undo the last undo"))
            moves.append(Take(what=what, pick=chance.randint(0, 20)))
            continue
        day = chance.randint(0, 15) if kind >= 2 else day + chance.randint(1 - kind, 2)
        moves.append(_statement(chance, day, chance.choice(slots), chance.choice(TRUSTS) if kind == 3 else "user"))
        if kind < 2 and moves[-1] == replace(moves[-1], day=day + 0.5):
            day += 1
    return moves


def _statement(chance: Random, day: int, slot: str, trust: str) -> Move:
    subject = chance.choice(SUBJECTS)
    if chance.random() < 0.1:
        city, firm = chance.choice(SLOTS["lives_in"]), chance.choice(SLOTS["works_at"])
        return SayBoth(subject=subject, city=city, firm=firm, day=day, trust=trust)
    is_over = chance.random() < 0.15
    return Say(
        subject=subject,
        slot=slot,
        value=chance.choice(SLOTS[slot]),
        day=day + (0.5 if is_over else 0),
        changed=chance.random() < 0.3,
        is_over=is_over,
        trust=trust,
        as_text=chance.random() < 0.5,
    )


def _as_of(options: argparse.Namespace) -> int:
    with TemporaryDirectory() as folder:
        path = (options.folder or Path(folder)) / f"revised-{options.entities}.db"
        result = asyncio.run(_costs(path, options))
    print(f"now     {result['now']['median_ms']:>8} ms (p95 {result['now']['p95_ms']})")
    print(f"as of   {result['as_of']['median_ms']:>8} ms (p95 {result['as_of']['p95_ms']})")
    print(f"ratio   {result['ratio']:>8} with {options.entities:,} entities of 5 revisions")
    report.save("truth_as_of", {"entities": options.entities, "questions": options.questions, **result})
    return 0


async def _costs(path: Path, options: argparse.Namespace) -> dict[str, Any]:
    world = open_world(path, HashingEmbedder(dimensions=DIMENSIONS))
    async with Memory.over(world) as memory:
        if not (await memory.stats()).entities:
            path.parent.mkdir(parents=True, exist_ok=True)
            await _fill(world, options.entities)
        first, last = await _span(memory)
        chance = Random(options.seed)
        now, then = Times(), Times()
        for number in range(options.questions + 10):
            question = " ".join(chance.sample(WORDS, 4))
            as_of = first + (last - first) * chance.random()
            if number == 10:  # the first ones load the indexes
                now, then = Times(), Times()
            await now.wait(memory.recall(question))
            await then.wait(memory.recall(question, as_of=as_of))
        ratio = round(then.summary()["median_ms"] / now.summary()["median_ms"], 2)
        return {"now": now.summary(), "as_of": then.summary(), "ratio": ratio}


async def _span(memory: Memory) -> tuple[datetime, datetime]:
    """When the first entity was recorded, and when the last change was."""
    page = await memory.list(limit=1)
    [entity] = page.items
    hits = await memory.recall("the last")
    assert hits.as_of is not None
    return entity.created_at, hits.as_of


async def _fill(world: World, entities: int) -> None:
    """Add entities and revise all of them four times, in rounds, as years of use would."""
    chance, started = Random(SEED), perf_counter()
    ids = [f"e{number}" for number in range(entities)]
    texts = [" ".join(chance.choices(WORDS, k=9)) for _ in ids]
    reworded = [" ".join([*text.split()[:6], *chance.choices(WORDS, k=3)]) for text in texts]
    embedder = HashingEmbedder(dimensions=DIMENSIONS)
    scope = Scope()
    for number in range(1, 6):
        for first in range(0, entities, BATCH_CHANGES):
            part = range(first, min(first + BATCH_CHANGES, entities))
            changes: list[Change] = []
            match number:
                case 1:
                    changes += [_added(world, embedder, ids[at], texts[at]) for at in part]
                case 2:
                    changes += [_reworded(embedder, ids[at], reworded[at]) for at in part]
                case 3:
                    changes += [_weighed(ids[at]) for at in part]
                case 4:
                    changes += [forget(scope, ids[at]) for at in part]
                case _:
                    changes += [restore(scope, ids[at]) for at in part]
            await world.store.apply(Batch.of(changes, actor="benchmark"))
        rate = number * entities / (perf_counter() - started)
        print(f"  round {number} of 5, {rate:,.0f} changes a second", flush=True)


def _weighed(id: str) -> Alter:
    return Alter(scope=Scope(), id=id, act=Act.REVISE, values={"importance": 0.9})


def _added(world: World, embedder: HashingEmbedder, id: str, text: str) -> Add:
    now = world.clock.now()
    accepted = accept(Turn(text=text, id=id, key=id), scope=Scope(), now=now)
    entity = Entity(
        id=id, scope=accepted.scope, content=text, name=title(text), created_at=now, updated_at=now,
        event_time=accepted.event_time, key=id,
    )  # fmt: skip
    [vector] = embedder.embed([text])
    return Add(
        entity=entity, identity=accepted.identity, words=index_words(entity), model=embedder.model, vector=vector
    )  # fmt: skip


def _reworded(embedder: HashingEmbedder, id: str, text: str) -> Alter:
    [vector] = embedder.embed([text])
    values = {"content": text, "name": title(text)}
    return Alter(scope=Scope(), id=id, act=Act.REVISE, values=values, model=embedder.model, vector=vector)


if __name__ == "__main__":
    sys.exit(main())
