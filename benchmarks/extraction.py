"""How much of what a message names and dates is read right, and how many messages a CPU-second reads.

    python benchmarks/extraction.py --data DIR [--scorer PATH] [--predictions DIR]

DIR holds labelled messages, one JSON object a line, in any number of files: either with `entities` and `dates`, or with
`expr` and `start` (a date expression in a sentence; no `expr` is a trap that holds no date). They are not part of the
project. The scores computed here are exact where the file's are: a date is right when the start it resolves to begins
with the labelled one. With --scorer, the predictions are also given to a scorer as its first argument, with --gold.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from time import process_time
from typing import Any

from umi.domain.entity import MentionKind
from umi.domain.time import DateMention
from umi.pipeline.remember.extract.dates import find_dates
from umi.pipeline.remember.extract.extract import extract
from umi.pipeline.remember.extract.extracted import Extract

Row = dict[str, Any]

CPU_SECONDS_PER_SPEED = 1.0
LABELS = {
    MentionKind.PERSON: "PERSON",
    MentionKind.ORGANIZATION: "ORG",
    MentionKind.PLACE: "PLACE",
    MentionKind.OTHER: "OTHER",
}
KINDS_SCORED = {
    "entities, any kind": set(LABELS.values()),
    "entities, typed PERSON+ORG+PLACE": {"PERSON", "ORG", "PLACE"},
    "entities, typed PERSON+PLACE": {"PERSON", "PLACE"},
}
STATED_CHARACTERS = {"year": 4, "month": 7, "day": 10}


def main() -> None:
    options = _options()
    for path in sorted(options.data.glob("*.jsonl")):
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        if not rows or not ({"expr", "entities"} & set(rows[0])):
            continue
        read = {row["id"]: _read(row) for row in rows}
        print(f"{path.name}: {len(rows)} messages")
        for line in _expressions(rows, read) if "expr" in rows[0] else _messages(rows, read):
            print(f"  {line}")
        predictions = _write(options.predictions, path.name, read)
        if options.scorer:
            command = [sys.executable, str(options.scorer), str(predictions), "--gold", str(path)]
            print(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        _speeds(rows)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of labelled messages")
    parser.add_argument("--scorer", type=Path, help="a scorer to run on the predictions as well")
    parser.add_argument("--predictions", type=Path, default=Path(tempfile.gettempdir()), help="folder to write them to")
    return parser.parse_args()


def _read(row: Row) -> Extract:
    return extract(row["text"], speaker=None, at=_said_at(row))


def _dated(row: Row) -> tuple[DateMention, ...]:
    return find_dates(row["text"], at=_said_at(row))


def _said_at(row: Row) -> datetime:
    return datetime.fromisoformat(row["ref_time"])


def _write(folder: Path, name: str, read: dict[str, Extract]) -> Path:
    path = folder / f"predicted-{name}"
    lines = (json.dumps(_prediction(row_id, found), ensure_ascii=False) for row_id, found in read.items())
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def _prediction(row_id: str, found: Extract) -> Row:
    return {
        "id": row_id,
        "entities": [{"text": one.text, "type": LABELS[one.kind]} for one in found.mentions],
        "dates": [{"text": one.text, "start": one.period.start.isoformat()} for one in found.dates],
    }


def _expressions(rows: Sequence[Row], read: dict[str, Extract]) -> list[str]:
    """Score expressions in a sentence, and the traps among them."""
    right = 0
    missed: list[str] = []
    alarms: list[str] = []
    for row in rows:
        starts = [one.period.start.isoformat() for one in read[row["id"]].dates]
        if not row["expr"]:
            alarms += [row["text"]] if starts else []
        elif any(start.startswith(wanted) for start in starts for wanted in row["start"]):
            right += 1
        else:
            missed.append(row["text"])
    traps = sum(not row["expr"] for row in rows)
    counts = f"dates {right} right of {len(rows) - traps}, {len(alarms)} false alarms in {traps} traps"
    return [counts, *(f"missed: {text}" for text in missed), *(f"false alarm: {text}" for text in alarms)]


def _messages(rows: Sequence[Row], read: dict[str, Extract]) -> list[str]:
    lines: list[str] = []
    for title, kinds in KINDS_SCORED.items():
        typed = len(kinds) < len(LABELS)
        pairs = [(_gold(row, kinds, typed=typed), _found(read[row["id"]], kinds, typed=typed)) for row in rows]
        lines.append(_f1(title, pairs))
    lines.append(_f1("dates", [_dates(row, read[row["id"]]) for row in rows]))
    return lines


def _gold(row: Row, kinds: set[str], *, typed: bool) -> Counter[str]:
    return Counter(_key(one["text"], one["type"], typed=typed) for one in row["entities"] if one["type"] in kinds)


def _found(found: Extract, kinds: set[str], *, typed: bool) -> Counter[str]:
    labelled = ((one.text, LABELS[one.kind]) for one in found.mentions)
    return Counter(_key(text, label, typed=typed) for text, label in labelled if label in kinds)


def _key(text: str, label: str, *, typed: bool) -> str:
    """Compare names without case, article or title: the labels have them now and then."""
    words = [word.strip(".").casefold() for word in text.split()]
    name = " ".join(word for word in words if word not in {"the", "a", "an", "dr", "mr", "mrs", "ms"})
    return f"{label} {name}" if typed else name


def _dates(row: Row, found: Extract) -> tuple[Counter[str], Counter[str]]:
    """Cut each found start to as much as the label it matches states."""
    gold = Counter(one["start"][: STATED_CHARACTERS[one["granularity"]]] for one in row["dates"])
    read = Counter[str]()
    for one in found.dates:
        start = one.period.start.isoformat()
        read[next((wanted for wanted in gold if start.startswith(wanted)), start)] += 1
    return gold, read


def _f1(title: str, pairs: Sequence[tuple[Counter[str], Counter[str]]]) -> str:
    right = sum((gold & found).total() for gold, found in pairs)
    wanted, given = sum(gold.total() for gold, _ in pairs), sum(found.total() for _, found in pairs)
    f1 = 2 * right / (wanted + given) if wanted + given else 1.0
    return f"{title}: F1 {f1:.3f} ({right} right of {given} found, {wanted} labelled)"


def _speeds(rows: Sequence[Row]) -> None:
    undated = [row for row in rows if not _dated(row)]
    measured: tuple[tuple[str, Callable[[Row], object], Sequence[Row]], ...] = (
        ("everything", _read, rows),
        ("dates", _dated, rows),
        ("dates of messages that hold none", _dated, undated),
    )
    for title, work, given in measured:
        if given:
            print(f"  {title}: {_per_cpu_second(work, given):,.0f} messages per CPU-second")


def _per_cpu_second(work: Callable[[Row], object], rows: Sequence[Row]) -> float:
    count, start = 0, process_time()
    while (spent := process_time() - start) < CPU_SECONDS_PER_SPEED:
        for row in rows:
            work(row)
        count += len(rows)
    return count / spent


if __name__ == "__main__":
    main()
