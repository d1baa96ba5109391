"""Files in and out: a file's turns remembered chunk by chunk, a scope's entities written line by line.

Nothing is half done: a turn is kept whole or not at all. Every turn has a key or an id, so that importing again after
a kill finds what is there already and goes on behind it.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Literal, TextIO, TypeAlias

from umi.domain.entity import Entity
from umi.domain.query import EVERYTHING
from umi.domain.receipt import Receipt, Rejected
from umi.domain.text import cut, shown
from umi.domain.turn import Turn
from umi.engine.bound import Keeper
from umi.engine.progress import Progress
from umi.engine.remembering import CHUNK_TURNS, remember_chunk
from umi.errors import Conflict, Invalid, InvalidFormatError, NotFound, StorageError
from umi.formats import BadRecord, Source, detect, read, write_turn

OnError: TypeAlias = Literal["skip", "stop"]
Kept: TypeAlias = Callable[[Sequence[Receipt | Rejected]], Awaitable[Sequence[Receipt | Rejected]]]
"""What sees to a chunk once it is kept, and gives its answers."""

BAD_RECORDS_LISTED_MAX = 100
_EXCERPT_CHARACTERS = 60
_PAGE_ENTITIES = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportSummary:
    """What an import did: turns added and known already, and bad records, of which the first hundred are listed.

    `stopped` is True if a bad record ended it early.
    """

    format: str
    added: int = 0
    known: int = 0
    bad_count: int = 0
    bad: tuple[BadRecord, ...] = field(default=())
    stopped: bool = False


async def import_file(
    keeper: Keeper,
    path: Path,
    *,
    format: str | None,
    on_error: OnError,
    progress: Progress | None,
    kept: Kept,
) -> ImportSummary:
    lane = keeper.world.lane
    if on_error not in ("skip", "stop"):
        raise Invalid(f"on_error is 'skip' or 'stop', not {shown(on_error)}.")
    source = await lane.run(lambda: _opened(path))
    try:
        return await _import(keeper, source, format=format, on_error=on_error, progress=progress, kept=kept)
    except OSError as error:
        raise StorageError(f"{path} could not be read to its end: {error.strerror}.") from error
    finally:
        await lane.run(source.close)


def _opened(path: Path) -> Source:
    try:
        return Source.open(path)
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError) as error:
        raise NotFound(f"There is no file {path}.") from error
    except (OSError, ValueError) as error:
        raise InvalidFormatError(f"{path} cannot be opened: {error}.") from error


async def _import(
    keeper: Keeper,
    source: Source,
    *,
    format: str | None,
    on_error: OnError,
    progress: Progress | None,
    kept: Kept,
) -> ImportSummary:
    lane = keeper.world.lane
    name = await lane.run(lambda: detect(source)) if format is None else format
    items = read(source, format=name)
    summary = ImportSummary(format=name)
    while not summary.stopped and (chunk := await lane.run(lambda: list(islice(items, CHUNK_TURNS)))):
        summary = await _keep(keeper, summary, _until_bad(chunk) if on_error == "stop" else chunk, kept)
        summary = replace(summary, stopped=on_error == "stop" and summary.bad_count > 0)
        if progress is not None:
            progress(source.bytes_read, source.bytes_total)
    return summary


def _until_bad(chunk: Sequence[Turn | BadRecord]) -> Sequence[Turn | BadRecord]:
    first = next((place for place, item in enumerate(chunk) if isinstance(item, BadRecord)), len(chunk))
    return chunk[: first + 1]


async def _keep(keeper: Keeper, summary: ImportSummary, chunk: Sequence[Turn | BadRecord], kept: Kept) -> ImportSummary:
    turns = [item for item in chunk if isinstance(item, Turn)]
    answers = await kept(await remember_chunk(keeper, turns, start=0))
    bad = [item for item in chunk if isinstance(item, BadRecord)]
    bad += [_refused(turns[answer.index], answer) for answer in answers if isinstance(answer, Rejected)]
    added = sum(not isinstance(answer, Rejected) and answer.created for answer in answers)
    refused = sum(isinstance(answer, Rejected) for answer in answers)
    return replace(
        summary,
        added=summary.added + added,
        known=summary.known + len(answers) - added - refused,
        bad_count=summary.bad_count + len(bad),
        bad=(*summary.bad, *bad)[:BAD_RECORDS_LISTED_MAX],
    )


def _refused(turn: Turn, answer: Rejected) -> BadRecord:
    """A record that could be read, but not kept."""
    excerpt = cut(str(turn.text), _EXCERPT_CHARACTERS)
    return BadRecord(number=0, where=turn.key or "", reason=str(answer.error), excerpt=excerpt)


async def export_file(keeper: Keeper, path: Path, *, progress: Progress | None) -> int:
    """Write to a draft first and name it at the end: a half-written export never bears the name."""
    lane, store, scope = keeper.world.lane, keeper.world.store, keeper.scope
    if not path.name or await lane.run(path.is_dir):
        raise Conflict(f"{path} is a folder. Name a file to write.")
    draft = path.with_name(path.name + ".draft")
    total, done, cursor = await store.count(scope, EVERYTHING), 0, None
    try:
        file = await lane.run(lambda: draft.open("w", encoding="utf-8"))
        try:
            while True:
                page = await store.list(scope, EVERYTHING, limit=_PAGE_ENTITIES, cursor=cursor)
                await lane.run(lambda lines=page.items: _write(file, lines))
                done, cursor = done + len(page.items), page.next
                if progress is not None:
                    progress(done, max(total, done))
                if cursor is None:
                    break
        finally:
            await lane.run(lambda: _finish(file))
        await lane.run(lambda: draft.replace(path))
    except OSError as error:
        raise StorageError(f"{path} could not be written: {error.strerror}.") from error
    return done


def _write(file: TextIO, entities: Sequence[Entity]) -> None:
    file.writelines(write_turn(turn_from(entity)) for entity in entities)


def _finish(file: TextIO) -> None:
    file.flush()
    os.fsync(file.fileno())
    file.close()


def turn_from(entity: Entity) -> Turn:
    """Return the turn that remembers an entity as it is, under its own id."""
    scope = entity.scope
    return Turn(
        text=entity.content,
        id=entity.id,
        speaker=entity.speaker,
        role=entity.role,
        user=scope.user,
        namespace=scope.namespace,
        agent=scope.agent,
        session=scope.session,
        event_time=entity.event_time,
        name=entity.name or None,
        entity_type=entity.entity_type.value,
        memory_type=entity.memory_type.value,
        topics=entity.topics,
        metadata=entity.metadata,
        importance=entity.importance,
        confidence=entity.confidence,
        pinned=entity.pinned,
        key=entity.key,
        source=entity.source,
        trust=entity.trust.value,
        valid_from=entity.valid_from,
        valid_until=entity.valid_until,
        expires_at=entity.expires_at,
        document_time=entity.document_time,
        source_ref=entity.source_ref,
    )
