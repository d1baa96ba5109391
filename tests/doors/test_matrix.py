"""One store behind every door: what is written through one is read, changed, forgotten and erased through each other.

The doors are the Python API, `/api/v1`, the Agent Memory protocol's `/v1` and the command line, over one file.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any, Protocol

import httpx
import pytest
from click.testing import CliRunner

from umi.cli.main import command
from umi.domain.bounds import Bounds, Grant
from umi.domain.entity import Entity
from umi.engine.memory import Memory
from umi.errors import NotFound
from umi.server.app import create_app
from umi.server.auth.api_keys import Wanted
from umi.server.services import Services
from umi.server.settings import ServerSettings

TENANT = "t"
FOLLOWS_FROM_THE_TEXT = {"content", "name", "revision", "updated_at", "mentions", "dates", "cues", "facts", "marks"}


class Door(Protocol):
    """A way to the store. A memory is named by its text: each door has ids of its own."""

    async def write(self, text: str) -> None: ...

    async def texts(self, query: str) -> Sequence[str]: ...

    async def edit(self, text: str, new: str) -> None: ...

    async def forget(self, text: str) -> None: ...


class Umi:
    def __init__(self, memory: Memory) -> None:
        self.memory = memory

    async def write(self, text: str) -> None:
        await self.memory.remember(text, topics=["hall"], metadata={"of": "umi"}, importance=0.7, pinned=True)

    async def texts(self, query: str) -> Sequence[str]:
        return [hit.content for hit in await self.memory.recall(query, limit=50)]

    async def edit(self, text: str, new: str) -> None:
        await self.memory.revise((await self.entity(text)).id, text=new)

    async def forget(self, text: str) -> None:
        assert await self.memory.forget((await self.entity(text)).id)

    async def erase(self, text: str) -> None:
        assert (await self.memory.erase(ids=[(await self.entity(text)).id])).proved

    async def entity(self, text: str) -> Entity:
        [found] = [entity async for entity in self.memory.entities() if entity.content == text]
        return found


class Cml:
    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    async def write(self, text: str) -> None:
        await self._ask(
            "/memory/write", content=text, context_tags=["hall"], metadata={"of": "cml"}, memory_type="hypothesis",
            turn_id=f"the turn of {text}", timestamp="2026-01-02T03:04:05Z",
        )  # fmt: skip

    async def texts(self, query: str) -> Sequence[str]:
        return [memory["text"] for memory in await self._found(query)]

    async def edit(self, text: str, new: str) -> None:
        [one] = [memory for memory in await self._found(text) if memory["text"] == text]
        await self._ask("/memory/update", memory_id=one["id"], text=new, metadata=one["metadata"])

    async def forget(self, text: str) -> None:
        assert (await self._ask("/memory/forget", memory_ids=[await self._id(text)]))["affected_count"] == 1

    async def erase(self, text: str) -> None:
        assert text in await self.texts(text)
        answer = await self.client.delete("/api/v1/memory/all")  # the one way to erase that this protocol has
        assert answer.json()["proved"], answer.text

    async def _id(self, text: str) -> str:
        [id] = [memory["id"] for memory in await self._found(text) if memory["text"] == text]
        return id

    async def _found(self, query: str) -> Sequence[Any]:
        return (await self._ask("/memory/read", query=query, max_results=50, format="list"))["memories"]

    async def _ask(self, path: str, **body: Any) -> Any:
        answer = await self.client.post(f"/api/v1{path}", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()


class AgentMemory:
    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    async def write(self, text: str) -> None:
        record = {
            "id": f"the record of {text}", "text": text, "topics": ["hall"], "entities": ["Ada"],
            "memory_type": "episodic", "metadata": {"of": "agent memory"}, "an_unknown_field": 1,
        }  # fmt: skip
        await self._ask("POST", "/", json={"memories": [record], "deduplicate": False})

    async def texts(self, query: str) -> Sequence[str]:
        return [memory["text"] for memory in await self._found(query)]

    async def edit(self, text: str, new: str) -> None:
        [one] = [memory for memory in await self._found(text) if memory["text"] == text]
        same = {name: one[name] for name in ("topics", "metadata", "pinned")}
        await self._ask("PATCH", f"/{one['id']}", json={**same, "text": new})

    async def forget(self, text: str) -> None:
        await self._ask("DELETE", "/", params={"memory_ids": [await self._id(text)]})

    async def _id(self, text: str) -> str:
        [id] = [memory["id"] for memory in await self._found(text) if memory["text"] == text]
        return id

    async def _found(self, query: str) -> Sequence[Any]:
        return (await self._ask("POST", "/search", json={"text": query, "limit": 50}))["memories"]

    async def _ask(self, method: str, path: str, **more: Any) -> Any:
        answer = await self.client.request(method, f"/v1/long-term-memory{path}", **more)
        assert answer.status_code == 200, answer.text
        return answer.json()


class CommandLine:
    def __init__(self, store: Path) -> None:
        self.store = store

    async def write(self, text: str) -> None:
        await self._run("remember", text, "--topic", "hall", "--meta", "of=cli", "--confidence", "0.8")

    async def texts(self, query: str) -> Sequence[str]:
        return [
            json.loads(line)["content"] for line in (await self._run("recall", query, "--limit", "50")).splitlines()
        ]

    async def edit(self, text: str, new: str) -> None:
        await self._run("revise", await self._id(text), "--text", new)

    async def forget(self, text: str) -> None:
        await self._run("forget", await self._id(text))

    async def erase(self, text: str) -> None:
        await self._run("erase", "--id", await self._id(text), "--yes")

    async def _id(self, text: str) -> str:
        lines = (await self._run("list", "--limit", "50")).splitlines()
        [id] = [one["id"] for one in map(json.loads, lines) if one["content"] == text]
        return id

    async def _run(self, *words: str) -> str:
        shared = ["--store", str(self.store), "--tenant", TENANT, "--json", "--quiet"]
        result = await asyncio.to_thread(CliRunner().invoke, command, [*words, *shared])
        assert result.exit_code == 0 or (words[0] == "recall" and result.exit_code == 1), result.output
        return result.stdout


class Doors:
    """All of them, by name."""

    def __init__(self, umi: Umi, cml: Cml, agent_memory: AgentMemory, command_line: CommandLine) -> None:
        self.umi = umi
        self.all: dict[str, Door] = {
            "umi": umi, "cml": cml, "agent memory": agent_memory, "command line": command_line,
        }  # fmt: skip
        self.erasers = {"umi": umi, "cml": cml, "command line": command_line}  # Agent Memory's protocol has no way to

    async def see(self, text: str) -> None:
        for name, door in self.all.items():
            assert text in await door.texts(text), name

    async def miss(self, text: str) -> None:
        for name, door in self.all.items():
            assert text not in await door.texts(text), name


@pytest.fixture
async def doors(tmp_path: Path) -> AsyncIterator[Doors]:
    store = tmp_path / "memory.db"
    settings = ServerSettings.model_validate({"store": str(store)})
    services = Services(settings)
    app = create_app(settings, services=services)
    async with app.router.lifespan_context(app):
        bounds = Bounds(tenant=TENANT, grants=frozenset(Grant))
        _, key = await services.keys.create(Wanted(bounds=bounds))
        transport = httpx.ASGITransport(app)
        headers = {"X-API-Key": key}
        async with (
            httpx.AsyncClient(transport=transport, base_url="http://umi.test", headers=headers) as client,
            Memory.open(store, tenant=TENANT) as memory,
        ):
            yield Doors(Umi(memory), Cml(client), AgentMemory(client), CommandLine(store))


WRITERS = ("umi", "cml", "agent memory", "command line")


@pytest.mark.parametrize("writer", WRITERS)
async def test_what_one_door_writes_every_door_reads_and_changes_and_none_clobbers(doors: Doors, writer: str):
    text = "A brass bell hangs in the hall"
    await doors.all[writer].write(text)
    await doors.see(text)
    for place, (name, editor) in enumerate(doors.all.items()):
        before = await doors.umi.entity(text)
        new = f"A brass bell hangs in hall number {place}"
        await editor.edit(text, new)
        after = await doors.umi.entity(new)
        changed = {one.name for one in fields(Entity) if getattr(before, one.name) != getattr(after, one.name)}
        assert changed <= FOLLOWS_FROM_THE_TEXT, name
        await doors.see(new)
        await doors.miss(text)
        text = new


@pytest.mark.parametrize("writer", WRITERS)
async def test_what_one_door_writes_every_door_forgets_for_all(doors: Doors, writer: str):
    for place, (name, forgetter) in enumerate(doors.all.items()):
        text = f"A copper kettle stands on shelf number {place}"
        await doors.all[writer].write(text)
        await doors.see(text)
        await forgetter.forget(text)
        await doors.miss(text)
        assert [one.content async for one in doors.umi.memory.entities(statuses=["forgotten"])][-1] == text, name


@pytest.mark.parametrize("writer", WRITERS)
async def test_what_one_door_writes_is_erased_for_all_for_ever(doors: Doors, writer: str):
    for place, eraser in enumerate(doors.erasers.values()):
        text = f"A paper lantern glows over table number {place}"
        await doors.all[writer].write(text)
        id = (await doors.umi.entity(text)).id
        await doors.see(text)
        await eraser.erase(text)
        await doors.miss(text)
        assert await doors.umi.memory.get(id) is None
        with pytest.raises(NotFound):
            await doors.umi.memory.restore(id)
