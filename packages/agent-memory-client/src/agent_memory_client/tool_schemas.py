"""The schemas of the tools, under the names they have as methods of a client."""

from __future__ import annotations

from collections.abc import Iterable

from agent_memory_client.calling.catalogue import TOOLS, schemas
from agent_memory_client.calling.schema import ToolSchema, ToolSchemaCollection


class ToolSchemas:
    """Schemas for OpenAI's chat completions, and under `..._anthropic` for Anthropic's messages."""

    @classmethod
    def get_all_memory_tool_schemas(cls, names: Iterable[str] | None = None) -> ToolSchemaCollection:
        """Return the schemas of all tools, or of those named, for OpenAI's chat completions.

        Raises:
            KeyError: there is no such tool.
        """
        return schemas("openai", names)

    @classmethod
    def get_all_memory_tool_schemas_responses(cls, names: Iterable[str] | None = None) -> ToolSchemaCollection:
        """Return the schemas of all tools, or of those named, for OpenAI's responses.

        Raises:
            KeyError: there is no such tool.
        """
        return schemas("openai_responses", names)

    @classmethod
    def get_all_memory_tool_schemas_anthropic(cls, names: Iterable[str] | None = None) -> ToolSchemaCollection:
        """Return the schemas of all tools, or of those named, for Anthropic's messages.

        Raises:
            KeyError: there is no such tool.
        """
        return schemas("anthropic", names)

    @classmethod
    def get_memory_search_tool_schema(cls) -> ToolSchema:
        """Return the schema of `search_memory` for OpenAI."""
        return TOOLS["search_memory"].schema("openai")

    @classmethod
    def get_memory_search_tool_schema_anthropic(cls) -> ToolSchema:
        """Return the schema of `search_memory` for Anthropic."""
        return TOOLS["search_memory"].schema("anthropic")

    @classmethod
    def get_working_memory_tool_schema(cls) -> ToolSchema:
        """Return the schema of `get_or_create_working_memory` for OpenAI."""
        return TOOLS["get_or_create_working_memory"].schema("openai")

    @classmethod
    def get_working_memory_tool_schema_anthropic(cls) -> ToolSchema:
        """Return the schema of `get_or_create_working_memory` for Anthropic."""
        return TOOLS["get_or_create_working_memory"].schema("anthropic")

    @classmethod
    def get_lazily_create_long_term_memory_tool_schema(cls) -> ToolSchema:
        """Return the schema of `lazily_create_long_term_memory` for OpenAI."""
        return TOOLS["lazily_create_long_term_memory"].schema("openai")

    @classmethod
    def get_lazily_create_long_term_memory_tool_schema_anthropic(cls) -> ToolSchema:
        """Return the schema of `lazily_create_long_term_memory` for Anthropic."""
        return TOOLS["lazily_create_long_term_memory"].schema("anthropic")

    @classmethod
    def get_update_memory_data_tool_schema(cls) -> ToolSchema:
        """Return the schema of `update_working_memory_data` for OpenAI."""
        return TOOLS["update_working_memory_data"].schema("openai")

    @classmethod
    def get_update_memory_data_tool_schema_anthropic(cls) -> ToolSchema:
        """Return the schema of `update_working_memory_data` for Anthropic."""
        return TOOLS["update_working_memory_data"].schema("anthropic")

    @classmethod
    def get_long_term_memory_tool_schema(cls) -> ToolSchema:
        """Return the schema of `get_long_term_memory` for OpenAI."""
        return TOOLS["get_long_term_memory"].schema("openai")

    @classmethod
    def get_long_term_memory_tool_schema_anthropic(cls) -> ToolSchema:
        """Return the schema of `get_long_term_memory` for Anthropic."""
        return TOOLS["get_long_term_memory"].schema("anthropic")

    @classmethod
    def get_eagerly_create_long_term_memory_tool_schema(cls) -> ToolSchema:
        """Return the schema of `eagerly_create_long_term_memory` for OpenAI."""
        return TOOLS["eagerly_create_long_term_memory"].schema("openai")

    @classmethod
    def get_eagerly_create_long_term_memory_tool_schema_anthropic(cls) -> ToolSchema:
        """Return the schema of `eagerly_create_long_term_memory` for Anthropic."""
        return TOOLS["eagerly_create_long_term_memory"].schema("anthropic")

    @classmethod
    def edit_long_term_memory_tool_schema(cls) -> ToolSchema:
        """Return the schema of `edit_long_term_memory` for OpenAI."""
        return TOOLS["edit_long_term_memory"].schema("openai")

    @classmethod
    def edit_long_term_memory_tool_schema_anthropic(cls) -> ToolSchema:
        """Return the schema of `edit_long_term_memory` for Anthropic."""
        return TOOLS["edit_long_term_memory"].schema("anthropic")

    @classmethod
    def delete_long_term_memories_tool_schema(cls) -> ToolSchema:
        """Return the schema of `delete_long_term_memories` for OpenAI."""
        return TOOLS["delete_long_term_memories"].schema("openai")

    @classmethod
    def delete_long_term_memories_tool_schema_anthropic(cls) -> ToolSchema:
        """Return the schema of `delete_long_term_memories` for Anthropic."""
        return TOOLS["delete_long_term_memories"].schema("anthropic")

    @classmethod
    def get_current_datetime_tool_schema(cls) -> ToolSchema:
        """Return the schema of `get_current_datetime` for OpenAI."""
        return TOOLS["get_current_datetime"].schema("openai")

    @classmethod
    def get_current_datetime_tool_schema_anthropic(cls) -> ToolSchema:
        """Return the schema of `get_current_datetime` for Anthropic."""
        return TOOLS["get_current_datetime"].schema("anthropic")
