"""A state machine over a Memory: whatever is done in whatever order, it answers as a dictionary would.

from umi import Memory
from umi.testing import MemoryMachine

class MyMachine(MemoryMachine):
    def open(self):
        return Memory.open(self.folder / "memory.db", embedder=MyEmbedder())

TestMyMemory = MyMachine.TestCase
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Coroutine, Mapping, Sequence
from contextlib import ExitStack, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    initialize,
    multiple,
    precondition,
    rule,
)

from umi.domain.receipt import Receipt
from umi.domain.scope import Scope
from umi.dst.clock import SimClock
from umi.errors import Conflict, NotFound
from umi.ports.store import Severity
from umi.testing.memory_machine_model import ACTIVE, FORGOTTEN, Kept, Model, Point, covers, identity_of, visible
from umi.testing.strategies import PHRASES, texts

if TYPE_CHECKING:
    from umi.domain.entity import Entity
    from umi.engine.memory import Memory

T = TypeVar("T")

_TICK: Final = timedelta(microseconds=1)
_PLENTY: Final = 1_000
_SCOPES: Final[tuple[dict[str, str], ...]] = (
    {},
    {"user": "u"},
    {"user": "U"},
    {"user": "u", "session": "s"},
    {"user": "u", "namespace": "n"},
    {"user": "u", "agent": "a", "session": "s"},
)
_NARROWINGS: Final[tuple[dict[str, Any], ...]] = (
    {},
    {"topics": ["a"]},
    {"topics": ["a", "b"], "speakers": ["Ada"]},
    {"lacking_topics": ["a"]},
    {"metadata": {"n": 1}},
    {"importance_min": 0.5},
)
_WITH_STATUSES: Final[tuple[dict[str, Any], ...]] = (
    *_NARROWINGS,
    {"statuses": [FORGOTTEN]},
    {"statuses": [ACTIVE, FORGOTTEN], "topics": ["a"]},
)
_said = st.sampled_from(PHRASES[:4]) | texts(characters_max=20)
_parts = st.sampled_from(_SCOPES)
_views = st.just(_SCOPES[0]) | _parts  # half of them reach everything
_narrowings = st.just(_NARROWINGS[0]) | st.sampled_from(_NARROWINGS)
_shares = st.sampled_from((0.0, 0.5, 1.0))
_topics = st.sampled_from(((), ("a",), ("a", "b")))
_whatever = st.fixed_dictionaries(
    {},
    optional={
        "key": st.sampled_from(("k1", "k2")),
        "speaker": st.sampled_from(("Ada", "Bob")),
        "topics": _topics,
        "metadata": st.sampled_from(({"n": 1}, {"n": 2, "m": None})),
        "importance": _shares,
        "ttl": st.sampled_from((1, 3_600)),
    },
)
_revisions = st.one_of(
    st.fixed_dictionaries({"text": _said}),
    st.fixed_dictionaries({"importance": _shares}),
    st.fixed_dictionaries({"topics": _topics, "metadata": st.sampled_from(({}, {"n": 1}))}),
)


def _has_something(machine: MemoryMachine) -> bool:
    return machine.has_something


class MemoryMachine(RuleBasedStateMachine):
    """Runs a Memory and a dictionary side by side, and compares what they say.

    Inherit it and say how to `open` the memory. What the machine tells states no facts and is in no language that a
    model would read more into: open a memory with a model with `MemoryConfig(extraction="off")`. The memory has its
    whole tenant to itself; it may be bound to a user, and the like.

    Texts are told with and without keys, in several scopes, alone and together, and told again; revised, forgotten,
    restored, erased, and all of that undone; found by id, by listing, counting and recalling, now and as of every
    change before. The memory is closed and opened again, and time passes. A run ends with `Memory.check` and
    `Memory.verify`.
    """

    memories: Bundle[str] = Bundle("memories")

    def __init__(self) -> None:
        super().__init__()
        self._runner = asyncio.Runner()
        self._temporary = tempfile.TemporaryDirectory(prefix="umi-machine-")
        self.folder = Path(self._temporary.name)
        """An empty folder of this run's own."""
        with ExitStack() as undo:
            undo.callback(self._clean)
            self.memory = self.open()
            undo.pop_all()
        self._model = Model()
        self._asked: dict[str, tuple[str, Mapping[str, Any], dict[str, str]]] = {}

    def open(self) -> Memory:
        """Open the memory: an empty one at first, and then, after it was closed, the one that was closed."""
        raise NotImplementedError

    def pass_time(self, span: timedelta) -> None:
        """Let time pass for the memory. Where its clock is no `SimClock`, nothing happens unless you say how."""
        if isinstance(self.memory.clock, SimClock):
            self.memory.clock.advance(span)

    @property
    def has_something(self) -> bool:
        """Whether anything was told yet, though it may be forgotten by now."""
        return bool(self._model.changes)

    def teardown(self) -> None:
        try:
            if sys.exc_info()[0] is None:  # what failed already is to be told, and not what came of it
                self._check()
        finally:
            try:
                self._close()
            finally:
                self._clean()

    @initialize(target=memories, told=st.lists(st.tuples(_said, _parts, _whatever), min_size=1, max_size=6))
    def remember_at_first(self, told: list[tuple[str, dict[str, str], dict[str, Any]]]) -> str | MultipleResults[str]:
        """Tell a few texts, so that there is something to look at and to change."""
        answers = [self._tell(text, asked, parts) for text, parts, asked in told]
        return multiple(*(one for one in answers if isinstance(one, str)))

    @rule(target=memories, text=_said, parts=_parts, asked=_whatever, is_bound=st.booleans())
    def remember(
        self, text: str, parts: dict[str, str], asked: dict[str, Any], is_bound: bool
    ) -> str | MultipleResults[str]:
        """Tell a text, to a memory that is bound to its scope or by keywords."""
        return self._tell(text, asked, parts, is_bound=is_bound)

    @rule(target=memories, told=st.lists(st.tuples(_said, _parts, _whatever), min_size=1, max_size=4))
    def remember_together(self, told: list[tuple[str, dict[str, str], dict[str, Any]]]) -> str | MultipleResults[str]:
        """Tell several texts with one call, of several scopes, the same one twice perhaps."""
        self._expire()
        receipts = self._run(
            self.memory.remember_many([{"text": text, **asked, **self._free(parts)} for text, parts, asked in told])
        )
        made: list[str] = []
        for (text, parts, asked), receipt in zip(told, receipts, strict=True):
            assert isinstance(receipt, Receipt), f"{text!r} was refused: {receipt!r}"
            if self._answered(receipt, text, asked, parts):
                made.append(receipt.id)
        self._counted()
        return multiple(*made)

    @rule(target=memories, id=memories)
    def remember_again(self, id: str) -> str | MultipleResults[str]:
        """Tell what was told, in the same words."""
        text, asked, parts = self._asked[id]
        return self._tell(text, asked, parts)

    @rule(id=memories, parts=_views, values=_revisions)
    def revise(self, id: str, parts: dict[str, str], values: dict[str, Any]) -> None:
        found = self._found(parts, id)
        work = self._view(parts).revise(id, **values)
        if found is None:
            self._refused(work, NotFound, f"to revise {id}, which is not in this scope,")
            return
        self._changed(self._run(work), id, self._model.differing(id, values), "a revision")

    @rule(id=memories, values=_revisions)
    def revise_what_was_changed_meanwhile(self, id: str, values: dict[str, Any]) -> None:
        found = self._found({}, id)
        if found is not None:
            work = self.memory.revise(id, revision=found.revision + 1, **values)
            self._refused(work, Conflict, f"to revise {id} as of another revision")

    @rule(id=memories, parts=_views)
    def forget(self, id: str, parts: dict[str, str]) -> None:
        found = self._found(parts, id)
        is_done = self._run(self._view(parts).forget(id))
        self._changed(is_done, id, {} if found is None else self._model.differing(id, {"status": FORGOTTEN}), "forget")

    @rule(id=memories, parts=_views)
    def restore(self, id: str, parts: dict[str, str]) -> None:
        found = self._found(parts, id)
        work = self._view(parts).restore(id)
        if found is None:
            self._refused(work, NotFound, f"to restore {id}, which is not in this scope,")
            return
        back: dict[str, Any] = {} if found.status == ACTIVE else {"status": ACTIVE, "expires_at": None}
        self._changed(self._run(work), id, self._model.differing(id, back), "restore")

    @rule(id=memories, parts=_views)
    def erase(self, id: str, parts: dict[str, str]) -> None:
        found = self._found(parts, id)
        work = self._view(parts).erase(ids=[id], check=False)
        if found is not None:
            _same(f"what was erased of {id}", self._run(work).ids, (id,))
            self._model.erase(id)
        elif id in self._model.erased:
            with suppress(NotFound):  # what is gone is in no scope
                _same("what was erased a second time", self._run(work).ids, ())
        else:
            self._refused(work, NotFound, f"to erase {id}, which is not in this scope,")
        self._counted()

    @precondition(_has_something)
    @rule(back=st.integers(0, 30), parts=_views)
    def undo(self, back: int, parts: dict[str, str]) -> None:
        """Take back the last change, or one before it."""
        self._expire()
        seq = list(self._model.changes)[-1 - back % len(self._model.changes)]
        change = self._model.changes[seq]
        found = self._found(parts, change.id)
        work = self._view(parts).undo(seq)
        if found is None:
            gone = change.id in self._model.erased
            self._refused(work, (NotFound, Conflict) if gone else NotFound, f"to undo change {seq} of {change.id}")
        elif not self._model.can_undo(change):
            self._refused(work, Conflict, f"to undo change {seq}, on which another builds,")
        else:
            receipt = self._run(work)
            _same("what was undone", receipt.id, change.id)
            self._model.change(change.id, change.before, seq=receipt.seq, at=receipt.recorded_at)
        self._counted()

    @precondition(_has_something)
    @rule(parts=_views, narrowing=st.sampled_from(_WITH_STATUSES), limit=st.integers(1, 5), newest=st.booleans())
    def list_pages(self, parts: dict[str, str], narrowing: dict[str, Any], limit: int, newest: bool) -> None:
        self._expire()
        wanted = visible(self._model.kept, self._scope(parts), narrowing)
        view = self._view(parts)
        found: list[Entity] = []
        page = self._run(view.list(limit=limit, newest=newest, **narrowing))
        found += page.items
        while page.next is not None:
            page = self._run(view.list(limit=limit, newest=newest, cursor=page.next, **narrowing))
            found += page.items
        _same("a listing", [_seen(one) for one in found], [_told(one) for one in wanted[:: -1 if newest else 1]])
        _same("a count", self._run(view.count(**narrowing)), len(wanted))

    @rule(id=memories, parts=_views)
    def get(self, id: str, parts: dict[str, str]) -> None:
        wanted = self._found(parts, id)
        found = self._run(self._view(parts).get(id))
        _same(f"what is got by {id}", found and _seen(found), wanted and _told(wanted))
        if wanted is not None:
            events = self._run(self._view(parts).history(id))
            _same(f"how often {id} was changed", len(events), wanted.revision)

    @precondition(_has_something)
    @rule(text=st.sampled_from(PHRASES[:4]), parts=_views, narrowing=_narrowings, is_bound=st.booleans())
    def recall(self, text: str, parts: dict[str, str], narrowing: dict[str, Any], is_bound: bool) -> None:
        self._expire()
        self._recall(text, parts, narrowing, visible(self._model.kept, self._scope(parts), narrowing), is_bound)

    @precondition(_has_something)
    @rule(
        place=st.integers(0, 30), parts=_views, narrowing=_narrowings, text=st.sampled_from(PHRASES[:4]),
        is_last=st.booleans(),
    )  # fmt: skip
    def look_back(self, place: int, parts: dict[str, str], narrowing: dict[str, Any], text: str, is_last: bool) -> None:
        """Look at what there was from a change on: at its very moment, or just before the next."""
        self._expire()
        point = self._model.point_of(place)
        if point is None:
            return
        as_of = self._end_of(point) if is_last else point.at
        wanted = visible(point.kept, self._scope(parts), narrowing, as_of)
        asked: dict[str, Any] = {**narrowing, "as_of": as_of}
        view = self._view(parts)
        page = self._run(view.list(limit=_PLENTY, **asked))
        _same(f"a listing as of {as_of}", [_seen(one) for one in page.items], [_told(one) for one in wanted])
        _same(f"a count as of {as_of}", self._run(view.count(**asked)), len(wanted))
        self._recall(text, parts, asked, wanted, is_bound=True)
        for id in self._asked:
            one = point.kept.get(id)
            known = one if one is not None and covers(self._scope(parts), one.scope) else None
            found = self._run(view.get(id, as_of=as_of))
            _same(f"the text of {id} as of {as_of}", found and found.content, known and known.text)

    @rule()
    def reopen(self) -> None:
        """Close the memory, and open it again."""
        before = self.memory.clock.now()
        self._close()
        self.memory = self.open()
        clock = self.memory.clock
        if isinstance(clock, SimClock) and clock.now() < before:
            clock.set(before)  # that of a memory with a seed goes on from its last change
        self._counted()

    @rule(seconds=st.sampled_from((0.000_001, 1, 60, 3_600, 40 * 86_400)))
    def wait(self, seconds: float) -> None:
        self.pass_time(timedelta(seconds=seconds))
        self._counted()

    def _tell(
        self, text: str, asked: Mapping[str, Any], parts: dict[str, str], *, is_bound: bool = True
    ) -> str | MultipleResults[str]:
        self._expire()
        if is_bound:
            receipt = self._run(self._view(parts).remember(text, **asked))
        else:
            receipt = self._run(self.memory.remember(text, **asked, **self._free(parts)))
        is_made = self._answered(receipt, text, asked, parts)
        self._counted()
        return receipt.id if is_made else multiple()

    def _answered(self, receipt: Receipt, text: str, asked: Mapping[str, Any], parts: dict[str, str]) -> bool:
        """Compare the receipt for a text with what should stand for it; note it, and return whether it is new."""
        scope = self._scope(parts)
        identity = identity_of(scope, text, asked)
        known = self._model.known(identity)
        _same(f"whether {text!r} is new", receipt.created, known is None)
        if known is not None:
            _same(f"what stands for {text!r}", receipt.id, known)
            return False
        found = self._run(self.memory.get(receipt.id))
        assert found is not None, f"{text!r} was acknowledged as {receipt.id}, and is not there"
        told = {name: value for name, value in asked.items() if name not in {"key", "ttl"}}
        times = {"event_time": found.event_time, "expires_at": found.expires_at}
        _same("whether it expires", found.expires_at is None, "ttl" not in asked)
        made = Kept(id=receipt.id, scope=scope, text=text, **times, **told)
        self._model.add(made, identity, seq=receipt.seq, at=receipt.recorded_at)
        self._asked[receipt.id] = (text, asked, parts)
        return True

    def _recall(
        self, text: str, parts: dict[str, str], asked: Mapping[str, Any], wanted: Sequence[Kept], is_bound: bool
    ) -> None:
        """Recall with room for everything: no more than there is, as it is, and all that has just these words."""
        if is_bound:
            hits = self._run(self._view(parts).recall(text, limit=_PLENTY, **asked))
        else:
            hits = self._run(self.memory.recall(text, limit=_PLENTY, **asked, **self._free(parts)))
        known = {one.id: one for one in wanted}
        found = {hit.id: _seen(hit.entity) for hit in hits}
        _same("how often each is recalled", len(found), len(hits))
        _same(f"what is recalled for {text!r}", found, {id: _told(known[id]) for id in found if id in known})
        missing = [one for one in wanted if one.text == text and one.id not in found]
        _same(f"what is not recalled for {text!r}, its very words", missing, [])

    def _changed(self, is_done: bool, id: str, wanted: Mapping[str, Any], what: str) -> None:
        """Compare whether something changed, and note it where it did."""
        _same(f"whether {what} changes {id}", is_done, bool(wanted))
        if wanted:
            event = self._run(self.memory.history(id))[-1]
            self._model.change(id, wanted, seq=event.seq, at=event.recorded_at)
        self._counted()

    def _refused(
        self, work: Coroutine[Any, Any, object], error: type[Exception] | tuple[type[Exception], ...], what: str
    ) -> None:
        try:
            answer = self._run(work)
        except error:
            return
        raise AssertionError(f"It was possible {what} and gave {answer!r}.")

    def _end_of(self, point: Point) -> datetime:
        """Return the last moment at which nothing later was known: now, if nothing came after it."""
        later = [one.at for one in self._model.points if one.at > point.at]
        return min(later) - _TICK if later else point.at

    def _check(self) -> None:
        findings = self._run(self.memory.check())
        wrong = [one for one in findings if one.severity is not Severity.OK and one.part != "disk"]
        _same("what a check finds wrong", wrong, [])
        _same("what is wrong with the log", list(self._run(self.memory.verify()).findings), [])

    def _counted(self) -> None:
        """Count everything: what was done to one thing must have changed nothing else."""
        self._expire()
        wanted = len(visible(self._model.kept, self.memory.scope, {}))
        _same("a count of everything", self._run(self.memory.count()), wanted)

    def _expire(self) -> None:
        self._model.expire(self.memory.clock.now())

    def _found(self, parts: dict[str, str], id: str) -> Kept | None:
        self._expire()
        return self._model.find(self._scope(parts), id)

    def _free(self, parts: Mapping[str, str]) -> dict[str, Any]:
        """Return those parts of a scope that the memory is not bound to already."""
        return {part: value for part, value in parts.items() if getattr(self.memory.scope, part) is None}

    def _scope(self, parts: Mapping[str, str]) -> Scope:
        return self.memory.scope.narrow(**self._free(parts))

    def _view(self, parts: Mapping[str, str]) -> Memory:
        return self.memory.scoped(**self._free(parts))

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return self._runner.run(work)

    def _close(self) -> None:
        self._run(self.memory.close())
        self.memory.portal.close()

    def _clean(self) -> None:
        self._runner.close()
        self._temporary.cleanup()


def _same(what: str, found: object, wanted: object) -> None:
    assert found == wanted, f"{what}:\n  the memory says {found!r}\n  and should say {wanted!r}"


def _told(one: Kept) -> tuple[Any, ...]:
    return (
        one.id, one.scope, one.text, one.status, one.revision, one.speaker, tuple(one.topics), dict(one.metadata),
        one.importance, one.event_time, one.expires_at,
    )  # fmt: skip


def _seen(one: Entity) -> tuple[Any, ...]:
    return (
        one.id, one.scope, one.content, one.status.value, one.revision, one.speaker, tuple(one.topics),
        dict(one.metadata), one.importance, one.event_time, one.expires_at,
    )  # fmt: skip
