"""Tests that share what was made for them run in one worker: a release of pytest once let the groups be passed over."""

from __future__ import annotations

from typing import cast

import pytest


def test_a_worker_knows_of_the_groups(request: pytest.FixtureRequest):
    own = cast("pytest.Item", request.node)  # pyright: ignore[reportUnknownMemberType]
    is_grouped = bool(request.config.getoption("loadgroup", default=False))
    assert ("@" in own.nodeid) == is_grouped
