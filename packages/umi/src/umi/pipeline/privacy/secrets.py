"""Where a text holds what opens something: keys by the marks of their issuers, tokens, and passwords that are told.

As in `personal`, every pattern is bounded, and begins at a mark that is rare.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator
from math import log2
from typing import Final

from umi.domain.privacy import Finding, PrivateKind
from umi.pipeline.remember.extract.patterns import unwrapped

SURE, LIKELY, POSSIBLE = 1.0, 0.8, 0.6
_ENTROPY_BITS_MIN = 2.5  # a sign of "aaaaaaaa" tells 0 bits, one of a random key of letters and digits 4 and more
_PEM_CHARACTERS_MAX = 20_000

_KEYS: Final = (
    ("an AWS key", "AKIA ASIA ABIA ACCA", r"(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}"),
    (
        "a GitHub token",
        "ghp_ gho_ ghu_ ghs_ ghr_ github_pat_",
        r"gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{22,255}",
    ),
    ("a GitLab token", "glpat- gldt- glrt- glcbt- glptt-", r"gl(?:pat|dt|rt|cbt|ptt)-[A-Za-z0-9_-]{20,64}"),
    ("a Slack token", "xox xapp-", r"xox[abeoprs]-[A-Za-z0-9-]{10,250}|xapp-\d-[A-Za-z0-9-]{10,250}"),
    (
        "a Stripe key",
        "_live_ _test_ whsec_",
        r"(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{16,250}|whsec_[A-Za-z0-9+/=]{24,250}",
    ),
    ("a model provider's key", "sk-", r"sk-(?:ant-|proj-|svcacct-|or-v1-)?[A-Za-z0-9_-]{20,250}"),
    (
        "a Google key",
        "AIza ya29. GOCSPX-",
        r"AIza[A-Za-z0-9_-]{35}|ya29\.[A-Za-z0-9_-]{20,250}|GOCSPX-[A-Za-z0-9_-]{28}",
    ),
    (
        "a package registry's token",
        "npm_ pypi- rubygems_",
        r"npm_[A-Za-z0-9]{36}|pypi-AgE[A-Za-z0-9_-]{50,250}|rubygems_[a-f0-9]{48}",
    ),
    ("a Hugging Face token", "hf_", r"hf_[A-Za-z0-9]{30,64}"),
    ("a SendGrid key", "SG.", r"SG\.[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{32,64}"),
    ("a Twilio key", "SK AC", r"(?:SK|AC)[a-f0-9]{32}"),
    ("a DigitalOcean token", "_v1_", r"do[opr]_v1_[a-f0-9]{64}"),
    ("a Telegram bot's token", ":AA", r"\d{8,10}:AA[A-Za-z0-9_-]{33}"),
    ("a Shopify token", "shp", r"shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}"),
    ("an age or Vault key", "AGE-SECRET-KEY-1 hvs.", r"AGE-SECRET-KEY-1[A-Z0-9]{58}|hvs\.[A-Za-z0-9_-]{24,250}"),
)
# A text is searched for the marks first, which is many times quicker than for the forms.
_KEY_PATTERNS: Final = tuple(
    (why, marks.split(), re.compile(rf"(?<![\w-])(?:{form})(?![\w])")) for why, marks, form in _KEYS
)
_PEM = re.compile(r"-----BEGIN (?P<of>(?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?)-----")
_JWT = re.compile(r"(?<![\w-])ey[A-Za-z0-9_-]{8,2000}\.[A-Za-z0-9_-]{4,8000}\.[A-Za-z0-9_-]{0,2000}")
_BEARER = re.compile(
    r"(?i)\b(?:bearer|authorization: ?(?:basic|token|bearer)) (?P<value>[A-Za-z0-9._~+/-]{16,2000}={0,2})"
)
_IN_ADDRESS = re.compile(r"\b[a-zA-Z][a-zA-Z0-9+.-]{1,20}://[^\s:/@]{0,100}:(?P<value>[^\s:/@]{1,200})@")
_NAMED = r"(?:pass ?word|passwd|passphrase|pass code|passcode|pwd|pin(?: code)?)"
_KEY_NAMED = unwrapped(
    r"""
    (?:(?:api|access|secret|private|signing|encryption|auth|client|master|account)[ _-]?(?:key|token|secret)|
    secret|token|credentials?)
    """
)
_NAME_BEFORE = r"(?<![a-z0-9])(?:[a-z0-9]{1,30}[_-]){0,3}"
_ASSIGNED = re.compile(
    rf"(?i){_NAME_BEFORE}(?:(?P<pass>{_NAMED})|{_KEY_NAMED})[\"']? ?(?:=|:|:=|=>) ?[\"'`]?"
    r"(?P<value>[^\s\"'`,;]{4,200})"
)
_TOLD = re.compile(
    rf"(?i)\b(?P<pass>{_NAMED})(?: for [^\n.!?:]{{1,40}}| to [^\n.!?:]{{1,40}})? (?:is|was|are)(?: now)?:? ?"
    r"[\"'`]?(?P<value>[^\s\"'`,;]{4,200})"
)
_NOT_TOLD = frozenset(
    """
    none null true false undefined your my the an not too very required reset strong weak secure wrong invalid incorrect
    correct missing empty changed expired forgotten stored hashed encrypted protected string str int bool text value
    password secret token here example used needed based only also always never being sent valid about case
    """.split()
)
_PLACEHOLDER = re.compile(
    r"^(?:[<\[{$%*x.\u2022_-]|\.\.\.|your[_-]|example|changeme$|placeholder|process\.env|os\.)", re.IGNORECASE
)
_DIGITS_OR_SIGNS = re.compile(r"[\d!@#$%^&*?~_+-]")


def find_secrets(text: str) -> Iterator[Finding]:
    """Find everything secret; findings may overlap."""
    for find in (_pems, _keys, _jwts, _bearers, _addresses, _passwords):
        yield from find(text)


def _pems(text: str) -> Iterator[Finding]:
    for found in _PEM.finditer(text):
        end_mark = f"-----END {found['of']}-----"
        limit = min(len(text), found.end() + _PEM_CHARACTERS_MAX)
        end = text.find(end_mark, found.end(), limit)
        stop = limit if end < 0 else end + len(end_mark)
        if end < 0:
            following = text.find("-----BEGIN ", found.end(), limit)
            stop = following if following >= 0 else stop
        yield Finding(
            kind=PrivateKind.PRIVATE_KEY, start=found.start(), end=stop, confidence=SURE, why="a private key's block"
        )


def _keys(text: str) -> Iterator[Finding]:
    for why, marks, pattern in _KEY_PATTERNS:
        if not any(mark in text for mark in marks):
            continue
        for found in pattern.finditer(text):
            if _bits(found[0]) >= _ENTROPY_BITS_MIN:
                yield _finding(PrivateKind.API_KEY, found, 0, SURE, why)


def _jwts(text: str) -> Iterator[Finding]:
    for found in _JWT.finditer(text):
        head = found[0].split(".", 1)[0]
        try:
            read = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
        except (binascii.Error, ValueError):
            continue
        if isinstance(read, dict) and ("alg" in read or "enc" in read):
            yield _finding(PrivateKind.TOKEN, found, 0, SURE, "a JSON web token")


def _bearers(text: str) -> Iterator[Finding]:
    for found in _BEARER.finditer(text):
        if _DIGITS_OR_SIGNS.search(found["value"]) and _bits(found["value"]) >= _ENTROPY_BITS_MIN:
            yield _finding(PrivateKind.TOKEN, found, "value", LIKELY, "what follows Bearer")


def _addresses(text: str) -> Iterator[Finding]:
    for found in _IN_ADDRESS.finditer(text):
        if not _PLACEHOLDER.match(found["value"]) and found["value"].lower() not in {"password", "pass", "secret"}:
            yield _finding(PrivateKind.PASSWORD, found, "value", LIKELY, "a password in an address")


def _passwords(text: str) -> Iterator[Finding]:
    for pattern, is_assigned in ((_ASSIGNED, True), (_TOLD, False)):
        for found in pattern.finditer(text):
            value = found["value"].rstrip(".?)")
            confidence = _password_confidence(value, is_assigned=is_assigned)
            if confidence:
                kind = PrivateKind.PASSWORD if found["pass"] else PrivateKind.API_KEY
                start = found.start("value")
                why = "what a name for a secret is set to"
                yield Finding(kind=kind, start=start, end=start + len(value), confidence=confidence, why=why)


def _password_confidence(value: str, *, is_assigned: bool) -> float:
    """How sure it is that a value is one: a plain word after "password is" tells how it is, not what."""
    if len(value) < 4 or value.lower() in _NOT_TOLD or _PLACEHOLDER.match(value):  # noqa: PLR2004 - of a PIN
        return 0.0
    if "(" in value or value.endswith(("[]", "()")):
        return 0.0  # a call in code
    if _DIGITS_OR_SIGNS.search(value):
        return LIKELY if is_assigned else POSSIBLE
    return POSSIBLE if is_assigned and not value.isalpha() else 0.0


def _bits(value: str) -> float:
    """How much one sign of a value tells, by how often each of them comes in it (Shannon's entropy)."""
    counts = [value.count(sign) for sign in set(value)]
    return -sum(count / len(value) * log2(count / len(value)) for count in counts)


def _finding(kind: PrivateKind, found: re.Match[str], group: int | str, confidence: float, why: str) -> Finding:
    return Finding(kind=kind, start=found.start(group), end=found.end(group), confidence=confidence, why=why)
