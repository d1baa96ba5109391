"""What agents do at the doors of a served node, through real clients, and what they hold the answers against.

What a client was told counts, not what the store was asked: so a door that acknowledges too early, shows what is
another's, or does twice what was asked for once is seen here, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol
from uuid import UUID

from umi.domain.entity import Status
from umi.testing.simulation.agent import Agent, Memo
from umi.testing.simulation.violation import Violation
from umi.testing.simulation.workloads.keeping import memo
from umi.testing.simulation.workloads.known import Known

if TYPE_CHECKING:
    from umi.domain.scope import Scope
    from umi.testing.simulation.served.agent_memory import AgentMemoryDoor
    from umi.testing.simulation.served.cognitive import CognitiveDoor
    from umi.testing.simulation.served.door import Door, Seen

_QUESTION: Final = "What do you know of Ada, Bo and Cy?"
_MESSAGES_MAX: Final = 2
_ALL_SHARE: Final = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """An agent in front of a node's doors. `others` are the words that only people outside of its reach have said."""

    agent: Agent
    doors: Mapping[str, Door]
    sessions: AgentMemoryDoor
    turns: CognitiveDoor
    others: Mapping[str, Scope]

    @property
    def room(self) -> str:
        """The session that all who serve one user share."""
        return f"room of {self.agent.scope.user}"

    def door(self) -> Door:
        """Return a door that is drawn."""
        return self.agent.rng.choose(list(self.doors.values()))

    def at(self, door: Door) -> list[Memo]:
        """Return what was acknowledged and can be asked for at a door under its id."""
        kept = [one for one in self.agent.kept if not one.is_message or door is not self.sessions]
        return [one for one in kept if door is not self.turns or _is_uuid(one.id or "")]

    def check_foreign(self, texts: Iterable[str]) -> None:
        """Tell the machine of what others said, where it was shown."""
        for text in texts:
            for word, scope in self.others.items():
                if word in text:
                    self.broken("TenantsApart", f"{self.agent.name} was shown {word!r} of {scope}")

    def broken(self, checker: str, seen: str) -> None:
        """Tell the machine of a promise that was broken."""
        self.agent.machine.broken(Violation(checker, seen))


class Visit(Protocol):
    """One kind of thing that agents do at doors. `act` does it once and says what came of it.

    Raises:
        Unanswered: nobody knows whether it was done.
        Refused: it was not done.

    """

    name: str

    async def act(self, visitor: Visitor) -> str: ...


class Keep:
    """Let a text be kept at one of the doors."""

    name = "door keep"

    async def act(self, visitor: Visitor) -> str:
        door = visitor.door()
        told = memo(visitor.agent, keyed=door.name == "native")
        told.door = door.name
        return f"{door.name} {await _kept(visitor, door, told)}"


class KeepAgain:
    """Let something be kept again under the name that it has at its door: no second memory is made of it."""

    name = "door retry"

    async def act(self, visitor: Visitor) -> str:
        told = [one for one in visitor.agent.memos if one.door is not None and not one.is_message]
        if not told:
            return "nothing"
        one = visitor.agent.rng.choose(told)
        assert one.door is not None
        return f"{one.door} {await _kept(visitor, visitor.doors[one.door], one)}"


class Find:
    """Ask at one of the doors: what was acknowledged is found, nothing that was taken out is, and nothing of others."""

    name = "door find"

    async def act(self, visitor: Visitor) -> str:
        agent, door = visitor.agent, visitor.door()
        known = visitor.at(door)
        if not known:
            return "nothing"
        told = agent.rng.choose(known)
        is_exact = agent.rng.next_bool(0.7)
        before = Known(agent)
        found = await door.find(told.word if is_exact else told.text)
        visitor.check_foreign(one.text for one in found)
        for one in found:
            before.check_id(one.id)
        is_there = told.word in told.text and told.id in before.certain({Status.ACTIVE})
        if is_exact and is_there and not any(told.word in one.text for one in found):
            seen = f"{told.id} ({told.text!r}) is there, and the door {door.name} does not find it by {told.word!r}"
            visitor.broken("AcknowledgedKept", seen)
        return f"{door.name} {_named(visitor, found)}"


class Look:
    """Look at one memory through one of the doors: it is there as long as it was not taken out."""

    name = "door look"

    async def act(self, visitor: Visitor) -> str:
        agent, door = visitor.agent, visitor.door()
        known = visitor.at(door)
        if not known:
            return "nothing"
        id = agent.rng.choose(known).id  # here and below: another agent of this user may change it before the answer
        assert id is not None
        before = Known(agent)
        seen = await door.look(id)
        visitor.check_foreign([] if seen is None else [seen.text])
        wanted = before.certain_of(id)
        if seen is None and wanted is Status.ACTIVE:
            visitor.broken("AcknowledgedKept", f"{id} is there, and the door {door.name} has none")
        if seen is not None and wanted == "erased":
            visitor.broken("NoneResurrected", f"{id} was erased, and the door {door.name} shows it")
        return f"{door.name} {'none' if seen is None else _named(visitor, [seen])}"


class Reword:
    """Give a memory other words through one of the doors."""

    name = "door reword"

    async def act(self, visitor: Visitor) -> str:
        door = visitor.door()
        known = visitor.at(door)
        if not known:
            return "nothing"
        told = visitor.agent.rng.choose(known)
        id = told.id
        assert id is not None
        await door.reword(id, f"{told.text}, worded anew {visitor.agent.count}")
        return f"{door.name} {visitor.agent.machine.trace.name(id)}"


class Delete:
    """Take a memory out through one of the doors: once that is acknowledged, it stands no more."""

    name = "door delete"

    async def act(self, visitor: Visitor) -> str:
        agent, door = visitor.agent, visitor.door()
        known = visitor.at(door)
        if not known:
            return "nothing"
        id = agent.rng.choose(known).id
        assert id is not None
        ledger, tenant = agent.machine.ledger, agent.scope.tenant
        touched = ledger.touched(tenant, id)
        await door.delete(id)
        is_ours = ledger.touched(tenant, id) <= touched + 1  # nobody else did anything to it meanwhile
        if is_ours and ledger.standing(tenant, id) is Status.ACTIVE:
            visitor.broken("NoneResurrected", f"the door {door.name} said that {id} is deleted, and it stands")
        return f"{door.name} {agent.machine.trace.name(id)}"


class Say:
    """Put messages behind the others of a session that is shared."""

    name = "session say"

    async def act(self, visitor: Visitor) -> str:
        agent = visitor.agent
        said = [memo(agent, keyed=False) for _ in range(agent.rng.next_int(1, _MESSAGES_MAX))]
        for one in said:
            one.door, one.session, one.is_message = visitor.sessions.name, visitor.room, True
        for one, id in zip(said, await visitor.sessions.say(visitor.room, said), strict=True):
            one.id, one.is_told = id, True
        return " ".join(agent.machine.trace.name(one.id or "") for one in said)


class Hear:
    """Read a session: every message that was acknowledged is in it, once, unless it was taken out."""

    name = "session hear"

    async def act(self, visitor: Visitor) -> str:
        agent = visitor.agent
        before = Known(agent)
        heard = await visitor.sessions.hear(visitor.room)
        visitor.check_foreign(one.text for one in heard)
        ids = [one.id for one in heard]
        active, erased = before.certain({Status.ACTIVE}), before.certain({"erased"})
        for told in [one for one in agent.kept if one.is_message]:
            count = ids.count(told.ticket or "")
            if (told.id in active and count != 1) or (told.id in erased and count):
                seen = f"{told.id} is {'there' if told.id in active else 'erased'}, and is {count} times in its session"
                visitor.broken("SessionsWhole", seen)
        return f"{len(heard)} messages"


class Prompt:
    """Let a prompt be made of a session and of what is remembered."""

    name = "session prompt"

    async def act(self, visitor: Visitor) -> str:
        before = Known(visitor.agent)
        told = await visitor.sessions.prompt(visitor.room, _QUESTION)
        visitor.check_foreign([told])
        for one in _erased_words(visitor.agent, before):
            if one in told:
                visitor.broken("NoneResurrected", f"{one!r} was erased, and a prompt has it")
        return f"{len(told)} characters"


class Turn:
    """Say something and hear an answer, with what memory knows for it."""

    name = "turn"

    async def act(self, visitor: Visitor) -> str:
        agent = visitor.agent
        before = Known(agent)
        said, heard = memo(agent, keyed=False), memo(agent, keyed=False)
        context = await visitor.turns.turn(said, heard)
        said.is_told = heard.is_told = True
        visitor.check_foreign([context])
        for one in _erased_words(agent, before):
            if one in context:
                visitor.broken("NoneResurrected", f"{one!r} was erased, and a turn is told of it")
        return f"{len(context)} characters"


class EraseAll:
    """Erase everything of this user at a door, now and then."""

    name = "door erase"

    async def act(self, visitor: Visitor) -> str:
        if not visitor.agent.rng.next_bool(_ALL_SHARE):
            return "not now"
        return f"{await visitor.turns.erase_all()} erased"


_ALL: Final[Sequence[type[Visit]]] = (
    Keep, KeepAgain, Find, Look, Reword, Delete, Say, Hear, Prompt, Turn, EraseAll,
)  # fmt: skip
VISITS: Final[Mapping[str, Visit]] = {made.name: made() for made in _ALL}


async def _kept(visitor: Visitor, door: Door, told: Memo) -> str:
    before, was = Known(visitor.agent), told.id
    id = await door.keep(told)
    if id is None:
        return "known elsewhere"
    if was not in {None, id} and before.certain_of(was or "") is Status.ACTIVE:
        visitor.broken("NoDuplicates", f"{told.text!r} was kept as {was}, and again as {id}")
    told.id, told.is_told = id, True
    return visitor.agent.machine.trace.name(id)


def _erased_words(agent: Agent, before: Known) -> list[str]:
    """Return the words that certainly stand nowhere any more."""
    erased = before.certain({"erased"})
    return [one.word for one in agent.kept if one.id in erased and not one.is_message]


def _named(visitor: Visitor, seen: Sequence[Seen]) -> str:
    return f"{len(seen)} {' '.join(visitor.agent.machine.trace.name(one.id) for one in seen)}"


def _is_uuid(id: str) -> bool:
    try:
        return str(UUID(id)) == id
    except ValueError:
        return False
