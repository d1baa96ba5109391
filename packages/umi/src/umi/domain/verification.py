"""Whether what is stored is what was recorded: anchors that hold a log to its word, and what a verification saw."""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from umi.domain.text import shown
from umi.domain.time import parse_time
from umi.errors import Invalid, InvalidTimeError

_FORM = re.compile(r"umi1 (\d{1,18}) (\S+) ([0-9a-f]{64})(?: ([0-9a-f]{64}))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """The head of a log at a time: the place of its last entry and the hash over all of them.

    Kept elsewhere, it convicts a file that was rolled back or rewritten. `signature` is the HMAC-SHA-256 of the rest
    under a caller's key, and says who wrote it down. `str(anchor)` is one line, which `Anchor.parse` reads.
    """

    seq: int
    at: datetime
    hash: str
    signature: str | None = None

    def __str__(self) -> str:
        return self._said() if self.signature is None else f"{self._said()} {self.signature}"

    def signed(self, key: bytes) -> Anchor:
        return replace(self, signature=self._sign(key))

    def is_signed_with(self, key: bytes) -> bool:
        return self.signature is not None and hmac.compare_digest(self.signature, self._sign(key))

    @classmethod
    def parse(cls, line: str) -> Anchor:
        """Read what `str` gave.

        Raises:
            Invalid: it is no anchor.

        """
        match = _FORM.fullmatch(line.strip())
        if match is None:
            raise Invalid(f"{shown(line)} is no anchor: 'umi1', a number, a time and a hash, perhaps a signature.")
        seq, at, hash, signature = match.groups()
        try:
            return cls(seq=int(seq), at=parse_time(at), hash=hash, signature=signature)
        except InvalidTimeError as error:
            raise Invalid(f"{shown(line)} is no anchor: {error}") from error

    def _said(self) -> str:
        return f"umi1 {self.seq} {self.at.isoformat()} {self.hash}"

    def _sign(self, key: bytes) -> str:
        return hmac.digest(key, self._said().encode(), hashlib.sha256).hex()


class Tampering(StrEnum):
    """What was done to a file, as far as the file tells."""

    CONTENT_CHANGED = "content changed"
    CONTENT_REMOVED = "content removed"
    ENTRY_CHANGED = "entry changed"
    ENTRY_REMOVED = "entry removed"
    ENTRY_INSERTED = "entry inserted"
    ENTRIES_REORDERED = "entries reordered"
    LOG_CUT_OFF = "log cut off"
    ROLLED_BACK = "rolled back"
    REWRITTEN = "rewritten"
    ANCHOR_FORGED = "anchor forged"
    ROW_CHANGED = "row changed"
    ROW_REMOVED = "row removed"
    ROW_INSERTED = "row inserted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Discrepancy:
    """One thing that is not as it was recorded: the place in the log it concerns, what was done, and what was seen."""

    seq: int
    tampering: Tampering
    seen: str

    def __str__(self) -> str:
        return f"change {self.seq}: {self.tampering}: {self.seen}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What a verification saw: how many log entries, how many rows, and what is not as it was recorded."""

    entries: int
    rows: int
    anchors: int = 0
    findings: tuple[Discrepancy, ...] = ()

    @property
    def ok(self) -> bool:
        return not self.findings
