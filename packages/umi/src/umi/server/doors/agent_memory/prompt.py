"""A prompt of a conversation and of what is remembered: rendered in the shape that the published client reads.

A message of a tool is given as what the user's side handed in, and says so: no model takes a tool's message without the
call it answers, and as the assistant's own words it would be believed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, Literal

from umi.server.doors.agent_memory import searching
from umi.server.doors.agent_memory.errors import bad_request
from umi.server.doors.agent_memory.filters import Condition
from umi.server.doors.agent_memory.sessions import Sessions
from umi.server.doors.agent_memory.showing import for_prompt
from umi.server.doors.agent_memory.windows import Window
from umi.server.doors.agent_memory.wire.search import Prompt, PromptMessage, PromptText, SearchAsked

if TYPE_CHECKING:
    from umi.server.callers import Caller
    from umi.server.doors.agent_memory.wire.records import RecordFound
    from umi.server.doors.agent_memory.wire.search import PromptAsked, SessionAsked

SUMMARY_HEAD: Final = "## A summary of the conversation so far:\n"
MEMORIES_HEAD: Final = "## Long term memories related to the user's query\n "
NO_MEMORIES: Final = "No relevant long-term memories found."
_SPOKEN: Final[dict[str, Literal["system", "user", "assistant"]]] = {
    "system": "system", "developer": "system", "user": "user", "human": "user", "assistant": "assistant",
    "ai": "assistant",
}  # fmt: skip


async def prompt(caller: Caller, asked: PromptAsked, *, optimize: bool) -> Prompt:
    """Return the messages to give to a model: the summary, the conversation, the memories, and the query.

    Raises:
        BadRequest: neither a conversation nor memories were asked for.

    """
    search = _search(asked)
    if asked.session is None and search is None:
        raise bad_request("Either session or long_term_search must be provided")
    messages = [] if asked.session is None else await _conversation(caller, asked.session)
    memories: list[RecordFound] | None = None
    if search is not None:
        memories = (await searching.search(caller, search, optimize=optimize)).memories
        messages.append(_message("system", MEMORIES_HEAD + _listed(memories)))
    messages.append(_message("user", asked.query))
    return Prompt(messages=messages, long_term_memories=memories)


def _search(asked: PromptAsked) -> SearchAsked | None:
    """Return the search that a prompt asks for: by the query, and for the user of the conversation if none is named."""
    search, session = asked.long_term_search, asked.session
    if search is None or search is False:
        return None
    wanted = SearchAsked() if search is True else search
    update: dict[str, object] = {"text": asked.query}
    if session is not None:
        inherited = {"user_id": session.user_id, "namespace": session.namespace if search is True else None}
        for field, value in inherited.items():
            if value is not None and not getattr(wanted, field):
                update[field] = (Condition(field=field, operator="eq", value=value),)
    return wanted.model_copy(update=update)


async def _conversation(caller: Caller, asked: SessionAsked) -> list[PromptMessage]:
    context, said = await for_prompt(
        Sessions(caller.services, caller.principal),
        session_id=asked.session_id,
        user_id=asked.user_id,
        namespace=asked.namespace,
        window=Window.of(asked.model_name, asked.context_window_max),
    )
    summary = [_message("system", SUMMARY_HEAD + context)] if context else []
    return [*summary, *(_said(role, text) for role, text in said)]


def _said(role: str, text: str) -> PromptMessage:
    spoken = _SPOKEN.get(role.lower())
    return _message(spoken, text) if spoken is not None else _message("user", f"[{role}] {text}")


def _listed(memories: Sequence[RecordFound]) -> str:
    return "\n".join(f"- {one.text} (ID: {one.id})" for one in memories) or NO_MEMORIES


def _message(role: Literal["system", "user", "assistant"], text: str) -> PromptMessage:
    return PromptMessage(role=role, content=PromptText(text=text))
