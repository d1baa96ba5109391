"""What this door writes beside an entity so that it can tell its own things apart. A caller's metadata has none of it.

`WORKING` marks a message of a session: the long-term search leaves it out. `RESIDUE` holds the fields of a record that
the engine has no place for, so that they come back as they were sent. `ALIAS` is the id that callers know a record by
whose entity has another, because it was moved to another user, namespace or session, which an entity cannot be.
"""

from __future__ import annotations

from typing import Final

WORKING: Final = "umi_working_memory"
RESIDUE: Final = "agent_memory"
ALIAS: Final = "agent_memory_id"
ACTOR: Final = "umi:agent-memory"
"""Who acts behind the answers, as the history of an entity names it."""
RESERVED: Final = frozenset({WORKING, RESIDUE, ALIAS})
