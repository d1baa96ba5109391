"""What every test stands on: one event loop, bounded hypothesis runs, an embedder that needs no model, and an order."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings
from tests.embedding import HashingEmbedder

# No deadline: a shared core's pauses are no defect. Health checks about slowness are off for the same reason.
settings.register_profile("umi", deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("umi")

# What takes long by itself, about in that order: begun last, it would keep one worker busy while the others have none.
_LONGEST = (
    "tests/properties/test_public_api_never_leaks_errors.py",
    "tests/dst/test_fresh_seeds.py",
    "tests/dst/test_canaries.py",
    "tests/conformance/test_postgres_store.py",
    "tests/conformance/test_lance_store.py",
    "tests/conformance/test_sqlite_store.py",
    "tests/conformance/test_sim_store.py",
    "tests/properties/test_truth_model.py",
    "tests/properties/test_erasing_leaves_nothing.py",
    "tests/properties/test_extract_never_fails.py",
    "tests/properties/test_facts_never_fail.py",
    "tests/server/test_processes.py",
    "tests/server/test_openapi.py",
    "tests/sdk_agent_memory/test_snippets.py",
    "tests/unit/stores/lance/test_kill.py",
    "tests/doors/agent_memory/test_real_client.py",
    "tests/architecture/test_typing_tests.py",
    "tests/architecture/test_wheels.py",
)
_PARTED = _LONGEST[:3]
_PARTS_COUNT = 4  # that each of these is run in

# Real sockets, processes and clocks, on a machine that others use, too: what fails there is run once more, and told of.
_REAL = (
    "tests/contracts/",
    "tests/doors/",
    "tests/examples/",
    "tests/sdk_agent_memory/",
    "tests/sdk_cml/",
    "tests/server/",
    "tests/unit/cli/",
    "tests/unit/enrich/",
    "tests/unit/providers/",
    "tests/unit/telemetry/",
)


@pytest.hookimpl(tryfirst=True)  # before the workers are told of the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep together what shares what was made for it, begin with what takes longest, and try the real world twice."""
    for item in items:
        item.add_marker(pytest.mark.xdist_group(_group(item)))
        if item.nodeid.startswith(_REAL):
            item.add_marker(pytest.mark.flaky(reruns=1))
    places = {module: place for place, module in enumerate(_LONGEST)}
    items.sort(key=lambda item: places.get(_module(item), len(places)))


def _module(item: pytest.Item) -> str:
    return item.nodeid.split("::")[0]


def _group(item: pytest.Item) -> str:
    """Return the name of what one worker runs: a module, or a part of one that takes long."""
    module, name = _module(item), getattr(item, "originalname", item.name)
    if "crowded_place" in getattr(item, "fixturenames", ()):
        return f"{module} crowd"  # it is made once, and takes a while
    if name == "test_a_store_says_what_a_dictionary_would_say":
        return f"{module} {item.nodeid.split('::')[1]}"
    if module in _PARTED:
        return f"{module} {sum(item.name.encode()) % _PARTS_COUNT}"
    return module


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def embedder() -> HashingEmbedder:
    return HashingEmbedder()
