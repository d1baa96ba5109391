"""What entities of this door name as their source, and how their ids are made."""

from __future__ import annotations

import hashlib
import json
from typing import Final

MESSAGE_SOURCE: Final = "agent-memory:message"
"""Of the messages of a session: they are its conversation, and no long-term memories."""
EXTRACTION_SOURCE: Final = "agent-memory:extraction"
"""Of what was learned from a conversation."""
SUMMARY_SOURCE: Final = "agent-memory:summary"
"""Of a conversation's summary."""

_DIGEST_BYTES: Final = 20


def digest(*parts: object) -> str:
    """Return a hash that no other parts have: each is fenced by JSON, so that none can reach into its neighbour."""
    return hashlib.blake2b(json.dumps(parts, sort_keys=True).encode(), digest_size=_DIGEST_BYTES).hexdigest()
