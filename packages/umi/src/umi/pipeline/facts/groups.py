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
_UNREAL = frozenset("could would should must 'd".split())
_MODALS = _FUTURE | _UNSURE | _UNREAL | {"can"}
_DOUBTING = frozenset("probably apparently maybe perhaps possibly".split())
_INTENDING = frozenset("going about set due looking supposed planning scheduled hoping aiming".split())
_GETTING = frozenset("got gotten getting gets".split())
_PLANNING = frozenset("plan want hope intend decide".split())
_STARTING = frozenset("start begin commence".split())
_STOPPING = frozenset("stop quit cease".split())
_PAST_AS_WRITTEN = frozenset(["quit", "split"])
_STANDING = frozenset(["base", "locate", "situate"])
_LENGTH_MAX = 12
# "She's hired" is passive, "she's moved" is not.
_PASSIVES = frozenset(
    "hire employ recruit poach headhunt promote appoint marry engage base locate call name bear assign reassign elect "
    "lay fire manage supervise mentor oversee coach enroll enrol allergise know nickname raise settle make lead "
    "situate "
    "treat convert transfer".split()
)
_GOTTEN = _PASSIVES | frozenset("move change switch update push reschedule".split())


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

    def status(self, *, mode: str) -> FactStatus | None:
        """Return how the clause puts it; None where it states nothing, such as "would" or "is leaving"."""
        if self.unreal:
            return None
        if mode == "exit" or self.stops:
            return self._left(mode)
        if self.negated:
            return FactStatus.NEGATED
        return FactStatus.CURRENT if mode == "origin" else self._time(mode)

    def _left(self, mode: str) -> FactStatus | None:
        left = mode == "state" or self.past or self.perfect or self.passive
        return FactStatus.PAST if left and not self.negated and not self.future else None

    def _time(self, mode: str) -> FactStatus:
        if self.future:
            return FactStatus.FUTURE
        if mode == "enter":
            arrived = (self.past or self.perfect or self.passive) and not self.used_to
            return FactStatus.CURRENT if arrived else FactStatus.PAST if self.used_to else FactStatus.FUTURE
        over = self.used_to or (self.past and not self.perfect and not self.starts)
        return FactStatus.PAST if over else FactStatus.CURRENT


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
    for rule in (_negation, _auxiliary, _modal, _phrase):
        taken, now = rule(tokens, place, group, helper)
        if taken:
            return taken, now, now == "done"
    if word in VERBS or (word in ADJECTIVES and helper == "be"):
        return _main(tokens, place, group, helper)
    if (word in ADVERBS or word.endswith("ly")) and not tokens[place].capital:
        group.hedged = group.hedged or word in _DOUBTING
        return 1, helper, False
    return 0, helper, False


def _negation(tokens: Sequence[Token], place: int, group: Group, helper: str) -> tuple[int, str]:
    word = tokens[place].word
    following = tokens[place + 1].word if place + 1 < len(tokens) else ""
    two = word in {"no", "any"} and following in {"longer", "more"}
    if word not in _NEGATIVE and not two:
        return 0, helper
    group.negated = True
    return 1 + two, helper


def _auxiliary(tokens: Sequence[Token], place: int, group: Group, helper: str) -> tuple[int, str]:
    """Take a form of "be", "have" or "do"."""
    word = tokens[place].word
    following = tokens[place + 1].word if place + 1 < len(tokens) else ""
    if word in BE and helper != "be":
        return _be(tokens, place, group, helper)
    if word in {"been", "being"}:
        group.perfect = group.perfect or word == "been"
        return 1, "be"
    if word in HAVE or (word == "'d" and _is_participle(following)):
        return _have(tokens, place, group)
    if word in {"do", "does", "did"} and _followed_by_base(tokens, place + 1):
        group.past = group.past or word == "did"
        return 1, "do-"
    return 0, helper


def _be(tokens: Sequence[Token], place: int, group: Group, helper: str) -> tuple[int, str]:
    word = tokens[place].word
    group.past = group.past or word in {"was", "were"}
    if (word == "'s" and _participle_ahead(tokens, place + 1)) or word == "been" or helper == "have":
        group.perfect = True
        return 1, "be" if word == "been" else "have"
    return 1, "be"


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


def _have(tokens: Sequence[Token], place: int, group: Group) -> tuple[int, str]:
    ahead = place + 1
    while ahead < len(tokens) and (tokens[ahead].word in ADVERBS or tokens[ahead].word in _NEGATIVE):
        ahead += 1
    following = tokens[ahead].word if ahead < len(tokens) else ""
    if following == "got" and tokens[place].word != "had":
        group.lemma = "have"
        return ahead + 1 - place, "done"
    if following == "been" or _is_participle(following):
        group.perfect = tokens[place].word not in {"had", "'d"}
        group.past = group.past or not group.perfect
        return 1, "have-"
    if following.endswith("ed") and following not in VERBS and len(following) > 4:  # noqa: PLR2004
        return 0, ""
    group.past = group.past or tokens[place].word == "had"
    group.lemma = "have"
    return 1, "done"


def _is_participle(word: str) -> bool:
    return word in VERBS and Form.PAST in VERBS[word].forms


def _modal(tokens: Sequence[Token], place: int, group: Group, helper: str) -> tuple[int, str]:
    word = tokens[place].word
    if word not in _MODALS or word in HAVE:
        return 0, helper
    group.future = group.future or word in _FUTURE or word in _UNSURE
    group.hedged = group.hedged or word in _UNSURE
    group.unreal = group.unreal or word in _UNREAL
    group.can = group.can or word == "can"
    return 1, "modal"


def _followed_by_base(tokens: Sequence[Token], place: int) -> bool:
    while place < len(tokens) and (tokens[place].word in _NEGATIVE or tokens[place].word in ADVERBS):
        place += 1
    word = tokens[place].word if place < len(tokens) else ""
    return word in VERBS and Form.BASE in VERBS[word].forms


def _phrase(tokens: Sequence[Token], place: int, group: Group, helper: str) -> tuple[int, str]:
    """Take "used to", "going to", "plans to", "thinking of", "started", "got": what stands before the main verb."""
    word = tokens[place].word
    following = tokens[place + 1].word if place + 1 < len(tokens) else ""
    taken = _before_to(tokens, place, group, helper) if following == "to" else _before_verb(word, following, group)
    return taken, helper or "plan"


def _before_to(tokens: Sequence[Token], place: int, group: Group, helper: str) -> int:
    word = tokens[place].word
    beyond = tokens[place + 2].word if place + 2 < len(tokens) else ""
    if beyond != "be" and (beyond not in VERBS or Form.BASE not in VERBS[beyond].forms):
        return 0
    lemma = VERBS[word].lemma if word in VERBS else ""
    if word == "used" and helper != "be":
        group.used_to = True
    elif word in _INTENDING or lemma in _PLANNING:
        group.future = True
        group.hedged = group.hedged or lemma in {"want", "hope"}
        group.unreal = group.unreal or word == "supposed"
    elif word in {"gone", "went"}:
        group.perfect = True
    else:
        return 0
    return 2


def _before_verb(word: str, following: str, group: Group) -> int:
    if word in {"thinking", "planning", "considering"}:
        group.future = group.hedged = True
        return 2 if following in {"of", "about", "on"} else 1
    known, ahead = VERBS.get(word), VERBS.get(following)
    activity = (ahead is not None and Form.ING in ahead.forms) or following == "being"
    if known is not None and activity and known.lemma in _STARTING | _STOPPING:
        group.starts = group.starts or known.lemma in _STARTING
        group.stops = group.stops or known.lemma in _STOPPING
        group.past = group.past or Form.PAST in known.forms
        return 1
    if word in _GETTING and ahead is not None and ahead.lemma in _GOTTEN:
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
    return 1, helper, True
