"""The gate: whether a text is worth keeping, from how much it tells and how much of that is new.

    worth = 0.6 * salience + 0.4 * novelty

A text that nobody asked to be kept is skipped below `WORTH_MIN`, below `NOVELTY_MIN`, and where it repeats one of the
newest exactly. What somebody asked to be kept is never skipped, and neither is a rule, a preference or a way of doing
something, unless it was said before in the same words.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from umi.domain.entity import MemoryType
from umi.domain.judgement import GateDecision, Judgement
from umi.domain.privacy import PrivacyPolicy, Redacted
from umi.pipeline.gate.novelty import Novelty, novelty
from umi.pipeline.gate.salience import salience
from umi.pipeline.privacy.redaction import redact

SALIENCE_WEIGHT: Final = 0.6
NOVELTY_WEIGHT: Final = 0.4
WORTH_MIN: Final = 0.45
NOVELTY_MIN: Final = 0.1
_KEPT_ALWAYS: Final = frozenset({MemoryType.CONSTRAINT, MemoryType.PREFERENCE, MemoryType.PROCEDURAL})
_ANY_DAY = datetime(2000, 1, 1, tzinfo=UTC)  # whether a text tells when does not depend on when it is said


def judge(
    text: str,
    *,
    newest: Sequence[str] = (),
    kind: MemoryType | None = None,
    asked: bool = False,
    policy: PrivacyPolicy | None = None,
) -> Judgement:
    """Judge a text before it is kept.

    `newest` are the texts that were kept last, where it is to be kept. `kind` is the type it is to have, if that is
    told, and `asked` says that somebody asked for this text to be kept. Nothing is stored or changed here.
    """
    redacted = redact(text, policy)
    tells, signs = salience(text, at=_ANY_DAY)
    new = novelty(redacted.text, newest)
    reasons = [*signs] or ["tells nothing by itself"]
    if new.nearest is not None:
        reasons.append("was said before in the same words" if new.is_repeat else f"is {new.share:.0%} new")
    decision, why = _decided(tells, new, kind, redacted, asked=asked)
    return Judgement(
        decision=decision,
        salience=tells,
        novelty=new.share,
        reasons=(*reasons, why),
        redacted=redacted,
        repeats=new.nearest if new.is_repeat else None,
    )


def _decided(
    tells: float, new: Novelty, kind: MemoryType | None, redacted: Redacted, *, asked: bool
) -> tuple[GateDecision, str]:
    """Return the decision, and what decided it."""
    store = GateDecision.REDACT_AND_STORE if redacted.is_changed else GateDecision.STORE
    worth = SALIENCE_WEIGHT * tells + NOVELTY_WEIGHT * new.share
    if redacted.refused:
        kinds = ", ".join(sorted({one.kind.value.replace("_", " ") for one in redacted.refused}))
        return GateDecision.SKIP, f"the policy keeps no text with a finding of: {kinds}"
    if asked:
        return store, "stored: it was asked for"
    if new.is_repeat:
        return GateDecision.SKIP, "skipped: what is kept already is reinforced instead"
    if kind in _KEPT_ALWAYS:
        return store, f"stored: a {kind} is always kept"
    measured = ("novelty", new.share, NOVELTY_MIN) if new.share < NOVELTY_MIN else ("worth", worth, WORTH_MIN)
    if measured[1] < measured[2]:
        return GateDecision.SKIP, "skipped: {} {:.2f} is below {:g}".format(*measured)
    return store, f"stored: worth {worth:.2f}"
