"""How long remember and recall take, through the public API, and how far that is from what the machine allows.

    python benchmarks/latency.py --sizes 1000 10000 100000 1000000 --keep FOLDER

Prints a summary and writes benchmarks/out/latency.json. Every part runs in a process of its own. A store of a million
rows takes about a quarter of an hour and 3 GB; with --keep it is made once.
"""

from __future__ import annotations

import argparse
import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import embedder
import floors
import nearest
import recalls
import report
import stores
import writes

FILTERED_ROWS_MAX = 100_000
NEAREST_ROWS_MIN = 10_000
PARTS = ("recall", "users", "filters", "nearest", "remember", "import")


def main() -> None:
    options = _options()
    if options.keep is not None:
        options.keep.mkdir(parents=True, exist_ok=True)
        _measure(options.keep, options)
        return
    with TemporaryDirectory(prefix="umi-latency-") as folder:
        _measure(Path(folder), options)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000], metavar="ROWS")
    parser.add_argument("--users", type=int, default=1_000, help="users of the largest store")
    parser.add_argument("--queries", type=int, default=300, help="questions of each of three rounds")
    parser.add_argument(
        "--parts", nargs="+", choices=PARTS, default=list(PARTS), help="only these; others stay as saved"
    )
    parser.add_argument("--keep", type=Path, metavar="DIR", help="keep the stores here, and use those that are there")
    return parser.parse_args()


def _measure(folder: Path, options: argparse.Namespace) -> None:
    result = report.load("latency") or {}
    result["stored_vectors"] = embedder.NOTE
    result["memory_bytes_per_s"] = round(apart(floors.memory_bytes_per_second))
    print(f"{embedder.NOTE}\nmemory is read at {result['memory_bytes_per_s'] / 1e9:.1f} GB/s by one thread")
    for part in options.parts:
        print(part, flush=True)
        result[part] = _PARTS[part](folder, options)
        report.save("latency", result)


def apart(work: Callable[..., Any], *given: Any) -> Any:
    """Run work in a new process and return what it returns."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(work, *given).result()


def _recall(folder: Path, options: argparse.Namespace) -> list[dict[str, Any]]:
    answers = []
    for rows in options.sizes:
        apart(stores.build, folder, rows, 1)
        answers.append(apart(recalls.whole_store, folder, rows, 1, options.queries))
        _show(answers[-1])
    return answers


def _users(folder: Path, options: argparse.Namespace) -> list[dict[str, Any]]:
    rows = max(options.sizes)
    users = min(options.users, rows // 100)
    apart(stores.build, folder, rows, users)
    answers = apart(recalls.by_user, folder, rows, users, options.queries)
    answers.append(apart(recalls.whole_store, folder, rows, users, max(30, options.queries // 3)))
    for answer in answers:
        _show(answer)
    return answers


def _filters(folder: Path, options: argparse.Namespace) -> list[dict[str, Any]]:
    rows = max((size for size in options.sizes if size <= FILTERED_ROWS_MAX), default=min(options.sizes))
    apart(stores.build, folder, rows, 1)
    return apart(recalls.filtered, folder, rows, max(30, options.queries // 3))


def _nearest(folder: Path, options: argparse.Namespace) -> list[dict[str, Any]]:
    sizes = [rows for rows in options.sizes if rows >= NEAREST_ROWS_MIN]
    for rows in sizes:
        apart(stores.build, folder, rows, 1)
    answers = [apart(nearest.of_store, folder, rows, 1) for rows in sizes]
    for answer in answers:
        for count, found in answer["asked_for"].items():
            print(
                f"  {answer['name']}, {count} asked for: {found['recall@10']}, {found['search_alone']['median_ms']} ms"
            )
    return answers


def _remember(folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    answer = apart(writes.remember, folder, options.queries)
    for name in ("remember", "embedding_alone", "embedding_of_bare_text", "fsync_4_kib"):
        print(f"  {name}: {answer[name]['median_ms']} ms, CPU {answer[name]['cpu_ms']} ms")
    return answer


def _import(folder: Path, _: argparse.Namespace) -> dict[str, Any]:
    answer = apart(writes.bulk, folder)
    print(f"  {answer['turns_per_s']} turns a second on one core; {answer['embedding_alone_per_s']} embedded alone")
    return answer


def _show(answer: dict[str, Any]) -> None:
    users = f", {answer['users']:,} users" if answer["users"] > 1 else ""
    figures = f"{answer['median_ms']} ms (p95 {answer['p95_ms']}, CPU {answer['cpu_ms']})"
    print(f"  {answer['name']} at {answer['rows']:,} rows{users}: {figures} {answer['stages_ms']}", flush=True)


_PARTS = {
    "recall": _recall,
    "users": _users,
    "filters": _filters,
    "nearest": _nearest,
    "remember": _remember,
    "import": _import,
}

if __name__ == "__main__":
    main()
