"""The enrich flow: a kept text → a language model → what the text supports of its answer → decisions → one commit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from umi.domain.change import IDENTITY_OF_CONTENT, Add, Applied, Batch, Change, Finish, Outcome
from umi.domain.completion import NO_USAGE, Usage
from umi.domain.decision import Decision
from umi.domain.entity import Entity, Status
from umi.domain.extraction import Extraction, ExtractionOptions, Refused
from umi.domain.fact import Fact
from umi.engine.bound import Keeper
from umi.engine.deciding import known_to
from umi.errors import NotFound, StorageBusyError, Unsupported
from umi.limits import EXTRACTION_KNOWN_COUNT_MAX
from umi.pipeline.remember.embed import Embedded, embed, worded

if TYPE_CHECKING:
    from umi.pipeline.enrich.plan import Planned

DECISIONS_TRIED_MAX = 20  # each time, what another writer changed meanwhile is compared anew


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrichment:
    """What a language model has added to a kept text.

    `path` is "llm", or "skipped" for what no model is to read. `entities` stand for what the text names; `facts` are
    those it had not carried; `decisions` say how they stand to what was known. `refused` is what the text does not
    support, each with a reason, and `usage` what all of it took.
    """

    id: str
    path: str
    entities: tuple[Entity, ...] = ()
    facts: tuple[Fact, ...] = ()
    decisions: tuple[Decision, ...] = ()
    refused: tuple[Refused, ...] = ()
    usage: Usage = NO_USAGE
    model: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Names:
    """The entities that stand for what a text names: those that are recalled, and additions for the new ones."""

    standing: Sequence[Entity]
    added: Sequence[Embedded]


async def enrich(keeper: Keeper, id: str, *, finishes: Sequence[Finish] = ()) -> Enrichment:
    """Let the language model read a kept text, and keep what the text supports of it, in one commit.

    Doing it again adds nothing that is there already. `finishes` are the tasks that are done by it, in the same commit.

    Raises:
        NotFound: nothing in this scope has this id.
        Unsupported: there is no language model.
        ProviderError: the model gave no usable answer; nothing changed.
        StorageError: nothing changed either.

    """
    with keeper.world.tracer.span("umi.enrich") as span:
        found = await _enrich(keeper, id, finishes)
        span.set("umi.path", found.path)
        span.set("umi.entities.count", len(found.entities))
        span.set("umi.facts.count", len(found.facts))
        span.set("umi.refused.count", len(found.refused))
        return found


async def _enrich(keeper: Keeper, id: str, finishes: Sequence[Finish]) -> Enrichment:
    extraction: Extraction | None = None
    for _ in range(DECISIONS_TRIED_MAX):
        entity = await _read(keeper, id)
        if not _is_readable(entity):
            await keeper.world.store.apply(Batch(groups=[], actor=keeper.actor, finishes=finishes))
            return Enrichment(id=id, path="skipped")
        if extraction is None or extraction.raw_text != entity.content:
            extraction = await _extracted(keeper, entity, NO_USAGE if extraction is None else extraction.usage)
        names = await _names(keeper, entity, extraction)
        planned = await _planned(keeper, entity, extraction, names, finishes)
        if planned is not None:
            return _enrichment(entity, extraction, names, planned)
    raise StorageBusyError("What is known of a subject keeps changing while it is being compared. Try again.")


async def _read(keeper: Keeper, id: str) -> Entity:
    [entity] = await keeper.world.store.get(replace(keeper.scope, session=None), [id])
    if entity is None:
        raise NotFound(f"Nothing in this scope has the id {id!r}.")
    return entity


def _is_readable(entity: Entity) -> bool:
    from umi.pipeline.enrich.plan import is_readable

    return is_readable(entity)


async def _extracted(keeper: Keeper, entity: Entity, spent: Usage) -> Extraction:
    from umi.pipeline.enrich.extractor import EntityExtractor
    from umi.pipeline.enrich.plan import speaks_for_user

    world = keeper.world
    if world.llm is None:
        raise Unsupported("This memory has no language model. Give it one: Memory.open(llm=...).")
    scope = replace(entity.scope, session=None)
    known = await world.store.subjects(scope, limit=EXTRACTION_KNOWN_COUNT_MAX)
    with world.tracer.span("umi.extract"):
        found = await EntityExtractor(world.llm).extract(
            entity.content,
            ExtractionOptions(existing_entities=tuple(name for name, _ in known)),
            speaker=entity.speaker,
            speaks_for_user=speaks_for_user(entity),
            slots=keeper.behaviour.slots,
        )
    return replace(found, usage=spent + found.usage)


async def _names(keeper: Keeper, entity: Entity, extraction: Extraction) -> _Names:
    """Look which of what a text names is known. What was forgotten is not brought back by being named again."""
    from umi.pipeline.enrich.plan import named_entities

    world = keeper.world
    named = named_entities(extraction, entity, now=world.clock.now())
    if not named:
        return _Names(standing=(), added=())
    known = await world.store.get(named[0].scope, [one.id for one in named])
    fresh = [one for one, there in zip(named, known, strict=True) if there is None]
    standing = [there or one for one, there in zip(named, known, strict=True)]
    return _Names(
        standing=[one for one in standing if one.status is Status.ACTIVE],
        added=await _embedded(keeper, fresh),
    )


async def _embedded(keeper: Keeper, fresh: Sequence[Entity]) -> Sequence[Embedded]:
    items = [worded(one) for one in fresh]
    if not items or not keeper.behaviour.config.generate_embeddings:
        return [Embedded(entity=item.entity, words=item.words, vector=None) for item in items]
    return await embed(items, keeper.world.embedder)


async def _planned(
    keeper: Keeper, entity: Entity, extraction: Extraction, names: _Names, finishes: Sequence[Finish]
) -> Planned | None:
    """Decide, and commit; None if what was taken for granted did not hold any more."""
    from umi.pipeline.enrich.plan import plan

    world = keeper.world
    knowledge = await known_to(keeper, [replace(entity, facts=extraction.facts)])
    [beliefs] = knowledge.beliefs.values()
    planned = await world.lane.run(lambda: plan(entity, extraction, beliefs, names.standing))
    # The text comes first: where it has changed meanwhile, that shows in the first answer. Edges need both their ends.
    additions = [[_addition(one, world.embedder.model)] for one in names.added]
    groups: list[Sequence[Change]] = [planned.groups[0], *additions, *planned.groups[1:]]
    batch = Batch(groups=groups, actor=keeper.actor, guards=knowledge.guards, finishes=finishes)
    with world.tracer.span("umi.commit"):
        applied = await world.store.apply(batch)
    return None if _is_stale(applied) else planned


def _addition(one: Embedded, model: str) -> Add:
    identity = IDENTITY_OF_CONTENT + one.entity.id.encode()
    return Add(entity=one.entity, identity=identity, words=one.words, model=model, vector=one.vector)


def _is_stale(applied: Sequence[Applied]) -> bool:
    return any(answer.outcome is Outcome.STALE for answer in applied)


def _enrichment(entity: Entity, extraction: Extraction, names: _Names, planned: Planned) -> Enrichment:
    return Enrichment(
        id=entity.id,
        path="llm",
        entities=tuple(names.standing),
        facts=planned.facts,
        decisions=planned.decisions,
        refused=(*extraction.refused, *planned.refused),
        usage=extraction.usage,
        model=extraction.model,
    )
