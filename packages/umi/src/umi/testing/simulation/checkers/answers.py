"""What asking finds: all that is remembered, nothing that is not, and nothing of others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, TypeVar

import numpy as np

from umi.domain.entity import Entity, Status
from umi.domain.scope import Scope
from umi.engine.memory import Memory
from umi.ports.store import Matches, Retrieval
from umi.testing.simulation.aftermath import Aftermath
from umi.testing.simulation.agent import Agent, Memo
from umi.testing.simulation.violation import Violation

T = TypeVar("T")

_ASKED_MAX: Final = 2  # of each agent: a question costs as much as a change
_HITS_MAX: Final = 10
_NEAREST: Final = 5
_TIES: Final = 1e-3


class AcknowledgedFound:
    """What is active is found by a word that it alone has."""

    name = "AcknowledgedFound"

    async def check(self, left: Aftermath) -> None:
        for agent in left.agents:
            told = [one for one in _present(left, agent) if one[0].word in one[1].content]
            for memo, entity in _some(left, told):
                hits = await _memory(left, agent).recall(memo.word, limit=_HITS_MAX)
                if entity.id not in [hit.id for hit in hits]:
                    raise Violation(self.name, f"{memo.word!r} does not find {entity.id} ({entity.content!r})")


class NoneReturns:
    """What was forgotten, superseded, merged or erased is found neither by words nor by meaning."""

    name = "NoneReturns"

    async def check(self, left: Aftermath) -> None:
        active = {key for key, entity in left.replica.entities.items() if entity.status is Status.ACTIVE}
        silenced = {key for key, entity in left.replica.entities.items() if entity.status is Status.SILENCED}
        for agent in left.agents:
            gone = [one for one in agent.kept if (agent.scope.tenant, one.id) not in active]
            for memo in _some(left, gone):
                question = left.rng.choose((memo.word, memo.text))
                hits = await _memory(left, agent).recall(question, limit=_HITS_MAX)
                wrong = [hit.id for hit in hits if (agent.scope.tenant, hit.id) not in active | silenced]
                if wrong:
                    raise Violation(self.name, f"{question!r} finds {wrong}")


class NearestFound:
    """A search by meaning gives the nearest of its scope: as many as asked for, if there are as many."""

    name = "NearestFound"

    async def check(self, left: Aftermath) -> None:
        for agent in left.agents:
            memory = _memory(left, agent)
            store = left.machine.store
            ids = [
                id for (tenant, id), entity in left.replica.entities.items()
                if tenant == agent.scope.tenant and entity.status is Status.ACTIVE
                and entity.scope.user == agent.scope.user
            ]  # fmt: skip
            vectors = await store.vectors(memory.scope, ids)
            if not vectors:
                continue
            asked = vectors[left.rng.choose(sorted(vectors))]
            found = await store.retrieve(Retrieval(scope=memory.scope, matches=Matches(), vector=asked, limit=_NEAREST))
            near = sorted((float(np.vecdot(one, asked)) for one in vectors.values()), reverse=True)[:_NEAREST]
            got = sorted((one.dense for one in found if one.is_near), reverse=True)
            if len(got) != len(near) or any(abs(one - other) > _TIES for one, other in zip(got, near, strict=True)):
                raise Violation(self.name, f"for {agent.name}, the nearest are {near}, and found are {got}")


class TenantsApart:
    """Nobody finds what another user or another tenant said, by its very words."""

    name = "TenantsApart"

    async def check(self, left: Aftermath) -> None:
        for agent in left.agents:
            others = [memo for other in left.agents if other.scope != agent.scope for memo in other.kept]
            memory, asked = _memory(left, agent), _some(left, others)
            found = [hit.entity for memo in asked for hit in await memory.recall(memo.text, limit=_HITS_MAX)]
            if asked:
                found += (await memory.list(limit=1_000)).items
            for entity in found:
                if (entity.scope.tenant, entity.scope.user) != (agent.scope.tenant, agent.scope.user):
                    raise Violation(self.name, f"{agent.name} finds {entity.id} of {entity.scope}")


def _memory(left: Aftermath, agent: Agent) -> Memory:
    scope = Scope(tenant=agent.scope.tenant, user=agent.scope.user)
    return left.machine.nodes[0].memory(scope)


def _present(left: Aftermath, agent: Agent) -> Iterator[tuple[Memo, Entity]]:
    for memo in agent.kept:
        entity = left.replica.entities.get((agent.scope.tenant, memo.id or ""))
        if entity is not None and entity.status is Status.ACTIVE:
            yield memo, entity


def _some(left: Aftermath, items: list[T]) -> list[T]:
    drawn = list(items)
    left.rng.shuffle(drawn)
    return drawn[:_ASKED_MAX]
