"""What is remembered, whose it is, and how a search is narrowed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Final, TypedDict

from hypothesis import strategies as st

from umi.domain.entity import EntityType, MemoryType, Status, Trust
from umi.domain.scope import Scope
from umi.domain.turn import Role, Turn
from umi.engine.asking import Narrowing
from umi.limits import METADATA_NUMBER_MAX
from umi.testing.strategies import wording

FIRST: Final = datetime(1970, 1, 1)  # noqa: DTZ001 - hypothesis adds the zone
LAST: Final = datetime(2100, 1, 1)  # noqa: DTZ001 - as above
_PARTS: Final = ("user", "namespace", "agent", "session")
_zones = st.just(UTC) | st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
_few_topics = st.lists(wording.topics(), max_size=3, unique=True)
_shares = st.sampled_from((0.0, 0.5, 1.0)) | st.floats(0, 1)
_words = wording.texts(characters_max=12)
_numbers = (
    st.integers(-METADATA_NUMBER_MAX, METADATA_NUMBER_MAX)
    | st.floats(-1e15, 1e15, allow_nan=False, allow_infinity=False)
)  # fmt: skip
_plain = st.none() | st.booleans() | _numbers | _words


class ScopeParts(TypedDict, total=False):
    """A part of a tenant's memory, as keywords."""

    user: str
    namespace: str
    agent: str
    session: str


def event_times() -> st.SearchStrategy[datetime]:
    """Return times from 1970 to 2100, in all sorts of zones."""
    return st.datetimes(FIRST, LAST, timezones=_zones)


def metadata(*, keys_max: int = 3) -> st.SearchStrategy[dict[str, Any]]:
    """Return metadata: whatever JSON gives back as it was."""
    nested = st.recursive(
        _plain,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_words, inner, max_size=3),
        max_leaves=4,
    )
    return st.dictionaries(_words, nested, max_size=keys_max)


def scope_parts() -> st.SearchStrategy[ScopeParts]:
    """Return keywords for `remember`, `recall` and `scoped`: any of user, namespace, agent and session."""
    return st.fixed_dictionaries({}, optional={part: wording.names() for part in _PARTS}).map(_scope_parts)


def scopes(*, tenant: str | None = None) -> st.SearchStrategy[Scope]:
    """Return scopes, of one tenant if it is given."""
    tenants = wording.names() if tenant is None else st.just(tenant)
    return st.builds(_scope, tenants, scope_parts())


def turns(texts: st.SearchStrategy[str] | None = None) -> st.SearchStrategy[Turn]:
    """Return turns with some of what they may say, of the given texts or of any.

    None has an id of its own or expires: two with the same id are a conflict, and what expired is found no more.
    """
    return st.builds(
        Turn,
        text=wording.texts() if texts is None else texts,
        speaker=st.none() | wording.names(),
        role=st.none() | st.sampled_from(Role),
        session=st.none() | wording.names(),
        event_time=st.none() | event_times(),
        name=st.none() | wording.names(),
        entity_type=st.sampled_from([kind.value for kind in EntityType]),
        memory_type=st.sampled_from([kind.value for kind in MemoryType]),
        topics=_few_topics.map(tuple),
        metadata=metadata(),
        importance=_shares,
        confidence=_shares,
        pinned=st.booleans(),
        key=st.none() | wording.ids(),
        source=st.none() | wording.names(),
        trust=st.none() | st.sampled_from([trust.value for trust in Trust]),
    )


def narrowings() -> st.SearchStrategy[Narrowing]:
    """Return keywords that narrow `recall`, `list` and `count`, few of them at a time."""
    known = _narrowing_values()
    chosen = st.lists(st.sampled_from(sorted(known)), max_size=3, unique=True)
    return chosen.flatmap(lambda names: st.fixed_dictionaries({name: known[name] for name in names})).map(_narrowing)


def _narrowing_values() -> dict[str, st.SearchStrategy[Any]]:
    filtered = st.dictionaries(_words, _plain, max_size=2)
    return {
        "entity_types": _some(EntityType),
        "memory_types": _some(MemoryType),
        "topics": _few_topics,
        "metadata": filtered,
        "speakers": st.lists(wording.names(), max_size=3),
        "roles": _some(Role),
        "after": st.none() | event_times(),
        "before": st.none() | event_times(),
        "importance_min": st.none() | _shares,
        "trust_min": st.none() | st.sampled_from([trust.value for trust in Trust]),
        "statuses": _some(Status),
        "mentions": st.lists(wording.names(), max_size=2),
        "ids": st.lists(wording.ids(), max_size=3),
        "lacking": filtered,
        "lacking_topics": _few_topics,
        "as_of": st.none() | event_times(),
        "valid_at": st.none() | event_times(),
    }


def _scope_parts(parts: dict[str, str]) -> ScopeParts:
    return ScopeParts(**parts)  # pyright: ignore[reportArgumentType]


def _scope(tenant: str, parts: ScopeParts) -> Scope:
    return Scope(tenant=tenant, **parts)


def _some(kinds: Any) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from([kind.value for kind in kinds]), max_size=3, unique=True)


def _narrowing(asked: dict[str, Any]) -> Narrowing:
    return Narrowing(**asked)  # pyright: ignore[reportArgumentType]
