"""A memory of a session, kept for long."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from pydantic import ValidationError

from umi.errors import Conflict, Invalid
from umi.server.doors.agent_memory import long_term
from umi.server.doors.agent_memory.wire.records import RecordAsked

if TYPE_CHECKING:
    from umi.server.doors.agent_memory.places import Places
    from umi.server.doors.agent_memory.session import Held

_STAMPED: Final = frozenset({"updated_at", "persisted_at"})


async def keep(places: Places, held: Held, *, other_id: str) -> str:
    """Keep a memory as a long-term one, and return the entity that stands for it.

    It has its own id, if that is not another's: then it has another. What says the same as an older memory is merged
    into that, and what comes again with another text is revised, both in the history.

    Raises:
        MemoryError: it cannot be kept as it is, or not now.

    """
    said_at = None if held.put_at is None else datetime.fromisoformat(held.put_at)
    record = {name: value for name, value in held.record.items() if name not in _STAMPED}
    [kept] = await long_term.keep(places, [_asked(record, held.id)], said_at=said_at)
    if isinstance(kept.error, Conflict):
        [kept] = await long_term.keep(places, [_asked(record, other_id)], said_at=said_at)
    if kept.error is not None:
        raise kept.error
    assert kept.entity is not None
    return kept.entity


def _asked(record: Mapping[str, Any], id: str) -> RecordAsked:
    try:
        return RecordAsked.model_validate({**record, "id": id})
    except ValidationError as error:  # a later version may ask for more than the one that took it
        raise Invalid("A memory of a session is not as a long-term memory has to be.") from error
