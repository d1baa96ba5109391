"""Finding which statements that stand were taken back by later ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from umi.domain.change import Act
from umi.domain.consolidation import Overruled
from umi.domain.entity import Entity, Status, Trust
from umi.domain.label import STANDING_VALUE
from umi.domain.query import Filter
from umi.domain.scope import Scope
from umi.domain.standing import LIKING_KEY, RULE_KEY
from umi.engine.decaying import Decider
from umi.pipeline.consolidate.overruling import says_over, takes_back
from umi.pipeline.packet.drafts import STANDING_CUES
from umi.ports.store import Store

_PAGE_ROWS = 1_000
STANDING_COMPARED_MAX = 5_000  # in a scope, the first recorded; beyond, it is for the packet to tell them apart
Ended = tuple[Overruled, Mapping[str, Any]]


async def taken_back(decider: Decider, by: Sequence[Entity] | None = None) -> list[Ended]:
    """Decide what is over, of what stands in a scope; `by` are the statements to look at, or else all that stand."""
    world = decider.world
    standing = await _standing(world.store, decider.scope)
    found = await world.lane.run(lambda: list(_ended(standing, standing if by is None else by)))
    return [ended for ended in found if not await _was_undone(world.store, decider.scope, ended[0])]


async def _was_undone(store: Store, scope: Scope, one: Overruled) -> bool:
    """Whether somebody took this decision back before: then it is not made again."""
    events = await store.history(scope, one.id)
    made = {event.seq for event in events if event.act is Act.SUPERSEDE and event.by == one.by}
    return any(event.undoes in made for event in events)


async def _standing(store: Store, scope: Scope) -> list[Entity]:
    found: dict[str, Entity] = {}
    for key in (RULE_KEY, LIKING_KEY):
        filter = Filter(metadata=((key, STANDING_VALUE),), trust_min=Trust.USER)
        cursor: str | None = None
        while len(found) < STANDING_COMPARED_MAX:
            page = await store.list(scope, filter, limit=_PAGE_ROWS, cursor=cursor)
            found |= {one.id: one for one in page.items}
            cursor = page.next
            if cursor is None:
                break
    return list(found.values())


def _ended(standing: Sequence[Entity], by: Sequence[Entity]) -> Iterator[Ended]:
    ending = [one for one in by if one.trust.rank >= Trust.USER.rank and says_over(one.content)]
    for earlier in standing:
        later = next((one for one in ending if _ends(one, earlier)), None)
        if later is not None:
            reason = "a later statement says that it is over, and names all of it"
            yield Overruled(id=earlier.id, by=later.id, reason=reason), _over(later.held_from)


def _over(until: datetime) -> Mapping[str, Any]:
    return {"status": Status.SUPERSEDED, "valid_until": until}


def _ends(later: Entity, earlier: Entity) -> bool:
    """Whether one takes the other back: the same person, later, and all that stands in it."""
    if later.id == earlier.id or _who(later) != _who(earlier) or earlier.pinned:
        return False
    if (later.event_time, later.created_at) <= (earlier.event_time, earlier.created_at):
        return False
    if later.held_from <= earlier.held_from or earlier.status is not Status.ACTIVE:
        return False
    said = _sentences(earlier)
    return len(said) == 1 and any(takes_back(one, said[0]) for one in _sentences(later))


def _who(entity: Entity) -> tuple[Scope, str | None]:
    return replace(entity.scope, session=None), entity.speaker


def _sentences(entity: Entity) -> list[str]:
    """The sentences that stand; of what stands by its type, the text."""
    return _texts(entity.cues) or [entity.content]


def _texts(cues: Iterable[Any]) -> list[str]:
    return [cue.text for cue in cues if cue.kind in STANDING_CUES]
