"""What a caller may ask of one `remember` or one `recall`, as values that can be kept, passed on and refined.

Both forms that users know are the same: `RecallOptions(limit=10)` and `RecallOptions().with_limit(10)`. A refinement
gives a new value and leaves the one before as it was.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Self

from umi.domain.checking import check_share
from umi.domain.text import shown
from umi.domain.time import EPOCH, FAR, aware
from umi.errors import Invalid, InvalidLimitError, InvalidTimeError
from umi.limits import RECALL_LIMIT_MAX

_MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class RememberOptions:
    """What to do with a text besides keeping it.

    With an LLM, `extract_entities` True reads it before the answer, False never, and None when the memory's config
    says: behind the acknowledgement, unless that says otherwise. `detect_evolutions` compares it with what is known, so
    that it may supersede. `importance` lies in 0..1. Without `generate_embeddings` it is found by words only, until
    `reindex`. None stands for what the memory's config says.

    Raises:
        InvalidImportanceError: the importance is no number from 0 to 1.
        Invalid: another option is neither True nor False.

    """

    extract_entities: bool | None = None
    detect_evolutions: bool | None = None
    importance: float | None = None
    generate_embeddings: bool | None = None

    def __post_init__(self) -> None:
        if self.importance is not None:
            check_share("importance", self.importance)
        for name in ("extract_entities", "detect_evolutions", "generate_embeddings"):
            _check_choice(name, getattr(self, name))

    @property
    def track_evolution(self) -> bool | None:
        """Another name of `detect_evolutions`."""
        return self.detect_evolutions

    def with_extraction(self) -> Self:
        return replace(self, extract_entities=True)

    def without_extraction(self) -> Self:
        return replace(self, extract_entities=False)

    def with_evolution(self) -> Self:
        return replace(self, detect_evolutions=True)

    def without_evolution(self) -> Self:
        return replace(self, detect_evolutions=False)

    def with_importance(self, importance: float) -> Self:
        return replace(self, importance=importance)

    def with_embeddings(self) -> Self:
        return replace(self, generate_embeddings=True)

    def without_embeddings(self) -> Self:
        return replace(self, generate_embeddings=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecallOptions:
    """How to look for an answer.

    `deep_search` True lets an LLM, if there is one, word the question anew, False never, and None when the memory's
    config says. Without `use_vector_search` only words and facts count. `time_range` keeps what happened from one time
    to another, both inclusive, given as datetimes or as milliseconds since 1970. `rerank` False leaves out a reranker
    that is there. None stands for what the memory's config says.

    Raises:
        InvalidLimitError: the limit is no whole number from 1 to RECALL_LIMIT_MAX.
        InvalidTimeError: the time range is none, or ends before it begins.

    """

    limit: int | None = None
    deep_search: bool | None = None
    use_vector_search: bool | None = None
    time_range: tuple[datetime | int, datetime | int] | None = None
    rerank: bool | None = None

    def __post_init__(self) -> None:
        limit = self.limit
        if limit is not None and (
            isinstance(limit, bool) or not isinstance(limit, int) or not 1 <= limit <= RECALL_LIMIT_MAX  # pyright: ignore[reportUnnecessaryIsInstance]
        ):
            raise InvalidLimitError(f"limit is a whole number from 1 to {RECALL_LIMIT_MAX}, not {shown(limit)}.")
        for name in ("deep_search", "use_vector_search", "rerank"):
            _check_choice(name, getattr(self, name))
        _ = self.period

    @property
    def period(self) -> tuple[datetime, datetime] | None:
        """The time range as aware datetimes, its end exclusive."""
        if self.time_range is None:
            return None
        start, end = map(_moment, self.time_range)
        if end < start:
            raise InvalidTimeError("A time range ends after it begins.")
        step = timedelta(microseconds=1) if isinstance(self.time_range[1], datetime) else _MILLISECOND
        return start, min(end, FAR - step) + step

    def with_limit(self, limit: int) -> Self:
        return replace(self, limit=limit)

    def with_deep_search(self) -> Self:
        return replace(self, deep_search=True)

    def fast_only(self) -> Self:
        return replace(self, deep_search=False)

    def with_time_range(self, start: datetime | int, end: datetime | int) -> Self:
        return replace(self, time_range=(start, end))

    def without_vector_search(self) -> Self:
        return replace(self, use_vector_search=False)

    def without_reranking(self) -> Self:
        return replace(self, rerank=False)


def _check_choice(name: str, value: object) -> None:
    if value is not None and not isinstance(value, bool):
        raise Invalid(f"{name} is True, False or None, not {shown(value)}.")


def _moment(value: object) -> datetime:
    if isinstance(value, datetime):
        return aware(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise InvalidTimeError(f"A time range is a pair of datetimes or of milliseconds, not {shown(value)}.")
    try:
        return EPOCH + value * _MILLISECOND
    except OverflowError as error:
        raise InvalidTimeError(f"{shown(value)} milliseconds since 1970 is no time that a calendar has.") from error
