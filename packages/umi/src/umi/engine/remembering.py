"""The remember flow: turns → accept → note → embed → evolve → store → receipts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from typing import Any, TypeAlias

from umi.domain.change import Applied, Batch, Outcome
from umi.domain.entity import Entity
from umi.domain.ids import uuid7
from umi.domain.receipt import Receipt, Rejected
from umi.domain.scope import Scope
from umi.domain.turn import Turn
from umi.errors import Invalid
from umi.errors import MemoryError as UmiError
from umi.pipeline.remember.accept import Accepted, accept
from umi.pipeline.remember.embed import embed
from umi.pipeline.remember.evolve import evolve
from umi.pipeline.remember.note import note
from umi.ports.world import World

Said: TypeAlias = Turn | str | Mapping[str, Any]

CHUNK_TURNS = 64  # one commit and one look for known turns each
_ID_RANDOM_BYTES = 10
_TURN_FIELDS = frozenset(field.name for field in fields(Turn))


async def remember_one(world: World, scope: Scope, turn: Turn, *, actor: str) -> Receipt:
    accepted = accept(turn, scope=scope, now=world.clock.now())
    applied = await _keep(world, [accepted], actor)
    return _receipt(applied[0])


async def remember_chunk(
    world: World, scope: Scope, said: Sequence[Said], *, start: int, actor: str
) -> list[Receipt | Rejected]:
    """Keep a few turns in one commit. What cannot be kept is rejected by its number, and the others are kept."""
    answers: dict[int, Receipt | Rejected] = {}
    accepted: dict[int, Accepted] = {}
    now = world.clock.now()
    for index, item in enumerate(said, start):
        try:
            accepted[index] = accept(turn_of(item), scope=scope, now=now)
        except UmiError as error:
            answers[index] = Rejected(index=index, error=error)
    known = await world.store.known([item.identity for item in accepted.values()])
    fresh = {index: item for index, item in accepted.items() if item.identity not in known}
    applied = await _keep(world, list(fresh.values()), actor) if fresh else ()
    answers.update((index, _receipt(result)) for index, result in zip(fresh, applied, strict=True))
    answers.update(
        (index, _receipt(known[item.identity])) for index, item in accepted.items() if item.identity in known
    )
    return [answers[index] for index in sorted(answers)]


async def _keep(world: World, accepted: Sequence[Accepted], actor: str) -> Sequence[Applied]:
    entities = [_note(world, item) for item in accepted]
    embedded = await embed(entities, world.embedder)
    changes = [
        evolve(found, identity=item.identity, model=world.embedder.model)
        for found, item in zip(embedded, accepted, strict=True)
    ]
    return await world.store.apply(Batch(changes=changes, actor=actor))


def _note(world: World, accepted: Accepted) -> Entity:
    now = world.clock.now()
    fresh = uuid7(int(now.timestamp() * 1000), world.entropy.bytes(_ID_RANDOM_BYTES))
    return note(accepted, id=accepted.turn.id or fresh, now=now)


def _receipt(applied: Applied) -> Receipt:
    created = applied.outcome is Outcome.APPLIED
    return Receipt(id=applied.id, created=created, seq=applied.seq, recorded_at=applied.recorded_at)


def turn_of(said: Said) -> Turn:
    """Read a turn from what a caller may give: a turn, its text, or a mapping with a turn's field names."""
    if isinstance(said, Turn):
        return said
    if isinstance(said, str):
        return Turn(text=said)
    if not isinstance(said, Mapping):
        raise Invalid(f"A turn is a Turn, a string or a mapping, not {type(said).__name__}.")
    unknown = [str(name) for name in said if name not in _TURN_FIELDS]
    if unknown or "text" not in said:
        raise Invalid(f"A turn has text and may have {', '.join(sorted(_TURN_FIELDS))}; not {', '.join(unknown)}.")
    given = dict(said)
    if isinstance(given.get("topics"), list):
        given["topics"] = tuple(given["topics"])
    return Turn(**given)


def chunks(said: Iterable[Said]) -> Iterable[list[Said]]:
    """Cut any iterable into chunks, holding only one of them."""
    chunk: list[Said] = []
    for item in said:
        chunk.append(item)
        if len(chunk) == CHUNK_TURNS:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
