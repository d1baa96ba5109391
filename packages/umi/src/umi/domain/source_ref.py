"""Where the original of a memory lies: a file, a page, a picture."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import cast

from umi.domain.checking import check_text
from umi.domain.text import shown
from umi.errors import Invalid
from umi.limits import SOURCE_REF_PART_BYTES_MAX, SOURCE_REF_URI_BYTES_MAX

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):")  # of two letters at least: "C:" is a drive
_REMOTE = frozenset({"http", "https"})


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRef:
    """The address of an original, with what is known of it: its media type, its size and its checksum.

        SourceRef("https://example.org/plan.pdf", mime_type="application/pdf", size_bytes=48_213)

    An address without a scheme is a path on this machine. Nothing is read from it.

    Raises:
        Invalid: a part cannot be used; the subclass says which way.
        TextTooLongError: a part is longer than its limit.

    """

    uri: str = field(kw_only=False)
    mime_type: str | None = None
    size_bytes: int | None = None
    checksum: str | None = None

    def __post_init__(self) -> None:
        check_text("uri", self.uri, SOURCE_REF_URI_BYTES_MAX)
        for name, part in (("mime_type", self.mime_type), ("checksum", self.checksum)):
            if part is not None:
                check_text(name, part, SOURCE_REF_PART_BYTES_MAX)
        size = cast("object", self.size_bytes)
        if size is not None and (isinstance(size, bool) or not isinstance(size, int) or size < 0):
            raise Invalid(f"size_bytes is a whole number from 0, not {shown(size)}.")

    def with_mime_type(self, mime_type: str) -> SourceRef:
        return replace(self, mime_type=mime_type)

    def with_size_bytes(self, size_bytes: int) -> SourceRef:
        return replace(self, size_bytes=size_bytes)

    def with_checksum(self, checksum: str) -> SourceRef:
        return replace(self, checksum=checksum)

    @property
    def scheme(self) -> str | None:
        """The scheme of the address in lower case, or None for a path."""
        found = _SCHEME.match(self.uri)
        return None if found is None else found[1].lower()

    @property
    def is_local(self) -> bool:
        """Whether it is a path or a file address."""
        return self.scheme in {None, "file"}

    @property
    def is_remote(self) -> bool:
        """Whether it is a web address."""
        return self.scheme in _REMOTE

    @property
    def is_s3(self) -> bool:
        return self.scheme == "s3"

    @property
    def extension(self) -> str | None:
        """What stands behind the last dot of the last part of the path, in lower case; None if nothing does."""
        path = self.uri
        if self.scheme is not None:
            path = re.split(r"[?#]", path, maxsplit=1)[0]
            path = path.partition("://")[2].partition("/")[2] or ("" if "://" in path else path)
        name = re.split(r"[/\\]", path)[-1]
        stem, dot, last = name.rpartition(".")
        return last.lower() if stem and dot and last else None
