"""What sleep makes of what was said: themes that cite their sources, what is over, and what is worth more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from umi.domain.completion import NO_USAGE, Usage
from umi.domain.entity import Entity

CONSOLIDATED: Final = "umi:consolidation"
"""What a theme names as its source: its text is made of the texts that it derives from."""
THEME_KEY: Final = "umi:theme"
"""The metadata that marks a theme, by which it is found."""
UNTIL_KEY: Final = "umi:consolidated_until"
"""Up to which recorded time a theme's partition was looked at when it was made, in microseconds since 1970."""


def is_theme(entity: Entity) -> bool:
    """Whether an entity is a theme that sleep has made."""
    return entity.source == CONSOLIDATED and THEME_KEY in entity.metadata


def theme_marks(until: int) -> Mapping[str, Any]:
    """Return the metadata of a theme."""
    return {THEME_KEY: True, UNTIL_KEY: until}


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsolidationPolicy:
    """What belongs together, and what comes of it.

    Episodes (messages and episodic memories) belong together that lie at most `span` apart and are at least
    `closeness_min` as close in meaning to one among them, where 0 is the cosine of unrelated texts for the embedding
    model and 1 that of a paraphrase. A theme is made of `episodes_min` to `episodes_max` of them. What was recorded
    within `rest` is left for another time.

    What recall returned at least `strengthen_count` times gets an importance that grows with the logarithm of that, up
    to `importance_max`; 0 turns it off. With `resolve`, what somebody took back ("I no longer avoid gluten") supersedes
    what it takes back.
    """

    closeness_min: float = 0.65
    span: timedelta = timedelta(days=60)
    episodes_min: int = 3
    episodes_max: int = 12
    rest: timedelta = timedelta(0)
    strengthen_count: int = 3
    importance_max: float = 0.9
    resolve: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """A text made of some episodes that belong together, by their ids, in time order.

    `closeness` is the least of any of them to the one in the middle. `path` is "extractive" for their own most telling
    sentences, "llm" for a model's words that were checked against them, and "llm refused" for their own sentences
    because the model's said something else. `reason` says why they belong together. `id` is that of the entity it is,
    or is to be.
    """

    id: str
    content: str
    sources: tuple[str, ...]
    closeness: float
    path: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Overruled:
    """A statement that a later one takes back, by their ids, and why."""

    id: str
    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Strengthened:
    """A memory that was used, with the importance it had and has, and why."""

    id: str
    before: float
    after: float
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsolidationReport:
    """What sleep did, or would do.

    `considered` counts the episodes that were looked at, `clustered` those that are in a theme. `seqs` are the changes
    in the log that `undo` takes, last first: one for what was taken back and strengthened, and one for each two hundred
    themes. `usage` is what a language model took.
    """

    dry_run: bool
    considered: int
    themes: tuple[Theme, ...]
    overruled: tuple[Overruled, ...]
    strengthened: tuple[Strengthened, ...]
    seqs: tuple[int, ...] = ()
    usage: Usage = NO_USAGE

    @property
    def clustered(self) -> int:
        return len({id for theme in self.themes for id in theme.sources})

    def __str__(self) -> str:
        verb = "would make" if self.dry_run else "made"
        return (
            f"{verb} {len(self.themes)} themes of {self.clustered} of {self.considered} episodes, "
            f"{len(self.overruled)} overruled, {len(self.strengthened)} strengthened"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconsolidation:
    """What an exchange did to what was known, by ids.

    `superseded` is what it took the place of or took back, `refined` what it adds to, `disputed` what it cannot be true
    along with, and `reinforced` what it said again. `seq` is the change that `undo` takes, 0 if nothing was recorded
    beside what was when it was said.
    """

    superseded: tuple[str, ...] = ()
    refined: tuple[str, ...] = ()
    disputed: tuple[str, ...] = ()
    reinforced: tuple[str, ...] = ()
    seq: int = 0

    @property
    def is_applied(self) -> bool:
        """Whether anything that was known changed."""
        return bool(self.superseded or self.refined or self.disputed or self.reinforced)
