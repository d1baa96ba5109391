"""A prompt with what is remembered in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from agent_memory_client.models.record import MemoryRecordResult

ChatMessage: TypeAlias = dict[str, str]


class MemoryPromptResponse(dict[str, Any]):
    """The answer of the server as a dict, whose messages any model's API takes: `{"role": ..., "content": text}`."""

    @property
    def messages(self) -> list[Any]:
        """The messages, ready to be sent to a model."""
        messages: list[Any] = self["messages"]
        return messages

    @property
    def long_term_memories(self) -> list[MemoryRecordResult]:
        """The long-term memories in the prompt, if any were asked for."""
        found: list[dict[str, Any]] = self.get("long_term_memories") or []
        return [MemoryRecordResult.model_validate({"dist": 0.0, **one}) for one in found]

    @classmethod
    def read(cls, answer: Mapping[str, Any]) -> MemoryPromptResponse:
        """Return an answer with its messages made plain: content objects become their text."""
        return cls(answer, messages=[_plain(message) for message in answer["messages"]])


def _plain(message: Mapping[str, Any]) -> ChatMessage:
    return {"role": message["role"], "content": _text(message["content"])}


def _text(content: Any) -> str:
    match content:
        case str():
            return content
        case {"text": str(text)}:
            return text
        case [*parts]:
            return "\n".join(_text(part) for part in parts)
        case _:
            return ""
