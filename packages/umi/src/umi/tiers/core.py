"""Core memory: what a model always sees. Six typed blocks, rendered in a fixed order."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from umi.domain.block import BlockType, MemoryBlock
from umi.domain.checking import check_share, check_text
from umi.domain.text import cut, shown
from umi.domain.time import parse_time
from umi.errors import (
    BlockNotFoundError,
    BlockTooLargeError,
    CoreMemoryFullError,
    InvalidLimitError,
    TextTooLongError,
)
from umi.limits import (
    CORE_MEMORY_BYTES_DEFAULT,
    CORE_MEMORY_BYTES_MAX,
    CORE_MEMORY_BYTES_MIN,
    CORE_MEMORY_LABEL_BYTES_MAX,
    IMPORTANCE_DEFAULT,
    PACK_TOKENS_MAX,
)
from umi.ports.world import Clock
from umi.tiers import snapshot
from umi.tiers.clock import MachineClock
from umi.tiers.tokens import estimate_tokens

_OPEN, _CLOSE, _TITLE = "<core_memory>\n", "</core_memory>", "# Core Memory\n\n"
_KIND = "core memory"
_CUT_CHARACTERS_MIN = 20


class CoreMemory:
    """Up to one block of each type, with room for `max_size_bytes` of content.

        core = CoreMemory()
        core.set_block("human", "Prefers concise answers.")
        prompt = core.render()

    What counts towards the limit is the UTF-8 of the contents, as `used_bytes` says; `rendered_bytes` says what
    `render` makes of them, labels, markup and escapes included. Block types are given as `BlockType` or by name,
    without regard to case. Times come from the clock, the machine's unless another is given. For one thread at a time.

    Raises:
        InvalidLimitError: the size is not from CORE_MEMORY_BYTES_MIN to CORE_MEMORY_BYTES_MAX.

    """

    def __init__(self, max_size_bytes: int = CORE_MEMORY_BYTES_DEFAULT, *, clock: Clock | None = None) -> None:
        self._max_bytes = _checked_size(max_size_bytes)
        self._clock = clock or MachineClock()
        self._blocks: dict[BlockType, MemoryBlock] = {}

    def __repr__(self) -> str:
        return f"CoreMemory({self.block_count} blocks, {self.used_bytes} of {self.max_bytes} bytes)"

    def set_block(
        self,
        block_type: BlockType | str,
        content: str,
        *,
        label: str | None = None,
        importance: float | None = None,
    ) -> MemoryBlock:
        """Set the content of a block, and its label and importance if given; return the block.

        A block that was there keeps when it was created, and what is not given. An empty label takes the label away.

        Raises:
            CoreMemoryFullError: there is no room for it beside the other blocks; the block stays as it was.
            BlockTooLargeError: it is larger than the whole core memory.
            Invalid: the type is unknown, or a value is no text.
            InvalidImportanceError: the importance is not a number from 0 to 1.

        """
        block_type = BlockType.parse(block_type)
        size = self._checked_content(content)
        if label:
            check_text("label", label, CORE_MEMORY_LABEL_BYTES_MAX)
        if importance is not None:
            check_share("importance", importance)
        old = self._blocks.get(block_type)
        others = self.used_bytes - (0 if old is None else old.size_bytes)
        if others + size > self._max_bytes:
            raise CoreMemoryFullError(
                f"The block {block_type} of {size} bytes does not fit: the others take {others} of {self._max_bytes}. "
                "Shorten or remove a block, or give the core memory more bytes."
            )
        now = self._clock.now()
        block = MemoryBlock(
            block_type=block_type,
            content=content,
            created_at=now if old is None else old.created_at,
            modified_at=now,
            label=(None if old is None else old.label) if label is None else label or None,
            importance=_first(importance, None if old is None else old.importance, IMPORTANCE_DEFAULT),
        )
        self._blocks[block_type] = block
        return block

    def set_block_with_label(self, block_type: BlockType | str, label: str, content: str) -> MemoryBlock:
        """Set the content and the label of a block; see `set_block`."""
        return self.set_block(block_type, content, label=label)

    def get_block(self, block_type: BlockType | str) -> str | None:
        """Return the content of a block, or None where there is none.

        Raises:
            Invalid: there is no such type.

        """
        block = self._blocks.get(BlockType.parse(block_type))
        return None if block is None else block.content

    def block(self, block_type: BlockType | str) -> MemoryBlock:
        """Return a block with its label, importance and times.

        Raises:
            BlockNotFoundError: there is none of this type.

        """
        parsed = BlockType.parse(block_type)
        block = self._blocks.get(parsed)
        if block is None:
            raise BlockNotFoundError(f"The core memory has no block {parsed}. Set it with set_block first.")
        return block

    def has_block(self, block_type: BlockType | str) -> bool:
        return BlockType.parse(block_type) in self._blocks

    def remove_block(self, block_type: BlockType | str) -> bool:
        """Remove a block; False if there was none."""
        return self._blocks.pop(BlockType.parse(block_type), None) is not None

    def get_block_importance(self, block_type: BlockType | str) -> float:
        """Return the importance of a block.

        Raises:
            BlockNotFoundError: there is none of this type.

        """
        return self.block(block_type).importance

    def set_block_importance(self, block_type: BlockType | str, importance: float) -> None:
        """Say how important a block is, from 0 to 1.

        Raises:
            BlockNotFoundError: there is none of this type.
            InvalidImportanceError: it is not a number from 0 to 1.

        """
        check_share("importance", importance)
        block = self.block(block_type)
        self._blocks[block.block_type] = replace(block, importance=float(importance), modified_at=self._clock.now())

    def clear(self) -> None:
        """Remove every block."""
        self._blocks.clear()

    def blocks_ordered(self) -> Sequence[MemoryBlock]:
        """Return the blocks in the order in which they are rendered."""
        return [self._blocks[block_type] for block_type in BlockType if block_type in self._blocks]

    @property
    def block_count(self) -> int:
        return len(self._blocks)

    @property
    def is_empty(self) -> bool:
        return not self._blocks

    @property
    def used_bytes(self) -> int:
        """The bytes of the contents of all blocks."""
        return sum(block.size_bytes for block in self._blocks.values())

    @property
    def rendered_bytes(self) -> int:
        """The bytes of what `render` gives."""
        return len(self.render().encode())

    @property
    def max_bytes(self) -> int:
        return self._max_bytes

    @property
    def available_bytes(self) -> int:
        """How many bytes of content there is still room for."""
        return self._max_bytes - self.used_bytes

    @property
    def utilization(self) -> float:
        """The share of the room that is used, from 0 to 1."""
        return self.used_bytes / self._max_bytes

    def render(self, *, max_tokens: int | None = None, count_tokens: Callable[[str], int] | None = None) -> str:
        """Return the blocks as XML for a model, in their fixed order, contents and labels escaped.

        With `max_tokens`, the most important blocks that fit: the first that does not is cut between words, and the
        rest are left out; the outermost element is there always. Tokens are estimated, erring high, unless
        `count_tokens` counts them.

        Raises:
            InvalidLimitError: `max_tokens` is not a whole number of at least 1.

        """
        blocks = self.blocks_ordered()
        if max_tokens is not None:
            blocks = _fitting(blocks, _checked_tokens(max_tokens), count_tokens or estimate_tokens)
        return f"{_OPEN}{''.join(block.render() for block in blocks)}{_CLOSE}"

    def render_markdown(self) -> str:
        """Return the blocks as Markdown for people, in the same order."""
        return f"{_TITLE}{''.join(block.render_markdown() for block in self.blocks_ordered())}"

    def to_dict(self) -> dict[str, Any]:
        """Return all of it as a dictionary that JSON can hold, for `from_dict`."""
        blocks = [
            {
                "type": block.block_type.value,
                "content": block.content,
                "label": block.label,
                "importance": block.importance,
                "created_at": block.created_at.isoformat(),
                "modified_at": block.modified_at.isoformat(),
            }
            for block in self.blocks_ordered()
        ]
        return {"umi": _KIND, "max_size_bytes": self._max_bytes, "blocks": blocks}

    @classmethod
    def from_dict(cls, state: Mapping[str, Any], *, clock: Clock | None = None) -> CoreMemory:
        """Make one of what `to_dict` gave.

        Raises:
            InvalidFormatError: it is not of that form.

        """
        return snapshot.read(_KIND, state, lambda given: cls._of(given, clock))

    def snapshot(self) -> bytes:
        """Return all of it as bytes, the same for the same state, for `restore`."""
        return snapshot.to_bytes(self.to_dict())

    @classmethod
    def restore(cls, data: bytes, *, clock: Clock | None = None) -> CoreMemory:
        """Make one of what `snapshot` gave.

        Raises:
            InvalidFormatError: it is not of that form.

        """
        return cls.from_dict(snapshot.from_bytes(data), clock=clock)

    @classmethod
    def _of(cls, state: Mapping[str, Any], clock: Clock | None) -> CoreMemory:
        core = cls(state["max_size_bytes"], clock=clock)
        for given in state["blocks"]:
            block = core.set_block(
                given["type"], given["content"], label=given["label"], importance=given["importance"]
            )
            times: Mapping[str, datetime] = {name: parse_time(given[name]) for name in ("created_at", "modified_at")}
            core._blocks[block.block_type] = replace(block, **times)  # pyright: ignore[reportArgumentType]
        return core

    def _checked_content(self, content: object) -> int:
        """Check a block's content, which may be empty or blank; return its bytes."""
        if isinstance(content, str) and (not content or content.isspace()):
            return len(content.encode())
        try:
            check_text("content", content, self._max_bytes)
        except TextTooLongError as error:
            raise BlockTooLargeError(
                f"The block is larger than the whole core memory of {self._max_bytes} bytes. Shorten it."
            ) from error
        return len(str(content).encode())


def _fitting(blocks: Sequence[MemoryBlock], tokens: int, count: Callable[[str], int]) -> list[MemoryBlock]:
    """Choose the most important blocks while they fit, the last of them cut; keep their order."""
    left = tokens - count(_OPEN + _CLOSE)
    chosen: list[MemoryBlock] = []
    for block in sorted(blocks, key=lambda block: (-block.importance, block.block_type.rank)):
        cost = count(block.render())
        if cost > left:
            short = _shortened(block, left, count)
            chosen += [] if short is None else [short]
            break
        chosen.append(block)
        left -= cost
    return sorted(chosen, key=lambda block: block.block_type.rank)


def _shortened(block: MemoryBlock, tokens: int, count: Callable[[str], int]) -> MemoryBlock | None:
    """Cut a block until it fits; None where next to nothing would be left of it."""
    room = len(block.content)
    while room >= _CUT_CHARACTERS_MIN:
        short = replace(block, content=cut(block.content, room))
        if count(short.render()) <= tokens:
            return short
        room = room * 3 // 4
    return None


def _first(*values: float | None) -> float:
    return next(float(value) for value in values if value is not None)


def _checked_size(size: object) -> int:
    within = isinstance(size, int) and CORE_MEMORY_BYTES_MIN <= size <= CORE_MEMORY_BYTES_MAX
    if isinstance(size, bool) or not isinstance(size, int) or not within:
        raise InvalidLimitError(
            f"max_size_bytes is a whole number from {CORE_MEMORY_BYTES_MIN} to {CORE_MEMORY_BYTES_MAX}, "
            f"not {shown(size)}."
        )
    return size


def _checked_tokens(tokens: object) -> int:
    if isinstance(tokens, bool) or not isinstance(tokens, int) or not 1 <= tokens <= PACK_TOKENS_MAX:
        raise InvalidLimitError(f"max_tokens is a whole number from 1 to {PACK_TOKENS_MAX}, not {shown(tokens)}.")
    return tokens
