"""A function fits on a screen, and a module is one noun."""

from __future__ import annotations

from statistics import quantiles

from tests.architecture.repository import Function, functions, modules

FUNCTION_LINES_P90_MAX = 25
FUNCTION_LINES_MAX = 70
MODULE_LINES_MAX = 500


def test_no_function_is_longer_than_a_screen():
    long = [
        (module.name, one.name) for module in modules() for one in functions(module) if _lines(one) > FUNCTION_LINES_MAX
    ]

    assert long == []


def test_nine_functions_in_ten_are_short():
    lengths = [_lines(one) for module in modules() for one in functions(module)]

    assert quantiles(lengths, n=10)[-1] <= FUNCTION_LINES_P90_MAX


def test_no_module_is_too_long():
    assert [module.name for module in modules() if module.text.count("\n") > MODULE_LINES_MAX] == []


def _lines(function: Function) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1
