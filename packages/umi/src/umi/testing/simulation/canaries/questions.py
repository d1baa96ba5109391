"""Canaries of asking: what is found is another's, of another time, or not all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from umi.testing.simulation.canaries.breaking import Canary


def _filtered_late(near: Callable[..., Any]) -> Callable[..., Any]:
    """The nearest of everybody are taken, and those of others left out then."""

    def broken(nearest: Any, vector: Any, limit: int) -> dict[int, float]:
        own = near(nearest, vector, limit)
        partitions = nearest._db.command("SELECT no FROM partition WHERE active > 0")  # noqa: SLF001
        every = dict(own)
        for (partition,) in partitions:
            numbers, cosines = nearest._embeddings.near(partition, vector, limit)  # noqa: SLF001
            every |= dict(zip(numbers.tolist(), cosines.tolist(), strict=True))
        best = sorted(every, key=lambda number: -every[number])[:limit]
        return {number: own[number] for number in best if number in own}

    return broken


def _one_too_early(microseconds: Callable[..., Any]) -> Callable[..., Any]:
    def broken(at: Any) -> int:
        return int(microseconds(at)) - 1

    return broken


def _everybody(locate: Callable[..., Any]) -> Callable[..., Any]:
    """The user of a scope is not looked at."""

    def broken(db: Any, scope: Any, filter: Any) -> Any:
        return locate(db, replace(scope, user=None), filter)

    return broken


QUESTIONS: Final = (
    Canary(
        name="filter after the nearest",
        wrong="the nearest of all tenants are taken first, and those of others left out then",
        parts=[("umi.stores.relational.searching:_Nearest._near", _filtered_late)],
    ),
    Canary(
        name="off by one in as_of",
        wrong="as of a change, what stood before it is told",
        parts=[("umi.stores.relational.locating:to_microseconds", _one_too_early)],
    ),
    Canary(
        name="user not looked at",
        wrong="a search covers all users of the tenant",
        parts=[
            ("umi.stores.relational.searching:locate", _everybody),
            ("umi.stores.relational.reading:locate", _everybody),
        ],
    ),
)
