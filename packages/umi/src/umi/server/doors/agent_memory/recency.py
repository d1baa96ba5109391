"""Ranking a page by how recent its memories are, as the published server does.

    score = w_semantic · similarity + w_recency · (w_freshness · 2^(-a/A) + w_novelty · 2^(-c/C))

where `a` is how many days ago it was last asked for, `c` how many days ago it was made, and `A` and `C` are the
half-lives. It changes the order, and nothing that is shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from umi.server.doors.agent_memory.wire.records import RecordShown
    from umi.server.doors.agent_memory.wire.search import SearchAsked

_DAY = timedelta(days=1)
Record = TypeVar("Record", bound="RecordShown")


def by_recency(scored: Sequence[tuple[Record, float]], asked: SearchAsked, now: datetime) -> list[tuple[Record, float]]:
    """Return records with their scores, the most recent of the best first; equal ones keep their order."""
    return sorted(scored, key=lambda one: -boosted(one[0], one[1], asked, now))


def boosted(record: RecordShown, score: float, asked: SearchAsked, now: datetime) -> float:
    """Return what a record is ordered by, from 0 to 1."""
    fresh = _halved(now - record.last_accessed, asked.recency_half_life_last_access_days)
    novel = _halved(now - record.created_at, asked.recency_half_life_created_days)
    recent = asked.recency_freshness_weight * fresh + asked.recency_novelty_weight * novel
    similarity = 1 - (1 - score) / 2 if asked.server_side_recency else score
    total = asked.recency_semantic_weight * similarity + asked.recency_recency_weight * recent
    return min(1.0, max(0.0, total))


def _halved(age: timedelta, half_life_days: float) -> float:
    return 2.0 ** (-max(0.0, age / _DAY) / half_life_days)
