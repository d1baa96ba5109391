"""Strategies for hypothesis: what Umi accepts, and what it may be given.

    from hypothesis import given
    from umi.testing import strategies

    @given(turn=strategies.turns())
    def test_whatever_is_said_is_kept(turn):
        ...

`texts`, `queries`, `names`, `ids`, `topics`, `metadata`, `event_times`, `scope_parts`, `scopes`, `turns` and
`narrowings` give only what Umi keeps and looks for: texts of every script, with what programs get wrong among them.
`anything` gives what a caller might pass by mistake. All are small unless told otherwise, so that tests are quick.
"""

from __future__ import annotations

from umi.testing.strategies.awkward import AWKWARD, anything, json_values
from umi.testing.strategies.telling import ScopeParts, event_times, metadata, narrowings, scope_parts, scopes, turns
from umi.testing.strategies.wording import PHRASES, ids, names, queries, texts, topics

__all__ = [
    "AWKWARD",
    "PHRASES",
    "ScopeParts",
    "anything",
    "event_times",
    "ids",
    "json_values",
    "metadata",
    "names",
    "narrowings",
    "queries",
    "scope_parts",
    "scopes",
    "texts",
    "topics",
    "turns",
]
