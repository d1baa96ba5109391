"""Every example and every snippet runs as it stands, in an empty folder.

A script has a process of its own. The snippets share one, beside the scripts': to import what they need takes longer
than to run them.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import pytest
from tests.architecture.blocks import Block, blocks
from tests.architecture.repository import ROOT
from tests.loopback import Asked, Loopback, extracting

if TYPE_CHECKING:
    from tests.postgres_server import PostgresServer

FOLDER = ROOT / "examples"
SCRIPTS = sorted(FOLDER.glob("*.py"))
SNIPPETS = [block for block in blocks((FOLDER / "snippets.md").read_text("utf-8")) if block.language == "python"]
SNIPPET_TEST = "test_a_snippet_runs_as_it_is_written"
SNIPPETS_SCRIPT = Path(__file__).with_name("snippets_script.py")
POSTGRES_URL = "UMI_POSTGRES_URL"
SAID = {
    "01_basic_sync_sim": ["entities", "Bob is the CEO", "1 after forgetting one"],
    "02_basic_async_sim": ["Alice now works at Initech"],
    "03_anthropic_provider": ["read by: llm", "person: Alice", "tokens in", "rewritten"],
    "04_openai_provider": ["reading it is pending", "software engineer"],
    "05_lance_storage": ["Bob is allergic", "2 memories were still there"],
    "06_postgres_storage": ["Alice moved to Lisbon"],
    "07_with_options": ["2 by words", "10 May"],
    "08_deterministic": ["Twice the same", "Bob moved to Lisbon"],
    "09_production_setup": ["pending", "0 tasks left", "Lisbon"],
}


def answering(asked: Asked) -> Mapping[str, Any]:
    """Word a question anew, or read a text."""
    if "variations" in asked.system:
        return {"queries": ["engineers at Acme", "who writes software"]}
    return extracting(asked)


@pytest.fixture(scope="module")
def hosted() -> Iterator[Loopback]:
    """Stand in for hosted models: a server on this machine that speaks their protocols."""
    with Loopback(answering) as server:
        yield server


@pytest.fixture(scope="module")
def settings(hosted: Loopback) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if "API_KEY" not in name and "BASE_URL" not in name}
    return kept | {
        "ANTHROPIC_API_KEY": "no real key",
        "ANTHROPIC_BASE_URL": hosted.url,
        "OPENAI_API_KEY": "no real key either",
        "OPENAI_BASE_URL": hosted.openai_url,
    }


@pytest.fixture(scope="module", autouse=True)
def snippets_ran(
    request: pytest.FixtureRequest, settings: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Future[str]]:
    """Run the snippets of this session in one process, beside what else is tested here."""
    names = {item.name for item in request.session.items}
    wanted = [snippet for snippet in SNIPPETS if f"{SNIPPET_TEST}[{_id(snippet)}]" in names]
    folder = tmp_path_factory.mktemp("snippets")
    said = json.dumps({snippet.line: snippet.code for snippet in wanted})
    command = [sys.executable, str(SNIPPETS_SCRIPT)]
    with ThreadPoolExecutor(max_workers=1) as pool:
        # No snippet closes its memory: Python says so at its end, if it is asked to.
        yield pool.submit(run, command, folder, settings, said)


def _id(snippet: Block) -> str:
    return f"line-{snippet.line}"


def _new_database(server: PostgresServer) -> str:
    name = f"examples_{uuid4().hex}"
    server.execute(f"CREATE DATABASE {name}")
    parts = urlsplit(server.url)
    return urlunsplit(parts._replace(path=f"/{name}"))


def run(command: list[str], folder: Path, settings: dict[str, str], said: str | None = None) -> str:
    home = {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "USERPROFILE": str(folder)}
    ran = subprocess.run(
        command, input=said, cwd=folder, env=settings | home, capture_output=True, text=True, timeout=100, check=False
    )
    assert ran.returncode == 0, ran.stderr
    assert "Traceback" not in ran.stderr, ran.stderr
    return ran.stdout


def test_every_script_says_what_it_is_about():
    assert sorted(SAID) == [script.stem for script in SCRIPTS]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_an_example_runs(script: Path, tmp_path: Path, settings: dict[str, str], request: pytest.FixtureRequest):
    if POSTGRES_URL in script.read_text("utf-8"):
        settings = settings | {POSTGRES_URL: _new_database(request.getfixturevalue("postgres"))}

    printed = run([sys.executable, "-W", "error", str(script)], tmp_path, settings)

    for words in SAID[script.stem]:
        assert words in printed


@pytest.mark.parametrize("snippet", SNIPPETS, ids=_id)
def test_a_snippet_runs_as_it_is_written(snippet: Block, snippets_ran: Future[str]):
    failures = json.loads(snippets_ran.result(timeout=100).splitlines()[-1])

    assert failures[str(snippet.line)] == ""
