"""What this door writes into an entity's metadata. A caller's own metadata has none of it.

`KIND` is the type a caller gave, where the engine's type says less; `TURN` is the caller's name of the turn it is of.
"""

from __future__ import annotations

from typing import Final

KIND: Final = "cml_type"
TURN: Final = "cml_turn"
RESERVED: Final = frozenset({KIND, TURN})
