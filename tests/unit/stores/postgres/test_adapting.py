"""Texts and vectors come back from a server as they went, and texts sort as their characters do."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.stores.postgres.opening import open_postgres

from umi.testing.store.making import SOLE, add, apply, listed, vector
from umi.vectors.postgres.adapting import HalfVector, Texts, escaped, unescaped
from umi.vectors.postgres.server import Address, connect, tune

if TYPE_CHECKING:
    from tests.postgres_server import PostgresServer

AWKWARD = (
    "",
    "\0",
    "\1",
    "\1\2",
    "\1\3",
    "a\0b",
    "\\u0000",
    "\\ue0ff",
    "\\ue0ff0",
    "\ue0ff",
    '"\\',
    "🌊",
    "é",
    "e\u0301",
)


@given(st.text(alphabet=st.one_of(st.sampled_from("\0\1\2\3\\u0efF"), st.characters(exclude_categories=["Cs"]))))
def test_an_escaped_text_comes_back_and_holds_nothing_that_cannot_be_stored(text: str):
    assert unescaped(escaped(text)) == text
    assert "\0" not in escaped(text)
    assert "\\u0000" not in escaped(text)


@given(st.text(alphabet="\0\1\2\3ab"), st.text(alphabet="\0\1\2\3ab"))
def test_escaped_texts_sort_as_they_did(one: str, other: str):
    assert (escaped(one) < escaped(other)) == (one < other)


@pytest.mark.parametrize("value", [*AWKWARD, 7, 2**62, -(2**63), None, True, b"\0\xff"], ids=repr)
def test_values_come_back_from_the_server(server: PostgresServer, value: object):
    with closing(connect(Address(url=server.url, schema="umi"))) as connection:
        row = connection.cursor(binary=True).execute("SELECT %s", (value,)).fetchone()
    assert row == (value,)


async def test_lists_and_vectors_come_back_from_the_server(server: PostgresServer, schema: str):
    address = Address(url=server.url, schema=schema)
    halves = vector("x").astype("<f2").tobytes()
    await open_postgres(server.url, schema).close()
    with closing(connect(address)) as connection:
        tune(connection, address)
        cursor = connection.cursor(binary=True)
        for texts in (Texts(), Texts(AWKWARD)):
            assert cursor.execute("SELECT unnest(%s)", (texts,)).fetchall() == [(text,) for text in texts]
        for numbers in (np.empty(0, dtype=np.int64), np.array([1, -5, 2**62])):
            assert [no for (no,) in cursor.execute("SELECT unnest(%s)", (numbers,))] == numbers.tolist()
        assert cursor.execute("SELECT %s", (HalfVector(halves),)).fetchone() == (halves,)


async def test_a_store_gives_awkward_texts_back(server: PostgresServer, schema: str):
    store = open_postgres(server.url, schema)
    try:
        texts = [f"{text}." for text in AWKWARD]
        await apply(store, *(add(text, id=text, topics=(text,), metadata={text: text}) for text in texts))
        assert sorted(await listed(store)) == sorted(texts)
        for entity in await store.get(SOLE, texts):
            assert entity is not None
            assert (entity.content, entity.topics, entity.metadata) == (entity.id, (entity.id,), {entity.id: entity.id})
    finally:
        await store.close()
