"""What a text tells that is private or secret, and what is to become of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class PrivateKind(StrEnum):
    """What kind of private or secret thing a span is."""

    EMAIL = "email"
    PHONE = "phone"
    CARD = "card"
    IBAN = "iban"
    IP_ADDRESS = "ip_address"
    NATIONAL_ID = "national_id"
    STREET_ADDRESS = "street_address"
    API_KEY = "api_key"
    PRIVATE_KEY = "private_key"
    TOKEN = "token"  # noqa: S105 - the name of a kind
    PASSWORD = "password"  # noqa: S105 - the name of a kind

    @property
    def is_secret(self) -> bool:
        """Whether it opens something, rather than tells of somebody."""
        return self in _SECRETS


_SECRETS = frozenset({PrivateKind.API_KEY, PrivateKind.PRIVATE_KEY, PrivateKind.TOKEN, PrivateKind.PASSWORD})


class Handling(StrEnum):
    """What becomes of a finding: it is kept, replaced by its kind, or reason enough not to keep the text at all."""

    KEEP = "keep"
    REDACT = "redact"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A span of a text, half-open, in characters. `why` says what it was known by; what it holds is not repeated.

    `confidence` lies in 0..1: 1 is what carries a checksum or a mark of its own that fits.
    """

    kind: PrivateKind
    start: int
    end: int
    confidence: float
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What was found in a text, in its order, without overlaps."""

    items: tuple[Finding, ...] = ()

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)

    @property
    def has_secrets(self) -> bool:
        return any(one.kind.is_secret for one in self.items)

    @property
    def kinds(self) -> tuple[PrivateKind, ...]:
        """Each kind once, in the order of the text."""
        return tuple(dict.fromkeys(one.kind for one in self.items))


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivacyPolicy:
    """What becomes of what is found: `personal` and `secrets` decide, and `kinds` decides before them.

    What is found with less than `confidence_min` is kept as it is.
    """

    personal: Handling = Handling.KEEP
    secrets: Handling = Handling.REDACT
    kinds: Mapping[PrivateKind, Handling] = field(default_factory=dict[PrivateKind, Handling])
    confidence_min: float = 0.5

    def of(self, finding: Finding) -> Handling:
        """Return what becomes of a finding."""
        if finding.confidence < self.confidence_min:
            return Handling.KEEP
        return self.kinds.get(finding.kind, self.secrets if finding.kind.is_secret else self.personal)


@dataclass(frozen=True, slots=True, kw_only=True)
class Redacted:
    """A text as it may be kept.

    `spans` are where the replacements stand in it, each a `Finding` of this text rather than of the one before.
    `refused` are findings for which the policy keeps no such text at all; then the text has them replaced, too.
    """

    text: str
    spans: tuple[Finding, ...] = ()
    refused: tuple[Finding, ...] = ()

    @property
    def is_changed(self) -> bool:
        return bool(self.spans)
