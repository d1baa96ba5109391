"""Memory as tools of LangChain agents. Needs the extra `langchain`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

from agent_memory_client.blocking import MemoryClient
from agent_memory_client.calling.catalogue import PUBLISHED, TOOLS, Tool
from agent_memory_client.client import MemoryAPIClient

if TYPE_CHECKING:
    from langchain_core.tools import StructuredTool


def get_memory_tools(
    memory_client: MemoryAPIClient | MemoryClient,
    session_id: str,
    user_id: str | None = None,
    namespace: str | None = None,
    tools: Sequence[str] | Literal["all"] = "all",
) -> list[StructuredTool]:
    """Return tools that speak for this session, user and namespace, and reach nothing else.

    Those of an async client are to be awaited, those of a blocking one called. Each answers with a text; where it
    failed, the text begins with `Error:`. "all" are the nine that are enough; the others are had by their names.

    Raises:
        ImportError: langchain-core is not installed.
        ValueError: there is no such tool.
    """
    names = list(PUBLISHED) if tools == "all" else list(tools)
    if unknown := [name for name in names if name not in TOOLS]:
        raise ValueError(f"There is no tool {', '.join(unknown)}. There are {', '.join(TOOLS)}.")
    scope = {"session_id": session_id, "user_id": user_id, "namespace": namespace}
    return [_made(memory_client, TOOLS[name], scope) for name in names]


def _made(client: MemoryAPIClient | MemoryClient, tool: Tool, scope: dict[str, Any]) -> StructuredTool:
    try:
        from langchain_core.tools import StructuredTool
    except ImportError as error:
        raise ImportError("LangChain is not installed: pip install 'umi-agent-memory-client[langchain]'") from error
    function = _blocking(client, tool, scope) if isinstance(client, MemoryClient) else None
    coroutine = None if isinstance(client, MemoryClient) else _awaited(client, tool, scope)
    parameters = tool.schema("anthropic")["input_schema"]
    return StructuredTool.from_function(
        func=function, coroutine=coroutine, name=tool.name, description=tool.description, args_schema=parameters
    )


def _awaited(client: MemoryAPIClient, tool: Tool, scope: dict[str, Any]) -> Any:
    async def call(**arguments: Any) -> str:
        return (await client.resolve_function_call(tool.name, arguments, **scope))["formatted_response"]

    return call


def _blocking(client: MemoryClient, tool: Tool, scope: dict[str, Any]) -> Any:
    def call(**arguments: Any) -> str:
        return client.resolve_function_call(tool.name, arguments, **scope)["formatted_response"]

    return call
