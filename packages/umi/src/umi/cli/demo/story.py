"""The second act of the demo: a fact changes, the old one stays askable, a change is undone, and a text is erased."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from umi import Memory

NAMESPACE = "demo-truth"
QUESTION = "Where does Priya live?"
FIRST = "I live in Berlin."
SECOND = "We moved to Lisbon last Friday!"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What was done, as Python, and what came of it."""

    did: str
    came: str


def tell(memory: Memory) -> Iterator[Step]:
    """Tell the story in a namespace of its own; what it leaves there, if anything, the next telling finds."""
    story = memory.scoped(namespace=NAMESPACE)
    berlin = story.remember_sync(FIRST, speaker="Priya", event_time="2025-03-02")
    yield Step(did=f'remember("{FIRST}", speaker="Priya", event_time="2025-03-02")', came="kept")
    lisbon = story.remember_sync(SECOND, speaker="Priya", event_time="2026-01-07")
    decided = "; ".join(f"{one.kind} of the first: {one.reason}" for one in lisbon.decisions) or "kept"
    yield Step(did=f'remember("{SECOND}", speaker="Priya", event_time="2026-01-07")', came=decided)
    yield Step(did=f'recall("{QUESTION}")', came=_answer(story))
    yield Step(did='… valid_at="2025-08-01"  # where did she live then?', came=_answer(story, valid_at="2025-08-01"))
    came = _answer(story, as_of=berlin.recorded_at)
    yield Step(did="… as_of=<before the second text>  # what did we know?", came=came)
    undone = story.undo_sync(lisbon)
    yield Step(did="undo(<the second text>)", came=_answer(story))
    story.undo_sync(undone)
    yield Step(did="undo(<the undo>)", came=_answer(story))
    receipt = story.erase_sync(ids=[berlin.id, lisbon.id])
    looked = ", ".join(f"{count} by {how}" for how, count in receipt.looked.items())
    proved = "nothing found" if receipt.proved else "; ".join(map(str, receipt.findings))
    came = f"{len(receipt.ids)} erased in {1000 * receipt.seconds:.0f} ms; looked for {looked}: {proved}"
    yield Step(did="erase(<both texts>)", came=came)
    yield Step(did=f'recall("{QUESTION}", as_of=…)', came=_answer(story, as_of=lisbon.recorded_at))


def _answer(memory: Memory, **moment: Any) -> str:
    hits = memory.recall_sync(QUESTION, limit=1, **moment)
    return f'"{hits[0].content}"' if hits else "nothing"
