"""Every error that upstream's bindings name has a class here, and is raised where its name says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.unit.parity.making import opened

import umi
from umi import errors

NAMED = {
    "EmptyTextError": errors.Invalid,
    "TextTooLongError": errors.LimitExceeded,
    "EmptyQueryError": errors.Invalid,
    "InvalidImportanceError": errors.Invalid,
    "InvalidLimitError": errors.Invalid,
    "StorageError": errors.Unavailable,
    "EmbeddingError": errors.Unavailable,
    "ProviderError": errors.Unavailable,
}


@pytest.mark.parametrize("name", NAMED)
def test_an_error_that_upstream_names_is_public_and_in_the_tree(name: str):
    error = getattr(umi, name)

    assert issubclass(error, NAMED[name])
    assert issubclass(error, umi.MemoryError)


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"text": ""}, errors.EmptyTextError),
        ({"text": "x" * 1_000_001}, errors.TextTooLongError),
        ({"text": "x", "importance": 1.5}, errors.InvalidImportanceError),
        ({"text": "x", "entity_type": "unicorn"}, errors.Invalid),
        ({"text": "x", "event_time": "never"}, errors.InvalidTimeError),
        ({"text": "\ud800"}, errors.InvalidTextError),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
async def test_remember_raises_the_error_of_its_name(asked: dict[str, Any], error: type[Exception], tmp_path: Path):
    async with opened(tmp_path) as memory:
        with pytest.raises(error):
            await memory.remember(**asked)
        assert await memory.count() == 0


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"query": ""}, errors.EmptyQueryError),
        ({"query": "x" * 10_001}, errors.QueryTooLongError),
        ({"query": "x", "limit": 0}, errors.InvalidLimitError),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
async def test_recall_raises_the_error_of_its_name(asked: dict[str, Any], error: type[Exception], tmp_path: Path):
    async with opened(tmp_path) as memory:
        with pytest.raises(error):
            await memory.recall(**asked)


def test_a_storage_that_cannot_be_reached_raises_the_error_of_its_name(tmp_path: Path):
    (tmp_path / "file").write_text("no folder")

    with pytest.raises(umi.StorageError):
        umi.Memory(storage=tmp_path / "file" / "memory.db")


async def test_an_embedder_that_gives_nonsense_raises_the_error_of_its_name(tmp_path: Path):
    class Broken:
        model = "broken"
        dimensions = 8

        def embed(self, texts: Any) -> Any:
            return [[0.0] * 8 for _ in texts]

    async with opened(tmp_path, embedder=Broken()) as memory:
        with pytest.raises(umi.EmbeddingError):
            await memory.remember("The roof leaks.")


def test_errors_of_wrong_input_are_also_value_errors():
    """Upstream raised plain ValueErrors; code that catches those goes on working."""
    wrong = [name for name, branch in NAMED.items() if branch is not errors.Unavailable]

    assert all(issubclass(getattr(umi, name), ValueError) for name in wrong)


def test_an_error_that_may_pass_says_so_by_its_branch_and_a_provider_in_particular():
    assert not errors.ProviderAuthenticationError().is_retryable
    assert not errors.ProviderRequestError().is_retryable
    assert errors.ProviderTimeoutError().is_retryable
    assert errors.ProviderRateLimitError().is_retryable
    assert errors.ProviderConnectionError().is_retryable
