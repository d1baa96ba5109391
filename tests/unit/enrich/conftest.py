"""A real store, the hashing embedder, and a language model that is a scripted function."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from tests.embedding import HashingEmbedder

from umi.config import MemoryConfig
from umi.domain.completion import CompletionRequest
from umi.domain.scope import Scope
from umi.engine.bound import Keeper, behaviour_of
from umi.engine.enriching import Enrichment, enrich
from umi.engine.remembering import remember_one, turn_of
from umi.ports.world import World
from umi.providers.llm.callable import CallableProvider
from umi.wiring.world import open_world

Claims = Mapping[str, Any]


@dataclass
class Model:
    """Answers every request with what it was told to, or by a function."""

    claims: Claims | Callable[[CompletionRequest], Any] = field(default_factory=dict[str, Any])
    asked: list[CompletionRequest] = field(default_factory=list[CompletionRequest])

    def __call__(self, request: CompletionRequest) -> Any:
        self.asked.append(request)
        return self.claims(request) if callable(self.claims) else self.claims


def answer(**lists: list[Any]) -> dict[str, list[Any]]:
    """Return an answer to an extraction request."""
    return {"entities": [], "facts": [], "relations": [], **lists}


def claim(subject: str, slot: str, value: str, quote: str, **rest: Any) -> dict[str, Any]:
    """Return a fact as a model claims it."""
    return {
        "subject": subject, "slot": slot, "value": value, "quote": quote, "status": "current", "changed": False,
        "confidence": 0.9, **rest,
    }  # fmt: skip


def named(name: str, type: str = "person", quote: str | None = None) -> dict[str, Any]:
    """Return an entity as a model claims it."""
    return {"name": name, "type": type, "quote": quote or name, "confidence": 0.9}


@dataclass
class Home:
    """A memory's inside with a scripted model."""

    world: World
    model: Model
    keeper: Keeper

    async def tell(self, text: str, **said: Any) -> str:
        """Remember a text and leave it unread; return its id."""
        config = replace(self.keeper.behaviour.config, extraction="off")
        keeper = replace(self.keeper, behaviour=replace(self.keeper.behaviour, config=config))
        return (await remember_one(keeper, turn_of({"text": text, **said}))).id

    async def read(self, id: str, claims: Claims) -> Enrichment:
        self.model.claims = claims
        return await enrich(self.keeper, id)

    async def facts(self, id: str) -> list[tuple[str, str, str]]:
        [entity] = await self.world.store.get(Scope(), [id])
        assert entity is not None
        return [(fact.about, fact.slot, fact.value) for fact in entity.facts]


def open_home(path: Path, config: MemoryConfig | None = None) -> Home:
    model = Model()

    def ask(request: CompletionRequest) -> Any:
        return model(request)

    world = replace(open_world(path, HashingEmbedder()), llm=CallableProvider(ask, model="scripted"))
    behaviour = behaviour_of(config or MemoryConfig())
    return Home(world=world, model=model, keeper=Keeper(world=world, scope=Scope(), actor="test", behaviour=behaviour))


async def close_home(home: Home) -> None:
    await home.world.store.close()
    await home.world.embedder.close()
    home.world.lane.close()
    home.world.portal.close()


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Home]:
    made = open_home(tmp_path / "memory.db")
    yield made
    await close_home(made)
