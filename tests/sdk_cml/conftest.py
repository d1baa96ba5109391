"""A server to talk to, the real one, and clients that talk to it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.served import Served, Tenant

from cml import CMLConfig, CognitiveMemoryLayer

VARIABLES = [f"CML_{name.upper()}" for name in CMLConfig.model_fields]


@pytest.fixture(autouse=True)
def _no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for variable in VARIABLES:
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.chdir(tmp_path)  # no file `.env` lies above it


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with Served(tmp_path_factory.mktemp("served")) as running:
        yield running


@pytest.fixture
def tenant(served: Served) -> Tenant:
    """A tenant that this test has for itself."""
    return served.tenant()


@pytest.fixture
def memory(tenant: Tenant) -> Iterator[CognitiveMemoryLayer]:
    with CognitiveMemoryLayer(tenant.key, tenant.url) as client:
        yield client
