"""The last stage: hits as text for a prompt, within a number of tokens."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from umi.domain.entity import Entity
from umi.domain.pack import Citation, Pack
from umi.domain.query import Hits
from umi.domain.text import cut
from umi.pipeline.words import words

LINE_CHARACTERS_MIN = 80
CHARACTERS_PER_TOKEN_MAX = 16
_BYTES_PER_TOKEN = 3.5  # of English prose for the tokenisers in use; words and scripts without spaces cost more
_TOKENS_PER_WORD = 1.3


def pack(hits: Hits, *, tokens: int, count_tokens: Callable[[str], int] | None = None) -> Pack:
    """Take hits best first while they fit, and render them in time order, each with its date, speaker and a mark.

    What says the same as a line already taken is left out. The best hit is cut to fit rather than dropped.
    """
    count = count_tokens or estimate_tokens
    chosen: list[tuple[Entity, str]] = []
    seen: set[str] = set()
    used = 0
    for hit in hits:
        content = cut(hit.content, tokens * CHARACTERS_PER_TOKEN_MAX)  # the rest of a long one cannot fit anyway
        same = " ".join(words(content))
        line = line_of(hit.entity, content)
        cost = count(f"[m{len(hits)}] {line}\n")
        if same in seen:
            continue
        if used + cost > tokens and not chosen:
            line, cost = _shortened(hit.entity, len(hits), tokens, count)
        if used + cost > tokens or not line:
            continue
        chosen.append((hit.entity, line))
        seen.add(same)
        used += cost
    return _rendered(chosen, used, len(hits) - len(chosen))


def estimate_tokens(text: str) -> int:
    """Estimate how many tokens a language model counts, erring high: by bytes and by words, whichever is more."""
    return max(round(len(text.encode()) / _BYTES_PER_TOKEN), round(len(words(text)) * _TOKENS_PER_WORD))


def line_of(entity: Entity, content: str) -> str:
    """Render a memory as a line: its date, who said it, the text, and what a model should know beside it."""
    said = " ".join(content.split())
    when = f"{entity.event_time:%Y-%m-%d}"
    line = f"{when} {entity.speaker}: {said}" if entity.speaker else f"{when} {said}"
    return line + _standing(entity)


def _standing(entity: Entity) -> str:
    """What a model should know of a memory beside its text: that it is over, or disputed."""
    over = "" if entity.valid_until is None else f" (until {entity.valid_until:%Y-%m-%d})"
    return over + (" (disputed)" if entity.conflicts else "")


def _shortened(entity: Entity, hits: int, tokens: int, count: Callable[[str], int]) -> tuple[str, int]:
    """Cut a memory that is larger than the whole budget until it fits; give up on a budget too small for a line."""
    room = min(len(entity.content), tokens * CHARACTERS_PER_TOKEN_MAX)
    while room >= LINE_CHARACTERS_MIN:
        line = line_of(entity, cut(entity.content, room))
        cost = count(f"[m{hits}] {line}\n")
        if cost <= tokens:
            return line, cost
        room = room * 3 // 4
    return "", 0


def _said(entity: Entity) -> tuple[datetime, datetime, int, str]:
    """The order in which things were said; what was recorded at once, by its place in its session."""
    return entity.event_time, entity.created_at, entity.turn or 0, entity.id


def _rendered(chosen: Iterable[tuple[Entity, str]], used: int, left_out: int) -> Pack:
    ordered = sorted(chosen, key=lambda pair: _said(pair[0]))
    marked = [(f"m{number}", entity, line) for number, (entity, line) in enumerate(ordered, 1)]
    return Pack(
        text="\n".join(f"[{mark}] {line}" for mark, _, line in marked),
        citations=tuple(Citation(mark=mark, entity=entity) for mark, entity, _ in marked),
        tokens=used,
        left_out=left_out,
    )
