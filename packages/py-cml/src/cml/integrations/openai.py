"""A chat that remembers, over a client of OpenAI's SDK that is handed in: this package does not need it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cml.async_methods import AsyncConversing
from cml.environment import openai_model
from cml.exceptions import ValidationError
from cml.methods import Conversing

SYSTEM_PROMPT = "You are a helpful assistant with a memory of earlier conversations."
_HEADING = "## Relevant Memories"


class _Helper:
    def __init__(self, memory_client: Any, openai_client: Any, *, model: str | None = None) -> None:
        self.memory = memory_client
        self.openai = openai_client
        chosen = model or openai_model()
        if chosen is None:
            raise ValidationError("Name the model: give model, or set OPENAI_MODEL.")
        self.model = chosen

    def __repr__(self) -> str:
        return f"{type(self).__name__}(model={self.model!r})"


class CMLOpenAIHelper(_Helper):
    """A chat that remembers, for blocking code.

    `memory_client` is a client of this package's, or a part of one; `openai_client` a client of OpenAI's SDK. The model
    is the one given, else that of `OPENAI_MODEL`.

    Raises:
        ValidationError: no model is named.
    """

    memory: Conversing

    def chat(
        self,
        user_message: str,
        *,
        session_id: str | None = None,
        system_prompt: str = SYSTEM_PROMPT,
        extra_messages: Sequence[Mapping[str, Any]] | None = None,
    ) -> str:
        """Answer a message with what is remembered in the prompt, and keep the exchange."""
        known = self.memory.get_context(user_message)
        messages = prompt(system_prompt, known, extra_messages, user_message)
        answer = _text(self.openai.chat.completions.create(model=self.model, messages=messages))
        self.memory.turn(user_message, assistant_response=answer or None, session_id=session_id)
        return answer


class AsyncCMLOpenAIHelper(_Helper):
    """A chat that remembers, for async code. See `CMLOpenAIHelper`."""

    memory: AsyncConversing

    async def chat(
        self,
        user_message: str,
        *,
        session_id: str | None = None,
        system_prompt: str = SYSTEM_PROMPT,
        extra_messages: Sequence[Mapping[str, Any]] | None = None,
    ) -> str:
        """Answer a message with what is remembered in the prompt, and keep the exchange."""
        known = await self.memory.get_context(user_message)
        messages = prompt(system_prompt, known, extra_messages, user_message)
        answer = _text(await self.openai.chat.completions.create(model=self.model, messages=messages))
        await self.memory.turn(user_message, assistant_response=answer or None, session_id=session_id)
        return answer


def prompt(
    system_prompt: str, known: str, extra: Sequence[Mapping[str, Any]] | None, user_message: str
) -> list[dict[str, Any]]:
    """Return the messages of a chat: what is known stands in the system's, under a heading of its own."""
    system = f"{system_prompt}\n\n{_HEADING}\n\n{known}" if known else system_prompt
    said = [dict(one) for one in extra or []]
    return [{"role": "system", "content": system}, *said, {"role": "user", "content": user_message}]


def _text(completion: Any) -> str:
    return completion.choices[0].message.content or ""
