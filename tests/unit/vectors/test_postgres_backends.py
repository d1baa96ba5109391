"""The recipe for vectors on a PostgreSQL server opens nothing, shows no password, and says what it lacks."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

import umi
from umi.errors import Invalid, Unsupported
from umi.ports.backend import VectorBackend
from umi.vectors.postgres.backend import PostgresVectorBackend

URL = "postgresql://umi:secret@db.example.org/agents"


async def test_connecting_may_be_awaited_or_not():
    made = PostgresVectorBackend.connect(URL)
    assert await made is made
    recipe: VectorBackend = made
    assert recipe.index_kind(384).name == "postgres"
    assert umi.PostgresVectorBackend is PostgresVectorBackend


def test_it_shows_no_password():
    assert repr(PostgresVectorBackend(URL)) == "PostgresVectorBackend(schema='umi_vectors')"
    assert "secret" not in str(vars(PostgresVectorBackend(URL).index_kind(8).shelf))


@pytest.mark.parametrize("url", ["", None, 7])
def test_what_is_no_url_is_refused(url: Any):
    with pytest.raises(Invalid, match="URL"):
        PostgresVectorBackend(url)


@pytest.mark.parametrize("schema", ["", "pg_mine", "a\0b", "é" * 32, None])
def test_a_schema_that_cannot_be_is_refused(schema: Any):
    with pytest.raises(Invalid, match="A schema has a name"):
        PostgresVectorBackend(URL, schema=schema)


def test_without_its_driver_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch):
    for name in [name for name in sys.modules if name.startswith("umi.vectors.postgres.") and "backend" not in name]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(Unsupported, match=r"pip install 'umi-memory\[postgres\]'"):
        PostgresVectorBackend(URL).index_kind(8)


def test_the_recipe_does_not_import_the_driver():
    code = "import sys; from umi import PostgresVectorBackend as B; B.connect('x'); print('psycopg' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
