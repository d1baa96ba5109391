"""How often the first hit of recall holds what is true now, of facts that may have changed since they were told.

    python benchmarks/current_fact.py
    python benchmarks/current_fact.py --split dev --style chat --show 20

Some 400 made-up facts about 60 people, a third of them updated up to three times over two years, in tidy prose or as
people chat. A third is told by the people themselves and the rest by narrators, who are never asked about; with
--gossip the people tell of each other. All is remembered in the order of its times, or shuffled, and then each fact is
asked for. The first hit is current if it speaks of that fact and holds the value that is true now, stale if it holds
only an older one, and other if neither. All of it again without supersession. The published figures are of the
templates of `--split test`; who tunes looks at those of `--split dev`, and `--show` shows no others. Writes
benchmarks/out/current_fact.json.
"""

from __future__ import annotations

import argparse
import inspect
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import report
from fact_attribute import SPLITS
from fact_stories import ASKED_AT, ATTRIBUTES, NAMES, STYLES, Fact, Statement, facts, has

from umi import Memory
from umi.domain.query import Hit, Hits
from umi.domain.receipt import Receipt

VERDICTS = ("current", "stale", "other")
ORDERS = ("in time order", "shuffled")
SEED = 20261121


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What recall said to a fact's question, and what it was found to be."""

    fact: Fact
    hits: Hits
    verdict: str


def main() -> None:
    options = _options()
    result = _measure(options)
    if options.json:
        print(json.dumps(result, indent=1))
        return
    _print_attributes(result["runs"])
    report.save("current_fact", {**(report.load("current_fact") or {}), options.split: result})


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--facts", type=int, default=400)
    parser.add_argument("--subjects", type=int, default=60, help=f"people, {len(NAMES)} at most")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--style", choices=(*STYLES, "all"), default="all", help="of the updates")
    parser.add_argument("--split", choices=SPLITS, default="test", help="which half of the templates")
    parser.add_argument("--gossip", action="store_true", help="the people tell of each other, not four narrators")
    parser.add_argument("--show", type=int, default=0, metavar="N", help="print N failures of each run")
    parser.add_argument("--json", action="store_true", help="print JSON, and write no file")
    options = parser.parse_args()
    if not 2 <= options.subjects <= len(NAMES):
        parser.error(f"--subjects is {options.subjects}; it must be 2 to {len(NAMES)}.")
    if not 1 <= options.facts <= options.subjects * len(ATTRIBUTES):
        parser.error(f"--facts is {options.facts}; it must be 1 to {options.subjects * len(ATTRIBUTES)}.")
    if options.show and (options.split == "test" or options.json):
        parser.error("--show goes with --split dev and without --json: nobody tunes by the failures of the test.")
    return options


def open_memory(path: Path, *, supersede: bool) -> Memory:
    """Open a memory that lets a newer statement supersede an older one, or does not, where that can be chosen."""
    choice: dict[str, Any] = {"evolve": supersede} if can_choose() else {}
    return Memory.open(path, **choice)


def can_choose() -> bool:
    return "evolve" in inspect.signature(Memory.open).parameters


def _measure(options: argparse.Namespace) -> dict[str, Any]:
    say: Callable[[str], None] = (lambda _: None) if options.json else print
    runs: list[dict[str, Any]] = []
    for style in STYLES if options.style == "all" else (options.style,):
        drawn = {"count": options.facts, "subjects": options.subjects, "seed": options.seed, "gossip": options.gossip}
        made = facts(**drawn, style=style, split=options.split)
        for supersede in (True, False):
            name = _name(supersede=supersede)
            if not supersede and not can_choose():
                say(f"{style}, {name}: not available")
                continue
            for order in ORDERS:
                run = {"style": style, "supersession": name, "order": order}
                runs.append(run | _run(made, options, order, supersede=supersede))
                say(_line(runs[-1]))
    asked = {name: getattr(options, name) for name in ("split", "facts", "subjects", "seed", "gossip")}
    return {**asked, "can choose supersession": can_choose(), "runs": runs}


def _name(*, supersede: bool) -> str:
    if not supersede:
        return "without supersession"
    return "with supersession" if can_choose() else "as it is"


def _run(made: Sequence[Fact], options: argparse.Namespace, order: str, *, supersede: bool) -> dict[str, Any]:
    start = perf_counter()
    statements = _ordered(made, order, options.seed)
    with (
        TemporaryDirectory(prefix="umi-current-fact-") as folder,
        open_memory(Path(folder) / "memory.db", supersede=supersede) as memory,
    ):
        ids = _remember(memory, statements)
        answers = [_ask(memory, fact) for fact in made]
        for answer in [answer for answer in answers if answer.verdict != "current"][: options.show]:
            print("\n".join(_shown(memory, answer, ids)))
    return {"statements": len(statements), "seconds": round(perf_counter() - start, 1), **_tallied(answers)}


def _ordered(made: Sequence[Fact], order: str, seed: int) -> list[Statement]:
    statements = sorted((one for fact in made for one in fact.statements), key=lambda one: one.at)
    if order == "shuffled":
        Random(seed).shuffle(statements)
    return statements


def _remember(memory: Memory, statements: Sequence[Statement]) -> dict[str, str]:
    """Return the ids that the statements were given, by their keys."""
    receipts = memory.remember_many_sync(
        {
            "text": one.text,
            "speaker": one.speaker,
            "event_time": one.at,
            "session": f"{one.speaker} {one.at:%G-W%V}",
            "key": one.key,
        }
        for one in statements
    )
    ids = {
        one.key: receipt.id for one, receipt in zip(statements, receipts, strict=True) if isinstance(receipt, Receipt)
    }
    assert len(set(ids.values())) == len(statements)
    return ids


def _ask(memory: Memory, fact: Fact) -> Answer:
    hits = memory.recall_sync(fact.question, limit=10, now=ASKED_AT)
    return Answer(fact=fact, hits=hits, verdict=_verdict(fact, hits[0]) if hits else "other")


def _verdict(fact: Fact, hit: Hit) -> str:
    """Judge the first hit. What speaks of another fact is no answer, even where it holds the same value by chance."""
    if hit.entity.key not in {one.key for one in fact.statements}:
        return "other"
    if has(hit.content, fact.current):
        return "current"
    return "stale" if any(has(hit.content, value) for value in fact.stale) else "other"


def _tallied(answers: Sequence[Answer]) -> dict[str, Any]:
    groups = {
        "all": answers,
        "updated": [answer for answer in answers if answer.fact.stale],
        "never updated": [answer for answer in answers if not answer.fact.stale],
    }
    by_attribute = {
        attribute.name: [answer for answer in answers if answer.fact.attribute == attribute.name]
        for attribute in ATTRIBUTES
    }
    return {
        **{name: _shares(group) for name, group in groups.items()},
        "by attribute": {name: _shares(group) for name, group in by_attribute.items()},
    }


def _shares(answers: Sequence[Answer]) -> dict[str, float]:
    """Return how many there are, and how many of a hundred have each verdict."""
    counts = Counter(answer.verdict for answer in answers)
    shares = {verdict: round(100 * counts[verdict] / max(1, len(answers)), 1) for verdict in VERDICTS}
    return {"n": len(answers), **shares}


def _line(run: Mapping[str, Any]) -> str:
    groups = [f"{name} {_figures(run[name])}" for name in ("all", "updated", "never updated")]
    return f"{run['style']}, {run['supersession']}, {run['order']}: {'; '.join(groups)} ({run['seconds']} s)"


def _figures(shares: Mapping[str, float]) -> str:
    return " / ".join(f"{shares[verdict]:.1f}" for verdict in VERDICTS)


def _print_attributes(runs: Sequence[Mapping[str, Any]]) -> None:
    print(f"\n{' / '.join(VERDICTS)} of a hundred questions, by attribute, in the order of the runs above")
    for attribute in ATTRIBUTES:
        found = [run["by attribute"][attribute.name] for run in runs]
        print(f"{attribute.name:24} n={found[0]['n']:<4}" + "".join(f"{_figures(shares):>22}" for shares in found))


def _shown(memory: Memory, answer: Answer, ids: Mapping[str, str]) -> Iterator[str]:
    fact = answer.fact
    yield f"\n{answer.verdict.upper()} {fact.question}  expected: {fact.current}"
    for hit in answer.hits[:1]:
        yield f"  first hit: {hit.event_time:%Y-%m-%d} {hit.speaker}: {hit.content}  ({hit.why})"
    found = [hit.id for hit in answer.hits]
    for one in fact.statements:
        rank = f"#{found.index(ids[one.key]) + 1}" if ids[one.key] in found else "not found"
        yield f"  {one.at:%Y-%m-%d} {one.speaker}: {one.text}"
        yield f"    {rank}, {_decided(memory, ids[one.key])}"


def _decided(memory: Memory, id: str) -> str:
    """Say what was read from a statement and what became of it."""
    entity = memory.get_sync(id)
    assert entity is not None
    read = [
        f"{fact.subject}'s {fact.slot} = {fact.value}" + (f" until {fact.superseded_by}" if fact.superseded_by else "")
        for fact in entity.facts
    ]
    until = f" until {entity.valid_until:%Y-%m-%d}" if entity.valid_until else ""
    return f"{entity.status}{until}; read: {', '.join(read) or 'nothing'}"


if __name__ == "__main__":
    main()
