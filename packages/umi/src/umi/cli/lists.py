"""How memories are listed: one a row, in the order they come."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from umi.cli import screen
from umi.cli.documents import entity_document
from umi.cli.settings import Settings
from umi.cli.states import state_of
from umi.cli.tables import excerpt, print_table

if TYPE_CHECKING:
    from umi import Entity


def print_list(settings: Settings, entities: Sequence[Entity]) -> None:
    """Print memories; down a pipe one tab-separated line each: id, date, speaker, text, state."""
    if settings.json:
        for entity in entities:
            screen.document(entity_document(entity))
    elif entities:
        rows = [_row(entity) for entity in entities]
        columns = ("id", "date", "speaker", "text", "state")
        if screen.for_person() and not any(state for *_, state in rows):
            columns, rows = columns[:-1], [row[:-1] for row in rows]
        print_table(columns, rows, whole=("id", "state"))


def _row(entity: Entity) -> tuple[str, ...]:
    who = entity.speaker or entity.role or ""
    state = state_of(entity, brief=screen.for_person())  # `umi get` has the room to tell all of it
    return entity.id, entity.event_time.date().isoformat(), who, excerpt(entity.content), state
