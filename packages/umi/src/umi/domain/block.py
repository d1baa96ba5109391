"""Blocks: the six parts of what a model always sees."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from umi.domain.entity import EntityType
from umi.domain.text import shown
from umi.errors import Invalid
from umi.limits import IMPORTANCE_DEFAULT


class BlockType(StrEnum):
    """What a block is about, in the order in which blocks are rendered."""

    SYSTEM = "system"
    PERSONA = "persona"
    HUMAN = "human"
    FACTS = "facts"
    GOALS = "goals"
    SCRATCH = "scratch"

    @classmethod
    def parse(cls, value: object) -> BlockType:
        """Read a type from its name, without regard to case.

        Raises:
            Invalid: there is no such type.

        """
        name = value.strip().lower() if isinstance(value, str) else None
        found = next((member for member in cls if member.value == name), None)
        if found is None:
            raise Invalid(f"A block is one of {', '.join(cls)}, not {shown(value)}.")
        return found

    @property
    def rank(self) -> int:
        """Its place in the order of rendering, from 0."""
        return list(BlockType).index(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryBlock:
    """One block, as it stands. `importance` lies in 0..1; `label` says more closely what it is about."""

    block_type: BlockType
    content: str
    created_at: datetime
    modified_at: datetime
    label: str | None = None
    importance: float = IMPORTANCE_DEFAULT

    @property
    def id(self) -> str:
        """The name of its type: there is one block of each."""
        return self.block_type.value

    @property
    def size_bytes(self) -> int:
        """The bytes of its content, in UTF-8."""
        return len(self.content.encode())

    def render(self) -> str:
        """Return it as an XML element, its content and label escaped: nothing in them can end it or begin another."""
        label = "" if self.label is None else f' label="{escaped(self.label)}"'
        opening = f'<block type="{self.block_type}"{label} importance="{self.importance:.2f}">'
        return f"{opening}\n{escaped(self.content)}\n</block>\n"

    def render_markdown(self) -> str:
        """Return it as a section of Markdown, for people. Its content stays as it is."""
        label = "" if self.label is None else f" - {' '.join(self.label.split())}"
        title = f"## {self.block_type.value.capitalize()}{label} (importance: {self.importance:.2f})"
        return f"{title}\n{self.content}\n\n"


_ESCAPES: Mapping[int, str] = {
    **dict.fromkeys((*range(32), 65534, 65535), "�"),  # what no XML may hold
    **{ord(blank): blank for blank in "\t\n"},
    ord("&"): "&amp;",
    ord("<"): "&lt;",
    ord(">"): "&gt;",
    ord('"'): "&quot;",
    ord("\r"): "&#13;",
}


def escaped(text: str) -> str:
    """Return a text as XML may hold it, in an element as in an attribute between double quotes."""
    return text.translate(_ESCAPES)


_BLOCKS: Mapping[EntityType, BlockType] = {
    EntityType.SELF: BlockType.PERSONA,
    EntityType.PERSON: BlockType.FACTS,
    EntityType.ORGANIZATION: BlockType.FACTS,
    EntityType.PROJECT: BlockType.GOALS,
    EntityType.TOPIC: BlockType.FACTS,
    EntityType.LOCATION: BlockType.FACTS,
    EntityType.EVENT: BlockType.GOALS,
    EntityType.NOTE: BlockType.SCRATCH,
    EntityType.TASK: BlockType.GOALS,
}
_ENTITY_TYPES: Mapping[BlockType, EntityType] = {
    BlockType.SYSTEM: EntityType.NOTE,
    BlockType.PERSONA: EntityType.SELF,
    BlockType.HUMAN: EntityType.NOTE,
    BlockType.FACTS: EntityType.TOPIC,
    BlockType.GOALS: EntityType.PROJECT,
    BlockType.SCRATCH: EntityType.NOTE,
}


def block_for(entity_type: EntityType | str) -> BlockType:
    """Return the block that entities of a type belong to in an agent runtime such as Kelpie.

    Raises:
        Invalid: there is no such type.

    """
    return _BLOCKS[EntityType.parse(entity_type)]


def entity_type_for(block_type: BlockType | str) -> EntityType:
    """Return the type of entity to keep a block as; two blocks may give one type, so the way back is not always there.

    Raises:
        Invalid: there is no such block.

    """
    return _ENTITY_TYPES[BlockType.parse(block_type)]
