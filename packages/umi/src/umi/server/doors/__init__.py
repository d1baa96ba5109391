"""Doors: protocols on top of the engine. The engine knows none of them.

A door has `wire` (the models of its protocol), `translate` where there is something to translate (pure functions),
`routes` (thin), and an `answer` for what goes wrong. It is added to `DOORS` in `umi.server.app`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from fastapi import APIRouter

    from umi.server.shell.faults import Fault


class Door(Protocol):
    """A protocol. Its routes lie under `prefix`, which no other door's begins with."""

    @property
    def name(self) -> str: ...

    @property
    def prefix(self) -> str: ...

    def router(self) -> APIRouter:
        """Return its routes, without the prefix. They take a `Reader`, `Writer` or `Admin` of `umi.server.callers`.

        It declares every status that they may answer with.
        """
        ...

    def answer(self, fault: Fault) -> tuple[int, Mapping[str, Any]]:
        """Return the status and the body that say what went wrong, as this protocol's clients read it."""
        ...
