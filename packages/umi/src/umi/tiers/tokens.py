"""How much of a model's context a text takes."""

from __future__ import annotations

from math import ceil

_BYTES_PER_TOKEN = 3.5  # of English prose for the tokenisers in use
_TOKENS_PER_WORD = 1.3


def estimate_tokens(text: str) -> int:
    """Estimate how many tokens a language model counts, erring high: by bytes and by words, whichever is more."""
    return max(ceil(len(text.encode()) / _BYTES_PER_TOKEN), ceil(len(text.split()) * _TOKENS_PER_WORD))
