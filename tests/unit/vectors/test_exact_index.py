"""The exact index: nearest first, of those that are allowed, however many of all that is."""

from __future__ import annotations

import numpy as np
import pytest

from umi.vectors.exact import ExactIndex

ROWS, DIMENSIONS, WANTED = 500, 16, 20


@pytest.mark.parametrize("allowed_count", [0, 1, 30, 125, 126, 400, ROWS])
def test_the_nearest_of_the_allowed_are_found_with_their_cosines(allowed_count: int):
    rng = np.random.default_rng(allowed_count)
    rows = rng.standard_normal((ROWS, DIMENSIONS)).astype(np.float32)
    numbers = rng.permutation(np.arange(1, ROWS + 1, dtype=np.uint64))
    index = ExactIndex(DIMENSIONS)
    index.add(numbers, rows)
    allowed = np.append(rng.choice(numbers, allowed_count, replace=False), np.uint64(ROWS + 1))  # one is not there

    found, cosines = index.scored(rows[0], WANTED, allowed)

    exact = {int(number): float(row @ rows[0]) for number, row in zip(numbers, rows, strict=True)}
    expected = sorted({int(number) for number in allowed} & exact.keys(), key=lambda number: -exact[number])[:WANTED]
    assert found.tolist() == expected
    assert cosines.tolist() == pytest.approx([exact[number] for number in expected], rel=1e-4, abs=1e-4)
