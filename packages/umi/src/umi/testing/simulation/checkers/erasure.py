"""What was erased: it is nowhere any more, not in the bytes of a file."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Final

from umi.domain.change import Act
from umi.domain.entity import Entity
from umi.testing.simulation.aftermath import Aftermath
from umi.testing.simulation.agent import COPY_SUFFIX
from umi.testing.simulation.violation import Violation

_ASKED_MAX: Final = 2
_SEQ_MAX: Final = 2**63 - 1


class ErasedIsGone:
    """No word of what was erased stands in any of the store's files, no vector of it, and no answer holds it."""

    name = "ErasedIsGone"

    async def check(self, left: Aftermath) -> None:
        erased = left.replica.erased
        if not erased:
            return
        gone = gone_by(left, _SEQ_MAX)
        for file in _files(left):
            words = words_left(file, gone)
            if words:
                raise Violation(self.name, f"{file.name} still holds {words}, which were erased")
        for (tenant, id), entity in sorted(erased.items(), key=lambda row: row[0])[:_ASKED_MAX]:
            await self._answers(left, tenant, id, entity)

    async def _answers(self, left: Aftermath, tenant: str, id: str, entity: Entity) -> None:
        memory = left.memories[tenant]
        if (tenant, id) not in left.replica.entities and await memory.get(id) is not None:
            raise Violation(self.name, f"{id} was erased, and is there")
        if id in [hit.id for hit in await memory.recall(entity.content[:200], limit=10)]:
            raise Violation(self.name, f"{id} was erased, and is found")


def gone_by(left: Aftermath, seq: int) -> set[str]:
    """Return the words that nothing says any more since what said them was erased, up to a change of the log."""
    words = {memo.word for agent in left.agents for memo in agent.memos}
    living = " ".join(entity.content for entity in left.replica.entities.values())
    erased = {(tenant, event.id) for tenant, event in left.events if event.act is Act.ERASE and event.seq <= seq}
    said = [entity.content for key, entity in left.replica.erased.items() if key in erased]
    return {word for word in words if word not in living and any(word in content for content in said)}


def words_left(path: Path, words: Collection[str]) -> list[str]:
    """Return which of some words the bytes of a file hold."""
    data = path.read_bytes().lower()
    return [word for word in sorted(words) if word.encode() in data]


def _files(left: Aftermath) -> list[Path]:
    """Return all files on the disk but those to be imported, and backups, for which there is a promise of its own."""
    found = [file for file in left.machine.folder.rglob("*") if file.is_file()]
    return sorted(file for file in found if file.suffix != ".jsonl" and COPY_SUFFIX not in file.name)
