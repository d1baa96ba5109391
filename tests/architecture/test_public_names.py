"""What `from umi import ...` gives."""

from __future__ import annotations

import ast
from importlib import import_module

import pytest
from tests.architecture.repository import UMI

import umi

HOMES: dict[str, str] = vars(umi)["_HOMES"]


def test_the_public_names_are_sorted_and_complete():
    assert umi.__all__ == sorted({*HOMES, "__version__"})


@pytest.mark.parametrize("name", umi.__all__)
def test_a_public_name_can_be_imported(name: str):
    assert getattr(umi, name) is not None


@pytest.mark.parametrize("name", HOMES)
def test_a_public_class_lives_where_it_is_looked_for(name: str):
    found = getattr(umi, name)

    assert found is getattr(import_module(HOMES[name]), name)
    assert found.__module__ == HOMES[name]


def test_type_checkers_see_the_same_names_from_the_same_homes():
    tree = ast.parse((UMI / "__init__.py").read_text(encoding="utf-8"))
    block = next(node for node in tree.body if isinstance(node, ast.If))
    seen = {
        alias.asname: node.module for node in block.body if isinstance(node, ast.ImportFrom) for alias in node.names
    }

    assert seen == HOMES


def test_a_name_that_does_not_exist_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'Nonsense'"):
        _ = umi.Nonsense  # pyright: ignore[reportAttributeAccessIssue,reportUnknownVariableType,reportUnknownMemberType]


def test_the_package_has_the_version_of_its_project_file():
    project = (UMI.parents[1] / "pyproject.toml").read_text(encoding="utf-8")

    assert f'version = "{umi.__version__}"' in project.splitlines()
