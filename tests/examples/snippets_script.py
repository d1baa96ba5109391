"""Run snippets one after another, each in a folder and a namespace of its own.

They are read as a JSON object from standard input, by their lines; the last line that is printed tells as another one
how each failed, with an empty text for one that did not.
"""

from __future__ import annotations

import ast
import asyncio
import inspect
import json
import os
import sys
import traceback
from pathlib import Path
from typing import Any

import umi


def failure_of(code: str) -> str:
    """Run a snippet, where an `await` may stand outside a function; return how it failed."""
    given: dict[str, Any] = {"__name__": "__main__", "asyncio": asyncio, "os": os, "umi": umi}
    try:
        made = eval(compile(code, "snippet", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT), given)
        if inspect.iscoroutine(made):
            asyncio.run(made)
    except Exception:  # noqa: BLE001 - whatever it was, the next one is to run too
        return traceback.format_exc()
    return ""


def main() -> None:
    failures: dict[str, str] = {}
    start = Path.cwd()
    for line, code in json.load(sys.stdin).items():
        folder = start / line
        folder.mkdir()
        os.chdir(folder)
        failures[line] = failure_of(code)
    print(json.dumps(failures))  # noqa: T201 - what it is run for


if __name__ == "__main__":
    main()
