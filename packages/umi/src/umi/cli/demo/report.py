"""What the demo measured: how the turns came in, and what was found for each question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any

from umi.cli.demo.scenario import Question
from umi.cli.demo.story import Step
from umi.cli.documents import hit_document

if TYPE_CHECKING:
    from umi import Hits

RECALL_LIMIT = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """How the turns came in; `added` is less than `turns` where the store had some already."""

    turns: int
    added: int
    seconds: float

    def __str__(self) -> str:
        if not self.added:
            return f"all {self.turns} turns were known already"
        return f"{self.turns} turns remembered, {self.turns / self.seconds:,.0f} a second"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What recall found for a question. `place` is where the first evidence stands, from 1, or None."""

    question: Question
    hits: Hits
    place: int | None
    milliseconds: float


def answer_to(question: Question, hits: Hits, milliseconds: float) -> Answer:
    """Look for the evidence among what was found."""
    places = (place for place, hit in enumerate(hits, 1) if hit.entity.key in question.evidence)
    return Answer(question=question, hits=hits, place=next(places, None), milliseconds=milliseconds)


def found_count(answers: Sequence[Answer]) -> int:
    return sum(1 for answer in answers if answer.place is not None)


def median_milliseconds(answers: Sequence[Answer]) -> float:
    return median(answer.milliseconds for answer in answers)


def document(intake: Intake, answers: Sequence[Answer], steps: Sequence[Step]) -> dict[str, Any]:
    """Return all of it as one JSON document."""
    return {
        "turns": intake.turns,
        "added": intake.added,
        "import_seconds": round(intake.seconds, 3),
        "questions": len(answers),
        "found": found_count(answers),
        "recall_median_ms": round(median_milliseconds(answers), 2),
        "answers": [_answer_document(answer) for answer in answers],
        "story": [{"did": step.did, "came": step.came} for step in steps],
    }


def _answer_document(answer: Answer) -> dict[str, Any]:
    return {
        "question": answer.question.text,
        "place": answer.place,
        "milliseconds": round(answer.milliseconds, 2),
        "hits": [hit_document(rank, hit) for rank, hit in enumerate(answer.hits, 1)],
    }
