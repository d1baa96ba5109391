"""Which episodes belong together."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from umi.pipeline.consolidate.clustering import Bounds, stars

DAY = 86_400_000_000
BOUNDS = Bounds(cosine_min=0.8, span=30 * DAY, episodes_min=3, episodes_max=5)


def _vectors(*angles: float) -> np.ndarray:
    return np.array([[np.cos(angle), np.sin(angle)] for angle in angles], dtype=np.float32)


def _times(*days: int) -> np.ndarray:
    return np.array([day * DAY for day in days], dtype=np.int64)


def test_what_is_close_in_meaning_and_time_is_one_star():
    found = stars(_vectors(0.0, 3.0, 0.1, 3.1, 0.2), _times(1, 2, 3, 4, 5), BOUNDS)

    assert [sorted(star.places) for star in found] == [[0, 2, 4]]
    assert found[0].cosine == pytest.approx(np.cos(0.2), abs=1e-4)


def test_what_lies_too_far_apart_in_time_is_none():
    assert stars(_vectors(0.0, 0.0, 0.0), _times(0, 40, 80), BOUNDS) == []


def test_a_chain_of_neighbours_that_drifts_is_no_star():
    found = stars(_vectors(*(0.5 * place for place in range(12))), _times(*range(12)), BOUNDS)

    for star in found:
        assert all(abs(place - star.places[0]) <= 1 for place in star.places)


def test_a_star_takes_no_more_than_its_most_and_the_rest_makes_others():
    found = stars(_vectors(*([0.0] * 12)), _times(*range(12)), BOUNDS)

    assert [len(star.places) for star in found] == [5, 5]


def test_nothing_has_no_stars():
    assert stars(np.zeros((0, 2), dtype=np.float32), np.zeros(0, dtype=np.int64), BOUNDS) == []


def test_more_than_a_block_of_episodes_is_compared_across_its_edges():
    angles = [place * 0.001 % 0.05 for place in range(1_300)]
    found = stars(_vectors(*angles), _times(*range(1_300)), BOUNDS)

    assert len({place for star in found for place in star.places}) > 1_200
    assert any(min(star.places) < 512 <= max(star.places) for star in found)
    assert all(max(star.places) - min(star.places) <= 60 for star in found)


@given(
    st.lists(st.tuples(st.floats(0, 6.3), st.integers(0, 200)), max_size=40),
    st.integers(2, 4),
    st.floats(0.5, 0.99),
)
def test_every_member_is_close_to_the_middle_and_in_one_star_only(
    told: list[tuple[float, int]], least: int, cosine: float
):
    bounds = Bounds(cosine_min=cosine, span=30 * DAY, episodes_min=least, episodes_max=6)
    vectors = _vectors(*(angle for angle, _ in told)).reshape(-1, 2)
    at = _times(*(day for _, day in told))
    found = stars(vectors, at, bounds)
    places = [place for star in found for place in star.places]

    assert len(places) == len(set(places))
    assert found == stars(vectors, at, bounds)
    for star in found:
        middle, *others = star.places
        assert bounds.episodes_min <= len(star.places) <= bounds.episodes_max
        assert all(vectors[middle] @ vectors[other] >= cosine - 1e-5 for other in others)
        assert all(abs(int(at[middle]) - int(at[other])) <= bounds.span for other in others)
