"""What can be asked for at a door, in words that belong to none of the protocols."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, Protocol

from umi.domain.text import shown

if TYPE_CHECKING:
    from umi.testing.simulation.agent import Memo

TIMEOUT_SECONDS: Final = 10.0
TRIES: Final = 6
"""So often is a request sent in all, where no answer comes."""
PAUSE_SECONDS_MAX: Final = 4.0
_PASSING: Final = frozenset({
    HTTPStatus.CONFLICT, HTTPStatus.PRECONDITION_FAILED, HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.BAD_GATEWAY,
    HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT,
})  # fmt: skip


class Unanswered(Exception):
    """No answer came, or none that says what became of it."""


class Refused(Exception):
    """The server said no, with this status."""

    def __init__(self, status: int, told: str) -> None:
        super().__init__(f"{status}: {shown(told)}")
        self.status = status


class NothingThere(Refused):
    """Nothing has this id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A memory as a door shows it."""

    id: str
    text: str


class Door(Protocol):
    """A protocol, through one agent's client and towards one node.

    Raises:
        Unanswered: nobody knows whether it was done.
        Refused: it was not done.

    """

    name: str

    async def keep(self, memo: Memo) -> str | None:
        """Let a text be kept, once however often; return the id that stands for it, if the door tells one."""
        ...

    async def find(self, question: str) -> Sequence[Seen]:
        """Return what answers a question, best first."""
        ...

    async def look(self, id: str) -> Seen | None:
        """Return a memory, None where there is none of this id or it was deleted."""
        ...

    async def reword(self, id: str, text: str) -> None:
        """Give a memory another text, where the door can."""
        ...

    async def delete(self, id: str) -> None:
        """Take a memory out."""
        ...


def failure(status: int | None, told: str) -> Exception:
    """Return what an answer that is none means to whoever asked."""
    if status is None or status in _PASSING:
        return Unanswered(told)
    return (NothingThere if status == HTTPStatus.NOT_FOUND else Refused)(status, told)
