"""What clients were told at the doors: the store's own acknowledgements do not show what a door made of them."""

from __future__ import annotations

from collections import Counter

from umi.domain.entity import Status
from umi.testing.simulation.aftermath import Aftermath
from umi.testing.simulation.violation import Violation


class ToldIsKept:
    """What a client was told is kept is there, whatever became of it since, or was erased."""

    name = "ToldIsKept"

    async def check(self, left: Aftermath) -> None:
        ever = [*left.replica.entities.items(), *left.replica.erased.items()]
        for agent in left.agents:
            texts = [entity.content for (tenant, _), entity in ever if tenant == agent.scope.tenant]
            for memo in (one for one in agent.memos if one.is_told):
                if not any(memo.word in text for text in texts):
                    raise Violation(self.name, f"{agent.name} was told at a door that {memo.text!r} is kept")


class KeptOnce:
    """What was told at a door under a name, however often, is one memory.

    One that was changed does not count: what is deleted may come again under its name, and the first be restored then.
    """

    name = "KeptOnce"

    async def check(self, left: Aftermath) -> None:
        fresh = [one for one in left.replica.entities.values() if one.status is Status.ACTIVE and one.revision == 1]
        counts = Counter(entity.content for entity in fresh)
        for agent in left.agents:
            for memo in (one for one in agent.memos if one.ticket is not None and not one.is_message):
                if counts[memo.text] > 1:
                    raise Violation(self.name, f"{memo.text!r} was told at a door, and is {counts[memo.text]} memories")
