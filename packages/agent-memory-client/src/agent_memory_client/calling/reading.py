"""To read a tool call, whoever's form it has: a dict, or an object of a vendor's SDK."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeAlias, TypedDict, cast, runtime_checkable

from agent_memory_client.exceptions import MemoryValidationError

Provider: TypeAlias = Literal["openai", "anthropic", "langchain", "generic"]
_ATTRIBUTES = ("type", "id", "call_id", "name", "function", "arguments", "input", "args")


@runtime_checkable
class Dumpable(Protocol):
    """An object of a vendor's SDK."""

    def model_dump(self) -> dict[str, Any]: ...


class ParsedToolCall(TypedDict):
    """A tool call in one form, whoever made it."""

    id: str | None
    name: str
    arguments: dict[str, Any]
    provider: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCall:
    """A tool call. The arguments are as they came: often a text that should be JSON."""

    id: str | None
    name: str
    arguments: Any
    provider: Provider

    def decoded(self) -> dict[str, Any]:
        """Return the arguments.

        Raises:
            MemoryValidationError: they are no JSON object.
        """
        return decoded(self.arguments)

    def parsed(self) -> ParsedToolCall:
        """Return the call in the one form; arguments that are no JSON object count as none."""
        try:
            known = self.decoded()
        except MemoryValidationError:
            known = {}
        return ParsedToolCall(id=self.id, name=self.name, arguments=known, provider=self.provider)


def decoded(arguments: Any) -> dict[str, Any]:
    """Return arguments as a dict. None and an empty text are no arguments.

    Raises:
        MemoryValidationError: they are no JSON object.
    """
    try:
        found = json.loads(arguments) if isinstance(arguments, str) and arguments.strip() else arguments
    except ValueError as error:
        raise MemoryValidationError(f"Invalid function arguments: {error}") from None
    if isinstance(found, Mapping):
        return dict(cast("Mapping[str, Any]", found))
    if not found:
        return {}
    raise MemoryValidationError("Invalid function arguments: they are no JSON object")


def read_call(given: Any) -> ToolCall:
    """Return a tool call, from any form of OpenAI's, Anthropic's or LangChain's, or a dict with a name.

    Raises:
        MemoryValidationError: it is no tool call.
    """
    match _mapping(given):
        case {"type": "tool_use", "name": str(name), "input": arguments, **rest}:
            return ToolCall(id=_id(rest), name=name, arguments=arguments, provider="anthropic")
        case {"function": {"name": str(name), **function}, **rest}:
            return ToolCall(id=_id(rest), name=name, arguments=function.get("arguments"), provider="openai")
        case {"name": str(name), "arguments": arguments, **rest}:
            return ToolCall(id=_id(rest), name=name, arguments=arguments, provider="openai")
        case {"name": str(name), "args": arguments, **rest}:
            provider: Provider = "langchain" if rest.get("type") == "tool_call" else "generic"
            return ToolCall(id=_id(rest), name=name, arguments=arguments, provider=provider)
        case {"name": str(name), "input": arguments, **rest}:
            return ToolCall(id=_id(rest), name=name, arguments=arguments, provider="generic")
        case {"name": str(name), **rest}:
            return ToolCall(id=_id(rest), name=name, arguments=None, provider="generic")
        case _:
            raise MemoryValidationError(f"This is no tool call: {type(given).__name__}")


def parse_tool_call(tool_call: Any) -> ParsedToolCall:
    """Return a tool call of any vendor's as `{"id", "name", "arguments", "provider"}`.

    Raises:
        MemoryValidationError: it is no tool call.
    """
    return read_call(tool_call).parsed()


def parse_openai_tool_call(tool_call: Any) -> ParsedToolCall:
    """Return a tool call of OpenAI's in the one form."""
    return read_call(tool_call).parsed()


def parse_openai_function_call(function_call: Any) -> ParsedToolCall:
    """Return a function call of OpenAI's older form in the one form."""
    return read_call(function_call).parsed()


def parse_anthropic_tool_use(tool_use: Any) -> ParsedToolCall:
    """Return a tool use of Anthropic's in the one form."""
    return read_call(tool_use).parsed()


def _mapping(given: Any) -> Mapping[str, Any]:
    if isinstance(given, Mapping):
        return cast("Mapping[str, Any]", given)
    if isinstance(given, Dumpable):
        return given.model_dump()
    found = {name: getattr(given, name) for name in _ATTRIBUTES if hasattr(given, name)}
    function = found.get("function")
    if function is not None and not isinstance(function, Mapping):
        found["function"] = _mapping(function)
    return found


def _id(rest: Mapping[str, Any]) -> str | None:
    # An item of OpenAI's responses has an id of its own; the answer must name its call_id.
    return rest.get("call_id") or rest.get("id")
