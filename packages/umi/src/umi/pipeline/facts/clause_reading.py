"""Reads one clause after the other: finds the subject and the verb, and asks the rules."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from umi.domain.fact import FactStatus
from umi.pipeline.facts.actions import read_action
from umi.pipeline.facts.changes import read_change
from umi.pipeline.facts.clauses import Clause
from umi.pipeline.facts.contacts import read_contact, read_request
from umi.pipeline.facts.contrasts import contrasts, resumed
from umi.pipeline.facts.copulas import called, possessive, read_copula
from umi.pipeline.facts.drafts import Draft
from umi.pipeline.facts.groups import Group
from umi.pipeline.facts.havings import read_having, read_home
from umi.pipeline.facts.idioms import read_idiom
from umi.pipeline.facts.inversions import read_appointment, read_couple, read_inverse, read_naming, read_office
from umi.pipeline.facts.noun_phrases import Phrase, Scene, name_end, phrase_at
from umi.pipeline.facts.phrases import BE
from umi.pipeline.facts.predicates import apposition
from umi.pipeline.facts.predications import predication
from umi.pipeline.facts.slots import RELATIONS, is_known
from umi.pipeline.facts.tokens import Token

_NAMING = frozenset("call name know nickname rename".split())


@dataclass(slots=True, kw_only=True)
class Reader:
    """Reads the clauses of one sentence in turn. `prior` is the subject that a clause without one takes over."""

    scene: Scene
    prior: Phrase | None = None
    words: set[str] = field(default_factory=set[str])

    def read(self, clause: Clause) -> Iterator[Draft]:
        tokens = clause.tokens
        found = [
            *read_contact(tokens, self.scene),
            *read_request(tokens, self.scene),
            *read_naming(tokens, self.scene),
            *read_appointment(tokens, self.scene),
        ]
        self._cleft(tokens)
        read = predication(clause, self.scene, prior=self.prior, is_chat=self.scene.is_chat)
        couple = list(read_couple(tokens, self.scene))
        if couple:
            found += couple
        elif tokens[0].word == "it" and self.scene.topic is not None:
            found += resumed(tokens, self.scene.topic, is_chat=self.scene.is_chat)
        elif read is None:
            found += self._labelled(clause)
        else:
            drafts = list(self._clause(clause, read.phrase, read.group))
            self._remember(read.phrase)
            found += [*drafts, *contrasts(clause, drafts, is_chat=self.scene.is_chat)]
        found += self._relations(tokens)
        self.words |= {token.word for token in tokens}
        self.scene.topic = next((draft for draft in found if draft.status is not FactStatus.FUTURE), self.scene.topic)
        yield from found

    def _clause(self, clause: Clause, phrase: Phrase, group: Group) -> Iterator[Draft]:
        tokens, rest = clause.tokens, clause.tokens[group.end :]
        found = list(read_idiom(phrase, group, rest, self.scene, is_chat=self.scene.is_chat)) if phrase.owner else []
        if found:
            yield from found
        elif group.lemma == "be" and not group.passive:
            yield from read_copula(phrase, tokens, group, self.scene, is_chat=self.scene.is_chat)
        elif group.passive and group.lemma in _NAMING and phrase.noun and not phrase.name:
            status = group.status(mode="state")
            yield from called(phrase, rest, status) if status else ()
        elif group.lemma == "fall" and phrase.noun:
            yield from read_copula(phrase, tokens, group, self.scene, is_chat=self.scene.is_chat)
        elif not phrase.owner or not phrase.is_someone:
            yield from read_change(phrase, group, rest, is_chat=self.scene.is_chat)
        else:
            yield from self._action(clause, phrase, group, rest)

    def _action(self, clause: Clause, phrase: Phrase, group: Group, rest: Sequence[Token]) -> Iterator[Draft]:
        """Ask the rules for verbs, the narrow ones first; one that finds something ends it."""
        yield from (
            list(read_home(phrase, group, rest))
            or list(read_office(phrase, group, rest, self.scene))
            or list(read_change(phrase, group, rest, is_chat=self.scene.is_chat))
            or list(read_having(phrase, group, rest, clause.tails, before=self.words))
            or list(read_inverse(phrase, group, clause.tokens, self.scene))
            or list(read_action(phrase, group, rest, tails=clause.tails, is_chat=self.scene.is_chat))
        )

    def _labelled(self, clause: Clause) -> Iterator[Draft]:
        """Read a label and its value: "my new number: 555-0101"."""
        phrase = phrase_at(clause.tokens, 0, self.scene) or _bare_label(clause.tokens, self.scene)
        if phrase is None:
            return
        self._remember(phrase)
        if clause.tails and not phrase.noun and not phrase.is_self and phrase.end == len(clause.tokens):
            yield from apposition(phrase, clause.tails[0])
        if phrase.noun and clause.tails and is_known(" ".join(phrase.noun)):
            yield from possessive(phrase, clause.tails[0], FactStatus.CURRENT, is_chat=self.scene.is_chat)

    def _relations(self, tokens: Sequence[Token]) -> Iterator[Draft]:
        """Yield who "my sister Emma" is, wherever it stands in the clause."""
        for place, token in enumerate(tokens):
            if token.word not in {"my", "our", "his", "her", "their"}:
                continue
            phrase = phrase_at(tokens, place, self.scene)
            if phrase is not None and phrase.beside and phrase.slot in RELATIONS and not phrase.is_old:
                yield Draft(
                    subject=phrase.owner,
                    slot=phrase.slot,
                    value=phrase.beside,
                    status=FactStatus.CURRENT,
                    weight=0.85 * phrase.surety,
                )

    def _cleft(self, tokens: Sequence[Token]) -> None:
        """Take over "Alice" from "it's Alice", for the "who manages Marta" that follows."""
        if len(tokens) > 2 and tokens[0].word == "it" and tokens[1].word in BE and name_end(tokens, 2):  # noqa: PLR2004
            phrase = phrase_at(tokens, 2, self.scene)
            if phrase is not None:
                self._remember(phrase)

    def _remember(self, phrase: Phrase) -> None:
        """Keep the subject for the clauses after it; of "Marta's address" that is Marta."""
        if phrase.noun and not phrase.name and not phrase.is_relation:
            phrase = Phrase(owner=phrase.owner, end=0) if phrase.owner else phrase
        self.prior = phrase
        if phrase.subject and phrase.subject != self.scene.speaker:
            self.scene.last = phrase.subject


def _bare_label(tokens: Sequence[Token], scene: Scene) -> Phrase | None:
    """Read "New email": whose it is goes without saying."""
    words = [token.word for token in tokens if token.word not in {"btw", "fyi", "now", "is"}]
    noun = tuple(word for word in words if word != "new")
    if noun and len(noun) < len(words) and is_known(" ".join(noun)):
        return Phrase(owner=scene.speaker, noun=noun, end=len(tokens), is_new=True, surety=0.95)
    return None
