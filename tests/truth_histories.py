"""Histories of what is said of a few subjects, told to a Memory and to the model, and all that both must agree on.

A history is a list of moves. Each names what came before by a number, so that any list of moves is a history.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from tests.embedding import HashingEmbedder
from tests.truth_model import FOR_EVER, MANY, Claim, Kept, Model, State, found, values

from umi.domain.entity import Entity, Status
from umi.domain.fact import FactStatus
from umi.domain.picture import Picture
from umi.domain.query import Hits
from umi.domain.receipt import Receipt
from umi.engine.memory import Memory
from umi.errors import Conflict
from umi.pipeline.remember.embed import index_words
from umi.ports.world import World
from umi.providers.embedding.lane import LaneEmbedder
from umi.stores.sqlite.store import SqliteStore
from umi.vectors.choice import EXACT
from umi.wiring.system import SystemEntropy
from umi.wiring.threads import ThreadPortal

T = TypeVar("T")

FIRST = datetime(2020, 1, 1, tzinfo=UTC)
SUBJECTS = ("Ada", "Bob")
SLOTS = {
    "lives_in": ("Lisbon", "Porto", "Rome"),
    "works_at": ("Globex", "Initech", "Acme"),
    "likes": ("tea", "jazz", "chess"),
}
QUESTIONS = {
    "lives_in": "Where does {} live?",
    "works_at": "Where does {} work?",
    "likes": "What does {} like?",
}
TOLD = {
    ("lives_in", False, False): "{} lives in {}",
    ("lives_in", True, False): "{} moved to {}",
    ("lives_in", False, True): "{} does not live in {}",
    ("lives_in", True, True): "{} no longer lives in {}",
    ("works_at", False, False): "{} works at {}",
    ("works_at", True, False): "{} joined {}",
    ("works_at", False, True): "{} does not work at {}",
    ("works_at", True, True): "{} left {}",
    ("likes", False, False): "{} likes {}",
    ("likes", True, False): "{} now likes {}",
    ("likes", False, True): "{} does not like {}",
    ("likes", True, True): "{} no longer likes {}",
}
EVERY_STATUS = tuple(status.value for status in Status)
EVERYTHING_MAX = 1_000
_EDGES_SEEN = 2


class MovableClock:
    """A clock that stands where the test has put it."""

    def __init__(self) -> None:
        self.time = FIRST + timedelta(days=2_000)

    def now(self) -> datetime:
        return self.time


class InlineLane:
    """Runs work where it is awaited: a history is one thread's, and threads would take most of its time."""

    async def run(self, work: Callable[[], T]) -> T:
        return work()

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """State one fact, as a fact or as a text. Days count from the first one."""

    subject: str
    slot: str
    value: str
    day: float
    changed: bool = False
    is_over: bool = False
    trust: str = "user"
    as_text: bool = True
    session: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SayBoth:
    """State two facts of one subject in one text."""

    subject: str
    city: str
    firm: str
    day: float
    trust: str = "user"


@dataclass(frozen=True, slots=True, kw_only=True)
class Take:
    """Forget or restore an entity, or undo a change, by its place among those that there are."""

    what: str  # "forget", "restore", "undo" or "undo the last undo"
    pick: int


Move: TypeAlias = Say | SayBoth | Take


def world_at(path: Path, clock: MovableClock) -> World:
    embedder = HashingEmbedder()
    store = SqliteStore(
        path,
        model=embedder.model,
        dimensions=embedder.dimensions,
        clock=clock,
        entropy=SystemEntropy(),
        words_of=index_words,
        index_kind=lambda _: EXACT,
        write_lane=InlineLane(),
        read_lane=InlineLane(),
        side_lane=InlineLane(),
    )
    return World(
        store=store,
        embedder=LaneEmbedder(embedder, InlineLane()),
        clock=clock,
        entropy=SystemEntropy(),
        lane=InlineLane(),
        portal=ThreadPortal(),
    )


def day(number: float) -> datetime:
    return FIRST + timedelta(days=number)


def number_of(moment: datetime | None) -> float:
    return FOR_EVER if moment is None else (moment - FIRST) / timedelta(days=1)


@dataclass(slots=True)
class Tally:
    """How many looks were right, of how many, for each measure; and the first that were wrong."""

    right: Counter[str] = field(default_factory=Counter[str])
    asked: Counter[str] = field(default_factory=Counter[str])
    wrong: list[str] = field(default_factory=list[str])

    def note(self, measure: str, told: object, wanted: object, about: str) -> None:
        self.asked[measure] += 1
        if told == wanted:
            self.right[measure] += 1
        else:
            self.wrong.append(f"{measure}: {about}\n  told   {told}\n  wanted {wanted}")

    @property
    def is_perfect(self) -> bool:
        return self.right == self.asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """What the model believed from a change on, until the next; and by which measure a look at it counts."""

    recorded_at: datetime
    state: State
    measure: str


class Telling:
    """One history, told to both."""

    def __init__(self, memory: Memory, clock: MovableClock, *, thorough: bool = True) -> None:
        self._memory = memory
        self._thorough = thorough
        self._clock = clock
        self.model = Model()
        self.points: list[Point] = []
        self._receipts: list[Receipt | None] = []
        self._undos: list[int] = []
        self._undone: set[int] = set()

    async def tell(self, move: Move, *, minutes: float = 1) -> str:
        """Make one move on both sides; return its measure, or nothing if it changed nothing."""
        self._clock.time += timedelta(minutes=minutes)
        match move:
            case Say() | SayBoth():
                return await self._say(move)
            case Take(what="forget" | "restore"):
                return await self._forget_or_restore(move)
            case Take():
                return await self._undo(move)

    async def _say(self, move: Say | SayBoth) -> str:
        kept = _kept(move)
        known = self.model.known(kept)
        receipt = await _said(self._memory, move, kept.text)
        assert receipt.created is (known is None), (move, receipt, known)
        if known is not None:
            assert receipt.id == known
            return ""
        made = replace(kept, id=receipt.id)
        measure = self._measure(made)
        self._grow(self.model.add(made), receipt, measure)
        assert receipt.status.value == self.model.kept[receipt.id].status
        return measure

    def _measure(self, made: Kept) -> str:
        """Whether a text says again, without a sign of change, what was over by then."""
        for kept in self.model.kept.values():
            for claim in kept.claims:
                again = any(claim.agrees(one) and not (one.changed or one.is_over) for one in made.claims)
                if kept.counts and again and not claim.is_over and kept.start < claim.end <= made.start:
                    return "restated stale value"
        return "statement"

    async def _forget_or_restore(self, move: Take) -> str:
        ids = list(self.model.kept)
        if not ids:
            return ""
        id = ids[move.pick % len(ids)]
        act, twin = self._memory.restore, self.model.restore
        if move.what == "forget":
            act, twin = self._memory.forget, self.model.forget
        applied, group = await act(id), twin(id)
        assert applied is (group is not None), (move, id)
        if group is None:
            return ""
        [*_, event] = await self._memory.history(id)
        receipt = Receipt(id=id, created=False, seq=event.seq, recorded_at=event.recorded_at)
        self._grow(group, receipt, "forget and restore")
        return "forget and restore"

    async def _undo(self, move: Take) -> str:
        numbers = self._undos[-1:] if move.what == "undo the last undo" else range(len(self.model.groups))
        if not numbers:
            return ""
        number = numbers[move.pick % len(numbers)]
        receipt = self._receipts[number]
        assert receipt is not None
        can = self.model.can_undo(number)
        try:
            undone = await self._memory.undo(receipt)
        except Conflict:
            # What was undone once has lost its edges, which a restored entity does not bring back.
            assert not can or number in self._undone, f"{move}: refused change {receipt.seq}"
            return ""
        assert can, f"{move}: a later change stands in the way of {receipt.seq}"
        group = self.model.undo(number)
        self._undone.add(number)
        measure = "undo of the undo" if number in self._undos else "undo of an update"
        self._grow(group, undone, measure)
        self._undos.append(group)
        return measure

    def _grow(self, number: int, receipt: Receipt, measure: str) -> None:
        assert number == len(self._receipts)
        self._receipts.append(receipt)
        self.points.append(Point(recorded_at=receipt.recorded_at, state=dict(self.model.kept), measure=measure))

    async def look_at_now(self, tally: Tally) -> None:
        """Compare what both believe now."""
        if self.points:
            await self._look(self.points[-1], None, self.points[-1].measure, tally)

    async def look_back(self, tally: Tally) -> None:
        """Compare what both believed at every change and just before the next one; or at one of them, in turns."""
        for place, point in enumerate(self.points):
            if self._thorough or place % 2 == 0:
                await self._look(point, point.recorded_at, "as of a change", tally)
            if place + 1 < len(self.points) and (self._thorough or place % 2):
                last = self.points[place + 1].recorded_at - timedelta(microseconds=1)
                await self._look(point, last, "as of a change", tally)

    async def look_around(self, tally: Tally, point: Point, *, as_of: datetime | None = None) -> None:
        """Compare what both believe to have held at the boundaries of everything that was ever said."""
        state = point.state
        ends = {claim.end for kept in state.values() for claim in kept.claims} | {kept.until for kept in state.values()}
        edges = sorted({kept.start for kept in state.values()} | (ends - {FOR_EVER}))
        for edge in edges if self._thorough else edges[:: 1 + len(edges) // _EDGES_SEEN]:
            for step in (-1, 0):
                moment = day(edge) + timedelta(microseconds=step)
                await self._look_valid(state, moment, as_of, tally)

    async def _look(self, point: Point, as_of: datetime | None, measure: str, tally: Tally) -> None:
        state, about = point.state, f"as of {as_of}" if as_of else "now"
        asked: dict[str, Any] = {} if as_of is None else {"as_of": as_of}
        every = await self._memory.list(statuses=EVERY_STATUS, limit=EVERYTHING_MAX, **asked)
        tally.note(measure, [_told(item) for item in every.items], [_wanted(kept) for kept in state.values()], about)
        page = await self._memory.list(limit=EVERYTHING_MAX, **asked)
        tally.note(measure, [item.id for item in page.items], found(state), f"listed {about}")
        tally.note(measure, await self._memory.count(**asked), len(found(state)), f"counted {about}")
        for id in (*list(state)[:1], *list(state)[-1:]):
            told = await self._memory.get(id, **asked)
            tally.note(measure, None if told is None else _told(told), _wanted(state[id]), f"got {about}")
        for subject in SUBJECTS:
            picture = await self._memory.entity(subject, **asked)
            tally.note(measure, _values(picture), values(state, subject, None), f"{subject} {about}")
        await self._look_recall(state, asked, measure, tally, about)

    async def _look_recall(self, state: State, asked: dict[str, Any], measure: str, tally: Tally, about: str) -> None:
        slot = list(SLOTS)[len(state) % len(SLOTS)]
        subject = SUBJECTS[len(state) // len(SLOTS) % len(SUBJECTS)]
        hits = await self._memory.recall(QUESTIONS[slot].format(subject), limit=100, **asked)
        tally.note(measure, sorted(hit.id for hit in hits), sorted(found(state)), f"recalled {about}")
        believed = values(state, subject, None).get(slot, set[str]())
        if slot not in MANY and len(believed) == 1:
            tally.note(measure, _first(hits, subject, slot), believed, f"first {slot} of {subject} {about}")

    async def _look_valid(self, state: State, moment: datetime, as_of: datetime | None, tally: Tally) -> None:
        asked: dict[str, Any] = {"valid_at": moment} if as_of is None else {"valid_at": moment, "as_of": as_of}
        at, measure, about = number_of(moment), "valid_at at a boundary", f"valid at {moment} as of {as_of}"
        page = await self._memory.list(limit=EVERYTHING_MAX, **asked)
        tally.note(measure, [item.id for item in page.items], found(state, at), f"listed {about}")
        tally.note(measure, await self._memory.count(**asked), len(found(state, at)), f"counted {about}")
        for subject in SUBJECTS:
            picture = await self._memory.entity(subject, **asked)
            tally.note(measure, _values(picture), values(state, subject, at), f"{subject} {about}")
        hits = await self._memory.recall("Where does Ada live?", limit=100, **asked)
        tally.note(measure, sorted(hit.id for hit in hits), sorted(found(state, at)), f"recalled {about}")


def _kept(move: Say | SayBoth) -> Kept:
    """What a move says, before anything is decided of it."""
    if isinstance(move, SayBoth):
        text = f"{move.subject} lives in {move.city} and works at {move.firm}"
        pairs = (("lives_in", move.city), ("works_at", move.firm))
        claims = tuple(Claim(subject=move.subject, slot=slot, value=value) for slot, value in pairs)
        return Kept(id="", text=text, start=move.day, trust=move.trust, claims=claims)
    claim = Claim(
        subject=move.subject, slot=move.slot, value=move.value, is_over=move.is_over, changed=move.changed
    )  # fmt: skip
    text = TOLD[move.slot, move.changed, move.is_over].format(move.subject, move.value)
    text = text if move.as_text else f"{text}."
    return Kept(id="", text=text, start=move.day, trust=move.trust, claims=(claim,), session=move.session)


async def tell_all(
    memory: Memory, clock: MovableClock, moves: Sequence[Move], tally: Tally, *, thorough: bool = True
) -> None:
    """Tell a history, and look at everything both sides believe: after each move, and of every moment before."""
    telling = Telling(memory, clock, thorough=thorough)
    for place, move in enumerate(moves):
        # The clock goes on, stands still, or is set back.
        if await telling.tell(move, minutes=(1, 1, 0, -5)[place % 4]):
            await telling.look_at_now(tally)
    await telling.look_back(tally)
    for point in telling.points[-1:]:
        await telling.look_around(tally, point)
    for point in telling.points[len(telling.points) // 2 :][:1]:
        await telling.look_around(tally, point, as_of=point.recorded_at)


async def _said(memory: Memory, move: Say | SayBoth, text: str) -> Receipt:
    at = day(move.day)
    if isinstance(move, SayBoth) or move.as_text:
        session = None if isinstance(move, SayBoth) else move.session
        return await memory.remember(text, event_time=at, trust=move.trust, session=session)
    status = FactStatus.NEGATED if move.is_over else FactStatus.CURRENT
    return await memory.remember_fact(
        move.subject, move.slot, move.value, text=text, event_time=at, trust=move.trust, changed=move.changed,
        status=status.value, session=move.session,
    )  # fmt: skip


def _told(entity: Entity) -> tuple[Any, ...]:
    facts = tuple((fact.slot, fact.value, number_of(fact.until)) for fact in entity.facts)
    return entity.id, entity.status.value, number_of(entity.valid_until), set(entity.conflicts), facts


def _wanted(kept: Kept) -> tuple[Any, ...]:
    facts = tuple((claim.slot, claim.value, claim.end) for claim in kept.claims)
    return kept.id, kept.status, kept.until, set(kept.conflicts), facts


def _values(picture: Picture) -> dict[str, set[str]]:
    return {slot: set(said) for slot, said in picture.values.items()}


def _first(hits: Hits, subject: str, slot: str) -> set[str]:
    facts = [fact for hit in hits[:1] for fact in hit.entity.facts]
    return {fact.value for fact in facts if fact.subject == subject and fact.slot == slot}
