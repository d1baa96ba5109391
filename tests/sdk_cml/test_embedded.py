"""The engine in the process: it keeps what it is to keep, and says what is wrong."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from tests.server.stores import placed

from cml import (
    BlockingEmbeddedCognitiveMemoryLayer,
    CMLError,
    EmbeddedCognitiveMemoryLayer,
    EmbeddedConfig,
    ValidationError,
)

TEXT = "The user prefers tea"
OTHER = "The user lives in Faro"


async def test_what_is_in_a_file_is_there_again(tmp_path: Path):
    path = str(tmp_path / "memory.db")
    async with EmbeddedCognitiveMemoryLayer(db_path=path) as memory:
        await memory.write(TEXT)

    with BlockingEmbeddedCognitiveMemoryLayer(config=EmbeddedConfig(db_path=path)) as again:
        assert [one.text for one in again.read("tea").memories] == [TEXT]


async def test_what_is_in_a_postgresql_is_there_again_changed_and_gone(tmp_path: Path):
    with placed("postgres", tmp_path) as url:
        async with EmbeddedCognitiveMemoryLayer(storage_mode="standard", db_path=url, tenant_id="t") as memory:
            written = await memory.batch_write([{"content": text} for text in (TEXT, OTHER, "I met Ada in Lisbon")])
            _, moved, gone = [one.memory_id for one in written if one.memory_id is not None]
            turn = await memory.turn("What do I drink?", assistant_response="Tea.", session_id="s")
            await memory.update(moved, text="The user moved to Porto")
            await memory.forget(memory_ids=[gone])
        assert TEXT in turn.memory_context

        config = EmbeddedConfig(storage_mode="full", db_path=url, tenant_id="t")
        with BlockingEmbeddedCognitiveMemoryLayer(config=config) as again:
            found = {one.text for one in again.read("the user", max_results=50).memories}
            said = [one.text for one in again.get_session_context("s").messages]
            again.delete_all(confirm=True)
            left = again.stats().total_memories

    assert {TEXT, "The user moved to Porto"} <= found
    assert not {OTHER, "I met Ada in Lisbon"} & found
    assert said == ["What do I drink?", "Tea."]
    assert left == 0


def test_without_a_file_nothing_is_left(tmp_path: Path):
    with BlockingEmbeddedCognitiveMemoryLayer() as memory:
        memory.write(TEXT)
        assert memory.stats().total_memories == 1
    with BlockingEmbeddedCognitiveMemoryLayer() as memory:
        assert memory.stats().total_memories == 0

    assert list(tmp_path.iterdir()) == []  # the working directory


def test_it_opens_by_itself_and_may_be_closed_twice():
    memory = BlockingEmbeddedCognitiveMemoryLayer()

    assert memory.write(TEXT).chunks_created == 1
    memory.close()
    memory.close()

    assert not [one for one in threading.enumerate() if one.name == "cml-embedded"]


def test_tenants_and_users_see_their_own_alone(tmp_path: Path):
    path = str(tmp_path / "memory.db")
    callers: list[dict[str, Any]] = [{"tenant_id": "one"}, {"tenant_id": "two"}, {"tenant_id": "one", "user_id": "ada"}]
    for whose in callers:
        with BlockingEmbeddedCognitiveMemoryLayer(db_path=path, **whose) as memory:
            memory.write(f"{TEXT}: {whose}")

    with BlockingEmbeddedCognitiveMemoryLayer(db_path=path, tenant_id="one", user_id="ada") as memory:
        assert memory.stats().total_memories == 1
        memory.set_tenant("two")
        assert (memory.tenant_id, memory.stats().total_memories) == ("two", 0)


def test_many_threads_may_use_one():
    with BlockingEmbeddedCognitiveMemoryLayer() as memory:
        threads = [
            threading.Thread(target=memory.write, args=(f"The number of this text is {number}",)) for number in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)

        assert memory.stats().total_memories == 8


async def test_one_that_is_open_belongs_to_its_loop():
    async with EmbeddedCognitiveMemoryLayer() as memory:

        async def elsewhere() -> None:
            await memory.stats()

        with pytest.raises(CMLError, match="event loop"):
            await asyncio.to_thread(asyncio.run, elsewhere())


@pytest.mark.parametrize("wrong", [{"storage_mode": "standard"}, {"storage_mode": "full", "db_path": "memory.db"}])
def test_a_storage_mode_that_needs_a_database_says_so(wrong: dict[str, Any]):
    with pytest.raises(ValidationError, match="PostgreSQL"):
        EmbeddedCognitiveMemoryLayer(**wrong)


async def test_a_store_that_cannot_be_opened_is_an_error_every_time(tmp_path: Path):
    (tmp_path / "broken.db").write_text("this is no database, and long enough to be seen as none" * 50)
    memory = EmbeddedCognitiveMemoryLayer(db_path=str(tmp_path / "broken.db"))

    for _ in range(2):
        with pytest.raises(Exception, match=r"(?i)database|store|file"):
            await memory.stats()
    await memory.close()


def test_without_the_engine_it_is_said_how_to_get_it():
    code = (
        "import sys; sys.modules['umi'] = None\n"
        "from cml import BlockingEmbeddedCognitiveMemoryLayer\n"
        "BlockingEmbeddedCognitiveMemoryLayer().stats()"
    )

    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)

    assert ran.returncode != 0
    assert "pip install 'py-cml[embedded]'" in ran.stderr


async def test_parts_of_it_are_parts():
    async with EmbeddedCognitiveMemoryLayer() as memory:
        await memory.with_namespace("n").write(TEXT)
        await memory.write("Something else")
        async with memory.session(name="x") as session:
            await session.remember("Said in the session")
            heard = await session.read("what was said")
            context = await session.get_session_context()

        assert [one.text for one in (await memory.with_namespace("n").read("anything")).memories] == [TEXT]
        assert [one.text for one in heard.memories] == ["Said in the session"]
        assert [one.text for one in context.messages] == ["Said in the session"]
