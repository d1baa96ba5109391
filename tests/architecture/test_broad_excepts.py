"""Errors are caught by name. What catches everything either raises it again, or stands at an edge listed here."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.architecture.repository import Function, Module, functions, modules

ALLOWED = {
    "packages/umi/src/umi/cli/main.py:main": "the process's edge: every error becomes one line and an exit code",
    "packages/umi/src/umi/dst/lane.py:do": "whoever waits for the work is to have what it raised",
    "packages/umi/src/umi/dst/web/lifespan.py:_run": "whoever starts or stops the simulated server is to have it",
    "packages/umi/src/umi/dst/web/server.py:_answer": (
        "the edge of a simulated server: it fails the run, or becomes an answer"
    ),
    "packages/umi/src/umi/providers/llm/callable.py:_called": (
        "the edge to a function of the user's: whatever it raises is a provider's failure"
    ),
    "packages/umi/src/umi/providers/rerank/callable.py:_called": "as that of a model",
    "packages/umi/src/umi/server/doors/agent_memory/working.py:_done": (
        "the edge between jobs: one that fails is noted and tried again, and keeps no other from being done"
    ),
    "packages/umi/src/umi/server/supervising.py:_kept_going": (
        "the edge of work beside the answers: it is noted, told of by /readyz, and begun again"
    ),
    "packages/umi/src/umi/server/shell/observed.py:__call__": (
        "the server's edge: every error becomes an answer, and a line in the log that tells its kind"
    ),
    "packages/umi/src/umi/stores/relational/writing.py:_apply": (
        "the edge between callers whose batches share a commit: each caller raises what its own batch did"
    ),
    "packages/umi/src/umi/testing/simulation/simulating.py:_failure": (
        "the edge of a simulated run: whatever a scenario raises is what came of it, and told with the seed"
    ),
}
BROAD = {"Exception", "BaseException"}


def test_what_catches_everything_raises_it_again_or_is_an_edge():
    swallowing = {f"{module.name}:{where}" for module in modules() for where in _swallowing(module)}

    assert swallowing - ALLOWED.keys() == set()


def test_no_edge_is_listed_that_is_gone():
    swallowing = {f"{module.name}:{where}" for module in modules() for where in _swallowing(module)}

    assert ALLOWED.keys() - swallowing == set()


def _swallowing(module: Module) -> Iterator[str]:
    for function in functions(module):
        for node in ast.walk(function):
            if isinstance(node, ast.ExceptHandler) and _is_broad(node.type) and not _raises_again(node):
                yield _innermost(function, node)


def _is_broad(caught: ast.expr | None) -> bool:
    match caught:
        case None:
            return True
        case ast.Tuple(elts=parts):
            return any(_is_broad(part) for part in parts)
        case _:
            return ast.unparse(caught) in BROAD


def _raises_again(handler: ast.ExceptHandler) -> bool:
    last = handler.body[-1]
    return isinstance(last, ast.Raise) and last.exc is None


def _innermost(function: Function, handler: ast.ExceptHandler) -> str:
    inner = [one for one in ast.walk(function) if isinstance(one, Function) and handler in ast.walk(one)]
    return min(inner, key=lambda one: (one.end_lineno or 0) - one.lineno).name
