"""Reads how someone is reached: "you can call Marta on 555-0101", "email me at ada@example.org"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from umi.domain.fact import FactStatus
from umi.pipeline.facts.complements import value_tokens
from umi.pipeline.facts.drafts import Draft
from umi.pipeline.facts.kinds import fits
from umi.pipeline.facts.noun_phrases import Scene, phrase_at
from umi.pipeline.facts.tokens import Token

_REACHING = frozenset("reach call phone text ring contact get message email mail write find visit ping catch".split())
_LINKS = frozenset(["at", "on", "via", "by", "to", "under", "using"])
_SLOT_OF_KIND = {"phone": "phone", "email": "email", "street": "address"}


def read_contact(tokens: Sequence[Token], scene: Scene) -> Iterator[Draft]:
    """Yield the number, address or e-mail after a verb of reaching and the one who is reached."""
    for place, token in enumerate(tokens[:-2]):
        if token.word not in _REACHING:
            continue
        about = phrase_at(tokens, place + 1, scene)
        if (
            about is None
            or about.end >= len(tokens)
            or tokens[about.end].word not in _LINKS
            or (about.noun and not about.is_relation)
        ):
            continue
        for kind, slot in _SLOT_OF_KIND.items():
            value = value_tokens(tokens[about.end + 1 :], "street")
            if value and fits(kind, value, is_chat=True):
                yield Draft(
                    subject=about.subject,
                    slot=slot,
                    value=value if kind == "street" else value[:1],
                    status=FactStatus.CURRENT,
                    weight=0.88 * about.surety,
                )
                return
