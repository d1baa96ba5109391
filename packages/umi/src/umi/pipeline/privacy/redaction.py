"""Replacing what is private or secret by what it is."""

from __future__ import annotations

from dataclasses import replace

from umi.domain.privacy import Finding, Handling, PrivacyPolicy, Redacted
from umi.pipeline.privacy.inspection import inspect


def redact(text: str, policy: PrivacyPolicy | None = None) -> Redacted:
    """Return the text as the policy lets it be kept: `mail ada@example.org` becomes `mail [email]`.

    What is replaced cannot be had back from the result.
    """
    policy = policy or PrivacyPolicy()
    parts: list[str] = []
    spans: list[Finding] = []
    refused: list[Finding] = []
    place = length = 0
    for finding in inspect(text):
        handling = policy.of(finding)
        if handling is Handling.KEEP:
            continue
        if handling is Handling.REFUSE:
            refused.append(finding)
        kept, instead = text[place : finding.start], f"[{finding.kind.value.replace('_', ' ')}]"
        parts += [kept, instead]
        length += len(kept) + len(instead)
        spans.append(replace(finding, start=length - len(instead), end=length))
        place = finding.end
    return Redacted(text="".join([*parts, text[place:]]), spans=tuple(spans), refused=tuple(refused))
