"""How long `write`, `read` and `turn` of `/api/v1` take over HTTP, without an LLM.

    python benchmarks/cml_door.py --sizes 10000 --rounds 3 --keep FOLDER

The server is a process of its own with one key and the built-in model; one caller asks without a pause, over one
connection. The store is filled through `write_batch`, with rules and preferences among what is written, as people say
them. Each round asks what was not asked before; the quietest round is told, with the medians of the others, and with
what the server's process used of the CPU for a call. How long the model alone takes for such texts and questions is
measured in the same minutes. Prints a summary and writes benchmarks/out/cml_door.json.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from random import randrange
from tempfile import TemporaryDirectory
from typing import Any

import report
from corpus import question, text_of
from server_load_process import Server, key_for
from timing import Neighbours, Times, best_of

from umi.providers.embedding.minilm import MiniLMEmbedder

_BATCH, _WARM, _EMBEDDED = 100, 5, 100
_HOLDING = (
    ("Never book a flight before nine in the morning.", "constraint"),
    ("I prefer window seats on trains.", "preference"),
    ("Always answer in short sentences.", "constraint"),
    ("I like green tea more than coffee.", "preference"),
)
_FRESH_FROM, _FRESH_UNTIL = 5_000_000, 1_000_000_000  # numbers of texts; drawn anew for a store that is kept

Body = Callable[[int], dict[str, Any]]


def main() -> None:
    options = _options()
    measured: list[dict[str, Any]] = []
    with TemporaryDirectory(prefix="umi-cml-door-") as temporary:
        folder: Path = options.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        measured += [_at(folder, size, options) for size in options.sizes]
    report.save("cml_door", {"stores": measured, "calls": options.calls, "rounds": options.rounds})


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000], metavar="MEMORIES")
    parser.add_argument("--calls", type=int, default=60, help="calls of each kind in a round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--keep", type=Path, metavar="DIR", help="keep the stores here, and use those that are there")
    return parser.parse_args()


def _at(folder: Path, size: int, options: argparse.Namespace) -> dict[str, Any]:
    store = folder / f"cml-{size}.db"
    is_new = not store.exists()
    with Server(store, key_for(store)) as server:
        if is_new:
            _fill(server, size)
        numbers, neighbours = count(randrange(_FRESH_FROM, _FRESH_UNTIL)), Neighbours()
        rounds = [list(_round(server, size, options.calls, numbers)) for _ in range(options.rounds)]
        cores = neighbours.cores()
    alone = {"text": _embedding(text_of), "question": _embedding(lambda number: question(number % size))}
    calls = {name: best_of(dict(one)[name] for one in rounds) for name, _ in rounds[0]}
    print(f"{size:,} memories, others kept {cores} cores busy")
    for name, one in calls.items():
        print(f"  {name:12} p50 {one['median_ms']:7.2f} ms  p95 {one['p95_ms']:7.2f}  CPU {one['server_cpu_ms']:6.2f}")
    text, asked = (alone[name]["median_ms"] for name in ("text", "question"))
    print(f"  the model alone: a text {text:.2f} ms, a question {asked:.2f}")
    return {"memories": size, "calls": calls, "embedding": alone, "other_cores": cores}


def _embedding(asked: Callable[[int], str]) -> dict[str, float]:
    embedder, times = MiniLMEmbedder(), Times()
    embedder.warm()
    for number in range(_EMBEDDED):
        times.call(embedder.embed, [asked(number)])
    return times.summary()


def _fill(server: Server, size: int) -> None:
    texts: Iterator[dict[str, Any]] = iter({"content": text_of(number)} for number in range(size - len(_HOLDING)))
    held = [{"content": text, "memory_type": kind} for text, kind in _HOLDING]
    items = [*held, *texts]
    for first in range(0, len(items), _BATCH):
        _post(server, "write_batch", {"turns": items[first : first + _BATCH]})


def _round(server: Server, size: int, calls: int, numbers: Iterator[int]) -> Iterator[tuple[str, dict[str, Any]]]:
    def asked(number: int) -> str:
        return question(number % size)

    bodies: dict[str, tuple[str, Body]] = {
        "write": ("write", lambda number: {"content": text_of(number)}),
        "read": ("read", lambda number: {"query": asked(number)}),
        "read list": ("read", lambda number: {"query": asked(number), "format": "list"}),
        "read context": ("read", lambda number: {"query": asked(number), "format": "llm_context"}),
        "turn": ("turn", lambda number: {"user_message": asked(number), "assistant_response": text_of(number)}),
    }
    for name, (path, body) in bodies.items():
        yield name, _timed(server, path, body, calls, numbers)


def _timed(server: Server, path: str, body: Body, calls: int, numbers: Iterator[int]) -> dict[str, Any]:
    for _ in range(_WARM):
        _post(server, path, body(next(numbers)))
    times, used = Times(), server.cpu_seconds()
    for _ in range(calls):
        asked = body(next(numbers))  # made before the clock starts
        times.call(_post, server, path, asked)
    return {**times.summary(), "server_cpu_ms": round(1000 * (server.cpu_seconds() - used) / calls, 2)}


def _post(server: Server, path: str, body: dict[str, Any]) -> None:
    server.client.post(f"/api/v1/memory/{path}", json=body).raise_for_status()


if __name__ == "__main__":
    main()
