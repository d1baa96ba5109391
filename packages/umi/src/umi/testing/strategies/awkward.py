"""What a caller might pass by mistake, or on purpose: nothing of it may let a foreign error escape."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from hypothesis import strategies as st

from umi.domain.entity import MemoryType
from umi.domain.turn import Role


def _deep(depth: int) -> dict[str, Any]:
    nested: dict[str, Any] = {}
    for _ in range(depth):
        nested = {"a": [nested]}
    return nested


def _circular() -> dict[str, Any]:
    made: dict[str, Any] = {}
    made["self"] = made
    return made


AWKWARD: Final[Mapping[str, Any]] = {
    "None": None,
    "True": True,
    "False": False,
    "zero": 0,
    "minus one": -1,
    "one": 1,
    "a huge integer": 10**400,
    "a huge negative integer": -(10**400),
    "an integer too long to print": 10**5_000,
    "half": 0.5,
    "NaN": float("nan"),
    "infinity": float("inf"),
    "minus infinity": float("-inf"),
    "a huge float": 1e308,
    "a complex number": 1j,
    "a decimal": Decimal("0.5"),
    "a decimal NaN": Decimal("sNaN"),
    "a fraction": Fraction(1, 3),
    "empty text": "",
    "blank text": " \t\n\u2003",
    "NUL": "\0",
    "a NUL inside": "a\0b",
    "a lone surrogate": "\ud800",
    "a lone surrogate inside": "a\udfffb",
    "text": "x",
    "300 characters": "ü" * 300,
    "unbalanced quotes": "\"'`) OR 1=1; --",
    "control characters": "\x01\x1b[31m\x7f\u202e\ufeff\uffff",
    "only marks": "\u0301\u200d\ufe0f",
    "bytes": b"bytes",
    "a byte array": bytearray(b"bytes"),
    "an object": object(),
    "a class": int,
    "a function": len,
    "an empty list": [],
    "a list of None": [None],
    "a list of lone surrogates": ["\ud800"],
    "a list of everything": [1, "a", b"b", None, {}],
    "200 texts": [f"topic {number}" for number in range(200)],
    "an empty dictionary": {},
    "a dictionary of objects": {"a": object()},
    "a dictionary of NaN": {"a": float("nan")},
    "a dictionary with other keys": {1: 2, "b": 3, None: 4},
    "nested other keys": {"a": {1: 2, "b": 3}},
    "nested lone surrogates": {"a": ["\ud800"], "\udfff": 1},
    "a NUL in a dictionary": {"a\0": "\0"},
    "a dictionary of bytes": {"a": b"b"},
    "a huge integer in a dictionary": {"a": 10**5_000},
    "a large dictionary": {f"key {number}": "x" * 100 for number in range(1_000)},
    "a deep dictionary": _deep(400),
    "a very deep dictionary": _deep(50_000),
    "a circular dictionary": _circular(),
    "a set": {"a"},
    "a range": range(3),
    "the first moment": datetime.min,  # noqa: DTZ901 - a naive one is meant
    "the last moment": datetime.max,  # noqa: DTZ901 - a naive one is meant
    "before the first moment": datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14))),
    "after the last moment": datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=timezone(timedelta(hours=-12))),
    "before the first moment, as text": "0001-01-01T00:00:00+14:00",
    "an odd zone": datetime(2026, 5, 8, tzinfo=timezone(timedelta(hours=1, seconds=7, microseconds=3))),
    "a day": date(2026, 5, 8),
    "no moment": "2026-13-45",
    "an enumeration's member": Role.USER,
    "another enumeration's member": MemoryType.MESSAGE,
    "a path to a folder": ".",
    "a path that ends in nothing": "no/such/folder/file",
    "a name of 300": "n" * 300,
    "a float as text": "1e5",
    "a cursor": "9" * 5_000,
}
"""Values that are awkward somewhere, by what they are called."""


def json_values() -> st.SearchStrategy[Any]:
    """Return what JSON can hold in Python, with NaN, infinity and lone surrogates, which Umi refuses."""
    return st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=20),
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.text(st.characters(), max_size=5), inner, max_size=3)
        ),
        max_leaves=8,
    )


def anything() -> st.SearchStrategy[Any]:
    """Return values of all kinds, most of which fit nowhere: what is given them must say so by an error of Umi's."""
    return st.one_of(
        st.sampled_from(list(AWKWARD.values())),
        st.text(st.characters(), max_size=80),  # surrogates and NUL included
        json_values(),
        st.datetimes(timezones=st.none() | st.timezones()),
        st.floats(),
        st.integers(),
    )
