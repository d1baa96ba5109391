"""What a reader of a packet should know: what is disputed, over, unsure or left out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from umi.domain.packet import PacketItem
from umi.domain.text import cut

CONFIDENCE_SURE_MIN = 0.5
_SHOWN_CHARACTERS = 80
_DOUBTS_MAX = 5


def warnings(items: Sequence[PacketItem], standing_left_out: int) -> tuple[str, ...]:
    """Say what is odd about the items, by their marks."""
    return tuple(_warnings(items, standing_left_out))


def _warnings(items: Sequence[PacketItem], standing_left_out: int) -> Iterator[str]:
    for one, other in _disputes(items)[:_DOUBTS_MAX]:
        yield f"[{one.mark}] and [{other.mark}] cannot both be true."
    over = [f"[{item.mark}]" for item in items if item.entity.valid_until is not None]
    if over:
        yield f"No longer so: {', '.join(over)}."
    if standing_left_out:
        yield f"{standing_left_out} more that hold always did not fit."


def open_questions(items: Sequence[PacketItem]) -> tuple[str, ...]:
    """Ask what nobody has settled: of two that contradict each other, and of what is unsure."""
    disputed = [f'Which holds: "{_shown(one)}" or "{_shown(other)}"?' for one, other in _disputes(items)[:_DOUBTS_MAX]]
    unsure = [item for item in items if item.entity.confidence < CONFIDENCE_SURE_MIN]
    return (*disputed, *(f'Is it so that "{_shown(item)}"?' for item in unsure[:_DOUBTS_MAX]))


def _disputes(items: Sequence[PacketItem]) -> list[tuple[PacketItem, PacketItem]]:
    """The pairs of items that contradict each other, each once."""
    by_id = {item.entity.id: item for item in items}
    pairs = {
        tuple(sorted((item.entity.id, other))): None
        for item in items
        for other in item.entity.conflicts
        if other in by_id
    }
    return [(by_id[one], by_id[other]) for one, other in pairs]


def _shown(item: PacketItem) -> str:
    return cut(" ".join(item.entity.content.split()), _SHOWN_CHARACTERS)
