"""Checks that every text and every share passes, wherever it comes in: each says exactly what is wrong."""

from __future__ import annotations

from umi.domain.text import shown
from umi.errors import EmptyTextError, InvalidImportanceError, InvalidTextError, TextTooLongError


def check_text(name: str, text: object, limit: int) -> None:
    """Check that a text is text, says something, and is within its limit in bytes of UTF-8.

    Raises:
        InvalidTextError: it is no string, or holds a NUL character or a lone surrogate.
        EmptyTextError: there is nothing in it but white space.
        TextTooLongError: it is longer than the limit.

    """
    if not isinstance(text, str):
        raise InvalidTextError(f"{name} is a string, not {type(text).__name__}.")
    if len(text) > limit:  # a character is at least a byte: no need to encode 10 MB to know
        raise TextTooLongError(f"{name} has {len(text)} characters; its limit is {limit} bytes. Split it.")
    if not text or text.isspace():
        raise EmptyTextError(f"{name} is empty. Give at least one character that is not white space.")
    if "\0" in text:
        raise InvalidTextError(f"{name} holds a NUL character at {text.index(chr(0))}. Remove it.")
    try:
        size = len(text.encode())
    except UnicodeEncodeError as error:
        raise InvalidTextError(f"{name} holds a lone surrogate at {error.start}, which is not valid text.") from error
    if size > limit:
        raise TextTooLongError(f"{name} is {size} bytes long; its limit is {limit} bytes. Split it.")


def check_line(name: str, text: object, limit: int) -> str:
    """Check a short text that may be empty."""
    if text != "":
        check_text(name, text, limit)
    return str(text)


def check_share(name: str, number: object) -> None:
    """Check that a number is one from 0 to 1.

    Raises:
        InvalidImportanceError: it is not.

    """
    # The comparison is False for NaN too.
    if isinstance(number, bool) or not isinstance(number, (int, float)) or not 0 <= number <= 1:
        raise InvalidImportanceError(f"{name} is a number from 0.0 to 1.0, not {shown(number)}.")
