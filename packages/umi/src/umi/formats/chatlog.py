"""Dialogue written as plain text: which lines begin a message, who speaks, and when.

Three ways are known: "[2025-01-11 18:42] Ada: hello", the exports of messengers such as
"11/01/2025, 18:42 - Ada: hello", and "Ada: hello" without a time.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from umi.domain.turn import Role
from umi.formats.moments import moment

_SAMPLE_LINES_MAX: Final = 400
# Messengers put direction marks before a line, and a narrow space before "PM".
_INVISIBLE: Final = str.maketrans({"\u200e": None, "\u200f": None, "\ufeff": None, "\u202f": " ", "\u00a0": " "})
_TIME: Final = (
    r"(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:\.\d+)?)?(?:\s?(?P<half>[AaPp])\.?\s?[Mm]\.?)?"
)
_ISO_DATE: Final = r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)"
_LOCAL_DATE: Final = r"(?P<a>\d{1,2})(?P<dot>[/.\-])(?P<b>\d{1,2})[/.\-](?P<y>\d{4}|\d\d)"
_STAMPS: Final = tuple(
    re.compile(pattern)
    for date in (_ISO_DATE, _LOCAL_DATE)
    for pattern in (rf"\[{date}[,T]? ?{_TIME}(?:Z| UTC)?\] ?", rf"{date}[,T]? ?{_TIME}(?:Z| UTC)? (?:- )?")
)
_SPEAKER: Final = re.compile(r"(?P<name>[^\W\d_][^:\n\[\]{}<>\"“”]{0,39}?): ?(?P<text>.*)", re.DOTALL)
_DATED_SPEAKER: Final = re.compile(r"(?P<name>[^:\n]{1,80}?): ?(?P<text>.*)", re.DOTALL)
_NAME_WORDS_MAX: Final = 4
_ROLES: Final = {
    "user": Role.USER,
    "human": Role.USER,
    "you": Role.USER,
    "me": Role.USER,
    "assistant": Role.ASSISTANT,
    "ai": Role.ASSISTANT,
    "bot": Role.ASSISTANT,
    "chatgpt": Role.ASSISTANT,
    "claude": Role.ASSISTANT,
    "system": Role.SYSTEM,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """The first line of a message. Without a speaker it is a notice of the messenger's own."""

    speaker: str | None
    text: str
    time: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LogStyle:
    """How one file writes its messages.

    `day_first` tells 3/4 in April from 3/4 in March. Where `roles_only`, the speakers are "User" and "Assistant",
    and "Note: …" inside an answer is no speaker.
    """

    dated: bool
    day_first: bool = True
    roles_only: bool = False

    def opening(self, line: str) -> Opening | None:
        """Return the message this line begins, or None if it goes on with the one before."""
        if self.dated:
            return _dated_opening(line, day_first=self.day_first)
        opening = _named_opening(line)
        if self.roles_only and opening and role_of(opening.speaker or "") is None:
            return None
        return opening


def log_style(head: str) -> LogStyle | None:
    """Tell how the text writes dialogue, or None if it is none."""
    sample = [line for line in head.splitlines() if line.strip()][:_SAMPLE_LINES_MAX]
    stamps = [stamp for line in sample if (stamp := _stamp(line))]
    # A third is enough: a message may go on over several lines, but nothing else is dated like this.
    if stamps and len(stamps) * 3 >= len(sample):
        return LogStyle(dated=True, day_first=_is_day_first(stamps))
    return _named_style(sample)


def role_of(speaker: str) -> Role | None:
    return _ROLES.get(speaker.lower())


def _named_style(sample: list[str]) -> LogStyle | None:
    """Tell dialogue from a form: "Time: 20 minutes" and "Serves: 4" also have colons, but each name stands once."""
    names = Counter(opening.speaker or "" for line in sample if (opening := _named_opening(line)))
    said = names.total()
    by_role = sum(count for name, count in names.items() if role_of(name))
    # An assistant's answer goes on over many lines, so here the share of the lines says nothing.
    if by_role and by_role * 2 >= said:
        return LogStyle(dated=False, roles_only=True)
    returning = sum(count for count in names.values() if count > 1)
    is_dialogue = said * 2 >= len(sample) and returning * 2 >= said > 0
    return LogStyle(dated=False) if is_dialogue else None


def _is_day_first(stamps: list[re.Match[str]]) -> bool:
    local = [stamp.groupdict() for stamp in stamps if "a" in stamp.groupdict()]
    if any(int(stamp["a"]) > 12 for stamp in local):  # noqa: PLR2004 - the months of a year
        return True
    if any(int(stamp["b"]) > 12 for stamp in local):  # noqa: PLR2004
        return False
    # Undecided by the numbers: the month stands first where clocks have two halves and dates slashes.
    return not any(stamp["half"] and stamp["dot"] == "/" for stamp in local)


def _stamp(line: str) -> re.Match[str] | None:
    visible = line.translate(_INVISIBLE)
    return next((found for pattern in _STAMPS if (found := pattern.match(visible))), None)


def _dated_opening(line: str, *, day_first: bool) -> Opening | None:
    stamp = _stamp(line)
    if stamp is None:
        return None
    rest = stamp.string[stamp.end() :]
    time = _moment(stamp.groupdict(), day_first=day_first)
    if said := _DATED_SPEAKER.fullmatch(rest):
        return Opening(speaker=said["name"].strip(), text=said["text"], time=time)
    return Opening(speaker=None, text=rest, time=time)


def _named_opening(line: str) -> Opening | None:
    said = _SPEAKER.fullmatch(line.strip().translate(_INVISIBLE))
    if said is None or len(said["name"].split()) > _NAME_WORDS_MAX or said["text"].startswith("//"):
        return None
    return Opening(speaker=said["name"].strip(), text=said["text"])


def _moment(stamp: dict[str, str | None], *, day_first: bool) -> datetime | None:
    number = {name: int(text) for name, text in stamp.items() if text and text.isdecimal()}
    if "a" in number:
        day, month = (number["a"], number["b"]) if day_first else (number["b"], number["a"])
        year = number["y"] + (2000 if number["y"] < 100 else 0)  # noqa: PLR2004 - two digits
    else:
        year, month, day = number["year"], number["month"], number["day"]
    hour = number["hour"]
    if half := stamp["half"]:
        hour = hour % 12 + (12 if half.lower() == "p" else 0)
    return moment(year, month, day, hour, number["minute"], number.get("second", 0))
