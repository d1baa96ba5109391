"""How much of what always holds is inside a packet, on chats that are not part of this project.

    python benchmarks/packet.py --data DIR

DIR holds beam_100k.json.gz. Each chat is a store; its questions about instructions and preferences are asked with
`Memory.packet`, and with `Memory.pack` of the same tokens, which is how it was before there were packets. A question
counts by the share of its evidence turns that the text cites, and as found if any of them is. The other questions show
what the room for instructions costs them. Sufficiency is looked at over the questions that the chat cannot answer.
Even and odd chats are told apart: the forms were written with the even ones in view. Writes benchmarks/out/packet.json.
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import mean
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import report
from timing import middle

from umi import Memory, Role, Turn

STANDING = ("instruction_following", "preference_following")
UNANSWERABLE = "abstention"
TOKENS = 2_000


def main() -> None:
    options = _options()
    chats = json.loads(gzip.decompress((options.data / "beam_100k.json.gz").read_bytes()))
    rows = [row for place, chat in enumerate(chats) for row in _asked(chat, options.tokens, half=place % 2)]
    found = {
        "tokens": options.tokens,
        "halves": {
            name: _told([row for row in rows if row["half"] == half]) for half, name in enumerate(("even", "odd"))
        },
        "all": _told(rows),
        "sufficiency": _sufficiency(rows),
    }
    print(json.dumps(found, indent=1))
    report.save("packet", found)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, metavar="DIR")
    parser.add_argument("--tokens", type=int, default=TOKENS)
    return parser.parse_args()


def _asked(chat: Mapping[str, Any], tokens: int, *, half: int) -> Iterator[dict[str, Any]]:
    """Ask every question of a chat both ways."""
    with TemporaryDirectory() as folder, Memory.open(Path(folder) / "memory.db") as memory:
        memory.remember_many_sync(_turns(chat))
        for question in chat["questions"]:
            start = perf_counter()
            packet = memory.packet_sync(question["question"], tokens=tokens)
            took = perf_counter() - start
            pack = memory.pack_sync(question["question"], tokens=tokens)
            gold = {str(id) for id in question["evidence"]}
            yield {
                "half": half,
                "type": question["type"],
                "packet": _share(gold, [item.entity.key for item in packet]),
                "pack": _share(gold, [one.entity.key for one in pack.citations]),
                "standing": sum(item.is_standing for item in packet),
                "standing_left_out": packet.standing_left_out,
                "tokens": packet.tokens,
                "evidence": packet.sufficiency.evidence,
                "ms": 1000 * took,
            }


def _turns(chat: Mapping[str, Any]) -> Iterator[Turn]:
    for batch in chat["batches"]:
        for message in batch["messages"]:
            yield Turn(
                text=message["content"],
                speaker=message["role"],
                role=Role(message["role"]),
                session=f"S{batch['batch']}",
                event_time=message["date"] or batch["date"] or None,
                key=str(message["id"]),
            )


def _share(gold: set[str], cited: Sequence[str | None]) -> float | None:
    return len(gold & set(cited)) / len(gold) if gold else None


def _told(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    by_type: defaultdict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        if row["packet"] is not None:
            by_type["standing" if row["type"] in STANDING else "others"].append(row)
            by_type[row["type"]].append(row)
    return {
        "types": {name: _figures(ones) for name, ones in sorted(by_type.items())},
        "standing_per_packet": round(mean(row["standing"] for row in rows), 1),
        "standing_left_out": round(mean(row["standing_left_out"] for row in rows), 2),
        "tokens": round(mean(row["tokens"] for row in rows)),
        "packet_ms_p50": round(middle([row["ms"] for row in rows]), 1),
    }


def _figures(rows: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    figures: dict[str, float] = {"n": len(rows)}
    for way in ("pack", "packet"):
        figures[f"{way}_evidence"] = round(100 * mean(row[way] for row in rows), 1)
        figures[f"{way}_found"] = round(100 * mean(row[way] > 0 for row in rows), 1)
    return figures


def _sufficiency(rows: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """How often an answerable question has more evidence than one that is not: a half is chance."""
    open_ones = [row["evidence"] for row in rows if row["type"] == UNANSWERABLE]
    others = [row["evidence"] for row in rows if row["type"] != UNANSWERABLE]
    wins = [(one > other) + 0.5 * (one == other) for one in others for other in open_ones]
    return {"answerable": len(others), "unanswerable": len(open_ones), "ranked_right": round(mean(wins), 3)}


if __name__ == "__main__":
    main()
