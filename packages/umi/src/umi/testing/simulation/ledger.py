"""What was asked of the store and what it answered: the acknowledgements that a run is held to.

It stands where every engine, door and background worker passes: at the Store port, above everything that can fail.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Literal, Protocol, TypeAlias

from umi.domain.change import Add, Alter, Applied, Batch, Change, Outcome, Relate, Undo
from umi.domain.entity import Status
from umi.domain.erasure import Erase, Erasure
from umi.errors import Conflict, Forbidden, Invalid, LimitExceeded, NotFound, Unsupported

Key: TypeAlias = tuple[str, str]
"""A tenant and an id."""
Standing: TypeAlias = Status | Literal["erased"] | None
_REFUSALS = (Invalid, LimitExceeded, NotFound, Conflict, Forbidden, Unsupported)


class State(StrEnum):
    """What is known of a call: still under way, answered, certainly not done, or perhaps done and perhaps not."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(slots=True, kw_only=True)
class Call:
    """One call that changes the store. `tag` is the actor under which the log has it, no other call's.

    `began` and `ended` are places in the order of all beginnings and ends.
    """

    number: int
    process: str
    tag: str
    asked: Batch | Erase
    began: int
    ended: int | None = None
    state: State = State.OPEN
    applied: Sequence[Applied] = ()
    erasure: Erasure | None = None

    @property
    def tenant(self) -> str:
        """Whose it is; of an empty batch nobody's."""
        if isinstance(self.asked, Erase):
            return self.asked.scope.tenant
        return next((_tenant(change) for change in self.asked.changes), "")


def state_after(error: BaseException) -> State:
    """Return what is known of a call that raised."""
    return State.REFUSED if isinstance(error, _REFUSALS) else State.UNKNOWN


class Notes(Protocol):
    """Where a store writes down what it is asked and what it answers: the ledger, or what brings it to the ledger.

    `begin` is noted before anything is done.
    """

    def begin(self, process: str, asked: Batch | Erase) -> Call: ...
    def answered(self, call: Call, answer: Sequence[Applied] | Erasure) -> None: ...
    def failed(self, call: Call, state: State) -> None: ...


@dataclass(slots=True)
class Ledger:
    """All calls of a run, in the order they began."""

    calls: list[Call] = field(default_factory=list[Call])
    _by_tag: dict[str, Call] = field(default_factory=dict[str, Call])
    _touching: defaultdict[Key, list[Call]] = field(default_factory=lambda: defaultdict[Key, list[Call]](list))
    _ids_by_seq: dict[int, list[Key]] = field(default_factory=dict[int, list[Key]])
    _wild: list[Call] = field(default_factory=list[Call])
    _tick: int = 0

    def begin(self, process: str, asked: Batch | Erase) -> Call:
        """Note that something is asked for."""
        number = len(self.calls) + 1
        self._tick += 1
        call = Call(number=number, process=process, tag=f"{asked.actor}#{number}", asked=asked, began=self._tick)
        self.calls.append(call)
        self._by_tag[call.tag] = call
        touched = _touched(asked) if not isinstance(asked, Batch) or not _has_undo(asked) else self._undone(asked)
        if touched is None:
            self._wild.append(call)
        for key in dict.fromkeys(touched or ()):
            self._touching[key].append(call)
        return call

    def answered(self, call: Call, answer: Sequence[Applied] | Erasure) -> None:
        """Note what was acknowledged."""
        self._end(call, State.ACKNOWLEDGED)
        if isinstance(answer, Erasure):
            call.erasure = answer
            for id in answer.ids:
                self._touching[call.tenant, id].append(call)
            return
        call.applied = answer
        assert isinstance(call.asked, Batch)
        for group in _grouped(call.asked, answer):
            keys = [(_tenant(change), one.id) for change, one in group]
            for _, one in group:
                if one.outcome is Outcome.APPLIED:
                    self._ids_by_seq[one.seq] = keys

    def failed(self, call: Call, state: State) -> None:
        """Note that no answer came, or that it was refused; see `state_after`."""
        self._end(call, state)

    def unanswered(self, process: str) -> None:
        """Note that a process is dead: of what was under way in it, nobody knows what became."""
        for call in self.calls:
            if call.process == process and call.state is State.OPEN:
                self._end(call, State.UNKNOWN)

    def by_tag(self, tag: str) -> Call | None:
        """Return the call that the log has under an actor's name."""
        return self._by_tag.get(tag)

    def standing(self, tenant: str, id: str) -> Standing:
        """Return what a memory certainly is by now, by what was acknowledged; None if that is not certain."""
        calls = self._touching.get((tenant, id), [])
        if not calls:
            return None
        last = max((call for call in calls if _standing(call, id) is not None), key=_seq(id), default=None)
        if last is None or any(_may_have_changed(call, last) for call in (*calls, *self._wild)):
            return None
        return _standing(last, id)

    def touched(self, tenant: str, id: str) -> int:
        """Count the calls that may have changed a memory: as long as it stays the same, so does the memory."""
        return len(self._touching.get((tenant, id), ())) + len(self._wild)

    @property
    def acknowledged(self) -> int:
        """How many calls were acknowledged."""
        return sum(call.state is State.ACKNOWLEDGED for call in self.calls)

    def _end(self, call: Call, state: State) -> None:
        self._tick += 1
        call.ended, call.state = self._tick, state

    def _undone(self, batch: Batch) -> list[Key] | None:
        """What an undo touches, as far as that was acknowledged; None if it was not: then it may be anything."""
        found: list[Key] = []
        for change in batch.changes:
            if not isinstance(change, Undo):
                found += _touched(replace(batch, groups=[[change]])) or ()
            elif change.seq in self._ids_by_seq:
                found += self._ids_by_seq[change.seq]
            else:
                return None
        return found


def _touched(asked: Batch | Erase) -> list[Key] | None:
    if isinstance(asked, Erase):
        return None if asked.ids is None else [(asked.scope.tenant, id) for id in asked.ids]
    return [(_tenant(change), id) for change in asked.changes for id in _ids(change)]


def _ids(change: Change) -> Iterable[str]:
    match change:
        case Add():
            return (change.entity.id,)
        case Alter():
            return (change.id,)
        case Relate() | Undo():
            return ()


def _tenant(change: Change) -> str:
    return change.entity.scope.tenant if isinstance(change, Add) else change.scope.tenant


def _has_undo(batch: Batch) -> bool:
    return any(isinstance(change, Undo) for change in batch.changes)


def _grouped(batch: Batch, applied: Sequence[Applied]) -> list[list[tuple[Change, Applied]]]:
    answers = iter(applied)
    return [[(change, next(answers)) for change in group] for group in batch.groups]


def _standing(call: Call, id: str) -> Standing:
    """What a call made of a memory, if it certainly did."""
    if call.erasure is not None:
        return "erased" if id in call.erasure.ids else None
    if call.state is not State.ACKNOWLEDGED or not isinstance(call.asked, Batch):
        return None
    found: Standing = None
    for change, one in zip(call.asked.changes, call.applied, strict=True):
        if one.outcome is not Outcome.APPLIED or one.id != id:
            continue
        match change:
            case Add():
                found = change.entity.status if change.entity.expires_at is None else None
            case Alter() if "status" in change.values:
                found = Status(change.values["status"])
            case _:
                pass
    return found


def _seq(id: str) -> Callable[[Call], int]:
    def seq(call: Call) -> int:
        if call.erasure is not None:
            return call.erasure.seq
        return max(one.seq for one in call.applied if one.id == id)

    return seq


def _may_have_changed(call: Call, last: Call) -> bool:
    """Whether a call may have changed after another what that made certain."""
    if call is last or call.state is State.REFUSED:
        return False
    if call.state is State.ACKNOWLEDGED:
        undoes = isinstance(call.asked, Batch) and _has_undo(call.asked)
        return undoes and (call.ended or 0) > last.began
    return call.ended is None or call.ended > last.began
