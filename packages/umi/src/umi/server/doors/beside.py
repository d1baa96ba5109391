"""What doors and the engine keep in an entity's metadata, beside what a caller gave.

A door shows its caller none of it and takes none of it away, so that what one door needs outlives an edit through
another.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from umi.domain.consolidation import THEME_KEY, UNTIL_KEY
from umi.server.doors.agent_memory import marks as agent_memory
from umi.server.doors.cml import marks as cml

if TYPE_CHECKING:
    from umi.domain.entity import Entity

KEYS: Final = agent_memory.RESERVED | cml.RESERVED | {THEME_KEY, UNTIL_KEY}


def own_metadata(entity: Entity) -> dict[str, Any]:
    """Return the metadata that a caller gave."""
    return {name: value for name, value in entity.metadata.items() if name not in KEYS}


def kept_beside(entity: Entity) -> dict[str, Any]:
    """Return the metadata that no caller gave."""
    return {name: value for name, value in entity.metadata.items() if name in KEYS}
