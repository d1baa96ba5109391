"""Reads how someone is reached: "you can call Marta on 555-0101", "email me at ada@example.org"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from umi.domain.fact import FactStatus
from umi.pipeline.facts.complements import value_tokens, weighed
from umi.pipeline.facts.drafts import Draft
from umi.pipeline.facts.kinds import fits, is_named
from umi.pipeline.facts.noun_phrases import Scene, phrase_at
from umi.pipeline.facts.tokens import Token

_REACHING = frozenset("reach call phone text ring contact get message email mail write find visit ping catch".split())
_REQUESTING = frozenset("update change set use switch save make".split())
_LINKS = frozenset(["in", "at", "on", "via", "by", "to", "under", "using"])
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
        if token.word == "find" and tokens[about.end].word == "in":
            yield from _whereabouts(about.subject, tokens[about.end + 1 :], about.surety)
            return
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


def _whereabouts(subject: str, rest: Sequence[Token], surety: float) -> Iterator[Draft]:
    value, weight = weighed(rest, "town", is_chat=False)
    if weight:
        yield Draft(subject=subject, slot="lives_in", value=value, status=FactStatus.CURRENT, weight=0.75 * surety)


def read_request(tokens: Sequence[Token], scene: Scene) -> Iterator[Draft]:
    """Yield the value in "update my email to ada@new.org" and "use 555-0101 as my number"."""
    verb = tokens[0].word
    for place, token in enumerate(tokens) if verb in _REQUESTING else ():
        if token.word not in {"my", "our"}:
            continue
        phrase = phrase_at(tokens, place, scene)
        if phrase is None or not phrase.noun:
            return
        after = tokens[phrase.end + 1 :] if phrase.end < len(tokens) and tokens[phrase.end].word in {"to", "as"} else ()
        value = value_tokens(after or tokens[1 : max(1, place - 1)], "any")
        if value and (value[0].kind != "word" or is_named(value)):
            status = FactStatus.CURRENT
            yield Draft(subject=phrase.owner, slot=phrase.slot, value=value, status=status, weight=0.85, is_change=True)
        return
