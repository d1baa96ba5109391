"""Identifiers: UUIDv7 (RFC 9562, section 5.7), made from a given time and given randomness."""

from __future__ import annotations

_RANDOM_BITS = 74


def uuid7(milliseconds: int, randomness: bytes) -> str:
    """Format a version 7 UUID from Unix milliseconds and at least 10 random bytes."""
    bits = int.from_bytes(randomness[:10], "big") & ((1 << _RANDOM_BITS) - 1)
    value = (milliseconds & ((1 << 48) - 1)) << 80
    value |= 0x7 << 76
    value |= (bits >> 62) << 64
    value |= 0b10 << 62
    value |= bits & ((1 << 62) - 1)
    digits = f"{value:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
