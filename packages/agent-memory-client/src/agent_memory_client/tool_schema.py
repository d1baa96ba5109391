"""The schemas of tools, where code written for the published client looks for them."""

from agent_memory_client.calling.schema import ToolSchema, ToolSchemaCollection

__all__ = ["ToolSchema", "ToolSchemaCollection"]
