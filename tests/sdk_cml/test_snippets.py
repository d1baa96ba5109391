"""Every snippet that the client was asked to run runs as it stands, on the real server: only its address is put in."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from typing import Any

import pytest
from tests.architecture.blocks import blocks
from tests.architecture.repository import ROOT
from tests.served import Served

import cml

PAGE = ROOT / "examples" / "cml" / "snippets.md"
WRITTEN = "http://localhost:8000"
CODE = [one.code for one in blocks(PAGE.read_text(encoding="utf-8"))]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server that lets everyone in: the snippets' keys are no keys."""
    with Served(tmp_path_factory.mktemp("open"), auth=False) as running:
        yield running.url


async def _run(code: str, url: str) -> dict[str, Any]:
    made: dict[str, Any] = {"__name__": "snippet"}
    ran = eval(compile(code.replace(WRITTEN, url), "snippet", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT), made)
    if inspect.iscoroutine(ran):
        await ran
    return made


def test_there_are_three():
    assert len(CODE) == 3


@pytest.mark.parametrize("name", ["CognitiveMemoryLayer", "AsyncCognitiveMemoryLayer"])
async def test_the_first_runs_as_it_is_written_with_either_class(
    name: str, url: str, capsys: pytest.CaptureFixture[str]
):
    code = CODE[0] if name.startswith("Cog") else CODE[0].replace("CognitiveMemoryLayer", name)

    made = await _run(code, url)

    said = capsys.readouterr().out
    assert said.count("User prefers vegetarian food and lives in Paris.") == 2
    assert isinstance(made["memory"], getattr(cml, name))
    assert made["turn"].memories_retrieved > 0
    closed = made["memory"].close()
    if inspect.isawaitable(closed):
        await closed


async def test_the_first_runs_without_a_loop_too(url: str, capsys: pytest.CaptureFixture[str]):
    made = await _run(CODE[0].replace("await ", ""), url)

    assert "vegetarian" in capsys.readouterr().out
    made["memory"].close()


async def test_everything_is_imported_from_where_it_was_planned(url: str):
    made = await _run(CODE[1], url)

    assert made["ConnectionError"] is cml.CMLConnectionError
    assert made["MemoryStatus"].SILENT == "silent"
    assert issubclass(made["EmbeddedCognitiveMemoryLayer"], cml.AsyncCognitiveMemoryLayer)


async def test_every_way_to_configure_it_works(url: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CML_API_KEY", "sk-of-the-environment")
    monkeypatch.setenv("CML_BASE_URL", url)
    monkeypatch.setenv("CML_TENANT_ID", "tenant-of-the-environment")
    second = "memory = CognitiveMemoryLayer()  # Auto-reads from env"
    assert second in CODE[2]

    made = await _run(CODE[2].replace(second, "of_environment = CognitiveMemoryLayer()"), url)

    for client, tenant in ((made["memory"], "my-tenant"), (made["of_environment"], "tenant-of-the-environment")):
        assert (client.config.base_url, client.tenant_id) == (url, tenant)
        assert client.health().status == "healthy"
        client.close()
    assert made["of_environment"].config.api_key == "sk-of-the-environment"
    assert made["memory"].config.timeout == 30.0
