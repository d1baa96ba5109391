"""Packets: what a question finds, sorted by what it is for, with what always holds first, and the text for a prompt.

Standing instructions and preferences are rarely found by searching for the question they govern. The engine's packet
has them whatever is asked; here it is put into the words of this protocol.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from umi.domain.entity import MemoryType
from umi.domain.label import LABEL_LIKING, LABEL_RULE, standing_labels
from umi.domain.packet import PacketItem, PacketPart
from umi.domain.standing import LIKING_KEY, RULE_KEY
from umi.domain.text import cut
from umi.pipeline.packet.doubts import open_questions, warnings
from umi.server.doors.cml import reading
from umi.server.doors.cml.places import Reach
from umi.server.doors.cml.reading import Found, Scored

if TYPE_CHECKING:
    from umi.domain.entity import Entity
    from umi.domain.packet import Packet
    from umi.domain.query import Hits
    from umi.server.doors.cml.reading import Asked, Searched

CONTEXT_TOKENS: Final = 3_000
"""How long a read's `llm_context` may be."""
_BUCKETS: Final[Mapping[PacketPart, str]] = {
    PacketPart.INSTRUCTIONS: "constraints",
    PacketPart.CONSTRAINTS: "constraints",
    PacketPart.PREFERENCES: "preferences",
    PacketPart.PROCEDURES: "procedures",
    PacketPart.FACTS: "facts",
    PacketPart.EPISODES: "episodes",
}
STANDING_COUNT_MAX: Final = 50
"""So many rules, and so many preferences, stand in a packet beside what was found."""
_MARK: Final = re.compile(r"\[(m\d+)\]")
_QUOTED_CHARACTERS_MAX: Final = 80
_STANDS: Final = "holds whatever is asked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sorted:
    """What a question finds, best first, and sorted; `text` is for a prompt, and empty where none was asked for."""

    found: Found
    buckets: Mapping[str, Sequence[Scored]]
    text: str
    warnings: Sequence[str]
    questions: Sequence[str]

    @property
    def count(self) -> int:
        """How many memories it is made of."""
        return sum(map(len, self.buckets.values()))


async def unsorted(reach: Reach, asked: Asked) -> Sorted:
    """Find what answers a question, and nothing beside it."""
    return Sorted(found=await reading.read(reach, asked), buckets={}, text="", warnings=(), questions=())


async def sort(reach: Reach, asked: Asked) -> Sorted:
    """Find what answers a question, and beside it the newest of what always holds, sorted by what it is for."""
    found, always = await asyncio.gather(reading.read(reach, asked), _standing(reach))
    every = _once([*found.hits, *(Scored(entity=entity, score=0.0, why=_STANDS) for entity in always)])
    items = [
        PacketItem(
            entity=one.entity, part=part_of(one.entity), text=one.entity.content, mark=f"m{place}", score=one.score
        )
        for place, one in enumerate(every)
    ]
    buckets: dict[str, list[Scored]] = {name: [] for name in _BUCKETS.values()}
    for one, item in zip(every, items, strict=True):
        buckets[_BUCKETS[item.part]].append(one)
    told = list(_unmarked(items, warnings(items, 0)))
    return Sorted(found=found, buckets=buckets, text="", warnings=told, questions=open_questions(items))


def part_of(entity: Entity) -> PacketPart:
    """Return what a memory is for: by how it holds, by its type, and by what it tells."""
    holds = set(standing_labels(entity))
    if LABEL_RULE in holds:
        return PacketPart.CONSTRAINTS
    if LABEL_LIKING in holds:
        return PacketPart.PREFERENCES
    if entity.memory_type is MemoryType.PROCEDURAL:
        return PacketPart.PROCEDURES
    tells = entity.memory_type is MemoryType.SEMANTIC or any(not fact.is_guess for fact in entity.facts)
    return PacketPart.FACTS if tells else PacketPart.EPISODES


async def _standing(reach: Reach) -> Sequence[Entity]:
    """Return the newest of what holds whatever is asked, rules first; of no session more than of another."""
    found: list[Entity] = []
    for memory in Reach(reach.caller, replace(reach.place, session=None)).memories():
        for key in (RULE_KEY, LIKING_KEY):
            page = await memory.list(limit=STANDING_COUNT_MAX, newest=True, metadata={key: True}, trust_min="assistant")
            found += page.items
    return found


async def with_context(reach: Reach, asked: Asked, *, tokens: int = CONTEXT_TOKENS) -> Sorted:
    """Find what answers a question and what always holds, and say it within a number of tokens."""
    began = reading.now(reach)
    searched = await reading.search(reach, asked)
    made = await _packets(reach, asked, searched, tokens=tokens)
    found = reading.joined(reach, asked, [one.hits for one in searched], began)
    return _sorted(found, made, text="\n\n".join(packet.llm_context for packet in made if packet.llm_context))


async def context(reach: Reach, asked: Asked, *, tokens: int, least: float) -> Sorted:
    """Say what answers a question and what always holds; what fits the question less than `least` is left out."""
    began = reading.now(reach)
    searched = await reading.search(reach, asked)
    made = await _packets(reach, asked, searched, tokens=tokens, least=least)
    hits = [_scored(item) for packet in made for item in packet]
    found = Found(query=asked.query, hits=_once(hits), path=(), elapsed_ms=reading.since(reach, began), as_of=None)
    return _sorted(found, made, text="\n\n".join(packet.llm_context for packet in made if packet.llm_context))


async def _packets(
    reach: Reach, asked: Asked, searched: Sequence[Searched], *, tokens: int, least: float = 0.0
) -> Sequence[Packet]:
    """Return a packet of what each search found, and of what always holds there; they share the tokens."""
    share = max(1, tokens // len(searched))
    now = await reading.present(reach, asked.timezone)
    return [
        await one.memory.packet(asked.query, tokens=share, hits=_from(one.hits, least), now=now, **one.narrowing)
        for one in searched
    ]


def _from(hits: Hits, least: float) -> Hits:
    return replace(hits, items=tuple(hit for hit in hits if hit.score >= least))


def _sorted(found: Found, made: Sequence[Packet], *, text: str) -> Sorted:
    buckets: dict[str, list[Scored]] = {name: [] for name in _BUCKETS.values()}
    for packet in made:
        for item in packet:
            buckets[_BUCKETS[item.part]].append(_scored(item))
    return Sorted(
        found=found,
        buckets={name: _once(part) for name, part in buckets.items()},
        text=text,
        warnings=list(dict.fromkeys(told for packet in made for told in _unmarked(packet.items, packet.warnings))),
        questions=list(dict.fromkeys(question for packet in made for question in packet.open_questions)),
    )


def _scored(item: PacketItem) -> Scored:
    return Scored(entity=item.entity, score=item.score, why=_STANDS if item.is_standing else "")


def _once(scored: Iterable[Scored]) -> Sequence[Scored]:
    """Return each memory once, as it came first."""
    found: dict[str, Scored] = {}
    for one in scored:
        found.setdefault(one.entity.id, one)
    return list(found.values())


def _unmarked(items: Sequence[PacketItem], told: Sequence[str]) -> Iterator[str]:
    """Yield warnings with what their marks stand for: a list of memories has none."""
    said = {item.mark: cut(" ".join(item.text.split()), _QUOTED_CHARACTERS_MAX) for item in items} if told else {}
    for warning in told:
        yield _MARK.sub(lambda mark: f'"{said.get(mark[1], mark[0])}"', warning)
