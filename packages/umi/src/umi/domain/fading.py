"""What fades: the policy, what it decides of each memory and why, and which memories say the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from umi.domain.entity import MemoryType


class Fade(StrEnum):
    """What becomes of a memory that is worth little, gentlest first. All of it can be undone.

    `decay` lowers its importance. `compress` puts the gist of several turns of a session in their place and silences
    them. `silence` takes it out of recall until a question cues it strongly. `delete` takes it out for good, unless it
    is restored; its text stays, as only erasing removes that.
    """

    DECAY = "decay"
    COMPRESS = "compress"
    SILENCE = "silence"
    DELETE = "delete"


@dataclass(frozen=True, slots=True, kw_only=True)
class DecayPolicy:
    """What a memory is worth, and what becomes of one that is worth little.

    The score is the sum of five parts in 0..1, each times its weight, over the sum of the weights. `half_life` is
    after which time without a recall recency has halved, counted from the last recall, or from the event time of what
    was never recalled. `frequent_count` and `depended_count` are how many recalls and dependents make their parts 1;
    both grow with the logarithm.

    A memory with a score below one of the thresholds gets that action; the lowest threshold goes first, and 0 turns an
    action off. Decay multiplies importance by `importance_factor`, down to `importance_min`. Compression takes at least
    `gist_turns_min` turns of a session. What was learned or changed within `rest` is left alone.

    Over a budget, in active memories or in bytes of their text, those with the lowest scores get the action
    `over_budget`, `silence` or `delete`, until what is left fits; rest does not keep from that. Nothing is ever done to
    what is pinned or of a `protected` type, which counts towards the budget all the same.
    """

    importance_weight: float = 0.3
    recency_weight: float = 0.3
    frequency_weight: float = 0.1
    dependency_weight: float = 0.2
    pin_weight: float = 0.1
    half_life: timedelta = timedelta(days=90)
    frequent_count: int = 20
    depended_count: int = 5
    rest: timedelta = timedelta(days=30)
    decay_below: float = 0.3
    compress_below: float = 0.25
    silence_below: float = 0.2
    delete_below: float = 0.1
    importance_factor: float = 0.5
    importance_min: float = 0.05
    gist_turns_min: int = 3
    protected: tuple[MemoryType, ...] = (MemoryType.CONSTRAINT, MemoryType.PREFERENCE)
    entities_max: int | None = None
    bytes_max: int | None = None
    over_budget: Fade = Fade.SILENCE


@dataclass(frozen=True, slots=True, kw_only=True)
class DecayDecision:
    """What is to become of one memory, and why.

    `parts` are the contributions to the score by name; they sum to it. `reason` says all of it in words, as the log
    does. `importance` is the new one, of a decay. `gist` is the place in the report's gists of the one that takes the
    memory's place. `seq` is the change in the log that `undo` takes, or 0: the report is a preview, or the memory
    changed meanwhile and was left alone.
    """

    id: str
    action: Fade
    score: float
    threshold: float
    parts: tuple[tuple[str, float], ...]
    reason: str
    importance: float | None = None
    gist: int | None = None
    seq: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Gist:
    """A text made of whole sentences of some turns of one session, which it takes the place of.

    `id` is None in a preview, and where a source was erased while it was made: then nothing of it is kept, and the
    other sources stay as they were. `seq` is the change that `undo` takes: the gist goes and all of its sources come
    back.
    """

    content: str
    sources: tuple[str, ...]
    id: str | None = None
    seq: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """How many active memories there are, and the bytes of their texts."""

    entities: int
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DecayReport:
    """What a decay did, or would do.

    `considered` counts the active and silenced memories that were looked at, `protected` those among them that are
    pinned or of a protected type, and `resting` those learned or changed too recently. `before` and `after` are what
    recall searches. The decisions come in the order the memories were recorded.
    """

    dry_run: bool
    considered: int
    protected: int
    resting: int
    decisions: tuple[DecayDecision, ...]
    gists: tuple[Gist, ...]
    before: Load
    after: Load

    def of(self, action: Fade) -> Sequence[DecayDecision]:
        """Return the decisions for one action."""
        return [decision for decision in self.decisions if decision.action is action]

    def __str__(self) -> str:
        counts = [f"{action} {count}" for action in Fade if (count := len(self.of(action)))]
        verb = "would" if self.dry_run else "did"
        return f"{verb}: {', '.join(counts) or 'nothing'} ({self.before.entities} active, then {self.after.entities})"


class Alike(StrEnum):
    """How two memories are the same: word for word, or in other words."""

    EXACT = "exact"
    NEAR = "near"


@dataclass(frozen=True, slots=True, kw_only=True)
class DuplicateGroup:
    """Memories that say the same: the oldest, which is kept, and the ids of those merged into it.

    `cosine` is the least of any two of them. `seq` is the change that `undo` takes, or 0 in a preview.
    """

    kept: str
    merged: tuple[str, ...]
    alike: Alike
    cosine: float
    reason: str
    seq: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DuplicatesReport:
    """What looking for duplicates did, or would do. `considered` counts the active memories that were compared."""

    dry_run: bool
    considered: int
    groups: tuple[DuplicateGroup, ...]

    @property
    def merged(self) -> int:
        """How many memories are merged into another."""
        return sum(len(group.merged) for group in self.groups)

    def __str__(self) -> str:
        verb = "would merge" if self.dry_run else "merged"
        return f"{verb} {self.merged} of {self.considered} into {len(self.groups)}"
