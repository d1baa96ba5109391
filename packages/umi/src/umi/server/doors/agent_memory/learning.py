"""What a conversation teaches: long-term memories read from its messages, by a model or by rules.

What is learned derives from the messages that say it, and is erased with them. Learning the same again adds nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from umi.domain.entity import CueKind, Entity, MemoryType, Status
from umi.domain.turn import Role, Turn
from umi.errors import Conflict, Invalid, LimitExceeded, NotFound
from umi.pipeline.remember.accept import accept
from umi.pipeline.remember.extract.extracted import SentenceKind
from umi.pipeline.remember.extract.sentences import split_sentences
from umi.pipeline.remember.note import note
from umi.server.doors.agent_memory.long_term import changed_since
from umi.server.doors.agent_memory.marks import RESIDUE, WORKING
from umi.server.doors.agent_memory.reading import ask
from umi.server.doors.agent_memory.sources import EXTRACTION_SOURCE, SUMMARY_SOURCE, digest
from umi.server.doors.agent_memory.summarising import summary_of

if TYPE_CHECKING:
    from datetime import datetime

    from umi.server.doors.agent_memory.session import Session
    from umi.server.doors.agent_memory.sessions import Sessions

SUMMARY_WORDS_DEFAULT: Final = 500
_TOKENS_PER_WORD: Final = 1.4
_SUMMARY_WORDS_MAX: Final = 5_000
_TELLING: Final = frozenset({CueKind.PREFERENCE, CueKind.INSTRUCTION})
_LIKING_SLOTS: Final = frozenset({"likes", "dislikes", "prefers", "favorite", "loves", "hates"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """Something worth knowing, and the messages that say it."""

    text: str
    memory_type: str
    sources: Sequence[str]
    topics: Sequence[str] = ()
    entities: Sequence[str] = ()
    event_time: datetime | None = None


async def learn(sessions: Sessions, session: Session) -> None:
    """Learn from what was said in a session since the last time.

    Raises:
        ProviderError: a model could not be asked; it is to be asked again.

    """
    known = {one.id: one for one in await _said(sessions, session)}
    fresh = [known[line.entity] for line in session.lines if line.entity in known and not line.extracted]
    strategy = str(session.strategy["strategy"])
    config: Mapping[str, Any] = session.strategy.get("config") or {}
    if not fresh or session.read_to == session.fingerprint:
        return
    if strategy == "summary":
        await _summarise(sessions, session, list(known.values()), config)
        return
    found = await _found(sessions, session, list(known.values()), fresh)
    kept = [entity for one in found if (entity := await _keep(sessions, session, one, strategy)) is not None]
    if kept:
        place = session.place
        wider = sessions.services.memory(sessions.principal, user=place.user, namespace=place.namespace)
        await wider.merge_alike(list(dict.fromkeys(kept)), lacking={WORKING: True})


async def _said(sessions: Sessions, session: Session) -> Sequence[Entity]:
    found = await sessions.memory(session.place).get_many([line.entity for line in session.lines])
    return [one for one in found if one is not None and one.status is Status.ACTIVE]


async def _found(
    sessions: Sessions, session: Session, said: Sequence[Entity], fresh: Sequence[Entity]
) -> Sequence[Learned]:
    world, strategy = sessions.services.world, str(session.strategy["strategy"])
    if world.llm is None:
        return await world.lane.run(lambda: [one for entity in fresh for one in by_rules(entity, strategy)])
    answers = await ask(world.llm, session, said, fresh)
    return [
        Learned(
            text=one.text,
            memory_type=one.type,
            sources=[said[place].id for place in one.messages if place < len(said)] or [one.id for one in fresh],
            topics=one.topics,
            entities=one.entities,
            event_time=one.event_date,
        )
        for one in answers
    ]


def by_rules(entity: Entity, strategy: str) -> list[Learned]:
    """Return the sentences of a person's message that state something of somebody, word for word."""
    if entity.role not in (Role.USER, None):
        return []
    found: list[Learned] = []
    for sentence in split_sentences(entity.content):
        if sentence.kind is not SentenceKind.STATEMENT:
            continue
        noted = _noted(sentence.text, entity)
        likes = any(fact.slot in _LIKING_SLOTS for fact in noted.facts) or any(
            cue.kind in _TELLING for cue in noted.cues
        )
        if likes or (noted.facts and strategy != "preferences"):
            found.append(
                Learned(
                    text=sentence.text,
                    memory_type=(MemoryType.EPISODIC if noted.dates else MemoryType.SEMANTIC).value,
                    sources=[entity.id],
                    entities=list(dict.fromkeys(mention.text for mention in noted.mentions)),
                    event_time=entity.event_time,
                )
            )
    return found


def _noted(text: str, entity: Entity) -> Entity:
    turn = Turn(text=text, event_time=entity.event_time, role=entity.role)
    accepted = accept(turn, scope=entity.scope, now=entity.created_at)
    return note(accepted, id=entity.id, now=entity.created_at, slots={})


async def _keep(sessions: Sessions, session: Session, one: Learned, strategy: str) -> str | None:
    """Keep it, and return its entity; None if there is nothing to learn: it was erased meanwhile, or is too large."""
    place = session.place
    turn = Turn(
        text=one.text,
        key=f"aml-{digest(place.user, place.namespace, place.session, one.text)}",
        memory_type=one.memory_type,
        topics=tuple(one.topics),
        event_time=one.event_time,
        source=EXTRACTION_SOURCE,
        metadata={RESIDUE: _residue(session, one, strategy)},
    )
    try:
        return (await sessions.memory(place).remember_derived(turn, one.sources)).id
    except (NotFound, Invalid, LimitExceeded):
        return None


def _residue(session: Session, one: Learned, strategy: str) -> Mapping[str, Any]:
    messages = {line.entity: line.id for line in session.lines}
    return {
        "entities": list(one.entities),
        "discrete_memory_extracted": "t",
        "extracted_from": [messages[source] for source in one.sources if source in messages],
        "extraction_strategy": strategy,
        "extraction_strategy_config": session.strategy.get("config") or {},
    }


async def _summarise(sessions: Sessions, session: Session, said: Sequence[Entity], config: Mapping[str, Any]) -> None:
    """Keep one summary of a session, which is written anew as it goes on."""
    words = config.get("max_summary_length")
    wanted = words if isinstance(words, int) and 0 < words <= _SUMMARY_WORDS_MAX else SUMMARY_WORDS_DEFAULT
    text = await summary_of(sessions.services.world, said, tokens=int(wanted * _TOKENS_PER_WORD))
    place, memory = session.place, sessions.memory(session.place)
    id = f"thread_summary_{digest(place.user, place.namespace, place.session)[:24]}"
    [known] = await memory.get_many([id])
    if known is not None:
        if not await changed_since(memory, id, known.created_at):  # it is a caller's by now
            with suppress(Conflict, NotFound):  # of another by now, or something of it was erased meanwhile
                sources = [entity.id for entity in said]
                await memory.revise_derived(id, text, sources, revision=known.revision, reason="its session went on")
        return
    one = Learned(text=text, memory_type=MemoryType.SEMANTIC.value, sources=[entity.id for entity in said])
    turn = Turn(
        text=text,
        id=id,
        key=id,
        memory_type=one.memory_type,
        source=SUMMARY_SOURCE,
        metadata={RESIDUE: _residue(session, one, "summary")},
    )
    await memory.remember_derived(turn, one.sources)
