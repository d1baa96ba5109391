"""Names: the id that follows from one, and the one that follows from a text."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Sequence

from umi.domain.scope import Scope
from umi.domain.text import cut

NAME_CHARACTERS_MAX = 50
_DIGEST_BYTES = 16
_VERSION = 8 << 76  # RFC 9562, section 5.8: a UUID whose content is the maker's own
_VARIANT = 0b10 << 62
_FREE = ((1 << 128) - 1) ^ (0xF << 76) ^ (0b11 << 62)


def id_of(entity_type: str, name: str, scope: Scope | None = None) -> str:
    """Return the id of what has this type and name, the same on every machine and for ever.

    It is a version 8 UUID of the BLAKE2b digest of the type, the name's key and, of a scope that is not the default,
    its parts but the session: "Alice" and " alice " are one person of a user, and another person of another user.
    """
    where = scope or Scope()
    narrow = [where.tenant, where.user, where.namespace, where.agent]
    return _uuid8([str(entity_type), name_key(name), *([] if narrow == [Scope().tenant, None, None, None] else narrow)])


def edge_id(kind: str, source: str, target: str) -> str:
    """Return the id of how two entities stand to each other."""
    return _uuid8([kind, source, target])


def theme_id(sources: Sequence[str]) -> str:
    """Return the id of what is made of these entities, whatever their order."""
    return _uuid8(["theme", *sorted(sources)])


def name_key(name: str) -> str:
    """Return a name as it is compared: without regard to case, width and white space."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def auto_name(text: str) -> str:
    """Return a name for a text: its first line, cut between words within NAME_CHARACTERS_MAX characters."""
    return cut(text.strip().splitlines()[0].rstrip(), NAME_CHARACTERS_MAX)


def _uuid8(parts: list[str | None]) -> str:
    digest = hashlib.blake2b(json.dumps(parts).encode(), digest_size=_DIGEST_BYTES, person=b"umi id").digest()
    value = int.from_bytes(digest, "big") & _FREE | _VERSION | _VARIANT
    digits = f"{value:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
