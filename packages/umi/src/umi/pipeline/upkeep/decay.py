"""Deciding what fades: rows of worth in, decisions out. Nothing is changed here.

    score = sum(weight * part) / sum(weight)

    importance  as the memory has it
    recency     2 ** -(time since the last recall / half-life); of what was never recalled, since it happened
    frequency   log(1 + recalls) / log(1 + frequent_count), at most 1
    dependency  log(1 + dependents) / log(1 + depended_count), at most 1
    pin         1 if pinned

The halving is the forgetting curve as ACT-R and MemoryBank simplify it; a power law fits people better, but needs the
time of every recall rather than of the last.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import groupby
from math import log1p

from umi.domain.entity import MemoryType, Status
from umi.domain.fading import DecayDecision, DecayPolicy, Fade, Gist, Load
from umi.domain.worth import Worth
from umi.limits import GIST_TURNS_COUNT_MAX

_TOLD = frozenset({MemoryType.MESSAGE, MemoryType.EPISODIC})  # what was said or happened has a gist; a rule has none
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """A row and what it is worth: its score, and the contributions to it by name."""

    row: Worth
    score: float
    parts: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is decided so far. `groups` are the turns that a gist each is to take the place of."""

    weighed: Sequence[Weighed]
    decisions: Mapping[int, DecayDecision]
    groups: Sequence[Sequence[Worth]]
    protected: int
    resting: int

    @property
    def before(self) -> Load:
        return _load([one.row for one in self.weighed])

    def after(self, gists: Sequence[Gist]) -> Load:
        """What stays active, the gists included."""
        return _load(
            [one.row for one in self.weighed if not _leaves(self.decisions.get(one.row.number))],
            [len(gist.content.encode()) for gist in gists],
        )


def _load(rows: Sequence[Worth], more: Sequence[int] = ()) -> Load:
    sizes = [row.bytes for row in rows if row.status is Status.ACTIVE]
    return Load(entities=len(sizes) + len(more), bytes=sum(sizes) + sum(more))


def _leaves(decision: DecayDecision | None) -> bool:
    """Whether a decision takes an active memory out of recall."""
    return decision is not None and decision.action is not Fade.DECAY


def weigh(row: Worth, policy: DecayPolicy, now: int) -> Weighed:
    """Weigh one memory at a time in microseconds since 1970."""
    last = row.event_at if row.recalled_at is None else row.recalled_at
    half_lives = max(0, now - last) / (policy.half_life / _MICROSECOND)
    given = (
        ("importance", policy.importance_weight, row.importance),
        ("recency", policy.recency_weight, 2.0**-half_lives),
        ("frequency", policy.frequency_weight, _grown(row.recalled, policy.frequent_count)),
        ("dependency", policy.dependency_weight, _grown(row.dependents, policy.depended_count)),
        ("pin", policy.pin_weight, float(row.pinned)),
    )
    whole = sum(weight for _, weight, _ in given)
    parts = tuple((name, weight * part / whole) for name, weight, part in given)
    return Weighed(row=row, score=sum(part for _, part in parts), parts=parts)


def _grown(count: int, full: int) -> float:
    return min(1.0, log1p(count) / log1p(full))


def is_protected(row: Worth, policy: DecayPolicy) -> bool:
    return row.pinned or row.memory_type in policy.protected


def decide(rows: Sequence[Worth], policy: DecayPolicy, now: int) -> Plan:
    """Decide by score alone; budgets come after, when the gists are there. A preview decides the same."""
    weighed = [weigh(row, policy, now) for row in rows]
    rest = policy.rest // _MICROSECOND
    open_ones = [one for one in weighed if not is_protected(one.row, policy)]
    ripe = [one for one in open_ones if now - one.row.updated_at >= rest]
    groups = _groups([one for one in ripe if _has_gist(one, policy)], policy)
    places = {row.number: place for place, group in enumerate(groups) for row in group}
    decided = ((one.row.number, _decided(one, policy, places.get(one.row.number))) for one in ripe)
    return Plan(
        weighed=weighed,
        decisions={number: decision for number, decision in decided if decision is not None},
        groups=groups,
        protected=len(weighed) - len(open_ones),
        resting=len(open_ones) - len(ripe),
    )


def _has_gist(one: Weighed, policy: DecayPolicy) -> bool:
    row = one.row
    is_told = row.status is Status.ACTIVE and row.session is not None and row.memory_type in _TOLD
    return is_told and policy.delete_below <= one.score < policy.compress_below


def _groups(told: Sequence[Weighed], policy: DecayPolicy) -> list[list[Worth]]:
    """Cut the turns of each session into stretches, in order; what is too few for a gist is left out."""
    rows = sorted((one.row for one in told), key=lambda row: (row.session or 0, row.number))
    return [stretch for _, turns in groupby(rows, key=lambda row: row.session) for stretch in _cut(list(turns), policy)]


def _cut(turns: Sequence[Worth], policy: DecayPolicy) -> Iterator[list[Worth]]:
    for start in range(0, len(turns), GIST_TURNS_COUNT_MAX):
        stretch = list(turns[start : start + GIST_TURNS_COUNT_MAX])
        if len(stretch) >= policy.gist_turns_min:
            yield stretch


def _decided(one: Weighed, policy: DecayPolicy, gist: int | None) -> DecayDecision | None:
    row, score = one.row, one.score
    if score < policy.delete_below:
        return _decision(one, Fade.DELETE, policy.delete_below, "delete_below")
    if row.status is not Status.ACTIVE:
        return None
    if gist is not None:
        return replace(_decision(one, Fade.COMPRESS, policy.compress_below, "compress_below"), gist=gist)
    if score < policy.silence_below:
        return _decision(one, Fade.SILENCE, policy.silence_below, "silence_below")
    lowered = max(policy.importance_min, policy.importance_factor * row.importance)
    if score < policy.decay_below and lowered < row.importance:
        decision = _decision(one, Fade.DECAY, policy.decay_below, "decay_below")
        reason = f"{decision.reason}, importance {row.importance:.2f} to {lowered:.2f}"
        return replace(decision, importance=lowered, reason=reason)
    return None


def _decision(one: Weighed, action: Fade, threshold: float, name: str) -> DecayDecision:
    reason = f"{action}: {_told(one)}, is below {name} {threshold:g}"
    return DecayDecision(
        id=one.row.id, action=action, score=one.score, threshold=threshold, parts=one.parts, reason=reason
    )


def _told(one: Weighed) -> str:
    return f"score {one.score:.3f} = " + " + ".join(f"{name} {part:.3f}" for name, part in one.parts)


def within_budget(plan: Plan, gists: Sequence[Gist], policy: DecayPolicy) -> tuple[Plan, Sequence[Gist]]:
    """Take the lowest scores until what stays active fits; where it still does not, the gists go too."""
    left = plan.after(gists)
    decisions = dict(plan.decisions)
    for one in _lowest(plan, policy):
        over = _over(left, policy)
        if over is None:
            break
        decisions[one.row.number] = _budgeted(one, over, policy)
        left = Load(entities=left.entities - 1, bytes=left.bytes - one.row.bytes)
    kept = list(gists)
    while kept and _over(left, policy):
        gist = kept.pop()
        left = Load(entities=left.entities - 1, bytes=left.bytes - len(gist.content.encode()))
    return _without_gists(replace(plan, decisions=decisions), len(kept), policy), kept


def _lowest(plan: Plan, policy: DecayPolicy) -> list[Weighed]:
    """What a budget may take, least worth first; of equal worth, what is longest past."""
    if policy.entities_max is None and policy.bytes_max is None:
        return []
    staying = (
        one
        for one in plan.weighed
        if one.row.status is Status.ACTIVE
        and not is_protected(one.row, policy)
        and not _leaves(plan.decisions.get(one.row.number))
    )
    return sorted(staying, key=lambda one: (one.score, one.row.event_at, one.row.number))


def _over(load: Load, policy: DecayPolicy) -> str | None:
    """Say which budget is passed, and by how much."""
    if policy.entities_max is not None and load.entities > policy.entities_max:
        return f"{load.entities} active memories are over entities_max {policy.entities_max}"
    if policy.bytes_max is not None and load.bytes > policy.bytes_max:
        return f"{load.bytes} bytes of active texts are over bytes_max {policy.bytes_max}"
    return None


def _budgeted(one: Weighed, over: str, policy: DecayPolicy) -> DecayDecision:
    return DecayDecision(
        id=one.row.id,
        action=policy.over_budget,
        score=one.score,
        threshold=one.score,
        parts=one.parts,
        reason=f"{policy.over_budget}: {over}, and {_told(one)} is the least left",
    )


def _without_gists(plan: Plan, kept: int, policy: DecayPolicy) -> Plan:
    """Let what was to be compressed into a gist that is dropped go as a budget has it."""
    weighed = {one.row.number: one for one in plan.weighed}
    dropped = {
        number: _budgeted(weighed[number], "even the gists are over the budget", policy)
        for number, decision in plan.decisions.items()
        if decision.gist is not None and decision.gist >= kept
    }
    return replace(plan, decisions={**plan.decisions, **dropped}, groups=plan.groups[:kept])
