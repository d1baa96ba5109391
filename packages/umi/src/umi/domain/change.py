"""Decisions as frozen values. Only the store applies them, atomically, and appends each to the log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from umi.domain.entity import Entity
from umi.domain.scope import Scope

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vector: TypeAlias = NDArray[np.float32]


IDENTITY_OF_CONTENT = b"\0"
IDENTITY_OF_KEY = b"\1"
IDENTITY_RELEASED = b"\2"


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexWords:
    """Words with spaces between: what an entity is found by, what it lends, and its speaker's name.

    It lends to the next two turns of its session: a reply is often found by the words of what it replies to. The name
    is no word to search for where that speaker speaks: what stands on half of all turns finds nothing.
    """

    said: str
    lent: str
    speaker: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Add:
    """Keep a new entity, the words it is found by, and its vector (float32, unit length) by the named model.

    `identity` makes the addition idempotent: a second Add with the same identity stores nothing and answers with
    the entity that is already there. One made from a caller's key stays taken for ever, so that a late retry cannot
    bring back what was forgotten; one made from the content is free again once its entity is forgotten.
    """

    entity: Entity
    identity: bytes
    words: IndexWords
    model: str
    vector: Vector


@dataclass(frozen=True, slots=True, kw_only=True)
class Forget:
    """Take an entity out of recall. Its text and history stay, and `Restore` brings it back."""

    scope: Scope
    id: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Restore:
    """Bring a forgotten entity back into recall, with the words it is found by."""

    scope: Scope
    id: str
    words: IndexWords
    reason: str = ""


Change: TypeAlias = Add | Forget | Restore


class Outcome(StrEnum):
    """What became of a change."""

    APPLIED = "applied"
    KNOWN = "known"
    MISSING = "missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What the store did with one change.

    `seq` is the change's place in the log, or 0 if nothing had to change. `id` is the entity that now stands for it.
    """

    outcome: Outcome
    id: str
    seq: int
    recorded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Changes that become true together, and who asked for them."""

    changes: Sequence[Change]
    actor: str
