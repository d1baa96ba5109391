"""A model on the loopback that uses its tools: first it calls them, then it says what they answered."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from tests.loopback import Asked, Reply

CALLS: Sequence[tuple[str, str, Mapping[str, Any]]] = (
    ("call_1", "search_memory", {"query": "tea", "max_results": 3}),
    ("call_2", "lazily_create_long_term_memory", {"text": "asked about tea", "memory_type": "episodic"}),
)


def answering(asked: Asked) -> Reply:
    """Call the tools if there are any; else repeat everything the model was told."""
    calls = bool(asked.body.get("tools"))
    if asked.path.endswith("/responses"):
        return _raw(_response(calls and not _has_outputs(asked), asked))
    if asked.path.endswith("/messages"):
        return _raw(_message(calls, asked))
    return _raw(_chat(calls, asked))


def told(asked: Asked) -> str:
    """Return all the model was told, as text."""
    return json.dumps(asked.body.get("messages") or asked.body.get("input"))


def _raw(body: Mapping[str, Any]) -> Reply:
    return Reply(raw=json.dumps(body).encode())


def _has_outputs(asked: Asked) -> bool:
    return any("function_call_output" in str(one) for one in asked.body["input"])


def _chat(calls: bool, asked: Asked) -> Mapping[str, Any]:
    tool_calls = [
        {"id": identifier, "type": "function", "function": {"name": name, "arguments": json.dumps(arguments)}}
        for identifier, name, arguments in CALLS
    ]
    message: dict[str, Any] = {"role": "assistant", "content": None if calls else told(asked)}
    reason = "tool_calls" if calls else "stop"
    choice = {"index": 0, "message": message | ({"tool_calls": tool_calls} if calls else {}), "finish_reason": reason}
    return {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}


def _message(calls: bool, asked: Asked) -> Mapping[str, Any]:
    uses = [{"type": "tool_use", "id": one, "name": name, "input": given} for one, name, given in CALLS]
    return {
        "id": "msg", "type": "message", "role": "assistant", "model": "m",
        "content": uses if calls else [{"type": "text", "text": told(asked)}],
        "stop_reason": "tool_use" if calls else "end_turn", "stop_sequence": None,
        "usage": {"input_tokens": 1, "output_tokens": 1},
    }  # fmt: skip


def _response(calls: bool, asked: Asked) -> Mapping[str, Any]:
    items = [
        {"type": "function_call", "id": f"fc_{one}", "call_id": one, "name": name, "arguments": json.dumps(given)}
        for one, name, given in CALLS
    ]
    text: dict[str, Any] = {"type": "output_text", "text": told(asked), "annotations": []}
    said: dict[str, Any] = {"type": "message", "id": "m", "role": "assistant", "status": "completed", "content": [text]}
    return {
        "id": "r", "object": "response", "created_at": 1, "model": "m", "output": items if calls else [said],
        "parallel_tool_calls": True, "tool_choice": "auto", "tools": [], "status": "completed",
    }  # fmt: skip
