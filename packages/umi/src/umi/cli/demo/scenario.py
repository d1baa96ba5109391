"""The packaged conversation and the questions asked about it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from typing import Any

from umi.domain.turn import Role, Turn

NAMESPACE = "demo"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question, and the keys of the turns that answer it: finding any one of them counts."""

    text: str
    evidence: frozenset[str]


def conversation() -> Sequence[Turn]:
    """Return the turns of the conversation, in order."""
    return [
        Turn(
            text=row["text"],
            speaker=row["speaker"],
            role=Role(row["role"]),
            namespace=NAMESPACE,
            session=row["session"],
            event_time=datetime.fromisoformat(row["date"]),
            key=row["id"],
            source="umi demo",
        )
        for row in _rows("conversation.jsonl")
    ]


def questions() -> Sequence[Question]:
    """Return the questions, in order."""
    return [Question(text=row["question"], evidence=frozenset(row["evidence"])) for row in _rows("questions.jsonl")]


def _rows(name: str) -> Iterator[dict[str, Any]]:
    with (files("umi.cli.demo") / name).open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)
