"""What was erased, and what a search for what is left of it found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from umi.domain.scope import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Erase:
    """What to erase: entities by their ids, or without ids everything that the scope covers."""

    scope: Scope
    ids: tuple[str, ...] | None = None
    reason: str = ""
    actor: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """Something that is left, or that could not be looked at: where, and what was seen. It quotes nothing."""

    place: str
    what: str

    def __str__(self) -> str:
        return f"{self.place}: {self.what}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """The receipt of an erasure.

    `ids` are the erased entities, `derived` those of them that went because all they rest on went. `counts` says how
    many rows of each kind were removed. `seq` is the last change in the log, `before` and `after` are its hashes.
    `looked` counts what the adversarial check searched for: "words", "vectors" and "bytes". `findings` are what it
    found and what it could not reach; `gone` are known backups that stand no more where they were written.
    """

    ids: tuple[str, ...]
    derived: tuple[str, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict[str, int])
    erased_at: datetime
    seq: int
    before: str
    after: str
    seconds: float = 0.0
    checked: bool = False
    looked: Mapping[str, int] = field(default_factory=dict[str, int])
    findings: tuple[Trace, ...] = ()
    backups: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()

    @property
    def proved(self) -> bool:
        """Whether it was looked for everywhere that is known, and nothing was found."""
        return self.checked and not self.findings
