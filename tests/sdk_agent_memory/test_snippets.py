"""Every snippet that the client was asked to run runs as it stands, on the real server: only its address is put in."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from tests.architecture.blocks import blocks
from tests.architecture.repository import ROOT
from tests.loopback import Loopback
from tests.sdk_agent_memory.model import answering
from tests.server.processes import Process

PAGE = ROOT / "examples" / "agent_memory" / "snippets.md"
WRITTEN = "http://localhost:8000"
HEADING = re.compile(r"^## (?P<title>.+)\n\n```python$", re.MULTILINE)
RUN = """
import ast, asyncio, inspect, sys
code = compile(sys.stdin.read(), "snippet", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
made = eval(code, {"__name__": "__main__"})
if inspect.iscoroutine(made):
    asyncio.run(made)
"""
START = "import asyncio, os\nfrom agent_memory_client import MemoryAPIClient\nclient = MemoryAPIClient()\n"
TEA = 'await client.create_long_term_memories([{"text": "Ada likes green tea", "user_id": "ada", "topics": ["tea"]}])\n'
FACTS = "extract_facts = lambda conversation: ['likes tea', 'likes coffee']\n"
EDITED = '[{"id": "memory-123", "text": "a"}, {"id": "memory-456", "text": "b"}]'


class Around(NamedTuple):
    """What stands before and after a snippet, and what is printed then."""

    before: str = ""
    after: str = ""
    printed: str = ""


AROUND = {
    "Quick Start": Around(after="print(results.memories[0].text)", printed="prefers morning meetings"),
    "Basic Setup": Around(after="print(client.config.default_namespace)", printed="production"),
    "Authentication": Around(after="print(await client.health_check())", printed="now="),
    "OpenAI Integration": Around(TEA, 'print(await chat_with_memory("What do I drink?", "s1"))', "Ada likes green tea"),
    "Anthropic Integration": Around(
        TEA, 'print(await chat_with_memory("What do I drink?", "s1"))', "Ada likes green tea"
    ),
    "Creating Memories": Around(printed="Created 2 memories"),
    "Searching Memories": Around(
        'await client.create_long_term_memories([{"text": "recent updates", "topics": ["food"]}])',
        printed="Relevance: 1.00\nText: recent updates\nTopics: food",
    ),
    "Memory Editing": Around(
        f"await client.create_long_term_memories({EDITED})",
        'print((await client.get_long_term_memory("memory-456")).topics)',
        "['programming', 'preferences', 'languages', 'rust']",
    ),
    "Working Memory": Around(printed="Found existing session\nSession has 3 messages"),
    "Context Injection": Around(
        "import openai\nopenai_client = openai.AsyncClient()\n" + TEA,
        'print(await get_contextualized_response("green tea", "s1", "ada"))',
        "Ada likes green tea",
    ),
    "Automatic Memory Storage": Around(
        "import openai\nopenai_client = openai.AsyncClient()",
        'await chat_with_auto_memory("hello", "s1")\nprint(len((await client.get_working_memory("s1")).messages))',
        "2",
    ),
    "Bulk Memory Creation": Around(
        after='await import_user_data([{"description": f"fact {n}", "source": "x"} for n in range(60)], "ada")\n'
        'found = await client.search_long_term_memory("fact", limit=1)\nprint(found.memories[0].metadata)',
        printed="Imported batch 2, 10 memories\n{'source': 'x'}",
    ),
    "Bulk Search Operations": Around(TEA, 'print(await multi_search(["tea", "rain"], "ada"))', "'tea': ['Ada likes"),
    "Robust Client Usage": Around(
        TEA,
        "print(await robust_memory_operation(client))\n"
        'print(await robust_memory_operation(MemoryAPIClient(base_url="http://127.0.0.1:9", max_retries=0)))',
        "Ada likes green tea",
    ),
    "Connection Management": Around(after="print(results.total)", printed="0"),
    "Custom Tool Workflows": Around(
        'await client.create_long_term_memories([{"text": "Green tea in the left cupboard", "user_id": "ada"}])\n',
        "agent = CustomMemoryAgent(client)\n"
        'await agent.contextual_store("Green tea in the left cupboard", {"topics": ["more"]}, "ada")\n'
        'await agent.contextual_store("A boat at the pier", {"topics": ["boats"]}, "ada")\n'
        'print([one.text for one in await agent.intelligent_search("green tea cupboard", "ada")])\n'
        'print([one.text for one in await agent.intelligent_search("boat at the pier", "ada")])',
        "['Green tea in the left cupboard. Green tea in the left cupboard']\n['A boat at the pier']",
    ),
    "Performance Optimization": Around(
        TEA,
        "fast = OptimizedMemoryClient(client)\n"
        'print(await fast.cached_search("tea", "ada") is await fast.cached_search("tea", "ada"))',
        "True",
    ),
    "1. Client Management": Around(after="await memory_service.close()\nprint('closed')", printed="closed"),
    "2. Memory Organization": Around(
        after='print((await create_user_memory("likes tea", "ada", "food")).memories[0].namespace)',
        printed="user:ada:preferences",
    ),
    "3. Context Management": Around(
        FACTS,
        'await store_conversation_memory({}, "s1")\n'
        'print((await client.search_long_term_memory("coffee", limit=1)).memories[0].metadata)',
        "{'conversation_turn': 1}",
    ),
    "Client Options": Around(
        "import httpx\ncustom_httpx_client = httpx.AsyncClient()",
        "print(client.config.default_user_id)",
        "default-user",
    ),
}
TEXT = PAGE.read_text(encoding="utf-8")
SNIPPETS = dict(zip(HEADING.findall(TEXT), [one.code for one in blocks(TEXT)], strict=True))


@pytest.fixture(scope="module")
def live_server_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("server")
    with Process(folder / "memory.db", folder / "log", "--no-auth") as server:
        yield f"http://127.0.0.1:{server.port}"


@pytest.fixture(scope="module")
def model() -> Iterator[Loopback]:
    with Loopback(answering) as running:
        yield running


def test_every_snippet_is_known_and_has_its_test():
    assert AROUND.keys() == SNIPPETS.keys()


@pytest.mark.parametrize("title", AROUND)
def test_a_snippet_runs_as_it_is_written(title: str, live_server_url: str, model: Loopback, tmp_path: Path):
    around = AROUND[title]
    settings = {
        "MEMORY_SERVER_URL": live_server_url,
        "DEFAULT_NAMESPACE": title,  # of its own: all of them share the server
        "OPENAI_API_KEY": "none", "OPENAI_BASE_URL": model.openai_url,
        "ANTHROPIC_API_KEY": "none", "ANTHROPIC_BASE_URL": model.url,
    }  # fmt: skip
    code = "\n".join([START, around.before, SNIPPETS[title].replace(WRITTEN, live_server_url), around.after])

    ran = subprocess.run(
        [sys.executable, "-c", RUN],
        input=code,
        cwd=tmp_path,
        env=os.environ | settings,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert ran.returncode == 0, ran.stderr
    assert "Traceback" not in ran.stderr, ran.stderr
    assert around.printed in ran.stdout
