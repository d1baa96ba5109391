"""What every test stands on: one event loop, bounded hypothesis runs, and an embedder that needs no model."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings
from tests.embedding import HashingEmbedder

PARTS = "making filters listing model scopes searching undoing upkeep versions writing erasing fading"
for part in PARTS.split():
    pytest.register_assert_rewrite(f"tests.conformance.{part if part == 'making' else 'store_' + part}")

# No deadline: a shared core's pauses are no defect. Health checks about slowness are off for the same reason.
settings.register_profile("umi", deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("umi")


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def embedder() -> HashingEmbedder:
    return HashingEmbedder()
