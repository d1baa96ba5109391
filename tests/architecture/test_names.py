"""A module's name says what lives there."""

from __future__ import annotations

import re

from tests.architecture.repository import modules

SAYING_NOTHING = {"base", "common", "helper", "helpers", "manager", "misc", "shared", "tools", "util", "utils"}


def test_no_module_and_no_folder_has_a_name_that_says_nothing():
    inside = [module.name.partition("/src/")[2] for module in modules() if "/src/" in module.name]
    parts = {(name, part) for name in inside for part in name.removesuffix(".py").split("/")}

    assert inside
    assert [name for name, part in parts if part in SAYING_NOTHING] == []


AUDIT = '"umi.audit"'  # kept by whoever keeps it, apart from what the layers say


def test_a_logger_is_named_after_its_layer():
    found = [
        (module.name, name)
        for module in modules()
        for name in re.findall(r"getLogger\((.*)\)", module.text)
        if "/src/umi/" in module.name
    ]

    assert found
    own = [(module, name) for module, name in found if name != AUDIT]
    assert [module for module, name in own if name != f'"umi.{module.partition("/src/umi/")[2].split("/")[0]}"'] == []
