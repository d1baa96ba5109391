"""A packet from drafts: what always holds takes its share of the tokens first, what the question finds the rest.

Rules (instructions and constraints) may take up to `RULES_SHARE` of the tokens and preferences up to
`PREFERENCES_SHARE`; what they leave goes to what the question finds. So neither a hundred preferences nor one long hit
keeps an instruction out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from umi.domain.packet import Packet, PacketItem, PacketPart, Sufficiency
from umi.domain.query import Hits
from umi.domain.text import cut
from umi.pipeline.packet.doubts import open_questions, warnings
from umi.pipeline.packet.drafts import Draft, found_drafts
from umi.pipeline.recall.pack import CHARACTERS_PER_TOKEN_MAX, estimate_tokens
from umi.pipeline.words import words

RULES_SHARE: Final = 0.4
PREFERENCES_SHARE: Final = 0.3
EVIDENCE_MIN: Final = 0.45
_NEAR_SHARE = 0.8  # of the best score, from which on a memory supports what the best one says
_CUT_CHARACTERS_MIN = 120
_RULES = frozenset({PacketPart.INSTRUCTIONS, PacketPart.CONSTRAINTS})
_HEADS: Final = {
    PacketPart.INSTRUCTIONS: "## Instructions (always follow them; of two that differ, the later holds)",
    PacketPart.CONSTRAINTS: "## Constraints (they hold whatever is asked; of two that differ, the later)",
    PacketPart.PREFERENCES: "## Preferences",
    PacketPart.PROCEDURES: "## How things are done",
    PacketPart.FACTS: "## Known facts",
    PacketPart.EPISODES: "## What was said and what happened",
}
_WARNINGS_HEAD = "## Warnings"
_MARK_SHAPE = "[m999] "


@dataclass(slots=True)
class _Taking:
    """What is taken so far, and what it costs."""

    count: Callable[[str], int]
    tokens: int
    used: int = 0
    taken: list[Draft] = field(default_factory=list[Draft])
    parts: set[PacketPart] = field(default_factory=set[PacketPart])
    said: set[str] = field(default_factory=set[str])

    def cost(self, draft: Draft) -> int:
        head = 0 if draft.part in self.parts else self.count(f"{_HEADS[draft.part]}\n\n")
        return head + self.count(f"{_MARK_SHAPE}{draft.line}\n")

    def take(self, draft: Draft, limit: float) -> bool:
        """Take a draft if it fits below a number of tokens; what says the same as one taken counts as taken."""
        same = " ".join(words(draft.text))
        cost = self.cost(draft)
        if same in self.said:
            return True
        if self.used + cost > limit:
            return False
        self.taken.append(draft)
        self.parts.add(draft.part)
        self.said.add(same)
        self.used += cost
        return True


def assemble(
    found: Hits, standing: Sequence[Draft], *, tokens: int, count_tokens: Callable[[str], int] | None = None
) -> Packet:
    """Take what always holds, then what was found, best first while it fits, and render it part by part."""
    taking = _Taking(count=count_tokens or estimate_tokens, tokens=tokens)
    missed = _take_standing(taking, standing)
    left_out = missed + _take_found(taking, found)
    items, warned, text = _fitting(taking, missed)
    return Packet(
        query=found.query,
        items=items,
        llm_context=text,
        tokens=taking.count(text) if text else 0,
        left_out=left_out + len(taking.taken) - len(items),
        standing_left_out=missed,
        warnings=warned,
        open_questions=open_questions(items),
        sufficiency=_sufficiency(found),
        path=found.path,
        as_of=found.as_of,
    )


def _fitting(taking: _Taking, missed: int) -> tuple[tuple[PacketItem, ...], tuple[str, ...], str]:
    """Render what was taken. A whole may count more than its lines: then warnings go, and after them what came last."""
    taken = list(taking.taken)
    while True:
        items = _items(taken)
        warned = warnings(items, missed)
        for told in (warned, ()):
            text = _rendered(items, told)
            if not text or taking.count(text) <= taking.tokens:
                return items, warned, text
        taken.pop()


def _take_standing(taking: _Taking, standing: Sequence[Draft]) -> int:
    """Take rules, then preferences, each within its share; return how many did not fit."""
    rules = [draft for draft in standing if draft.part in _RULES]
    others = [draft for draft in standing if draft.part not in _RULES]
    missed = [draft for draft in rules if not taking.take(draft, RULES_SHARE * taking.tokens)]
    limit = taking.used + PREFERENCES_SHARE * taking.tokens
    missed += [draft for draft in others if not taking.take(draft, limit)]
    return len(missed)


def _take_found(taking: _Taking, found: Hits) -> int:
    """Take what fits of what the question finds; the best of what is not given yet is cut to fit, not left out."""
    given = {draft.entity.id: draft for draft in taking.taken}
    missed = 0
    is_best = True
    for draft in found_drafts(found):
        known = given.get(draft.entity.id)
        if known is not None and len(draft.text) <= len(known.text):
            continue
        cut_short = cut(draft.text, taking.tokens * CHARACTERS_PER_TOKEN_MAX)  # the rest cannot fit anyway
        shorter = _with_text(draft, cut_short)
        is_taken = taking.take(shorter, taking.tokens) or (is_best and _take_cut(taking, shorter))
        missed += known is None and not is_taken
        is_best = False
    return missed


def _take_cut(taking: _Taking, draft: Draft) -> bool:
    room = len(draft.text)
    while room >= _CUT_CHARACTERS_MIN:
        if taking.take(_with_text(draft, cut(draft.text, room)), taking.tokens):
            return True
        room = room * 3 // 4
    return False


def _with_text(draft: Draft, text: str) -> Draft:
    return draft if text == draft.text else replace(draft, text=text)


def _items(taken: Iterable[Draft]) -> tuple[PacketItem, ...]:
    """Order what was taken part by part, each in time order, and name it."""
    order = list(PacketPart)
    ordered = sorted(taken, key=lambda one: (order.index(one.part), one.entity.event_time, one.entity.created_at))
    return tuple(
        PacketItem(
            entity=draft.entity,
            part=draft.part,
            text=draft.line,
            mark=f"m{number}",
            score=draft.score,
            is_standing=draft.is_standing,
        )
        for number, draft in enumerate(ordered, 1)
    )


def _rendered(items: Sequence[PacketItem], warned: Sequence[str]) -> str:
    parts: list[str] = []
    for part in PacketPart:
        lines = [f"[{item.mark}] {item.text}" for item in items if item.part is part]
        if lines:
            parts.append("\n".join([_HEADS[part], *lines]))
    if warned:
        parts.append("\n".join([_WARNINGS_HEAD, *(f"- {warning}" for warning in warned)]))
    return "\n\n".join(parts)


def _sufficiency(found: Hits) -> Sufficiency:
    best = max((hit.score for hit in found), default=0.0)
    return Sufficiency(
        evidence=round(best, 3),
        supporting=sum(hit.score >= _NEAR_SHARE * best for hit in found),
        retrieved=len(found),
        is_sufficient=best >= EVIDENCE_MIN,
    )
