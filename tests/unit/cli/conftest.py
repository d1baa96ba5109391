"""Runs `umi` in this process, on a store of the test's own, with an embedder that needs no model."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import pytest
from click.testing import CliRunner, Result
from tests.embedding import HashingEmbedder

from umi.cli.main import command


class Umi(Protocol):
    """Runs `umi` with these words."""

    def __call__(self, *words: str | Path, input: str | bytes | None = None) -> Result: ...


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The store that UMI_STORE names."""
    path = tmp_path / "memory.db"
    monkeypatch.setenv("UMI_STORE", str(path))
    return path


@pytest.fixture
def umi(store: Path, monkeypatch: pytest.MonkeyPatch) -> Umi:
    assert not store.exists()
    monkeypatch.setattr("umi.providers.embedding.minilm.MiniLMEmbedder", HashingEmbedder)

    def run(*words: str | Path, input: str | bytes | None = None) -> Result:
        return CliRunner().invoke(command, [str(word) for word in words], input=input)

    return run


@pytest.fixture
def at_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("umi.cli.screen.for_person", lambda: True)


def json_lines(result: Result) -> Sequence[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def json_document(result: Result) -> dict[str, Any]:
    [document] = json_lines(result)
    return document
