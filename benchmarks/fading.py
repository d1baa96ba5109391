"""What forgetting costs, how sure the guard against false duplicates is, and what a cue brings back.

    python benchmarks/fading.py
    python benchmarks/fading.py --data DATA

Decay: a preview and the deed over made messages in 1,000 sessions of one user, a quarter of a year old and never
recalled, at two sizes; and the cost of looking for duplicates there. Duplicates: made pairs that say the same, and
pairs that differ in one thing that counts, through the whole flow with the built-in model. Cues, with --data: two
thirds of the turns of LoCoMo are silenced, and each question is asked of its own conversation and of the next one.
Writes benchmarks/out/fading.json.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import numpy as np
import report

from umi import Memory, Status
from umi.domain.change import IDENTITY_OF_CONTENT, Act, Add, Alter, Batch
from umi.domain.entity import Entity
from umi.domain.fading import DecayPolicy, Fade
from umi.domain.query import Filter
from umi.domain.scope import Scope
from umi.pipeline.recall.ask import ask
from umi.pipeline.recall.rank import CosineRange
from umi.pipeline.recall.retrieve import CUED_MAX, Retrieved
from umi.pipeline.recall.wake import strongly_cued
from umi.pipeline.remember.embed import embed, worded

SEED = 20261121
SIZES = (10_000, 100_000)
SESSIONS = 1_000
CHUNK = 2_000
DIMENSIONS = 384
SILENCED_SHARE = 2 / 3
PEOPLE, PLACES, THINGS = (
    ("Ann", "Ben", "Cleo", "Dara"),
    ("Rome", "Bern", "Berlin", "Oslo"),
    ("tea", "rice", "soup", "fish"),
)
# Each is a text, one that says the same, and one that does not.
TEMPLATES = (
    ("{a} lives in {p}.", "{a} lives in {p}", "{a} lives in {q}"),
    ("I'm going with {a} to {p}", "I am going with {a} to {p}.", "I'm going with {b} to {p}"),
    ("I don't like {t}", "I do not like {t}", "I like {t}"),
    ("{a} paid {n} euros for {t}", "{a} paid {n} euros for the {t}", "{a} paid {m} euros for {t}"),
    ("Every morning I eat {t} in {p}", "I eat {t} in {p} every morning", "Every evening I eat {t} in {p}"),
    ("{a} really likes {t}", "{a} likes {t}.", "{a} never likes {t}"),
    ("{a} told {b} about {p}", "{a} told {b} about {p}!", "{b} told {a} about {p}"),
    ("My mom bought {t} in {p}", "My mother bought {t} in {p}", "My dad bought {t} in {p}"),
    ("I flew from {p} to {q}", "I flew from {p} to {q}.", "I flew from {q} to {p}"),
    ("{a} has two bikes in {p}", "{a} has 2 bicycles in {p}", "{a} has three bikes in {p}"),
    ("We met {a} before lunch in {p}", "Before lunch in {p} we met {a}", "We met {a} after lunch in {p}"),
    ("I will move to {p} with {a}", "I'll move to {p} with {a}", "I moved to {p} with {a}"),
    ("{a} stopped eating {t}", "{a} stopped eating the {t}", "{a} started eating {t}"),
    ("I can't eat {t}", "I cannot eat {t}", "I can eat {t}"),
)


class Scattered:
    """Vectors that mean nothing and cost little: a model is not what is measured here."""

    model = "scattered"
    dimensions = DIMENSIONS

    def __init__(self) -> None:
        self._random = np.random.default_rng(SEED)

    def embed(self, texts: Sequence[str]) -> Any:
        return self._random.standard_normal((len(texts), DIMENSIONS), dtype=np.float32)


def main() -> None:
    options = _options()
    _note("duplicates", _pairs())
    if options.data is not None:
        told = json.loads(gzip.decompress((options.data / "locomo10.json.gz").read_bytes()))
        _note("cues", asyncio.run(_cues(told[: options.conversations])))
    for size in options.sizes:
        _note(f"decay_{size}", _decay(size))


def _note(name: str, measured: dict[str, Any]) -> None:
    print(json.dumps({name: measured}, indent=1), flush=True)
    report.save("fading", {**(report.load("fading") or {}), name: measured})


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="*", default=SIZES, help="how many memories to decay")
    parser.add_argument("--data", type=Path, help="the folder with locomo10.json.gz")
    parser.add_argument("--conversations", type=int, default=10, help="how many of LoCoMo's")
    return parser.parse_args()


def _decay(size: int) -> dict[str, Any]:
    """Preview and decay a store whose messages are all worth little; then look again."""
    with TemporaryDirectory() as folder, Memory.open(Path(folder) / "memory.db", embedder=Scattered()) as memory:
        memory.portal.run(lambda: _fill(memory, size))
        policy = DecayPolicy(rest=timedelta(microseconds=1))
        preview, previewing = _timed(lambda: memory.decay_sync(policy))
        looked, looking = _timed(memory.duplicates_sync)
        done, doing = _timed(lambda: memory.decay_sync(policy, dry_run=False))
        again, _ = _timed(lambda: memory.decay_sync(dry_run=False))
        assert [one.id for one in preview.decisions] == [one.id for one in done.decisions]
        return {
            "memories": size,
            "preview_seconds": previewing,
            "decay_seconds": doing,
            "changes": len(done.decisions),
            "gists": len(done.gists),
            "compressed": len(done.of(Fade.COMPRESS)),
            "again": len(again.decisions),
            "duplicates_seconds": looking,
            "duplicates": looked.merged,
        }


async def _fill(memory: Memory, size: int) -> None:
    """Keep made messages without reading them: that would take most of an hour, and is measured elsewhere."""
    world = memory._world  # noqa: SLF001 - as remembering does it, without its first stages
    for start in range(0, size, CHUNK):
        entities = list(_messages(start, min(size, start + CHUNK)))
        embedded = await embed([worded(entity) for entity in entities], world.embedder)
        changes = [
            Add(
                entity=found.entity,
                identity=IDENTITY_OF_CONTENT + found.entity.id.encode(),
                words=found.words,
                model=world.embedder.model,
                vector=found.vector,
            )
            for found in embedded
        ]
        await world.store.apply(Batch.of(changes, actor="bench"))


def _messages(start: int, end: int) -> Iterator[Entity]:
    words = "garden river harbour letter winter music bread window train stone bridge market".split()
    random, at = Random(SEED + start), datetime.now(UTC) - timedelta(days=95)
    for number in range(start, end):
        text = f"{' '.join(random.choices(words, k=12))} {number}."
        kept = number % 10
        yield Entity(
            id=f"e{number}",
            scope=Scope(session=f"s{number % SESSIONS}"),
            content=text,
            name=text[:60],
            created_at=at,
            updated_at=at,
            event_time=at,
            importance=0.2 if kept < 3 else 0.5 if kept < 6 else 0.9,
        )


def _timed(work: Any) -> tuple[Any, float]:
    start = perf_counter()
    done = work()
    return done, round(perf_counter() - start, 3)


def _pairs() -> dict[str, Any]:
    """Remember made pairs, each for a user of its own, and see which are merged."""
    with TemporaryDirectory() as folder, Memory.open(Path(folder) / "memory.db", evolve=False) as memory:
        pairs = {"same": list(_filled(1)), "different": list(_filled(2))}
        memory.remember_many_sync(
            [
                {
                    "text": text,
                    "user": f"{kind}{place}",
                    "session": str(half),
                    "speaker": "Eve",
                    "event_time": datetime(2026, 1 + 9 * half, 3 + 20 * half, tzinfo=UTC),
                }
                for kind, texts in pairs.items()
                for place, pair in enumerate(texts)
                for half, text in enumerate(pair)
            ]
        )
        groups = memory.duplicates_sync().groups
        owners = [memory.get_sync(group.kept) for group in groups]
        merged = {owner.scope.user for owner in owners if owner is not None}
        cosines = sorted(group.cosine for group in groups)
    right = sum(f"same{place}" in merged for place in range(len(pairs["same"])))
    wrong = len(merged) - right
    return {
        "same": len(pairs["same"]),
        "same_merged": right,
        "different": len(pairs["different"]),
        "different_merged": wrong,
        "lowest_cosine": round(cosines[0], 3) if cosines else None,
    }


def _filled(other: int) -> Iterator[tuple[str, str]]:
    for template, (a, p, t) in product(TEMPLATES, zip(PEOPLE, PLACES, THINGS, strict=True)):
        following = {"b": PEOPLE[PEOPLE.index(a) - 1], "q": PLACES[PLACES.index(p) - 1], "n": 30, "m": 50}
        given = {"a": a, "p": p, "t": t, **following}
        yield template[0].format(**given), template[other].format(**given)


async def _cues(conversations: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Silence most of each conversation, and count what its own questions and those about another one wake."""
    own, others = _Woken(), _Woken()
    for place, told in enumerate(conversations):
        with TemporaryDirectory() as folder:
            memory = Memory.open(Path(folder) / "memory.db", evolve=False)
            silenced = await _told(memory, told["conversation"])
            for asked, woken in ((told, own), (conversations[place - 1], others)):
                for question in asked["qa"]:
                    gold = silenced & set(question["evidence"]) if asked is told else set[str]()
                    woken.note(await _cued(memory, question["question"]), gold)
            await memory.close()
    return {"own": own.summary(), "of_another": others.summary()}


class _Woken:
    """What questions brought back, and how much of it is evidence for their answers."""

    def __init__(self) -> None:
        self._questions = self._woken = self._right = self._gold = 0

    def note(self, woken: set[str], gold: set[str]) -> None:
        self._questions += 1
        self._woken += len(woken)
        self._right += len(woken & gold)
        self._gold += len(gold)

    def summary(self) -> dict[str, float]:
        return {
            "questions": self._questions,
            "woken_per_question": round(self._woken / self._questions, 3),
            "evidence_among_woken": round(self._right / max(1, self._woken), 3),
            "evidence_woken": round(self._right / max(1, self._gold), 3),
        }


async def _told(memory: Memory, conversation: Mapping[str, Any]) -> set[str]:
    """Remember a conversation and silence two thirds of its turns; return their ids."""
    random, silenced = Random(SEED), set[str]()
    names = [name for name in conversation if name.startswith("session_") and not name.endswith("date_time")]
    turns = [
        {
            "text": turn["text"] or ".",
            "speaker": turn["speaker"],
            "session": name,
            "id": turn["dia_id"],
            "event_time": datetime.strptime(conversation[f"{name}_date_time"], "%I:%M %p on %d %B, %Y").replace(
                tzinfo=UTC
            ),
        }
        for name in names
        for turn in conversation[name]
    ]
    await memory.remember_many(turns)
    silenced = {turn["id"] for turn in turns if random.random() < SILENCED_SHARE}
    values = {"status": Status.SILENCED}
    changes = [Alter(scope=memory.scope, id=id, act=Act.SILENCE, values=values) for id in sorted(silenced)]
    await memory._world.store.apply(Batch.of(changes, actor="bench"))  # noqa: SLF001 - one commit rather than hundreds
    return silenced


async def _cued(memory: Memory, question: str) -> set[str]:
    """What would come back; nothing does, so that each question finds the same."""
    world = memory._world  # noqa: SLF001
    words = ask(question, now=datetime.now(UTC)).words
    [vector] = await world.embedder.embed([question])
    cued = await world.store.cued(memory.scope, Filter(), words, vector, limit=CUED_MAX)
    limits = world.embedder.cosine_range
    back = strongly_cued(Retrieved(candidates=(), ideal=0.0, cued=cued), CosineRange(*limits) if limits else None)
    found = await world.store.load(memory.scope, [one.number for one in back], Filter(statuses=(Status.SILENCED,)))
    return {entity.id for entity in found.values()}


if __name__ == "__main__":
    main()
