"""What fits into a model's context window: counting, cutting, and how full it is.

Tokens are estimated (`umi.tiers.tokens`), erring high, without a tokeniser: which one a caller's model has is not known
here, and a window that is filled by an estimate is never overfull.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol, TypeVar

from umi.tiers.tokens import estimate_tokens

WINDOW_TOKENS_DEFAULT: Final = 16_000
SUMMARISED_SHARE: Final = 0.7
KEPT_SHARE: Final = 0.4
_PERCENT_MAX: Final = 100.0
# The summary's share of the window, by the size that a window has to be under.
_SUMMARY_SHARES: Final = ((10_000, 0.125), (50_000, 0.10))
_SUMMARY_SHARE_LEAST: Final = 0.05
# By the longest beginning of a model's name that fits. One that is not listed has the default window.
_WINDOWS: Final = {
    "gpt-3.5": 16_385,
    "gpt-4": 8_192,
    "gpt-4-32k": 32_768,
    "gpt-4-turbo": 128_000,
    "gpt-4o": 128_000,
    "gpt-4.1": 1_000_000,
    "gpt-5": 400_000,
    "o1": 200_000,
    "o3": 200_000,
    "o4": 200_000,
    "claude": 200_000,
    "anthropic.claude": 200_000,
    "gemini": 1_000_000,
    "text-embedding": 8_191,
}


class Sized(Protocol):
    """What takes room."""

    @property
    def tokens(self) -> int: ...


S = TypeVar("S", bound=Sized)


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """How many tokens a model reads at once."""

    tokens: int = WINDOW_TOKENS_DEFAULT

    @classmethod
    def of(cls, model_name: str | None, context_window_max: int | None) -> Window:
        """Return the window that a caller means: as it says, else its model's, else the default."""
        if context_window_max is not None:
            return cls(tokens=context_window_max)
        name = (model_name or "").lower().rsplit("/", 1)[-1]
        fitting = [known for known in _WINDOWS if name.startswith(known)]
        return cls(tokens=_WINDOWS[max(fitting, key=len)]) if fitting else cls()

    @property
    def threshold(self) -> int:
        """Above so many tokens the older messages are summarised."""
        return int(self.tokens * SUMMARISED_SHARE)

    @property
    def summary_tokens(self) -> int:
        """How long a summary may be."""
        share = next((share for under, share in _SUMMARY_SHARES if self.tokens < under), _SUMMARY_SHARE_LEAST)
        return max(1, int(self.tokens * share))

    def overflows(self, messages: Sequence[Sized]) -> bool:
        return tokens_of(messages) > self.threshold

    def parted(self, messages: Sequence[S]) -> tuple[Sequence[S], Sequence[S]]:
        """Return the older messages, which leave the window, and the newest that stay in it: one at least."""
        kept = len(_newest(messages, int(self.tokens * KEPT_SHARE)))
        return messages[: len(messages) - kept], messages[len(messages) - kept :]

    def cut(self, messages: Sequence[S]) -> Sequence[S]:
        """Return the newest messages that fit into the window: one at least."""
        return _newest(messages, self.tokens)

    def percentages(self, messages: Sequence[Sized]) -> tuple[float, float]:
        """Return how full it is, and how near summarising is, both in 0..100."""
        if not messages:
            return 0.0, 0.0
        used = tokens_of(messages)
        return _percentage(used, self.tokens), _percentage(used, self.threshold)


def tokens_of(messages: Sequence[Sized]) -> int:
    """Return how many tokens messages take together."""
    return sum(message.tokens for message in messages)


def message_tokens(role: str, content: str) -> int:
    """Estimate how many tokens a message takes, with who says it."""
    return estimate_tokens(f"{role}: {content}")


def _newest(messages: Sequence[S], room: int) -> Sequence[S]:
    kept = 0
    for message in reversed(messages):
        room -= message.tokens
        if room < 0 and kept:
            break
        kept += 1
    return messages[len(messages) - kept :]


def _percentage(used: int, of: int) -> float:
    return _PERCENT_MAX if of <= 0 else min(_PERCENT_MAX, used / of * _PERCENT_MAX)
