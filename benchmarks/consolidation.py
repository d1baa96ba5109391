"""What sleep costs, and that it takes nothing from what recall finds.

    python benchmarks/consolidation.py
    python benchmarks/consolidation.py --data DIR --harness PATH

Time, memory and themes for 10,000 made episodes of one user, of 1,000 subjects over two years, and what a second run
does. With --data: each conversation of LoCoMo and BEAM is a store; its questions are asked before and after
`consolidate`, and what recall finds among the first 10 is compared. PATH is membench.py, whose loaders are used.
Writes benchmarks/out/consolidation.json.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from statistics import mean
from tempfile import TemporaryDirectory
from time import perf_counter
from types import ModuleType
from typing import Any

import numpy as np
import report

from umi import Memory, Role, Turn
from umi.domain.change import IDENTITY_OF_CONTENT, Add, Batch
from umi.domain.entity import Entity
from umi.domain.scope import Scope
from umi.pipeline.remember.embed import embed, worded

SEED = 20261121
EPISODES = 10_000
SUBJECTS = 1_000
CHUNK = 2_000
DIMENSIONS = 384
NOISE = 0.6  # of an episode's vector against its subject's: two of a subject have a cosine of about 0.74
FOUND = 10
DATASETS = ("locomo", "beam100k")
WORDS = "garden river harbour letter winter music bread window train stone bridge market lantern orchard ferry".split()


class OfSubjects:
    """Vectors that lie near each other where the texts are of one subject: a model's time is not what is measured."""

    model = "subjects"
    dimensions = DIMENSIONS

    def __init__(self) -> None:
        random = np.random.default_rng(SEED)
        self._subjects = _unit(random.standard_normal((SUBJECTS, DIMENSIONS), dtype=np.float32))
        self._random = random

    def embed(self, texts: Sequence[str]) -> Any:
        noise = _unit(self._random.standard_normal((len(texts), DIMENSIONS), dtype=np.float32))
        subjects = [int(text.split("subject ", 1)[1].split()[0]) if "subject " in text else -1 for text in texts]
        known = np.array([self._subjects[one] if one >= 0 else np.zeros(DIMENSIONS, np.float32) for one in subjects])
        return list(_unit(known + NOISE * noise).astype(np.float32))


def main() -> None:
    options = _options()
    _note("episodes", _timed_sleep(options.episodes))
    if options.data is not None:
        membench = _harness(options.harness, options.data)
        for dataset in options.datasets:
            _note(dataset, _compared(membench, dataset))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--episodes", type=int, default=EPISODES)
    parser.add_argument("--data", type=Path, metavar="DIR")
    parser.add_argument("--harness", type=Path, metavar="PATH")
    parser.add_argument("--datasets", nargs="+", choices=DATASETS, default=list(DATASETS))
    return parser.parse_args()


def _note(name: str, measured: dict[str, Any]) -> None:
    print(json.dumps({name: measured}, indent=1), flush=True)
    report.save("consolidation", {**(report.load("consolidation") or {}), name: measured})


def _harness(path: Path, data: Path) -> ModuleType:
    os.environ["MEMBENCH_DATA"] = str(data)
    spec = importlib.util.spec_from_file_location("membench", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _timed_sleep(episodes: int) -> dict[str, Any]:
    with TemporaryDirectory() as folder, Memory.open(Path(folder) / "memory.db", embedder=OfSubjects()) as memory:
        memory.portal.run(lambda: _fill(memory, episodes))
        before = report.anonymous_bytes()
        preview, previewing = _timed(memory.consolidate_sync)
        grown = report.anonymous_bytes() - before
        done, doing = _timed(lambda: memory.consolidate_sync(dry_run=False))
        again, looking = _timed(lambda: memory.consolidate_sync(dry_run=False))
        _, undoing = _timed(lambda: [memory.undo_sync(seq) for seq in reversed(done.seqs)])
        return {
            "episodes": episodes,
            "preview_seconds": previewing,
            "sleep_seconds": doing,
            "grown_mb": round(grown / 2**20, 1),
            "themes": len(done.themes),
            "previewed": len(preview.themes),
            "clustered": done.clustered,
            "again_themes": len(again.themes),
            "again_seconds": looking,
            "undo_seconds": undoing,
        }


async def _fill(memory: Memory, count: int) -> None:
    """Keep made episodes without reading them, which is measured elsewhere."""
    world = memory._world  # noqa: SLF001 - as remembering does it, without its first stages
    for start in range(0, count, CHUNK):
        embedded = await embed([worded(one) for one in _episodes(start, min(count, start + CHUNK))], world.embedder)
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


def _episodes(start: int, end: int) -> Iterator[Entity]:
    random, first = Random(SEED + start), datetime.now(UTC) - timedelta(days=730)
    for number in range(start, end):
        subject = random.randrange(SUBJECTS)
        text = f"About subject {subject} we said {' '.join(random.choices(WORDS, k=10))} {number}."
        at = first + timedelta(days=730 * subject / SUBJECTS + random.uniform(0, 30))
        yield Entity(
            id=f"e{number}",
            scope=Scope(user="ada", session=f"s{number // 20}"),
            content=text,
            name=text[:60],
            created_at=at,
            updated_at=at,
            event_time=at,
        )


def _timed(work: Any) -> tuple[Any, float]:
    start = perf_counter()
    done = work()
    return done, round(perf_counter() - start, 2)


def _unit(vectors: Any) -> Any:
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def _compared(membench: ModuleType, dataset: str) -> dict[str, Any]:
    """Ask the questions of each conversation before and after."""
    rows: list[dict[str, Any]] = []
    themes, turns, slept = 0, 0, 0.0
    for conversation, questions in membench.LOADERS[dataset]():
        with TemporaryDirectory() as folder, Memory.open(Path(folder) / "memory.db") as memory:
            told = list(_turns(conversation))
            memory.remember_many_sync(told)
            asked = [one for one in questions if one["evidence"]]
            before = [_found(memory, one) for one in asked]
            done, seconds = _timed(lambda: memory.consolidate_sync(dry_run=False))
            after = [_found(memory, one) for one in asked]
            rows += [
                {"category": one["category"], "before": early, "after": late}
                for one, early, late in zip(asked, before, after, strict=True)
            ]
            themes, turns, slept = themes + len(done.themes), turns + len(told), slept + seconds
    return {"turns": turns, "themes": themes, "sleep_seconds": round(slept, 1), **_figures(rows)}


def _turns(conversation: Mapping[str, Any]) -> Iterator[Turn]:
    for session in conversation["sessions"]:
        for turn in session["turns"]:
            yield Turn(
                text=turn["text"],
                speaker=turn["speaker"],
                role=Role(turn["role"]),
                session=session["id"],
                event_time=turn["date"] or session["date"] or None,
                key=turn["id"],
            )


def _found(memory: Memory, question: Mapping[str, Any]) -> float:
    hits = memory.recall_sync(question["query"], limit=FOUND, now=question["now"] or None)
    gold = set(question["evidence"])
    return len(gold & {hit.entity.key for hit in hits}) / len(gold)


def _figures(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    by_category: defaultdict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        by_category[row["category"]].append(row)
        by_category["all"].append(row)
    return {
        name: {
            "n": len(ones),
            **{when: round(100 * mean(row[when] for row in ones), 2) for when in ("before", "after")},
        }
        for name, ones in sorted(by_category.items())
    }


if __name__ == "__main__":
    main()
