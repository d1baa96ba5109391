"""How long a test of the suite may take here."""

from __future__ import annotations

import pytest

SLOW_SECONDS_MAX = 400


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave time to the state machine, whose failures take a while to shrink, and to who waits for the large store."""
    for item in items:
        is_machine = item.name == "test_a_store_says_what_a_dictionary_would_say"
        if is_machine or "crowded_place" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.timeout(SLOW_SECONDS_MAX))
