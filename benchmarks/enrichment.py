"""Does a language model read what is remembered at the configured concurrency, once each, and without delay to anyone?

    python benchmarks/enrichment.py [--messages 200] [--latency-ms 200] [--full]

The model is a server in a process of its own that speaks the chat protocol and takes `--latency-ms` for an answer; the
real SDK asks it. With --full there are 1,000 messages.

* Throughput: messages a second for some concurrencies. `kept busy` is how many requests were waited for on average,
  over the configured number: 1 means that nothing but the model was waited for. `cpu_ms` is what this process spends
  on a message, on one core at a time for the most part: it bounds the messages a second whatever the concurrency.
* Kill: a worker in a process of its own is killed with SIGKILL when a third of the requests have come in, and another
  one at two thirds; a third one does the rest. Counted are: texts whose reading is in the log not exactly once (`lost`,
  `done twice`), requests that were sent again because their worker had died, and what is still to be done.
* Acknowledgement: the time of `remember` in a memory with the model at work behind it, and in one without a model, by
  turns in one run; told are medians, 95th percentiles, and their ratios.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from report import save
from timing import Neighbours, Times

from umi import Memory
from umi.config import MemoryConfig
from umi.domain.change import Act
from umi.engine.bound import behaviour_of
from umi.engine.enrichment_worker import EnrichmentWorker
from umi.limits import LIST_LIMIT_MAX
from umi.providers.llm.openai import OpenAIProvider
from umi.wiring.world import open_world

ROOT = Path(__file__).parent.parent
CONCURRENCIES = (4, 16, 32)
KILLED_CONCURRENCY = 16
LEASE_SECONDS = 2.0
SYLLABLES = "ba de fi go lu ma ne pi ro su ta ve wi xo zu".split()


def name(number: int) -> str:
    """Return a name without digits, another one for every number."""
    found = ""
    while True:
        number, place = divmod(number, len(SYLLABLES))
        found += SYLLABLES[place]
        if not number:
            return f"{found.capitalize()}m"


def texts(count: int) -> list[str]:
    """What the rules read no fact in, and the model one."""
    return [f"{name(number)} got replanted in {name(number + 7)}, of all places." for number in range(count)]


@contextmanager
def serving(latency_ms: float) -> Iterator[str]:
    """Run the server in a process of its own."""
    command = [sys.executable, str(ROOT / "tests" / "loopback.py"), "--latency-ms", str(latency_ms)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.kill()


def counted(url: str) -> dict[str, Any]:
    with urlopen(url) as answer:
        return json.load(answer)


def provider(url: str, concurrency: int) -> OpenAIProvider:
    return OpenAIProvider("key", base_url=f"{url}/v1", concurrency=concurrency)


async def throughput(path: Path, count: int, concurrency: int, latency_ms: float) -> dict[str, float]:
    """Keep everything first, then let the model read it."""
    with serving(latency_ms) as url:
        async with Memory.open(path) as memory:
            await memory.remember_many(texts(count))
        config = MemoryConfig(extraction_concurrency=concurrency)
        async with Memory.open(path, llm=provider(url, concurrency), config=config) as memory:
            await memory.remember("Warm up.")
            await memory.settle()
            world = memory._world  # what a memory has kept without a model asks for no reading  # noqa: SLF001
            await ask_for_all(world)
            start, cpu = time.perf_counter(), time.process_time()
            await memory.settle()
            seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
            left = await memory.tasks()
        assert not left, left
        most = counted(url)["most_at_once"]
    return {
        "seconds": round(seconds, 2),
        "per_second": round(count / seconds, 1),
        "cpu_ms": round(1000 * cpu / count, 1),
        "kept_busy": round(count * latency_ms / 1000 / seconds / concurrency, 3),
        "most_at_once": most,
    }


async def ask_for_all(world: Any) -> list[str]:
    """Ask for the reading of everything that is kept; return the ids."""
    from umi.domain.change import Ask, Batch
    from umi.domain.entity import EntityType
    from umi.domain.query import Filter
    from umi.domain.scope import Scope
    from umi.engine.remembering import ENRICH

    page = await world.store.list(Scope(), Filter(entity_types=(EntityType.NOTE,)), limit=LIST_LIMIT_MAX)
    ids = [entity.id for entity in page.items]
    asks = [Ask(kind=ENRICH, scope=Scope(), id=id) for id in ids]
    await world.store.apply(Batch(groups=[], actor="benchmark", asks=asks))
    return ids


async def work(path: Path, url: str) -> None:
    """Be a worker, until killed or until nothing is left."""
    world = replace(open_world(path, None), llm=provider(url, KILLED_CONCURRENCY))
    behaviour = behaviour_of(MemoryConfig(extraction_concurrency=KILLED_CONCURRENCY))
    await EnrichmentWorker(world, behaviour=behaviour, lease_seconds=LEASE_SECONDS).run()


def killed_at(path: Path, url: str, enough: int) -> int:
    """Let a worker run in a process of its own, and kill it when so many requests have come in; return how many had."""
    with subprocess.Popen([sys.executable, __file__, "--work", str(path), url]) as process:
        while (asked := sum(counted(url)["texts"].values())) < enough:
            assert process.poll() is None, "the worker ended by itself"
            time.sleep(0.02)
        process.kill()
    return asked


async def killing(path: Path, count: int, latency_ms: float) -> dict[str, int]:
    from umi.domain.scope import Scope

    with serving(latency_ms) as url:
        async with Memory.open(path) as memory:
            await memory.remember_many(texts(count))
            ids = await ask_for_all(memory._world)  # noqa: SLF001
        for third in (1, 2):
            await asyncio.to_thread(killed_at, path, url, third * count // 3)
        await asyncio.sleep(LEASE_SECONDS)
        config = MemoryConfig(extraction_concurrency=KILLED_CONCURRENCY)
        async with Memory.open(path, llm=provider(url, KILLED_CONCURRENCY), config=config) as memory:
            await memory.settle()
            left = await memory.tasks()
            store = memory._world.store  # noqa: SLF001
            histories = [await store.history(Scope(), id) for id in ids]
            verified = (await memory.verify()).ok
        asked = counted(url)["texts"]
    read = [Counter(event.act for event in history)[Act.REVISE] for history in histories]
    return {
        "texts": count,
        "lost": read.count(0),
        "done_twice": sum(number > 1 for number in read),
        "left": len(left),
        "asked_again": sum(number - 1 for number in asked.values()),
        "asked_never": count - len(asked),
        "log_verified": int(verified),
    }


async def acknowledging(folder: Path, count: int, latency_ms: float) -> dict[str, Any]:
    """Remember by turns in a memory with a model behind it, and in one without."""
    spent = {"with": Times(), "without": Times()}
    with serving(latency_ms) as url:
        config = MemoryConfig(extraction_concurrency=KILLED_CONCURRENCY)
        asking = Memory.open(folder / "with.db", llm=provider(url, KILLED_CONCURRENCY), config=config)
        plain = Memory.open(folder / "without.db")
        async with asking, plain:
            for memory in (asking, plain):
                await memory.remember("Warm up.")
            for number, text in enumerate(texts(count)):
                pair = [("with", asking), ("without", plain)]
                for kind, memory in pair if number % 2 else reversed(pair):
                    await spent[kind].wait(memory.remember(text))
            read = sum(counted(url)["texts"].values())
    found: dict[str, Any] = {kind: times.summary() for kind, times in spent.items()}
    for figure in ("median_ms", "p95_ms"):
        found[f"ratio_{figure}"] = round(found["with"][figure] / found["without"][figure], 2)
    return {**found, "read_meanwhile": read}


async def measure(count: int, latency_ms: float) -> dict[str, Any]:
    neighbours = Neighbours()
    found: dict[str, Any] = {"messages": count, "latency_ms": latency_ms, "throughput": {}}
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        for concurrency in CONCURRENCIES:
            row = await throughput(folder / f"{concurrency}.db", count, concurrency, latency_ms)
            found["throughput"][concurrency] = row
            print(f"concurrency {concurrency}: {row}", flush=True)
        found["kill"] = await killing(folder / "killed.db", count, latency_ms)
        print(f"killed twice: {found['kill']}", flush=True)
        found["acknowledgement"] = await acknowledging(folder, min(count, 200), latency_ms)
        print(f"acknowledgement: {found['acknowledgement']}", flush=True)
    found["neighbours_cores"] = neighbours.cores()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=200)
    parser.add_argument("--latency-ms", type=float, default=200)
    parser.add_argument("--full", action="store_true", help="1,000 messages")
    parser.add_argument("--work", nargs=2, metavar=("PATH", "URL"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.work:
        asyncio.run(work(Path(options.work[0]), options.work[1]))
        return
    found = asyncio.run(measure(1_000 if options.full else options.messages, options.latency_ms))
    save("enrichment", found)
    kill = found["kill"]
    if kill["lost"] or kill["done_twice"] or kill["left"] or kill["asked_never"] or not kill["log_verified"]:
        sys.exit("A reading was lost or done twice.")


if __name__ == "__main__":
    main()
