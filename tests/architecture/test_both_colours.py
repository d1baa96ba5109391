"""Every async method of Memory has a blocking twin with `_sync` behind its name, and the other way round."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import pytest

from umi import Memory

SUFFIX = "_sync"
WITHOUT_TWIN = {"entities": "an async iterator; `list_sync` gives the same, page by page"}
METHODS: dict[str, Callable[..., Any]] = {
    name: method for name, method in inspect.getmembers(Memory, inspect.isfunction) if not name.startswith("_")
}
TWINS = sorted(name for name in METHODS if name.endswith(SUFFIX))
ASYNC = sorted(
    name
    for name, method in METHODS.items()
    if name not in TWINS and (inspect.iscoroutinefunction(method) or inspect.isasyncgenfunction(method))
)


def test_there_are_methods_of_both_colours():
    assert "remember" in ASYNC
    assert "remember_sync" in TWINS


def test_every_async_method_has_a_blocking_twin():
    assert {name for name in ASYNC if name + SUFFIX not in TWINS} == WITHOUT_TWIN.keys()


def test_every_blocking_twin_has_an_async_method():
    assert {name.removesuffix(SUFFIX) for name in TWINS} <= set(ASYNC)


@pytest.mark.parametrize("name", TWINS)
def test_the_twins_take_the_same_arguments_and_answer_the_same(name: str):
    assert inspect.signature(METHODS[name]) == inspect.signature(METHODS[name.removesuffix(SUFFIX)])


@pytest.mark.parametrize("name", TWINS)
def test_a_blocking_twin_does_not_have_to_be_awaited(name: str):
    # Its own code: `functools.wraps` lets inspection look through to the async method.
    assert not METHODS[name].__code__.co_flags & inspect.CO_COROUTINE
    assert METHODS[name].__name__ == name
