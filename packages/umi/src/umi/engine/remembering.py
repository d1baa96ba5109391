"""The remember flow: turns → accept → note → embed → evolve → store → receipts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from typing import Any, TypeAlias, cast

from umi.domain.change import Applied, Batch, Outcome
from umi.domain.entity import Entity
from umi.domain.ids import uuid7
from umi.domain.receipt import Receipt, Rejected
from umi.domain.scope import Scope
from umi.domain.turn import Turn
from umi.errors import Conflict, Invalid
from umi.errors import MemoryError as UmiError
from umi.pipeline.remember.accept import Accepted, accept
from umi.pipeline.remember.embed import embed, worded
from umi.pipeline.remember.evolve import evolve
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
    answers.update(await _keep_or_reject(world, fresh, actor))
    answers.update(
        (index, _receipt(known[item.identity])) for index, item in accepted.items() if item.identity in known
    )
    return [answers[index] for index in sorted(answers)]


async def _keep_or_reject(world: World, fresh: Mapping[int, Accepted], actor: str) -> dict[int, Receipt | Rejected]:
    """Keep a chunk together; where one of it cannot be kept, each by itself."""
    if not fresh:
        return {}
    try:
        applied = await _keep(world, list(fresh.values()), actor)
    except Conflict as error:
        if len(fresh) == 1:
            return {index: Rejected(index=index, error=error) for index in fresh}
        parts = [await _keep_or_reject(world, {index: item}, actor) for index, item in fresh.items()]
        return {index: answer for part in parts for index, answer in part.items()}
    return {index: _receipt(result) for index, result in zip(fresh, applied, strict=True)}


async def _keep(world: World, accepted: Sequence[Accepted], actor: str) -> Sequence[Applied]:
    # Reading names, dates and words takes time that belongs to no event loop.
    items = await world.lane.run(lambda: [worded(_note(world, item)) for item in accepted])
    embedded = await embed(items, world.embedder)
    changes = [
        evolve(found, identity=item.identity, model=world.embedder.model)
        for found, item in zip(embedded, accepted, strict=True)
    ]
    return await world.store.apply(Batch(changes=changes, actor=actor))


def _note(world: World, accepted: Accepted) -> Entity:
    from umi.pipeline.remember.note import note  # its rules are slow to load, and a process may only recall

    now = world.clock.now()
    fresh = uuid7(int(now.timestamp() * 1000), world.entropy.bytes(_ID_RANDOM_BYTES))
    return note(accepted, id=accepted.turn.id or fresh, now=now)


def _receipt(applied: Applied) -> Receipt:
    created = applied.outcome is Outcome.APPLIED
    return Receipt(id=applied.id, created=created, seq=applied.seq, recorded_at=applied.recorded_at)


def turn_of(said: object) -> Turn:
    """Read a turn from what a caller may give: a turn, its text, or a mapping with a turn's field names."""
    if isinstance(said, Turn):
        return said
    if isinstance(said, str):
        return Turn(text=said)
    if not isinstance(said, Mapping):
        raise Invalid(f"A turn is a Turn, a string or a mapping, not {type(said).__name__}.")
    given = {str(name): value for name, value in cast("Mapping[object, Any]", said).items()}
    unknown = sorted(given.keys() - _TURN_FIELDS)
    if unknown or "text" not in given:
        raise Invalid(f"A turn has text and may have {', '.join(sorted(_TURN_FIELDS))}; not {', '.join(unknown)}.")
    topics = given.get("topics")
    if isinstance(topics, Iterable) and not isinstance(topics, (str, bytes)):
        given["topics"] = tuple(cast("Iterable[Any]", topics))
    return Turn(**given)


def chunks(said: object) -> Iterator[list[Said]]:
    """Cut any iterable of turns into chunks, holding only one of them.

    Raises:
        Invalid: it is one turn, or nothing that can be iterated over.

    """
    if isinstance(said, (str, bytes, Mapping, Turn)) or not isinstance(said, Iterable):
        raise Invalid(f"remember_many takes an iterable of turns, not one {type(cast('object', said)).__name__}.")
    chunk: list[Said] = []
    for item in cast("Iterable[Said]", said):
        chunk.append(item)
        if len(chunk) == CHUNK_TURNS:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
