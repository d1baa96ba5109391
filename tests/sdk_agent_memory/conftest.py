"""A server to talk to, the real one, and clients that talk to it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
from tests.sdk_agent_memory.kept import Server
from tests.sdk_agent_memory.standin import StandIn
from tests.served import Served

from agent_memory_client import MemoryAPIClient, MemoryClient
from agent_memory_client.environment import VARIABLES


@pytest.fixture(autouse=True)
def _no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in VARIABLES.values():
        monkeypatch.delenv(variable, raising=False)


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with Served(tmp_path_factory.mktemp("served")) as running:
        yield running


@pytest.fixture
def server(served: Served, monkeypatch: pytest.MonkeyPatch) -> Server:
    """The real server, as a tenant that this test has for itself. Its key stands in the environment."""
    tenant = served.tenant()
    monkeypatch.setenv(VARIABLES["api_key"], tenant.key)
    return Server(tenant)


@pytest.fixture
def old_server() -> Iterator[StandIn]:
    """A server without what came later: there is no real one to run."""
    with StandIn(is_old=True) as running:
        yield running


@pytest.fixture
def live_server_url(server: Server) -> str:
    return server.url


@pytest.fixture
async def client(live_server_url: str) -> AsyncIterator[MemoryAPIClient]:
    async with MemoryAPIClient(base_url=live_server_url) as made:
        yield made


@pytest.fixture
def blocking_client(live_server_url: str) -> Iterator[MemoryClient]:
    with MemoryClient(base_url=live_server_url) as made:
        yield made
