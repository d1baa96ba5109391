"""A simulated language model: it answers from its seed and the request alone, in the shape that the request asks for.

What is wanted is told by the request's schema, never by words of its prompt: a text about "queries" is no reason to
rewrite one. The answer is that of a reader of few words (`sim_reading`), put through the same checks as a hosted
model's.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Final, Self

from umi.domain.completion import Completion, CompletionRequest
from umi.domain.text import cut
from umi.dst.clock import SimClock
from umi.dst.config import check_seed
from umi.dst.fault_types import FaultType, Site
from umi.dst.faults import FaultInjector
from umi.dst.rng import DeterministicRng
from umi.errors import (
    Invalid,
    ProviderConnectionError,
    ProviderError,
    ProviderRateLimitError,
    ProviderRequestError,
    ProviderResponseError,
    ProviderTimeoutError,
)
from umi.limits import LLM_TIMEOUT_SECONDS_DEFAULT
from umi.providers.llm.dialogue import Answer, converse
from umi.providers.llm.sim_answers import Purpose, answer_of, purpose_of, shaped

_BYTES_PER_TOKEN: Final = 4
_RETRY_AFTER_SECONDS: Final = (1, 20)
_LATENCY_MS: Final = (50, 2_000)
_SHOWN_CHARACTERS_MAX: Final = 200
_CALLS_KEPT_MAX: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SimCall:
    """One request that was made: for what, and the fault that struck it, if one did."""

    purpose: Purpose
    request: CompletionRequest
    fault: FaultType | None = None


class SimLLMProvider:
    """The LLM port without a model. The same seed and the same request always give the same answer.

    With `faults` it fails as they say; the time that takes passes on `clock`. `mistakes` is the probability that an
    answer claims something its text does not say, as models do. `calls` lists what was asked, the last 10,000 of them.

    Raises:
        Invalid: the seed is no whole number of 64 bits, or the probability does not lie in 0..1.

    """

    def __init__(
        self,
        seed: int = 0,
        *,
        faults: FaultInjector | None = None,
        clock: SimClock | None = None,
        mistakes: float = 0.0,
    ) -> None:
        if not 0.0 <= mistakes <= 1.0:
            raise Invalid(f"mistakes is a probability in 0..1, not {mistakes}.")
        self._rng = DeterministicRng(check_seed(seed)).fork("llm")
        self._faults = faults
        self._clock = clock or SimClock()
        self._mistakes = mistakes
        self._latency_ms: tuple[int, int] | None = None
        self.calls: list[SimCall] = []

    @classmethod
    def with_seed(cls, seed: int) -> Self:
        """Return the model of a seed."""
        return cls(seed)

    @classmethod
    def with_faults(cls, seed: int, faults: FaultInjector) -> Self:
        """Return the model of a seed that fails as the injector says."""
        return cls(seed, faults=faults)

    def with_latency(self, min_ms: int = _LATENCY_MS[0], max_ms: int = _LATENCY_MS[1]) -> Self:
        """Let every answer take so long in virtual time; return this model. It takes none unless this is called.

        Raises:
            Invalid: the milliseconds are negative, or the wrong way round.

        """
        if not 0 <= min_ms <= max_ms:
            raise Invalid(f"Latency lies between min_ms and max_ms, both 0 or more, not {min_ms} to {max_ms}.")
        self._latency_ms = (min_ms, max_ms)
        return self

    @property
    def name(self) -> str:
        return "sim"

    @property
    def seed(self) -> int:
        return self._rng.seed

    @property
    def model(self) -> str:
        return f"sim-{self._rng.seed}"

    def __repr__(self) -> str:
        return f"SimLLMProvider(seed={self._rng.seed})"

    async def complete(self, request: CompletionRequest) -> Completion:
        """Answer a request; see `umi.ports.llm.LLM`.

        Raises:
            ProviderError: a fault was injected, or the request's own check refuses what was read.

        """
        purpose = purpose_of(request.schema)
        fault = None if self._faults is None else self._faults.should_inject(f"{Site.LLM_COMPLETE}:{purpose}")
        self._note(SimCall(purpose=purpose, request=request, fault=fault))
        rng = self._rng.fork(_digest(request))
        if self._latency_ms is not None:
            self._clock.advance_ms(rng.next_int(*self._latency_ms))
        if fault is not None:
            self._fail(fault, request, rng)
        text = self._text(purpose, request, rng)
        sent = [0]

        async def ask(prompt: str) -> Answer:
            sent[0] += 1
            return Answer(
                text=text, model=self.model, input_tokens=_tokens(request.system + prompt), output_tokens=_tokens(text)
            )

        return await converse(ask, request, price=None, sent=sent)

    async def close(self) -> None:
        """Nothing is open."""

    def _text(self, purpose: Purpose, request: CompletionRequest, rng: DeterministicRng) -> str:
        found = answer_of(purpose, request, rng if rng.next_bool(self._mistakes) else None)
        if request.schema is None:
            return str(found.get("text", ""))
        return json.dumps(_json(shaped(found, request.schema)), ensure_ascii=False)

    def _fail(self, fault: FaultType, request: CompletionRequest, rng: DeterministicRng) -> None:
        told = f"(injected: {fault})"
        failure: ProviderError
        match fault:
            case FaultType.LLM_TIMEOUT:
                self._clock.advance_secs(LLM_TIMEOUT_SECONDS_DEFAULT)
                failure = ProviderTimeoutError(f"The model did not answer in time {told}.")
            case FaultType.LLM_RATE_LIMIT:
                wait = rng.next_int(*_RETRY_AFTER_SECONDS)
                failure = ProviderRateLimitError(f"The model takes no more requests for now {told}.", retry_after=wait)
            case FaultType.LLM_CONTEXT_OVERFLOW:
                size = len(request.prompt.encode())
                failure = ProviderRequestError(f"A prompt of {size} bytes is too long for the model {told}.")
            case FaultType.LLM_INVALID_RESPONSE:
                shown = cut(request.prompt, _SHOWN_CHARACTERS_MAX)
                failure = ProviderResponseError(f"The model's answer to {shown!r} cannot be used {told}.")
            case _:
                assert fault is FaultType.LLM_SERVICE_UNAVAILABLE, fault
                failure = ProviderConnectionError(f"The model's service is down {told}.")
        raise failure

    def _note(self, call: SimCall) -> None:
        self.calls.append(call)
        if len(self.calls) > _CALLS_KEPT_MAX:
            del self.calls[0]


def _digest(request: CompletionRequest) -> str:
    """Return what tells one request from another: an answer depends on it, and not on what was asked before."""
    asked = json.dumps([request.system, request.prompt, request.schema], sort_keys=True)
    return blake2b(asked.encode(), digest_size=16).hexdigest()


def _tokens(text: str) -> int:
    return -(-len(text.encode()) // _BYTES_PER_TOKEN)


def _json(value: object) -> Mapping[str, Any]:
    assert isinstance(value, dict), value
    return value  # pyright: ignore[reportUnknownVariableType] - what a schema of an object shapes is one
