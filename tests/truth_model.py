"""What a memory should believe, as dictionaries: every state it was ever in, and what each change was before and after.

The rules stand in `docs/explanation/truth.md`; they are written here a second time, without a store and without looking
at the code that is tested. Times are days from the first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

ACTIVE, SUPERSEDED, FORGOTTEN = "active", "superseded", "forgotten"
TRUSTS = ("untrusted", "assistant", "user", "verified")
MANY = frozenset({"likes"})
FOR_EVER = float("inf")

Identity: TypeAlias = tuple[str, float, str | None]
State: TypeAlias = "dict[str, Kept]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One value that a text gives to a slot of a subject. `is_over` says that the text denies it, or puts it behind."""

    subject: str
    slot: str
    value: str
    is_over: bool = False
    changed: bool = False
    end: float = FOR_EVER
    by: str = ""

    def agrees(self, other: Claim) -> bool:
        return self.about == other.about and self.value == other.value

    @property
    def about(self) -> tuple[str, str]:
        return self.subject, self.slot


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One entity as it stands."""

    id: str
    text: str
    start: float
    trust: str
    claims: tuple[Claim, ...]
    session: str | None = None
    status: str = ACTIVE
    until: float = FOR_EVER
    conflicts: tuple[str, ...] = ()

    @property
    def identity(self) -> Identity:
        """What makes it the same as another, said once more."""
        return self.text, self.start, self.session

    @property
    def counts(self) -> bool:
        return self.status in {ACTIVE, SUPERSEDED}

    @property
    def over_from(self) -> float:
        """When the last of what it says was over."""
        return max((claim.end for claim in self.claims if not claim.is_over), default=FOR_EVER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One field of one entity, set."""

    id: str
    name: str
    before: Any
    after: Any


@dataclass(slots=True)
class Model:
    """The entities in the order they were recorded, and the groups of steps that made them what they are."""

    kept: State = field(default_factory=dict[str, Kept])
    groups: list[list[Step]] = field(default_factory=list[list[Step]])
    _identities: dict[Identity, str] = field(default_factory=dict[Identity, str])
    _group: list[Step] = field(default_factory=list[Step])

    def known(self, made: Kept) -> str | None:
        """Who already says this, so that saying it again changes nothing."""
        return self._identities.get(made.identity)

    def add(self, made: Kept) -> int:
        """Compare with what is known, keep it, and return the number of its group."""
        self._group = []
        before = dict(self.kept)
        ends, disputed = self._judged(made, before)
        claims = tuple(
            claim if end == FOR_EVER else replace(claim, end=end, by=made.id)
            for claim, end in zip(made.claims, ends, strict=True)
        )
        settled = replace(made, claims=claims, conflicts=tuple(dict.fromkeys(disputed)))
        if settled.over_from < FOR_EVER:
            settled = replace(settled, status=SUPERSEDED, until=settled.over_from)
        self.kept[made.id] = settled
        if settled.status == ACTIVE:
            self._identities.setdefault(made.identity, made.id)
        self._group.insert(0, Step(id=made.id, name="status", before=FORGOTTEN, after=settled.status))
        for id in settled.conflicts:
            if made.id not in self.kept[id].conflicts:
                self._set(id, conflicts=(*self.kept[id].conflicts, made.id))
        return self._close()

    def forget(self, id: str) -> int | None:
        return self._alter(id, status=FORGOTTEN)

    def restore(self, id: str) -> int | None:
        """What was ended holds again, and contradicts whatever else is believed by now."""
        kept = self.kept[id]
        if kept.status == ACTIVE:
            return None
        claims = tuple(replace(claim, end=FOR_EVER, by="") if claim.by else claim for claim in kept.claims)
        rivals = [one.id for one in self.kept.values() if one.status == ACTIVE and _contradicts(one.claims, claims)]
        self._group = []
        self._set(id, status=ACTIVE, until=FOR_EVER, claims=claims, conflicts=tuple(rivals))
        for rival in rivals:
            if id not in self.kept[rival].conflicts:
                self._set(rival, conflicts=(*self.kept[rival].conflicts, id))
        return self._close()

    def can_undo(self, number: int) -> bool:
        """Whether everything a group set is still as it left it."""
        held: dict[tuple[str, str], Any] = {}
        for step in reversed(self.groups[number]):
            place = step.id, step.name
            if held.get(place, getattr(self.kept[step.id], step.name)) != step.after:
                return False
            held[place] = step.before
        return True

    def undo(self, number: int) -> int:
        """Take a group back, last step first."""
        self._group = []
        for step in reversed(self.groups[number]):
            self._set(step.id, **{step.name: step.before})
        return self._close()

    def _alter(self, id: str, **values: Any) -> int | None:
        self._group = []
        self._set(id, **values)
        return self._close() if self._group else None

    def _close(self) -> int:
        self.groups.append(self._group)
        return len(self.groups) - 1

    def _set(self, id: str, **values: Any) -> None:
        for name, value in values.items():
            before = getattr(self.kept[id], name)
            if before != value:
                self._group.append(Step(id=id, name=name, before=before, after=value))
                self._become(id, name, value)

    def _become(self, id: str, name: str, value: Any) -> None:
        kept = self.kept[id]
        self.kept[id] = replace(kept, **{name: value})
        identity = kept.identity
        if name == "status" and value == ACTIVE:
            self._identities.setdefault(identity, id)
        elif name == "status" and self._identities.get(identity) == id:
            del self._identities[identity]

    def _judged(self, made: Kept, before: State) -> tuple[list[float], list[str]]:
        """When each claim of a new text is over already, and whom it contradicts; what it ends is ended here."""
        ends: list[float] = []
        disputed: list[str] = []
        for claim in made.claims:
            known = [
                (kept, place, other)
                for kept in before.values()
                for place, other in enumerate(self.kept[kept.id].claims)
                if kept.counts and other.about == claim.about
            ]
            judge = self._end if claim.is_over else self._add
            ends.append(judge(made, claim, known, disputed))
        return ends, disputed

    def _end(self, made: Kept, claim: Claim, known: list[Found], disputed: list[str]) -> float:
        """Something is said to be over: whatever says it is so holds no longer."""
        for kept, place, other in known:
            if not other.is_over and other.agrees(claim) and kept.start <= made.start < other.end:
                self._overrule(made, kept, place, disputed)
        return FOR_EVER

    def _add(self, made: Kept, claim: Claim, known: list[Found], disputed: list[str]) -> float:
        """A value holds in the order of time, and of a slot that has one value at a time instead of the others."""
        told = [found for found in known if not found[2].is_over and (claim.slot not in MANY or found[2].agrees(claim))]
        same = [(kept, other) for kept, _, other in told if other.agrees(claim)]
        within = [(kept, other) for kept, other in same if kept.start <= made.start < other.end]
        if not within and not claim.changed and any(kept.start < other.end <= made.start for kept, other in same):
            return made.start  # it was over: said again without a sign of change, it stays so
        for kept, place, other in told:
            if not other.agrees(claim) and kept.start <= made.start < other.end:
                self._compare(made, claim, (kept, place, other), disputed)
        ends = [other.end for kept, other in within if _rank(kept) >= _rank(made)]
        later = [(kept, other) for kept, _, other in told if made.start < kept.start < other.end]
        end = min([_denied(made, claim, known), *_bounds(made, claim, later), *ends])
        weaker = [found for found in later if _rank(found[0]) < _rank(made) and found[0].start < end]
        disputed += [kept.id for kept, other in weaker if not other.agrees(claim)]
        return end

    def _compare(self, made: Kept, claim: Claim, found: Found, disputed: list[str]) -> None:
        kept, place, _ = found
        is_next_turn = made.session is not None and made.session == kept.session
        if kept.start == made.start and not claim.changed and not is_next_turn:
            disputed.append(kept.id)
        else:
            self._overrule(made, kept, place, disputed)

    def _overrule(self, made: Kept, kept: Kept, place: int, disputed: list[str]) -> None:
        """End one claim of a known text, unless its source is trusted more."""
        if _rank(made) < _rank(kept):
            disputed.append(kept.id)
            return
        now = self.kept[kept.id]
        claims = list(now.claims)
        claims[place] = replace(claims[place], end=max(made.start, kept.start), by=made.id)
        self._set(kept.id, claims=tuple(claims))
        over = self.kept[kept.id].over_from
        if over < FOR_EVER:
            self._set(kept.id, status=SUPERSEDED, until=over, conflicts=())
            self._settle(kept.id, now.conflicts)

    def _settle(self, gone: str, others: Iterable[str]) -> None:
        """Take the mark of a conflict from what a text contradicted that is over now."""
        for id in others:
            if self.kept[id].counts:
                self._set(id, conflicts=tuple(one for one in self.kept[id].conflicts if one != gone))


Found: TypeAlias = tuple[Kept, int, Claim]


def _contradicts(some: Iterable[Claim], others: Iterable[Claim]) -> bool:
    """Whether one of some claims stands beside another value of the same slot, where there can be only one."""
    standing = [claim for claim in some if claim.end == FOR_EVER and not claim.is_over and claim.slot not in MANY]
    against = [claim for claim in others if claim.end == FOR_EVER and not claim.is_over]
    return any(one.about == other.about and one.value != other.value for one in standing for other in against)


def _rank(kept: Kept) -> int:
    return TRUSTS.index(kept.trust)


def _bounds(made: Kept, claim: Claim, later: Iterable[tuple[Kept, Claim]]) -> list[float]:
    """When what is known of a later time ends or begins, by sources that may say so."""
    told = [(kept, other) for kept, other in later if _rank(kept) >= _rank(made)]
    return [other.end if other.agrees(claim) else kept.start for kept, other in told]


def _denied(made: Kept, claim: Claim, known: Iterable[Found]) -> float:
    """When it is first said to be over, by a source that may say so."""
    said = (kept for kept, _, other in known if other.is_over and other.agrees(claim) and _rank(kept) >= _rank(made))
    return min((kept.start for kept in said if kept.start >= made.start), default=FOR_EVER)


def values(state: Mapping[str, Kept], subject: str, at: float | None) -> dict[str, set[str]]:
    """The values by slot that are believed of a subject: to hold now, or to have held at a time."""
    found: dict[str, set[str]] = {}
    for kept in state.values():
        for claim in kept.claims:
            if claim.subject == subject and not claim.is_over and _holds(kept, claim, at):
                found.setdefault(claim.slot, set()).add(claim.value)
    return found


def _holds(kept: Kept, claim: Claim, at: float | None) -> bool:
    until = claim.end if claim.end < FOR_EVER else kept.until
    if at is None:
        return kept.status == ACTIVE and until == FOR_EVER
    return kept.counts and kept.start <= at < until


def found(state: Mapping[str, Kept], at: float | None = None) -> list[str]:
    """The ids that recall and listings may find, in the order recorded."""
    if at is None:
        return [kept.id for kept in state.values() if kept.status == ACTIVE]
    return [kept.id for kept in state.values() if kept.counts and kept.start <= at < kept.until]


def overlaps(state: Mapping[str, Kept]) -> list[tuple[str, str]]:
    """Pairs that give one slot two values at one time, and do not say that they contradict each other."""
    told = [(kept, claim) for kept in state.values() if kept.counts for claim in kept.claims if not claim.is_over]
    return [
        (one.id, other.id)
        for one, claim in told
        for other, against in told
        if claim.about == against.about and claim.slot not in MANY and claim.value < against.value
        and max(one.start, other.start) < min(claim.end, against.end) and other.id not in one.conflicts
    ]  # fmt: skip
