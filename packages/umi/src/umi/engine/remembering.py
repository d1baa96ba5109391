"""The remember flow: turns → accept → note → embed → decide → store → receipts."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from umi.domain.change import Applied, Ask, Batch, Outcome
from umi.domain.entity import Entity
from umi.domain.ids import uuid7
from umi.domain.receipt import Receipt, Rejected
from umi.domain.turn import Turn
from umi.engine.bound import Keeper
from umi.engine.deciding import NOTHING, Decided, RestsOn, decide, known_to, partition_of
from umi.errors import Conflict, Invalid, NotFound, StorageBusyError
from umi.errors import MemoryError as UmiError
from umi.pipeline.remember.accept import Accepted, accept
from umi.pipeline.remember.embed import Embedded, Worded, embed, unit_vector, worded

if TYPE_CHECKING:
    from umi.pipeline.remember.evolve import Evolved
    from umi.ports.slot_reader import SlotReader

Said: TypeAlias = Turn | str | Mapping[str, Any]

CHUNK_TURNS = 64  # one commit and one look for known turns each
DECISIONS_TRIED_MAX = 100  # each time, what another writer changed meanwhile is compared anew
ENRICH = "enrich"  # the kind of task that lets an LLM read a text
_ID_RANDOM_BYTES = 10
_TURN_FIELDS = frozenset(field.name for field in fields(Turn))


async def remember_one(keeper: Keeper, turn: Turn) -> Receipt:
    accepted = accept(turn, scope=keeper.scope, now=keeper.world.clock.now(), said_at=keeper.now)
    return await remember_accepted(keeper, accepted)


async def remember_accepted(keeper: Keeper, accepted: Accepted, rests_on: RestsOn = NOTHING) -> Receipt:
    """Keep one turn, with what it rests on."""
    [receipt] = await _keep(keeper, [accepted], rests_on)
    if receipt.entities:
        return receipt
    [entity] = await keeper.world.store.get(replace(accepted.scope, session=None), [receipt.id])
    return receipt if entity is None else replace(receipt, entities=(entity,))


async def remember_chunk(keeper: Keeper, said: Sequence[Said], *, start: int) -> list[Receipt | Rejected]:
    """Keep a few turns in one commit. What cannot be kept is rejected by its number, and the others are kept."""
    with keeper.world.tracer.span("umi.remember_chunk") as span:
        answers = await _remember_chunk(keeper, said, start)
        span.set("umi.turns.count", len(said))
        span.set("umi.rejected.count", sum(isinstance(answer, Rejected) for answer in answers))
        return answers


async def _remember_chunk(keeper: Keeper, said: Sequence[Said], start: int) -> list[Receipt | Rejected]:
    world = keeper.world
    answers: dict[int, Receipt | Rejected] = {}
    accepted: dict[int, Accepted] = {}
    now, said_at = world.clock.now(), keeper.now
    for index, item in enumerate(said, start):
        try:
            accepted[index] = accept(turn_of(item), scope=keeper.scope, now=now, said_at=said_at)
        except UmiError as error:
            answers[index] = Rejected(index=index, error=error)
    known = await world.store.known([item.identity for item in accepted.values()])
    fresh = {index: item for index, item in accepted.items() if item.identity not in known}
    answers.update(await _keep_or_reject(keeper, fresh))
    answers.update(
        (index, _receipt(known[item.identity])) for index, item in accepted.items() if item.identity in known
    )
    return [answers[index] for index in sorted(answers)]


async def _keep_or_reject(keeper: Keeper, fresh: Mapping[int, Accepted]) -> dict[int, Receipt | Rejected]:
    """Keep a chunk together; where one of it cannot be kept, each by itself."""
    if not fresh:
        return {}
    try:
        receipts = await _keep(keeper, list(fresh.values()))
    except Conflict as error:
        if len(fresh) == 1:
            return {index: Rejected(index=index, error=error) for index in fresh}
        parts = [await _keep_or_reject(keeper, {index: item}) for index, item in fresh.items()]
        return {index: answer for part in parts for index, answer in part.items()}
    return dict(zip(fresh, receipts, strict=True))


async def _keep(keeper: Keeper, accepted: Sequence[Accepted], rests_on: RestsOn = NOTHING) -> list[Receipt]:
    world = keeper.world
    # Reading names, dates, facts and words takes time that belongs to no event loop.
    items = await world.lane.run(lambda: [worded(_note(keeper, item)) for item in accepted])
    entities = [item.entity for item in items]
    embedded, knowledge = await asyncio.gather(_embedded(keeper, items, accepted), known_to(keeper, entities))
    if world.slot_reader is not None:
        embedded = _guessed(embedded, world.slot_reader)
    asks = asks_of(keeper, entities)
    for _ in range(DECISIONS_TRIED_MAX):
        with world.tracer.span("umi.decide"):
            decided = decide(keeper, embedded, accepted, knowledge, rests_on)
        with world.tracer.span("umi.commit"):
            applied = await world.store.apply(replace(decided.batch, asks=asks))
        check_grounds(applied)
        if not any(answer.outcome is Outcome.STALE for answer in applied):
            return _receipts(decided, applied, pending=bool(asks))
        knowledge = await known_to(keeper, entities)
    raise StorageBusyError("What is known of a subject keeps changing while it is being compared. Try again.")


async def _embedded(keeper: Keeper, items: Sequence[Worded], accepted: Sequence[Accepted]) -> list[Embedded]:
    """Embed what comes without a vector of its own; nothing at all, if the memory's config says so."""
    if not keeper.behaviour.config.generate_embeddings:
        return [Embedded(entity=item.entity, words=item.words, vector=None) for item in items]
    given = [None if told.vector is None else unit_vector(told.vector, keeper.world.embedder) for told in accepted]
    bare = [item for item, vector in zip(items, given, strict=True) if vector is None]
    made = iter(await embed(bare, keeper.world.embedder) if bare else [])
    return [
        next(made) if vector is None else Embedded(entity=item.entity, words=item.words, vector=vector)
        for item, vector in zip(items, given, strict=True)
    ]


def _guessed(embedded: Sequence[Embedded], reader: SlotReader) -> list[Embedded]:
    from umi.pipeline.remember.guess import guess

    return [guess(item, reader) for item in embedded]


def asks_of(keeper: Keeper, entities: Sequence[Entity]) -> list[Ask]:
    """What an LLM is to read behind the answer."""
    if keeper.world.llm is None or keeper.behaviour.config.extraction != "behind":
        return []
    return [Ask(kind=ENRICH, scope=partition_of(entity.scope), id=entity.id) for entity in entities]


def _receipts(decided: Decided, applied: Sequence[Applied], *, pending: bool) -> list[Receipt]:
    """Answer for every group of changes by its first, the addition."""
    answers = iter(applied)
    found: list[Receipt] = []
    for evolved in decided.evolved:
        first, *_ = islice(answers, len(evolved.changes))
        found.append(_receipt(first, evolved, pending=pending))
    return found


def check_grounds(applied: Iterable[Applied]) -> None:
    """Check that what was kept still has what it was made of.

    Raises:
        NotFound: something of that was erased in this moment; nothing of it was kept.

    """
    if any(answer.outcome is Outcome.GROUNDLESS for answer in applied):
        raise NotFound("Something that this is derived from was erased meanwhile.")


async def ask_again(keeper: Keeper, id: str) -> None:
    """Write down that an LLM is still to read what was kept."""
    ask = Ask(kind=ENRICH, scope=replace(keeper.scope, session=None), id=id)
    await keeper.world.store.apply(Batch(groups=[], actor=keeper.actor, asks=[ask]))


def _note(keeper: Keeper, accepted: Accepted) -> Entity:
    from umi.pipeline.remember.note import note  # its rules are slow to load, and a process may only recall

    world = keeper.world
    now = world.clock.now()
    fresh = uuid7(int(now.timestamp() * 1000), world.entropy.bytes(_ID_RANDOM_BYTES))
    return note(accepted, id=accepted.turn.id or fresh, now=now, slots=keeper.behaviour.slots)


def _receipt(applied: Applied, evolved: Evolved | None = None, *, pending: bool = False) -> Receipt:
    created = applied.outcome is Outcome.APPLIED
    return Receipt(
        id=applied.id,
        created=created,
        seq=applied.seq,
        recorded_at=applied.recorded_at,
        path="pending" if pending and created else "local",
        decisions=evolved.decisions if evolved is not None and created else (),
        status=evolved.status if evolved is not None and created else applied.status,
        entities=()
        if evolved is None or not created
        else (replace(evolved.entity, created_at=applied.recorded_at, updated_at=applied.recorded_at),),
    )


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
