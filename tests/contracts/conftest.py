"""A server to replay on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.served import Served


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with Served(tmp_path_factory.mktemp("served")) as running:
        yield running
