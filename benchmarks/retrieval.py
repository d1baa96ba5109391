"""How much of the evidence recall finds, on conversations that are not part of this project.

    python benchmarks/retrieval.py --data DIR --harness PATH [--pooled]

PATH is membench.py, whose loaders and metrics are used; DIR holds its data sets. The system is `umi bench adapter`, a
process that is given turns and questions as JSON lines. Alone, each conversation is a store. With --pooled all
conversations of a data set are indexed before the first question, and asked about within their own user
(`--pooled-users`), or all as one user's (`--pooled-one`). Writes benchmarks/out/retrieval.json.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from time import perf_counter
from types import ModuleType
from typing import Any

import nearest
import report
from timing import middle

from umi.domain.entity import Entity
from umi.domain.scope import Scope
from umi.domain.time import parse_time
from umi.pipeline.remember.embed import spoken
from umi.providers.embedding.minilm import MiniLMEmbedder

DATASETS = ("locomo", "beam100k")
KEPT = 50
KS = (1, 5, 10, 20, 50)
FIGURES = (*(f"recall@{k}" for k in KS), "any@10", "all@10", "ndcg@10", "mrr", "session_recall@5")
_ADAPTER = f"{Path(sys.executable).with_name('umi')} bench adapter"


def main() -> None:
    options = _options()
    membench = _harness(options.harness, options.data)
    result = report.load("retrieval") or {}
    for dataset in options.datasets:
        result.setdefault(dataset, {})["alone"] = _alone(membench, dataset)
        if options.pooled:
            result[dataset]["pooled, a user each"] = _pooled(membench, dataset, by_user=True)
            result[dataset]["pooled, one user"] = _pooled(membench, dataset, by_user=False)
        if options.index:
            result[dataset]["index"] = _index(membench, dataset)
        report.save("retrieval", result)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, metavar="DIR")
    parser.add_argument("--harness", type=Path, required=True, metavar="PATH")
    parser.add_argument("--datasets", nargs="+", choices=DATASETS, default=list(DATASETS))
    parser.add_argument("--pooled", action="store_true", help="also with all conversations in one store")
    parser.add_argument("--index", action="store_true", help="also the approximate index against the exact answer")
    return parser.parse_args()


def _harness(path: Path, data: Path) -> ModuleType:
    os.environ["MEMBENCH_DATA"] = str(data)
    spec = importlib.util.spec_from_file_location("membench", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _alone(membench: ModuleType, dataset: str) -> dict[str, Any]:
    system = membench.CommandSystem(_ADAPTER)
    try:
        found, _ = membench.run(system, dataset, KEPT)
    finally:
        _end(system)
    return _told(dataset, "alone", found)


def _pooled(membench: ModuleType, dataset: str, *, by_user: bool) -> dict[str, Any]:
    """Index everything, then ask. The adapter answers for the conversation indexed last, so each is named again.

    Indexing one again adds nothing: its turns are known by their keys.
    """
    conversations = list(membench.LOADERS[dataset]())
    system = membench.CommandSystem(f"{_ADAPTER} {'--pooled-users' if by_user else '--pooled-one'}")
    try:
        for conversation, _ in conversations:
            system.index(conversation)
        rows, took, skipped = _asked(membench, system, conversations)
    finally:
        _end(system)
    found = {
        "questions": len(rows),
        "skipped": skipped,
        "turns": sum(
            len(session["turns"]) for conversation, _ in conversations for session in conversation["sessions"]
        ),
        "search_ms_p50": middle([1000 * seconds for seconds in took]),
        **membench.aggregate(rows),
    }
    return _told(dataset, "pooled, a user each" if by_user else "pooled, one user", found)


def _asked(
    membench: ModuleType, system: Any, conversations: Sequence[tuple[Any, Any]]
) -> tuple[list[dict[str, Any]], list[float], int]:
    rows: list[dict[str, Any]] = []
    took: list[float] = []
    skipped = 0
    for conversation, questions in conversations:
        system.index(conversation)
        sessions = {turn["id"]: session["id"] for session in conversation["sessions"] for turn in session["turns"]}
        for question in questions:
            if not question["evidence"] and not question.get("evidence_sessions"):
                skipped += 1
                continue
            start = perf_counter()
            ranked = system.search(question["query"], KEPT, question["now"])
            took.append(perf_counter() - start)
            scores = membench.score_question(ranked[:KEPT], question, sessions)
            rows.append({"category": question["category"], "m": scores})
    return rows, took, skipped


def _end(system: Any) -> None:
    system.p.stdin.close()
    system.p.wait(timeout=30)


def _told(dataset: str, name: str, found: Mapping[str, Any]) -> dict[str, Any]:
    """Keep the figures that are reported, in percent, and print the main ones."""
    plain = ("questions", "skipped", "turns", "index_turns_per_s", "search_ms_p50", "search_ms_p95")
    answer = {key: found[key] for key in plain if key in found}
    answer["main"] = _figures(found["main"])
    answer["all"] = _figures(found["all"])
    answer["by_category"] = {category: _figures(figures) for category, figures in found["by_category"].items()}
    print(f"{dataset}, {name}: {answer['main']} ({answer['questions']} questions, {answer['search_ms_p50']} ms)")
    return answer


def _figures(found: Mapping[str, float]) -> dict[str, float]:
    return {"n": found["n"], **{name: round(100 * found[name], 1) for name in FIGURES if name in found}}


def _index(membench: ModuleType, dataset: str) -> dict[str, Any]:
    """Compare the approximate index with the exact answer over all turns of a data set, embedded as they are stored."""
    conversations = list(membench.LOADERS[dataset]())
    embedder = MiniLMEmbedder()
    turns = embedder.embed([spoken(entity) for entity in _entities(conversations)])
    queries = [question["query"] for _, questions in conversations for question in questions]
    asked = embedder.embed(queries[:: max(1, len(queries) // nearest.QUERIES_COUNT)])
    answer = nearest.compare(turns, asked)
    print(f"{dataset}, index: {answer}")
    return answer


def _entities(conversations: Sequence[tuple[Any, Any]]) -> Iterator[Entity]:
    for conversation, _ in conversations:
        for session in conversation["sessions"]:
            for turn in session["turns"]:
                at = parse_time(turn.get("date") or session.get("date") or "2026-01-01")
                yield Entity(
                    id="-",
                    scope=Scope(),
                    content=turn["text"],
                    name="",
                    created_at=at,
                    updated_at=at,
                    event_time=at,
                    speaker=turn.get("speaker"),
                )


if __name__ == "__main__":
    main()
