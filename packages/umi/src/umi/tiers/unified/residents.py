"""What stands in core memory for entities: a line each, in the block of their type."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from umi.domain.block import BlockType
from umi.domain.entity import Entity, EntityType
from umi.domain.text import ELLIPSIS, cut
from umi.tiers.core import CoreMemory

BLOCKS: Mapping[EntityType, BlockType] = {
    EntityType.SELF: BlockType.PERSONA,
    EntityType.PERSON: BlockType.HUMAN,
    EntityType.ORGANIZATION: BlockType.FACTS,
    EntityType.PROJECT: BlockType.FACTS,
    EntityType.LOCATION: BlockType.FACTS,
    EntityType.TOPIC: BlockType.FACTS,
    EntityType.TASK: BlockType.GOALS,
    EntityType.EVENT: BlockType.GOALS,
    EntityType.NOTE: BlockType.SCRATCH,
}


class Residents:
    """The entities in a core memory. Whatever else was written into its blocks stays as it is."""

    def __init__(self, core: CoreMemory, *, line_bytes: int) -> None:
        self._core = core
        self._line_bytes = line_bytes
        self._lines: dict[str, tuple[BlockType, str]] = {}

    def __len__(self) -> int:
        return len(self._lines)

    def __contains__(self, id: object) -> bool:
        return id in self._lines

    def __iter__(self) -> Iterator[str]:
        return iter(list(self._lines))

    def block_of(self, id: str) -> BlockType | None:
        """Return the block that an entity stands in, or None."""
        return self._lines[id][0] if id in self._lines else None

    def put(self, entity: Entity) -> None:
        """Add the line of an entity, or bring the one that is there up to date.

        Raises:
            CoreMemoryFullError: there is no room for it; what was there stays.

        """
        block, line = BLOCKS[entity.entity_type], self._line(entity)
        known = self._lines.get(entity.id)
        if known == (block, line):
            return
        if known is not None and known[0] is block:
            self._set(block, _replaced(self._written(block), known[1], line))
        else:
            self._set(block, [*self._written(block), line])
            if known is not None:
                self._set(known[0], _replaced(self._written(known[0]), known[1], None))
        self._lines[entity.id] = (block, line)

    def drop(self, id: str) -> bool:
        """Remove the line of an entity, and nothing else; False if it has none."""
        known = self._lines.pop(id, None)
        if known is not None and self._core.has_block(known[0]):
            self._set(known[0], _replaced(self._written(known[0]), known[1], None))
        return known is not None

    def to_list(self) -> list[list[str]]:
        """Return all of it as rows that JSON can hold, for `take`."""
        return [[id, block.value, line] for id, (block, line) in self._lines.items()]

    def take(self, rows: Iterable[Iterable[Any]]) -> None:
        """Take over what `to_list` gave; the lines themselves stand in the core memory's snapshot."""
        self._lines = {str(id): (BlockType.parse(block), str(line)) for id, block, line in rows}

    def _written(self, block: BlockType) -> list[str]:
        content = self._core.get_block(block)
        return content.split("\n") if content else []

    def _set(self, block: BlockType, lines: list[str]) -> None:
        if lines:
            self._core.set_block(block, "\n".join(lines))
        else:
            self._core.remove_block(block)

    def _line(self, entity: Entity) -> str:
        """Return an entity in one line; a name that is but the beginning of the content is not said twice."""
        content = " ".join(entity.content.split())
        name = " ".join(entity.name.split())
        said = content if not name or content.startswith(name.removesuffix(ELLIPSIS)) else f"{name}: {content}"
        room = self._line_bytes
        line = cut(said, room)
        while len(line.encode()) > self._line_bytes:
            room = room * 3 // 4
            line = cut(said, room)
        return line


def _replaced(lines: list[str], old: str, new: str | None) -> list[str]:
    """Put a line in the place of the last that reads like the old one; append it where somebody took that away."""
    place = next((place for place in reversed(range(len(lines))) if lines[place] == old), None)
    put = [] if new is None else [new]
    return [*lines, *put] if place is None else [*lines[:place], *put, *lines[place + 1 :]]
