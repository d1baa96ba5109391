"""What the messages and the chat-completions protocols answer, as far as it is read. Unknown fields are passed over."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field


class MessageBlock(BaseModel):
    type: str
    text: str = ""
    input: dict[str, Any] | None = None


class MessageUsage(BaseModel):
    input_tokens: int = Field(ge=0)
    output_tokens: int = Field(ge=0)
    cache_creation_input_tokens: int | None = None
    cache_read_input_tokens: int | None = None


class Message(BaseModel):
    content: list[MessageBlock]
    model: str = ""
    stop_reason: str | None = None
    usage: MessageUsage | None = None


class ChatMessage(BaseModel):
    content: str | None = None
    refusal: str | None = None


class ChatChoice(BaseModel):
    message: ChatMessage
    finish_reason: str | None = None


class ChatUsage(BaseModel):
    prompt_tokens: int = Field(ge=0)
    completion_tokens: int = Field(ge=0)


class Chat(BaseModel):
    choices: list[ChatChoice] = Field(min_length=1)
    model: str = ""
    usage: ChatUsage | None = None
