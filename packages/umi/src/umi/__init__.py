"""Umi: a memory for AI agents.

    from umi import Memory

    memory = Memory.open("memory.db")
    await memory.remember("I moved to Lisbon last Friday", speaker="Ada")
    for hit in await memory.recall("Where does Ada live?"):
        print(hit.score, hit.content)

General layout: `domain` holds the words as frozen values; `ports` what the engine needs from the world; `pipeline`
the two flows, remember and recall, stage by stage, and `engine` the Memory that runs them. `stores`, `vectors` and
`providers` are adapters of the ports, and `wiring` chooses among them. `cli` is the command `umi`.

Importing this opens nothing, starts nothing, and loads each name when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from umi.domain.entity import Entity as Entity
    from umi.domain.entity import EntityType as EntityType
    from umi.domain.entity import MemoryType as MemoryType
    from umi.domain.entity import Status as Status
    from umi.domain.pack import Pack as Pack
    from umi.domain.query import Filter as Filter
    from umi.domain.query import Hit as Hit
    from umi.domain.query import Hits as Hits
    from umi.domain.receipt import Receipt as Receipt
    from umi.domain.receipt import Rejected as Rejected
    from umi.domain.scope import Scope as Scope
    from umi.domain.turn import Role as Role
    from umi.domain.turn import Turn as Turn
    from umi.engine.memory import Memory as Memory
    from umi.errors import MemoryError as MemoryError

__version__ = "0.1.0"

_HOMES = {
    "Entity": "umi.domain.entity",
    "EntityType": "umi.domain.entity",
    "Filter": "umi.domain.query",
    "Hit": "umi.domain.query",
    "Hits": "umi.domain.query",
    "Memory": "umi.engine.memory",
    "MemoryError": "umi.errors",
    "MemoryType": "umi.domain.entity",
    "Pack": "umi.domain.pack",
    "Receipt": "umi.domain.receipt",
    "Rejected": "umi.domain.receipt",
    "Role": "umi.domain.turn",
    "Scope": "umi.domain.scope",
    "Status": "umi.domain.entity",
    "Turn": "umi.domain.turn",
}

__all__ = [
    "Entity",
    "EntityType",
    "Filter",
    "Hit",
    "Hits",
    "Memory",
    "MemoryError",
    "MemoryType",
    "Pack",
    "Receipt",
    "Rejected",
    "Role",
    "Scope",
    "Status",
    "Turn",
    "__version__",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'umi' has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
