"""Keys that come out the same however often a file is read, so that a second import adds nothing."""

from __future__ import annotations

from hashlib import blake2b

from umi.limits import ENTITY_ID_BYTES_MAX

_DIGEST_BYTES = 16


def id_key(form: str, conversation: str, message: str) -> str:
    """Return the key of a message whose file gives it an id."""
    return fitted(f"{form}:{conversation}:{message}")


def content_key(form: str, session: str, position: int, *content: str | None) -> str:
    """Return the key of a turn whose file has no ids: its position in the session and what it says.

    The position keeps two equal turns apart; what is appended to the file later leaves the earlier keys as they were.
    """
    return f"{form}:{digest(session, str(position), *(part or '' for part in content))}"


def digest(*parts: str) -> str:
    # The length before each part keeps ("ab", "c") apart from ("a", "bc").
    framed = b"".join(b"%d:%s" % (len(raw), raw) for raw in (part.encode(errors="surrogatepass") for part in parts))
    return blake2b(framed, digest_size=_DIGEST_BYTES).hexdigest()


def fitted(name: str) -> str:
    """Return the name, or its beginning and a digest where it is longer than an id may be."""
    if len(name.encode(errors="surrogatepass")) <= ENTITY_ID_BYTES_MAX:
        return name
    start = clipped(name, ENTITY_ID_BYTES_MAX - 2 * _DIGEST_BYTES - 1)
    return f"{start}~{digest(name)}"


def clipped(text: str, bytes_max: int) -> str:
    """Return as much of the beginning as fits, cut between characters."""
    raw = text.encode(errors="surrogatepass")
    return text if len(raw) <= bytes_max else raw[:bytes_max].decode(errors="ignore").rstrip()
