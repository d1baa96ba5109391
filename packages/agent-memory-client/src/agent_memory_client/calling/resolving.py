"""To answer the tool calls of a model."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping
from typing import Any, TypedDict, cast

from agent_memory_client.calling.bounds import bounds
from agent_memory_client.calling.catalogue import ALIASES, DEPRECATED, TOOLS
from agent_memory_client.calling.reading import ToolCall, read_call
from agent_memory_client.context import Context
from agent_memory_client.exceptions import MemoryError, MemoryValidationError
from agent_memory_client.operations.given import checked
from agent_memory_client.steps import Steps


class ToolCallResult(TypedDict):
    """What came of a call. `formatted_response` is for the model; it says what went wrong where something did."""

    success: bool
    function_name: str
    result: Any
    error: str | None
    formatted_response: str


def resolve_tool_call(
    context: Context,
    tool_call: Any,
    session_id: str | None = None,
    namespace: str | None = None,
    user_id: str | None = None,
) -> Steps[ToolCallResult]:
    """Answer a tool call: a dict or an SDK's object of OpenAI's (chat or responses), Anthropic's or LangChain's.

    The session, namespace and user say whom the model speaks for. Where they are given, here or to the client, it
    reaches nothing else, whatever it asks for: memories of others are to it as if they did not exist. A call that
    fails does not raise: `success` is False, and `error` says why.
    """
    try:
        call = read_call(tool_call)
    except MemoryValidationError as error:
        return _failed("", str(error))
    return (yield from _resolved(context, call, session_id, namespace, user_id))


def resolve_tool_calls(
    context: Context,
    tool_calls: Iterable[Any],
    session_id: str | None = None,
    namespace: str | None = None,
    user_id: str | None = None,
) -> Steps[list[ToolCallResult]]:
    """Answer several tool calls, one after another in their order. See `resolve_tool_call`."""
    results: list[ToolCallResult] = []
    for call in tool_calls:
        result = yield from resolve_tool_call(context, call, session_id, namespace, user_id)
        results.append(result)
    return results


def resolve_function_call(
    context: Context,
    function_name: str,
    function_arguments: str | Mapping[str, Any] | None,
    session_id: str | None = None,
    namespace: str | None = None,
    user_id: str | None = None,
) -> Steps[ToolCallResult]:
    """Answer a tool call of which the name and the arguments are known. See `resolve_tool_call`."""
    call = ToolCall(id=None, name=function_name, arguments=function_arguments, provider="generic")
    return (yield from _resolved(context, call, session_id, namespace, user_id))


def resolve_function_calls(
    context: Context,
    function_calls: Iterable[Any],
    session_id: str | None = None,
    namespace: str | None = None,
    user_id: str | None = None,
) -> Steps[list[ToolCallResult]]:
    """Do what `resolve_tool_calls` does."""
    return (yield from resolve_tool_calls(context, function_calls, session_id, namespace, user_id))


def _resolved(
    context: Context, call: ToolCall, session_id: str | None, namespace: str | None, user_id: str | None
) -> Steps[ToolCallResult]:
    tool = TOOLS.get(call.name) or ALIASES.get(call.name)
    if tool is None:
        return _failed(call.name, f"Unknown function: {call.name}")
    if call.name in DEPRECATED:
        warnings.warn(f"The tool {call.name} is now {tool.name}.", DeprecationWarning, stacklevel=2)
    bound = bounds(context, session_id, namespace, user_id)
    try:
        given = checked(tool.arguments, _as_expected(tool.name, call.decoded()))
        done = yield from tool.run(context, bound, given)
    except MemoryError as error:
        return _failed(call.name, str(error))
    return ToolCallResult(
        success=True, function_name=call.name, result=done.result, error=None, formatted_response=done.words
    )


def _as_expected(name: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """Accept one memory where a list of them is meant: models often send it so."""
    match arguments:
        case {"memories": {**one}} if name == "eagerly_create_long_term_memory":
            return {"memories": [one]}
        case {"text": _} if name == "eagerly_create_long_term_memory":
            return {"memories": [arguments]}
        case _:
            return arguments


def _failed(name: str, error: str) -> ToolCallResult:
    return ToolCallResult(
        success=False, function_name=name, result=None, error=error, formatted_response=f"Error: {error}"
    )


def outcome(result: ToolCallResult) -> dict[str, Any]:
    """Return what a tool gave as plain data; where it failed, `success` is False, and `error` says why."""
    if result["success"]:
        return cast("dict[str, Any]", result["result"])
    return {"success": False, "error": result["error"], "summary": result["formatted_response"]}
