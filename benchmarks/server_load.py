"""A hundred agents against `umi serve`: requests a second, and how long search, prompts and sessions take.

    python benchmarks/server_load.py --sizes 1000 100000 --seconds 20 --keep FOLDER

For each size, the server is a process of its own with one key; the load generator (Locust) is another, on the same
cores. Three loads, each after a few seconds that do not count: one agent that asks without a pause, which is how long
an answer takes; a hundred agents that think between their calls, which is what a hundred agents are; and a hundred that
never pause, which measures the queue before two cores. Then the server is killed (SIGKILL) under load, started again,
and everything that was acknowledged is looked up. Prints a summary and writes benchmarks/out/server_load.json.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import report
from corpus import question, text_of
from server_load_process import Server, key_for
from server_load_store import NAMESPACE, fill, fill_over_http, is_over_http, key_check
from timing import Neighbours

WARM_SECONDS, WARM_SEARCHES = 3, 10
QUESTIONS_COUNT, TEXTS_COUNT = 300, 10_000
FRESH_FROM = 10_000_000  # numbers of texts that no store holds yet
ACKNOWLEDGED_BEFORE_KILL = 150
KILL_SECONDS_MAX = 60
_AGENTS = Path(__file__).with_name("server_load_agents.py")


@dataclass(frozen=True, slots=True)
class Run:
    """A load: how many agents, and how long each thinks."""

    name: str
    agents: int
    pause: float

    def out(self, words: Path) -> Path:
        return words.with_name(f"told-{self.name}.json")

    def acknowledged(self, words: Path) -> Path:
        return words.with_name(f"acknowledged-{self.name}.jsonl")


def main() -> None:
    options = _options()
    result: dict[str, Any] = {"agents": options.agents, "pause_seconds": options.pause, "stores": []}
    if options.keep is not None:
        options.keep.mkdir(parents=True, exist_ok=True)
        _measure(options.keep, options, result)
        return
    with TemporaryDirectory(prefix="umi-load-") as folder:
        _measure(Path(folder), options, result)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000], metavar="MEMORIES")
    parser.add_argument("--agents", type=int, default=100)
    parser.add_argument(
        "--pause", type=float, default=1.0, metavar="SECONDS", help="how long an agent thinks, on average"
    )
    parser.add_argument("--seconds", type=int, default=20, help="how long each load is measured")
    parser.add_argument("--kills", type=int, default=1, help="how often the server is killed, on the smallest store")
    parser.add_argument("--workers", type=int, default=1, help="processes of the server")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="keep large stores here, and use those that are there")
    return parser.parse_args()


def _measure(folder: Path, options: argparse.Namespace, result: dict[str, Any]) -> None:
    result["key_check"] = key_check()
    print(f"a key that is known is checked in {result['key_check']}")
    for rows in options.sizes:
        store = _store(folder, rows)
        key = key_for(store)
        with Server(store, key, "--log-level", "info", "--workers", str(options.workers)) as server:
            measured: dict[str, Any] = {"memories": rows}
            if is_over_http(rows):
                measured["filled_over_http"] = fill_over_http(server, rows)
            print(f"{rows:,} memories {measured.get('filled_over_http', '')}", flush=True)
            words = _words(store, rows)
            _warm(server, words)
            many = options.agents
            for run in (Run("one", 1, 0), Run("thinking", many, options.pause), Run("busy", many, 0)):
                measured[run.name] = _load(server, run, words, options.seconds)
                _show(run.name, measured[run.name])
            measured["errors"] = server.errors()[:5]
            server.stop()
        if rows == min(options.sizes):
            measured["kills"] = [_killed(store, key, words, options, number) for number in range(options.kills)]
            print(f"  kills: {measured['kills']}", flush=True)
        shutil.rmtree(store.parent)
        result["stores"].append(measured)
        report.save("server_load", result)


def _store(folder: Path, rows: int) -> Path:
    """Return the path of a store of its own; a large one is a copy of one that is kept."""
    place = folder / f"load-{rows}-{os.getpid()}"
    place.mkdir()
    store = place / "memory.db"
    if not is_over_http(rows):
        kept = folder / f"kept-{rows}" / "memory.db"
        kept.parent.mkdir(exist_ok=True)
        fill(kept, rows, folder)
        for file in kept.parent.iterdir():
            (place / file.name).write_bytes(file.read_bytes())
    return store


def _words(store: Path, rows: int) -> Path:
    """Write down what the agents ask and say, so that making it up takes none of their time."""
    path = store.with_name("words.json")
    numbers = np.random.default_rng(5).integers(0, rows, QUESTIONS_COUNT).tolist()
    told = {
        "questions": [question(number) for number in numbers],
        "texts": [text_of(FRESH_FROM + number) for number in range(TEXTS_COUNT)],
    }
    path.write_text(json.dumps(told), encoding="utf-8")
    return path


def _warm(server: Server, words: Path) -> None:
    """Let the server load what it loads with the first searches."""
    for text in json.loads(words.read_text(encoding="utf-8"))["questions"][:WARM_SEARCHES]:
        asked = {"text": text, "namespace": {"eq": NAMESPACE}, "limit": 10}
        server.client.post("/v1/long-term-memory/search", json=asked).raise_for_status()


def _load(server: Server, run: Run, words: Path, seconds: float) -> dict[str, Any]:
    """Let agents ask for a while; return what it took."""
    neighbours, cpu = Neighbours(), server.cpu_seconds()
    with _generator(server, run, words, seconds) as generator:
        generator.wait(timeout=60 + 3 * (seconds + WARM_SECONDS))
    took_all, cpu = neighbours.seconds(), server.cpu_seconds() - cpu
    told = json.loads(run.out(words).read_text(encoding="utf-8"))
    count, took = sum(map(len, told["times"].values())), told["seconds"]
    return {
        "agents": run.agents,
        "pause_seconds": run.pause,
        "offered_per_s": round(run.agents / run.pause) if run.pause else None,
        "achieved_per_s": round(count / took, 1),
        "server_cpu_ms_per_call": round(1000 * cpu / sum(told["sent"].values()), 1),
        "other_cores": round(max(0.0, neighbours.cores() - cpu / took_all), 2),
        "failures": told["failures"],
        "calls": {kind: _summary(times) for kind, times in sorted(told["times"].items())},
    }


@contextmanager
def _generator(server: Server, run: Run, words: Path, seconds: float) -> Iterator[subprocess.Popen[bytes]]:
    environ = {
        **os.environ,
        "LOAD_PAUSE_SECONDS": str(run.pause),
        "LOAD_WORDS": str(words),
        "LOAD_OUT": str(run.out(words)),
        "LOAD_ACKNOWLEDGED": str(run.acknowledged(words)),
        "LOAD_KEY": server.key,
        "LOAD_RUN": run.name,
        "LOAD_WARM_SECONDS": str(WARM_SECONDS),
        "LOAD_SECONDS": str(seconds),
    }
    asked = ["--headless", "--host", server.url, "--users", str(run.agents), "--spawn-rate", str(run.agents)]
    runs = ["--stop-timeout", "5", "--exit-code-on-error", "0"]
    command = [sys.executable, "-m", "locust", "-f", _AGENTS, *asked, *runs, "--loglevel", "ERROR", "--only-summary"]
    generator = subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield generator
    finally:
        generator.kill()
        generator.wait(timeout=60)


def _summary(times: list[float]) -> dict[str, float]:
    p50, p95, p99 = np.percentile(times, [50, 95, 99]).tolist()
    return {"count": len(times), "p50_ms": round(p50, 1), "p95_ms": round(p95, 1), "p99_ms": round(p99, 1)}


def _killed(store: Path, key: str, words: Path, options: argparse.Namespace, number: int) -> dict[str, Any]:
    """Kill the server while agents write; return how much of what it acknowledged is there after a new start."""
    run = Run(f"kill-{number}", options.agents, 0)
    acknowledged = run.acknowledged(words)
    workers = str(options.workers)
    with Server(store, key, "--workers", workers) as server, _generator(server, run, words, KILL_SECONDS_MAX):
        _wait_for_lines(acknowledged, ACKNOWLEDGED_BEFORE_KILL)
        server.kill()
    told = [json.loads(line) for line in acknowledged.read_text(encoding="utf-8").splitlines()]
    memories = {one["id"]: one for one in told if "text" in one}
    sessions = {one["id"]: one for one in told if "said" in one}
    with Server(store, key) as server:
        lost = [id for id, one in memories.items() if not _has_memory(server, one)]
        lost += [id for id, one in sessions.items() if not _has_session(server, one)]
    return {"acknowledged": len(told), "memories": len(memories), "sessions": len(sessions), "lost": lost}


def _wait_for_lines(file: Path, count: int) -> None:
    for _ in range(KILL_SECONDS_MAX * 100):
        if file.exists() and file.read_bytes().count(b"\n") >= count:
            return
        time.sleep(0.01)


def _has_memory(server: Server, told: dict[str, Any]) -> bool:
    answer = server.client.get(f"/v1/long-term-memory/{told['id']}")
    return answer.status_code == 200 and answer.json()["text"] == told["text"]


def _has_session(server: Server, told: dict[str, Any]) -> bool:
    answer = server.client.get(f"/v1/working-memory/{told['id']}", params={"namespace": NAMESPACE})
    found = [one["content"] for one in answer.json()["messages"]] if answer.status_code == 200 else []
    return found[: len(told["said"])] == told["said"]


def _show(name: str, measured: dict[str, Any]) -> None:
    offered = f"{measured['offered_per_s']} offered, " if measured["offered_per_s"] else ""
    print(
        f"  {name}: {measured['agents']} agents, {offered}{measured['achieved_per_s']} a second; the server took "
        f"{measured['server_cpu_ms_per_call']} ms of CPU a call; generator and others {measured['other_cores']} cores; "
        f"failures {measured['failures']}"
    )
    for kind, one in measured["calls"].items():
        print(f"    {kind:12} p50 {one['p50_ms']:7} p95 {one['p95_ms']:7} p99 {one['p99_ms']:7} ms  ({one['count']})")


if __name__ == "__main__":
    main()
