"""What a model reports of a conversation, taken only where it has the right shape."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, ConfigDict, Field, JsonValue, StringConstraints

from umi.domain.time import parse_time
from umi.errors import InvalidTimeError
from umi.server.doors.agent_memory.wire.forms import Form, Time

LEARNED_CHARACTERS_MAX = 1_000
_NAMES_COUNT_MAX = 20


def _names(given: object) -> list[str]:
    listed: list[object] = list(given) if isinstance(given, list) else []  # pyright: ignore[reportUnknownArgumentType]
    return [name.strip() for name in listed if isinstance(name, str) and name.strip()][:_NAMES_COUNT_MAX]


def _places(given: object) -> list[int]:
    listed: list[object] = list(given) if isinstance(given, list) else []  # pyright: ignore[reportUnknownArgumentType]
    return [place for place in listed if isinstance(place, int) and not isinstance(place, bool) and place >= 0]


def _time(given: object) -> object:
    try:
        return parse_time(given) if given else None
    except InvalidTimeError:
        return None


class Reported(Form):
    """Something that a model reports; `messages` are the places of those that say it."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LEARNED_CHARACTERS_MAX)]
    type: Literal["episodic", "semantic"]
    topics: Annotated[list[str], BeforeValidator(_names)] = Field(default_factory=list[str])
    entities: Annotated[list[str], BeforeValidator(_names)] = Field(default_factory=list[str])
    event_date: Annotated[Time | None, BeforeValidator(_time)] = None
    messages: Annotated[list[int], BeforeValidator(_places)] = Field(default_factory=list[int])


class Reports(Form):
    """All that a model reports, unread."""

    memories: list[JsonValue] = Field(default_factory=list[JsonValue])
