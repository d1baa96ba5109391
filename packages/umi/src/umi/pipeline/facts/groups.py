"""The verb of a clause with its helpers: what is done, and whether it is so now, was so, will be so or is not so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from umi.domain.fact import FactStatus
from umi.pipeline.facts.phrases import ADVERBS, BE, HAVE
from umi.pipeline.facts.tokens import Token
from umi.pipeline.facts.verbs import ADJECTIVES, VERBS, Form

_NEGATIVE = frozenset("not never hardly barely neither nor n't".split())
_FUTURE = frozenset("will 'll shall".split())
_UNSURE = frozenset("may might".split())
_UNREAL = frozenset("could would should must".split())
_PLANNING = frozenset("plan want hope intend decide".split())
_STARTING = frozenset("start begin commence".split())
_STOPPING = frozenset("stop quit cease".split())
_ADVERBS = ADVERBS
_PAST_AS_WRITTEN = frozenset(["quit", "split"])
_STANDING = frozenset(["base", "locate", "situate"])
_LENGTH_MAX = 12
# "She's hired" is passive, "she's moved" is not.
_PASSIVES = frozenset(
    "hire employ recruit poach headhunt promote appoint marry engage base locate call name bear assign reassign elect "
    "lay fire manage supervise mentor oversee coach enroll enrol allergise know nickname raise settle make lead situate "
    "treat convert transfer".split()
)


@dataclass(slots=True, kw_only=True)
class Group:
    """A verb group; `end` is the first token after it. `lemma` is "be" or "have" where no other verb follows."""

    lemma: str = ""
    end: int = 0
    negated: bool = False
    future: bool = False
    past: bool = False
    perfect: bool = False
    progressive: bool = False
    passive: bool = False
    used_to: bool = False
    unreal: bool = False
    starts: bool = False
    stops: bool = False
    can: bool = False
    hedged: bool = False
    bare: bool = False
    """Whether the main verb stands in a form that is neither finite nor carried by a helper."""

    def status(self, *, mode: str) -> FactStatus | None:
        """Return how the clause puts it; None where it states nothing, such as "would" or "is leaving"."""
        if self.unreal:
            return None
        if mode == "exit" or self.stops:
            left = mode == "state" or self.past or self.perfect or (self.passive and not self.future)
            return FactStatus.PAST if left and not self.negated and not self.future else None
        if self.negated:
            return FactStatus.NEGATED
        if mode == "origin":
            return FactStatus.CURRENT
        if self.future:
            return FactStatus.FUTURE
        if self.used_to:
            return FactStatus.PAST
        if mode == "enter":
            arrived = self.past or self.perfect or self.passive
            return FactStatus.CURRENT if arrived else FactStatus.FUTURE
        if self.starts:
            return FactStatus.CURRENT
        return FactStatus.PAST if self.past and not self.perfect else FactStatus.CURRENT


def group_at(tokens: Sequence[Token], start: int) -> Group | None:
    """Read the verb group that begins here; None where none does."""
    group = Group()
    place = start
    helper = ""
    while place < len(tokens) and place - start < _LENGTH_MAX:
        step, helper, done = _step(tokens, place, group, helper)
        if not step:
            break
        place += step
        if done:
            group.end = place
            return group
    if helper in {"be", "have", "do"}:
        group.lemma, group.end = helper, place
        return group
    return None


def _step(tokens: Sequence[Token], place: int, group: Group, helper: str) -> tuple[int, str, bool]:
    """Take one word into the group: how many tokens it took, the helper that stands, and whether the verb is found."""
    word = tokens[place].word
    following = tokens[place + 1].word if place + 1 < len(tokens) else ""
    if word in _NEGATIVE or (word in {"no", "any"} and following in {"longer", "more"}):
        group.negated = True
        return (2 if word in {"no", "any"} else 1), helper, False
    if word in BE and helper != "be":
        return _be(tokens, place, group, helper)
    if word == "been" or word == "being":
        group.perfect = group.perfect or word == "been"
        return 1, "be", False
    if word in HAVE or (word == "'d" and _is_participle(following)):
        return _have(tokens, place, group)
    if _modal(word, group):
        return 1, "modal", False
    if word in {"do", "does", "did"} and _followed_by_base(tokens, place + 1):
        group.past = group.past or word == "did"
        return 1, "do-", False
    taken = _phrase(tokens, place, group, helper)
    if taken:
        return taken, helper or "plan", False
    if word in VERBS or (word in ADJECTIVES and helper == "be"):
        return _main(tokens, place, group, helper)
    if (word in _ADVERBS or word.endswith("ly")) and not tokens[place].capital:
        group.hedged = group.hedged or word in {"probably", "apparently", "maybe", "perhaps", "possibly"}
        return 1, helper, False
    return 0, helper, False


def _be(tokens: Sequence[Token], place: int, group: Group, helper: str) -> tuple[int, str, bool]:
    word = tokens[place].word
    group.past = group.past or word in {"was", "were"}
    if (word == "'s" and _participle_ahead(tokens, place + 1)) or word == "been" or helper == "have":
        group.perfect = True
        return 1, "be" if word == "been" else "have", False
    return 1, "be", False


def _participle_ahead(tokens: Sequence[Token], place: int) -> bool:
    """Whether "'s" stands for "has"."""
    while place < len(tokens) and tokens[place].word in ADVERBS:
        place += 1
    if place >= len(tokens):
        return False
    word = tokens[place].word
    known = VERBS.get(word)
    return word == "been" or (
        known is not None and Form.PAST in known.forms and known.lemma not in _PASSIVES and Form.BASE not in known.forms
    )


def _have(tokens: Sequence[Token], place: int, group: Group) -> tuple[int, str, bool]:
    ahead = place + 1
    while ahead < len(tokens) and (tokens[ahead].word in ADVERBS or tokens[ahead].word in _NEGATIVE):
        ahead += 1
    following = tokens[ahead].word if ahead < len(tokens) else ""
    if following == "got" and tokens[place].word != "had":
        group.lemma = "have"
        return ahead + 1 - place, "have", True
    if following == "been" or _is_participle(following):
        group.perfect = tokens[place].word not in {"had", "'d"}
        group.past = group.past or not group.perfect
        return 1, "have-", False
    if following.endswith("ed") and following not in VERBS and len(following) > 4:  # noqa: PLR2004
        return 0, "", False
    group.past = group.past or tokens[place].word == "had"
    group.lemma = "have"
    return 1, "have", True


def _is_participle(word: str) -> bool:
    return word in VERBS and Form.PAST in VERBS[word].forms


def _modal(word: str, group: Group) -> bool:
    if word in _FUTURE or word in _UNSURE:
        group.future = True
        group.hedged = group.hedged or word in _UNSURE
    elif word in _UNREAL or word == "'d":
        group.unreal = True
    elif word == "can":
        group.can = True
    else:
        return False
    return True


def _followed_by_base(tokens: Sequence[Token], place: int) -> bool:
    while place < len(tokens) and (tokens[place].word in _NEGATIVE or tokens[place].word in ADVERBS):
        place += 1
    word = tokens[place].word if place < len(tokens) else ""
    return word in VERBS and Form.BASE in VERBS[word].forms


def _phrase(tokens: Sequence[Token], place: int, group: Group, helper: str) -> int:
    """Take "used to", "going to", "plans to", "about to", "started", "stopped": how many tokens they are."""
    word = tokens[place].word
    following = tokens[place + 1].word if place + 1 < len(tokens) else ""
    beyond = VERBS.get(tokens[place + 2].word) if place + 2 < len(tokens) else None
    is_base = (beyond is not None and Form.BASE in beyond.forms) or (
        place + 2 < len(tokens) and tokens[place + 2].word == "be"
    )
    known = VERBS.get(word)
    next_form = VERBS.get(following)
    if word == "used" and following == "to" and helper != "be" and is_base:
        group.used_to = True
        return 2
    if (
        following == "to"
        and is_base
        and (
            word in {"going", "about", "set", "due", "looking", "supposed", "planning", "scheduled", "hoping", "aiming"}
            or (known is not None and known.lemma in _PLANNING)
        )
    ):
        group.future = True
        group.hedged = group.hedged or (known is not None and known.lemma in {"want", "hope"})
        group.unreal = group.unreal or word == "supposed"
        return 2
    if word in {"gone", "went"} and following == "to" and is_base:
        group.perfect = True
        return 2
    if word in {"thinking", "planning", "considering"}:
        group.future = group.hedged = True
        return 2 if following in {"of", "about", "on"} else 1
    if known is None:
        return 0
    follows = (next_form is not None and Form.ING in next_form.forms) or following == "being"
    if follows and (known.lemma in _STARTING or known.lemma in _STOPPING):
        group.starts = group.starts or known.lemma in _STARTING
        group.stops = group.stops or known.lemma in _STOPPING
        group.past = group.past or Form.PAST in known.forms
        return 1
    if word in {"got", "gotten", "getting", "gets"} and next_form is not None and next_form.lemma in _PASSIVES:
        group.passive = True
        group.perfect = group.perfect or word in {"got", "gotten"}
        return 1
    return 0


def _main(tokens: Sequence[Token], place: int, group: Group, helper: str) -> tuple[int, str, bool]:
    word = tokens[place].word
    known = VERBS.get(word)
    if known is None or (helper == "be" and word in ADJECTIVES):
        group.lemma, group.passive = word, True
        return 1, helper, True
    group.lemma = known.lemma
    if helper == "be" or group.passive:
        group.progressive = Form.ING in known.forms
        group.passive = not group.progressive and Form.PAST in known.forms
        if not group.progressive and not group.passive:
            return 0, helper, False
    elif Form.PAST in known.forms and not group.past and helper != "modal":
        ambiguous = Form.BASE in known.forms and known.lemma not in _PAST_AS_WRITTEN
        group.past = group.past or (not ambiguous and helper not in {"have-", "plan", "do-"})
        group.perfect = group.perfect or helper in {"have-", "have"}
    if not helper and known.lemma in _STANDING and Form.PAST in known.forms:
        group.passive, group.past = True, False
    group.bare = not helper and known.forms <= {Form.ING, Form.BASE}
    return 1, helper, True
