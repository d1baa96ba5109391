"""The code blocks of a page, and a runner for those in Python.

The Python blocks of a page run one after another in one namespace, as a reader would type them, in an empty folder and
in a process of their own, whose home is that folder. `await` may stand outside a function, as in `python -m asyncio`.
A `text` block that follows a Python block directly is what that block prints.
"""

from __future__ import annotations

import ast
import asyncio
import inspect
import io
import re
import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_FENCE = re.compile(r"^```(?P<language>\w*)\n(?P<code>.*?)^```$", re.MULTILINE | re.DOTALL)
# On a line of its own before a block: it is shown, and not run, for the reason given.
_NOT_RUN = re.compile(r"<!-- not run: .+ -->\n+\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A fenced block, and what stood behind it if that was its output."""

    language: str
    code: str
    line: int
    output: str | None
    is_run: bool


def blocks(page: str) -> Iterator[Block]:
    found = list(_FENCE.finditer(page))
    for place, fence in enumerate(found):
        following = found[place + 1] if place + 1 < len(found) else None
        is_output = (
            following is not None
            and following["language"] == "text"
            and not page[fence.end() : following.start()].strip()
        )
        yield Block(
            language=fence["language"],
            code=fence["code"],
            line=page.count("\n", 0, fence.start()) + 2,
            output=following["code"] if following is not None and is_output else None,
            is_run=_NOT_RUN.search(page, 0, fence.start()) is None,
        )


def run_page(path: Path) -> None:
    """Run the Python blocks of a page, and compare what they print with what the page says they do."""
    namespace: dict[str, Any] = {"__name__": "__main__"}
    with asyncio.Runner() as runner:
        for block in blocks(path.read_text(encoding="utf-8")):
            if block.language == "python" and block.is_run:
                _run(block, path, namespace, runner)


def _run(block: Block, path: Path, namespace: dict[str, Any], runner: asyncio.Runner) -> None:
    code = compile(
        "\n" * (block.line - 1) + block.code, str(path), "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True
    )
    printed = io.StringIO()
    with redirect_stdout(printed):
        result = eval(code, namespace)
        if inspect.iscoroutine(result):
            runner.run(result)
    if block.output is not None:
        assert printed.getvalue() == block.output, f"{path}:{block.line} prints\n{printed.getvalue()}"


if __name__ == "__main__":
    run_page(Path(sys.argv[1]))
