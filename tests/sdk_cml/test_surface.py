"""What the published client offers is offered, in both colours, and both take the same."""

from __future__ import annotations

import importlib.util
import inspect
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.architecture.repository import ROOT

import cml
import cml.models
from cml import (
    AsyncCognitiveMemoryLayer,
    AsyncNamespacedClient,
    AsyncSessionScope,
    BlockingEmbeddedCognitiveMemoryLayer,
    CognitiveMemoryLayer,
    EmbeddedCognitiveMemoryLayer,
    NamespacedClient,
    SessionScope,
)

PUBLISHED = ROOT / ".venv-clients" / "bin" / "python"
DESCRIBED = """
import inspect, json, cml, cml.models, cml.exceptions
from pydantic import BaseModel
def of(cls):
    public = [name for name in dir(cls) if not name.startswith("_") and callable(getattr(cls, name))]
    return {name: list(inspect.signature(getattr(cls, name)).parameters)[1:] for name in public}
classes = ["CognitiveMemoryLayer", "AsyncCognitiveMemoryLayer", "NamespacedClient", "AsyncNamespacedClient"]
models = {name: getattr(cml.models, name) for name in cml.models.__all__}
print(json.dumps({
    "classes": {name: of(getattr(cml, name)) for name in classes},
    "exported": cml.__all__, "models": list(models),
    "fields": {name: list(one.model_fields) for name, one in models.items()
               if isinstance(one, type) and issubclass(one, BaseModel)},
}))
"""
TYPED_DICTS = {"ConsolidationResult", "ForgettingResult", "ReconsolidationResult"}  # here it is an `Outcome`
PAIRS: list[tuple[type, type]] = [
    (CognitiveMemoryLayer, AsyncCognitiveMemoryLayer),
    (NamespacedClient, AsyncNamespacedClient),
    (SessionScope, AsyncSessionScope),
    (BlockingEmbeddedCognitiveMemoryLayer, EmbeddedCognitiveMemoryLayer),
]
READING = {"read", "search", "read_safe", "read_stream", "get_context"}
OPTIONS = {
    "max_results", "context_filter", "memory_types", "since", "until", "user_timezone", "namespace", "agent_id",
    "session_id", "response_format",
}  # fmt: skip


@pytest.fixture(scope="module")
def published() -> dict[str, Any]:
    assert PUBLISHED.exists(), "The published client is not installed: make .venv-clients/.done"
    ran = subprocess.run(
        [PUBLISHED, "-c", DESCRIBED], capture_output=True, text=True, timeout=60, check=True, env={"NO_PROXY": "*"}
    )
    return json.loads(ran.stdout)


def _parameters(kind: type, name: str) -> set[str]:
    found = set(list(inspect.signature(getattr(kind, name)).parameters)[1:])
    return found | (OPTIONS if name in READING else set())


def test_every_method_of_the_published_classes_is_here_and_takes_what_it_took(published: dict[str, Any]):
    for name, methods in published["classes"].items():
        ours: type = getattr(cml, name)
        for method, parameters in methods.items():
            assert hasattr(ours, method), f"{name}.{method}"
            assert set(parameters) <= _parameters(ours, method), f"{name}.{method}"


def test_every_name_that_was_exported_is(published: dict[str, Any]):
    assert set(published["exported"]) <= set(cml.__all__)
    assert set(published["models"]) - TYPED_DICTS <= set(cml.models.__all__)


def test_every_model_has_the_fields_it_had(published: dict[str, Any]):
    for name, fields in published["fields"].items():
        assert set(fields) <= set(getattr(cml.models, name).model_fields), name


@pytest.mark.parametrize(("blocking", "of_async"), PAIRS)
def test_both_colours_have_the_same_methods_which_take_the_same(blocking: type, of_async: type):
    names = {name for name in dir(blocking) if not name.startswith("_")}
    apart = {"config", "embedded"} | {name for name in names if isinstance(getattr(blocking, name), property)}

    assert names <= set(dir(of_async))
    for name in names - apart - {"session"}:
        one, other = getattr(blocking, name), getattr(of_async, name)
        assert list(inspect.signature(one).parameters) == list(inspect.signature(other).parameters), name
        assert not inspect.iscoroutinefunction(one), name


@pytest.mark.parametrize("kind", [CognitiveMemoryLayer, AsyncCognitiveMemoryLayer])
def test_every_method_says_what_it_does(kind: type):
    for name in dir(kind):
        if not name.startswith("_"):
            assert (getattr(kind, name).__doc__ or "").split("\n")[0].endswith("."), name


def test_everything_that_is_exported_is_there():
    for name in cml.__all__:
        assert getattr(cml, name) is not None
    with pytest.raises(AttributeError, match="nothing"):
        _ = cml.nothing  # pyright: ignore[reportAttributeAccessIssue]


def test_the_second_colour_is_the_one_that_is_made_of_the_first():
    spec = importlib.util.spec_from_file_location("cml_colours", ROOT / "tools" / "cml_colours.py")
    assert spec is not None
    assert spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)

    made: dict[Path, str] = tool.made()

    assert len(made) == 2
    for path, text in made.items():
        assert path.read_text(encoding="utf-8") == text, f"python tools/cml_colours.py: {path.name}"


LIGHT = (
    "import sys, cml; print([one for one in sys.modules if one.split('.')[0] in {'umi', 'fastapi', 'numpy', 'openai'}])"
)


def test_importing_it_loads_nothing_of_the_engine():
    ran = subprocess.run([sys.executable, "-c", LIGHT], capture_output=True, text=True, timeout=60, check=True)

    assert ran.stdout == "[]\n"
