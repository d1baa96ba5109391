"""Workloads that tell a memory something."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

from umi.domain.receipt import Receipt, Rejected
from umi.domain.turn import Turn
from umi.errors import Unavailable
from umi.formats import write_turn
from umi.testing.simulation.agent import Agent, Memo
from umi.testing.simulation.violation import Violation

if TYPE_CHECKING:
    from umi.engine.memory import Memory

SUBJECTS: Final = ("Ada", "Bo", "Cy")
CITIES: Final = ("Lisbon", "Paris", "Oslo")
THINGS: Final = ("chess", "tea", "jazz", "snow")
_TRIES: Final = 3


def sentence(agent: Agent, word: str) -> str:
    """Return a text that somebody might say, with a word that finds it."""
    rng = agent.rng
    subject = rng.choose(SUBJECTS)
    return rng.choose((
        f"{subject} lives in {rng.choose(CITIES)} near {word}",
        f"{subject} likes {rng.choose(THINGS)} and {word}",
        f"The code of {subject}'s door is {word}",
        f"We met {word} on Friday and spoke of {rng.choose(THINGS)}",
    ))  # fmt: skip


def memo(agent: Agent, *, keyed: bool) -> Memo:
    """Return something new to remember."""
    word = agent.word()
    made = Memo(word=word, text=sentence(agent, word), key=f"key {word}" if keyed else None)
    agent.memos.append(made)
    return made


async def tell(agent: Agent, memory: Memory, told: Memo, *, speaker: str | None = None, role: str = "user") -> Receipt:
    """Remember it, and try again with the same key where no answer came.

    Raises:
        Unavailable: no answer came in the end either.

    """
    for _ in range(_TRIES - 1 if told.key is not None else 0):
        with suppress(Unavailable):
            return _told(agent, told, await _remember(memory, told, speaker, role))
    return _told(agent, told, await _remember(memory, told, speaker, role))


async def _remember(memory: Memory, told: Memo, speaker: str | None, role: str) -> Receipt:
    return await memory.remember(told.text, key=told.key, session=told.session, speaker=speaker, role=role)


def _told(agent: Agent, told: Memo, receipt: Receipt) -> Receipt:
    if told.id is not None and told.id != receipt.id:
        agent.machine.broken(Violation("NoDuplicates", f"key {told.key!r} stood for {told.id}, and for {receipt.id}"))
    told.id, told.seq = receipt.id, receipt.seq
    return receipt


def _outcome(agent: Agent, receipt: Receipt) -> str:
    return f"{'made' if receipt.created else 'known'} {agent.machine.trace.name(receipt.id)} {receipt.status}"


class Remember:
    """Remember a text, with a key or without."""

    name = "remember"

    async def act(self, agent: Agent, memory: Memory) -> str:
        return _outcome(agent, await tell(agent, memory, memo(agent, keyed=agent.rng.next_bool(0.7))))


class Together:
    """Remember several texts in one call."""

    name = "together"

    async def act(self, agent: Agent, memory: Memory) -> str:
        memos = [memo(agent, keyed=True) for _ in range(agent.rng.next_int(2, 6))]
        answers = await memory.remember_many([Turn(text=one.text, key=one.key) for one in memos])
        for told, answer in zip(memos, answers, strict=True):
            if not isinstance(answer, Rejected):
                told.id, told.seq = answer.id, answer.seq
        return f"{len(answers)} kept"


class Chat:
    """Say something in a session, and hear something."""

    name = "chat"

    async def act(self, agent: Agent, memory: Memory) -> str:
        session = f"{agent.name} {agent.rng.next_int(1, 3)}"
        said, heard = memo(agent, keyed=False), memo(agent, keyed=False)
        said.session = heard.session = session
        receipt = await tell(agent, memory, said, speaker="Ada", role="user")
        await tell(agent, memory, heard, role="assistant")
        return _outcome(agent, receipt)


class Import:
    """Import a file, perhaps a second time: it adds nothing twice."""

    name = "import"

    async def act(self, agent: Agent, memory: Memory) -> str:
        path = agent.machine.folder / f"{agent.name}.jsonl"
        if not path.exists():
            memos = [memo(agent, keyed=True) for _ in range(agent.rng.next_int(2, 8))]
            path.write_text("".join(write_turn(Turn(text=one.text, key=one.key)) for one in memos))
        summary = await memory.import_file(path)
        if summary.bad_count:
            agent.machine.broken(Violation("WholeOrNothing", f"an import left out {summary.bad_count} records"))
        return f"{summary.added} added, {summary.known} known"


class Retry:
    """Say something again with the key that it was said with, perhaps long ago, perhaps forgotten since."""

    name = "retry"

    async def act(self, agent: Agent, memory: Memory) -> str:
        keyed = [one for one in agent.memos if one.key is not None]
        if not keyed:
            return "nothing"
        told = agent.rng.choose(keyed)
        was = told.id
        receipt = await tell(agent, memory, told)
        if was is not None and receipt.created:
            agent.machine.broken(Violation("NoDuplicates", f"{told.key!r} was acknowledged, and made anew"))
        return _outcome(agent, receipt)
