"""Memory as tools of agent frameworks."""

from agent_memory_client.integrations.langchain import get_memory_tools

get_memory_tools_langchain = get_memory_tools

__all__ = ["get_memory_tools", "get_memory_tools_langchain"]
