"""Asking a language model: what is asked, what it answered, and what that took."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from umi.domain.text import is_encodable, shown
from umi.errors import EmptyTextError, Invalid, InvalidTextError, PromptTooLongError
from umi.limits import LLM_ANSWER_TOKENS_MAX, LLM_PROMPT_BYTES_MAX

_TOKENS_PRICED = 1_000_000
_TEMPERATURE_MAX = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What answers took: tokens, and their price in US dollars, which is None where it is not known."""

    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float | None = None

    def __add__(self, other: Usage) -> Usage:
        """Return both together; the cost is known only where that of each is."""
        costs = (self.cost_usd, other.cost_usd)
        return Usage(
            input_tokens=self.input_tokens + other.input_tokens,
            output_tokens=self.output_tokens + other.output_tokens,
            cost_usd=None if costs[0] is None or costs[1] is None else costs[0] + costs[1],
        )


NO_USAGE = Usage(cost_usd=0.0)
"""Nothing was asked: what a sum of usages starts from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What a model costs, in US dollars per million tokens. Umi knows no prices: they are what the user gives."""

    input: float
    output: float

    def __post_init__(self) -> None:
        if not (self.input >= 0 and self.output >= 0):  # False for NaN too
            raise Invalid(f"A price is 0 or more, not {shown((self.input, self.output))}.")

    def of(self, input_tokens: int, output_tokens: int) -> float:
        """Return what so many tokens cost, in US dollars."""
        return (input_tokens * self.input + output_tokens * self.output) / _TOKENS_PRICED


@dataclass(frozen=True, slots=True, kw_only=True)
class CompletionRequest:
    """What a model is asked.

    `system` says how it is to answer; `prompt` holds what it is about. `max_tokens` limits the answer; None is the
    provider's own limit, and a `temperature` of None the model's own. With a `schema`, a JSON Schema of an object, the
    answer is a JSON object of that shape. A `check` says instead what will do: it raises a ValueError that tells what
    is wrong with an answer.

    Raises:
        Invalid: a value cannot be used.
        PromptTooLongError: the prompt or the system text has more than LLM_PROMPT_BYTES_MAX bytes.

    """

    prompt: str
    system: str = ""
    max_tokens: int | None = None
    temperature: float | None = None
    schema: Mapping[str, Any] | None = None
    check: Callable[[Any], object] | None = None

    def __post_init__(self) -> None:
        _check_text("prompt", self.prompt)
        if self.system != "":
            _check_text("system", self.system)
        if self.max_tokens is not None:
            check_whole("max_tokens", self.max_tokens, 1, LLM_ANSWER_TOKENS_MAX)
        if self.temperature is not None and not 0 <= self.temperature <= _TEMPERATURE_MAX:  # False for NaN too
            raise Invalid(f"temperature is a number from 0 to {_TEMPERATURE_MAX:g}, not {shown(self.temperature)}.")
        if self.schema is not None and self.schema.get("type") != "object":
            raise Invalid('schema is a JSON Schema of an object: its "type" is "object".')


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """What a model answered.

    `data` is the answer read as JSON where a schema was asked for, else None. `usage` covers everything it took, also
    an answer that had to be put right; `attempts` counts the requests that were sent. `is_truncated` says that the
    limit of tokens cut it short.
    """

    text: str
    data: Mapping[str, Any] | None = None
    usage: Usage = Usage()
    model: str = ""
    attempts: int = 1
    is_truncated: bool = False


def check_whole(name: str, value: object, least: int, most: int) -> int:
    """Check that an option is a whole number within its bounds.

    Raises:
        Invalid: it is not.

    """
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise Invalid(f"{name} is a whole number from {least} to {most}, not {shown(value)}.")
    return value


def _check_text(name: str, text: object) -> None:
    if not isinstance(text, str):
        raise InvalidTextError(f"{name} is a string, not {type(text).__name__}.")
    if not text or text.isspace():
        raise EmptyTextError(f"{name} is empty. Give at least one character that is not white space.")
    if not is_encodable(text):
        raise InvalidTextError(f"{name} holds a lone surrogate, which is not valid text.")
    size = len(text.encode())
    if size > LLM_PROMPT_BYTES_MAX:
        raise PromptTooLongError(f"{name} is {size} bytes long; LLM_PROMPT_BYTES_MAX is {LLM_PROMPT_BYTES_MAX}.")
