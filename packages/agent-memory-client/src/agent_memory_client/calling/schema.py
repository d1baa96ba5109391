"""The schemas of tools: plain dicts and a plain list, which every SDK and `json` take, that can be adapted in place."""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from typing import Any, Literal, Self, TypeAlias

SchemaFormat: TypeAlias = Literal["openai", "openai_responses", "anthropic"]


class ToolSchema(dict[str, Any]):
    """The schema of one tool, in the form of one vendor."""

    def __init__(self, schema: dict[str, Any], schema_format: SchemaFormat = "openai") -> None:
        super().__init__(deepcopy(schema))
        self._format: SchemaFormat = schema_format

    @property
    def format(self) -> SchemaFormat:
        """Whose form it has."""
        return self._format

    def set_name(self, name: str) -> Self:
        """Give the tool another name. Calls under that name are then the caller's to translate back."""
        self._definition["name"] = name
        return self

    def set_description(self, description: str) -> Self:
        """Describe the tool in other words."""
        self._definition["description"] = description
        return self

    def set_parameter_description(self, parameter: str, description: str) -> Self:
        """Describe a parameter in other words.

        Raises:
            KeyError: the tool has no such parameter.
        """
        self._parameter(parameter)["description"] = description
        return self

    def get_name(self) -> str:
        """Return the tool's name."""
        name: str = self._definition["name"]
        return name

    def get_description(self) -> str:
        """Return what the tool says it does."""
        description: str = self._definition["description"]
        return description

    def get_parameter_description(self, parameter: str) -> str | None:
        """Return what a parameter is said to mean, or None where nothing is said, or there is no such parameter."""
        description: str | None = self._properties.get(parameter, {}).get("description")
        return description

    def to_dict(self) -> dict[str, Any]:
        """Return a copy that shares nothing with this one."""
        return deepcopy(dict(self))

    def copy(self) -> Self:
        """Return a copy that can be adapted by itself."""
        return type(self)(dict(self), self._format)

    @property
    def _definition(self) -> dict[str, Any]:
        definition: dict[str, Any] = self["function"] if self._format == "openai" else self
        return definition

    @property
    def _properties(self) -> dict[str, Any]:
        schema = self._definition["input_schema" if self._format == "anthropic" else "parameters"]
        properties: dict[str, Any] = schema.get("properties", {})
        return properties

    def _parameter(self, name: str) -> dict[str, Any]:
        if name not in self._properties:
            raise KeyError(f"{self.get_name()} has no parameter {name}")
        found: dict[str, Any] = self._properties[name]
        return found


class ToolSchemaCollection(list[Any]):
    """The schemas of several tools, in order: each a `ToolSchema`.

    To type checkers they are anything, so that the SDKs' own types of tools take them as they are.
    """

    def __init__(self, schemas: Iterable[ToolSchema] = ()) -> None:
        super().__init__(schemas)

    def get_by_name(self, name: str) -> ToolSchema | None:
        """Return the tool of this name, or None."""
        return next((one for one in self if one.get_name() == name), None)

    def set_description(self, name: str, description: str) -> Self:
        """Describe a tool in other words.

        Raises:
            KeyError: there is no such tool.
        """
        self._named(name).set_description(description)
        return self

    def set_name(self, old_name: str, new_name: str) -> Self:
        """Give a tool another name.

        Raises:
            KeyError: there is no such tool.
        """
        self._named(old_name).set_name(new_name)
        return self

    def names(self) -> list[str]:
        """Return the tools' names."""
        return [one.get_name() for one in self]

    def to_list(self) -> list[dict[str, Any]]:
        """Return copies that share nothing with these."""
        return [one.to_dict() for one in self]

    def copy(self) -> Self:
        """Return copies that can be adapted by themselves."""
        return type(self)(one.copy() for one in self)

    def _named(self, name: str) -> ToolSchema:
        found = self.get_by_name(name)
        if found is None:
            raise KeyError(f"there is no tool {name}")
        return found
