"""The tools there are, by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from agent_memory_client.calling import arguments, running
from agent_memory_client.calling.bounds import Bounds
from agent_memory_client.calling.running import Done
from agent_memory_client.calling.schema import SchemaFormat, ToolSchema, ToolSchemaCollection
from agent_memory_client.context import Context
from agent_memory_client.steps import Steps


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """A tool: what it is called, what it says it does, what it takes, and what it does."""

    name: str
    description: str
    arguments: type[BaseModel]
    run: Callable[[Context, Bounds, Any], Steps[Done]]

    def schema(self, form: SchemaFormat) -> ToolSchema:
        """Return the schema of the tool in a vendor's form."""
        parameters = _parameters(self.arguments)
        named = {"name": self.name, "description": self.description}
        match form:
            case "openai":
                return ToolSchema({"type": "function", "function": {**named, "parameters": parameters}}, form)
            case "openai_responses":
                return ToolSchema({"type": "function", **named, "parameters": parameters, "strict": False}, form)
            case "anthropic":
                return ToolSchema({**named, "input_schema": parameters}, form)


def _tool(
    name: str, takes: type[BaseModel], run: Callable[[Context, Bounds, Any], Steps[Done]], description: str
) -> Tool:
    return Tool(name=name, description=description, arguments=takes, run=run)


_SEARCH = (
    "Search long-term memory for what was learned in earlier conversations. Call it before answering a question that "
    "may depend on the user's preferences, history or facts. Returns the memories with their ids, the nearest first."
)
_EDIT = "Change a long-term memory that turned out wrong or incomplete. Only the fields that are given change."

_ALL = (
    _tool("search_memory", arguments.SearchArguments, running.search, _SEARCH),
    _tool(
        "get_or_create_working_memory",
        arguments.NoArguments,
        running.get_or_create_session,
        "Read the working memory of this conversation: its messages, facts, data and summary. It is made if need be.",
    ),
    _tool(
        "lazily_create_long_term_memory",
        arguments.LazyMemoryArguments,
        running.add_lazily,
        "Note a fact in the working memory of this conversation; it becomes a long-term memory later. The usual way "
        "to remember something.",
    ),
    _tool(
        "update_working_memory_data",
        arguments.DataArguments,
        running.update_data,
        "Keep structured data for this conversation, such as a plan, settings or intermediate results.",
    ),
    _tool(
        "get_long_term_memory",
        arguments.MemoryIdArguments,
        running.get_memory,
        "Read one long-term memory by its id.",
    ),
    _tool(
        "eagerly_create_long_term_memory",
        arguments.MemoriesArguments,
        running.create_eagerly,
        "Store long-term memories at once. For what must be found by other conversations right away.",
    ),
    _tool("edit_long_term_memory", arguments.EditArguments, running.edit_memory, _EDIT),
    _tool(
        "delete_long_term_memories",
        arguments.MemoryIdsArguments,
        running.delete_memories,
        "Delete long-term memories by their ids, when the user asks for it or they are wrong.",
    ),
    _tool(
        "get_current_datetime",
        arguments.NoArguments,
        running.tell_time,
        "Tell the present date and time in UTC. Call it to make words such as today or next week into dates.",
    ),
    _tool("search_long_term_memory", arguments.SearchArguments, running.search, _SEARCH),
    _tool("edit_memory", arguments.EditArguments, running.edit_memory, _EDIT),
    _tool(
        "delete_memory",
        arguments.MemoryIdArguments,
        running.delete_memory,
        "Delete one long-term memory by its id, when the user asks for it or it is wrong.",
    ),
    _tool(
        "set_working_memory",
        arguments.SessionArguments,
        running.set_session,
        "Write to the working memory of this conversation: add messages and facts, set data, set its summary.",
    ),
)
# The nine of the published client, in its order, and the further four of its documentation.
TOOLS: Mapping[str, Tool] = {tool.name: tool for tool in _ALL}
PUBLISHED = tuple(TOOLS)[:9]
READ_SESSION = _tool("get_working_memory", arguments.NoArguments, running.get_session, "")
# Older names that are still answered; those in DEPRECATED with a warning.
ALIASES: Mapping[str, Tool] = {
    "add_memory_to_working_memory": TOOLS["lazily_create_long_term_memory"],
    "create_long_term_memories": TOOLS["eagerly_create_long_term_memory"],
    "create_long_term_memory": TOOLS["eagerly_create_long_term_memory"],
    "get_working_memory": READ_SESSION,
}
DEPRECATED = frozenset({"add_memory_to_working_memory", "create_long_term_memories", "create_long_term_memory"})


_SAYING_NOTHING = {"title", "additionalProperties"}


def schemas(form: SchemaFormat, names: Iterable[str] | None = None) -> ToolSchemaCollection:
    """Return the schemas of all tools, or of those that are named, in a vendor's form.

    Raises:
        KeyError: there is no such tool.
    """
    return ToolSchemaCollection(TOOLS[name].schema(form) for name in (TOOLS if names is None else names))


def _parameters(model: type[BaseModel]) -> dict[str, Any]:
    schema = model.model_json_schema()
    plain: dict[str, Any] = _plain({"properties": {}, "required": [], **schema}, schema.get("$defs", {}))
    return plain


def _plain(schema: Any, definitions: Mapping[str, Any]) -> Any:
    """Return a schema as models read it best: without references, titles, and the null that only means "left out"."""
    match schema:
        case {"$ref": str(reference)}:
            return _plain(definitions[reference.rpartition("/")[2]], definitions)
        case {"anyOf": [inner, {"type": "null"}], **rest}:
            return _plain({**inner, **rest}, definitions)
        case {"properties": properties, "required": required}:
            kept = {name: _plain(one, definitions) for name, one in properties.items()}
            return {"type": "object", "properties": kept, "required": required}
        case {**fields}:
            dropped = _SAYING_NOTHING if fields.get("default", ...) is not None else {*_SAYING_NOTHING, "default"}
            return {name: _plain(value, definitions) for name, value in fields.items() if name not in dropped}
        case [*parts]:
            return [_plain(one, definitions) for one in parts]
        case _:
            return schema
