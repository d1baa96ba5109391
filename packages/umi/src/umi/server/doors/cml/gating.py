"""What is looked at before a text is kept: what in it is secret, and why it is worth keeping.

What a caller writes was asked to be kept, and is: nothing is skipped but what is there already in the same words.
Secrets are replaced by what they are before anything is stored, unless the server's setting `privacy` says otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from umi.domain.privacy import Handling, PrivacyPolicy, Redacted
from umi.domain.text import cut
from umi.errors import Invalid
from umi.pipeline.gate.judging import judge
from umi.pipeline.privacy.redaction import redact
from umi.server.doors.cml.kinds import Kind, type_of

if TYPE_CHECKING:
    from umi.domain.judgement import Judgement
    from umi.server.doors.cml.places import Reach

_POLICIES: Final[Mapping[str, PrivacyPolicy]] = {
    "keep": PrivacyPolicy(secrets=Handling.KEEP),
    "redact_secrets": PrivacyPolicy(),
    "redact_all": PrivacyPolicy(personal=Handling.REDACT),
    "refuse_secrets": PrivacyPolicy(secrets=Handling.REFUSE),
}
_NEAREST_COUNT: Final = 5
_QUERY_CHARACTERS_MAX: Final = 2_000


def policy_of(reach: Reach) -> PrivacyPolicy:
    """Return what becomes of what is private here."""
    return _POLICIES[reach.caller.services.settings.privacy]


async def screen(reach: Reach, texts: Sequence[str]) -> Sequence[Redacted]:
    """Return texts as they may be kept. It takes time in proportion to them, which belongs to no event loop."""
    policy = policy_of(reach)
    return await reach.caller.services.world.lane.run(lambda: [redact(text, policy) for text in texts])


def told(redacted: Redacted) -> str:
    """Say what was replaced in a text; nothing, if nothing was."""
    kinds = dict.fromkeys(one.kind.value.replace("_", " ") for one in redacted.spans)
    return f"replaced: {', '.join(kinds)}" if kinds else ""


def refusal(redacted: Redacted) -> Invalid | None:
    """Return the error of a text that may not be kept at all."""
    if not redacted.refused:
        return None
    kinds = dict.fromkeys(one.kind.value.replace("_", " ") for one in redacted.refused)
    return Invalid(f"Nothing is kept here that holds a secret, and this holds: {', '.join(kinds)}. Leave it out.")


async def judged(reach: Reach, text: str, kind: Kind | None, *, asked: bool = True) -> Judgement:
    """Judge a text by itself, and by what lies nearest to it among what is kept."""
    query = cut(text.strip(), _QUERY_CHARACTERS_MAX)
    near = [hit.content for memory in reach.memories() for hit in await memory.search(query, limit=_NEAREST_COUNT)]
    memory_type = None if kind is None else type_of(kind)
    policy = policy_of(reach)
    return await reach.caller.services.world.lane.run(
        lambda: judge(text, newest=near, kind=memory_type, asked=asked, policy=policy)
    )
