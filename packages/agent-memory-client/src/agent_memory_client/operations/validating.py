"""What can be said about a memory or a search without asking the server."""

from __future__ import annotations

from agent_memory_client.exceptions import MemoryValidationError
from agent_memory_client.ids import is_ulid
from agent_memory_client.models.record import MemoryRecord, MemoryTypeEnum
from agent_memory_client.operations.searching import FILTERS, SearchOptions

_KNOWN = FILTERS | SearchOptions.__annotations__.keys() | {"text", "limit", "offset", "optimize_query"}


def validate_memory_record(memory: MemoryRecord) -> None:
    """Check that a memory has a text, a type of the protocol's, and as its id a ULID or nothing.

    Raises:
        MemoryValidationError: it does not.
    """
    if not memory.text.strip():
        raise MemoryValidationError("The memory has no text.")
    if memory.memory_type not in set(MemoryTypeEnum):
        raise MemoryValidationError(f"The protocol has no memory type {memory.memory_type!r}.")
    if memory.id and not is_ulid(memory.id):
        raise MemoryValidationError(f"The id is no ULID: {memory.id!r}.")


def validate_search_filters(**filters: object) -> None:
    """Check the names of a search's filters, and its numbers.

    Raises:
        MemoryValidationError: there is no such filter, or a number is out of its range.
    """
    if unknown := filters.keys() - _KNOWN:
        raise MemoryValidationError(f"A search takes no {', '.join(sorted(unknown))}.")
    _number(filters, "limit", minimum=1)
    _number(filters, "offset", minimum=0)
    _number(filters, "distance_threshold", minimum=0, kinds=(int, float))


def _number(filters: dict[str, object], name: str, *, minimum: int, kinds: tuple[type, ...] = (int,)) -> None:
    value = filters.get(name)
    if value is None:
        return
    if (
        not isinstance(value, (int, float))
        or isinstance(value, bool)
        or not isinstance(value, kinds)
        or value < minimum
    ):
        raise MemoryValidationError(f"{name} is a number of at least {minimum}, not {value!r}.")
