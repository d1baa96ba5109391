"""Each thing that upstream's Umi offers has a row in the page of parity, and a test that there is."""

from __future__ import annotations

import re

import pytest
from tests.architecture.repository import ROOT, named_tests

PAGE = ROOT / "docs" / "reference" / "parity-umi.md"
TEST = re.compile(r"`((?:tests|packages/umi/src/umi/testing)/[\w/]+\.py::[\w:]+)`")
ROWS = [
    line
    for line in PAGE.read_text(encoding="utf-8").splitlines()
    if line.startswith("| ") and not line.startswith(("| Upstream ", "|---"))
]
CLASSES = (
    "Memory", "MemoryBuilder", "MemoryConfig", "RememberOptions", "RecallOptions", "RememberResult", "Entity",
    "EntityBuilder", "SourceRef", "EvolutionRelation", "CoreMemory", "MemoryBlock", "WorkingMemory", "ArchivalMemory",
    "StorageBackend", "VectorBackend", "LLMProvider", "EmbeddingProvider", "EntityExtractor", "DualRetriever",
    "EvolutionTracker", "UnifiedMemory", "SimConfig", "DeterministicRng", "SimClock", "FaultInjector", "SimStorage",
    "SimNetwork", "SimLLM", "Simulation", "PropertyTest", "TelemetryConfig",
)  # fmt: skip


def test_there_are_many_rows():
    assert len(ROWS) > 100


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.split("|")[1].strip()[:60])
def test_a_row_says_what_is_here_and_names_tests_that_there_are(row: str):
    _, upstream, here, tested, _ = re.split(r"(?<!\\)\|", row)
    named = TEST.findall(tested)

    assert upstream.strip()
    assert here.strip()
    assert named, "no test is named"
    assert [name for name in named if name not in named_tests()] == []


def test_nothing_is_marked_as_missing():
    assert [row for row in ROWS if "**missing**" in row] == []


@pytest.mark.parametrize("name", CLASSES)
def test_every_class_of_upstreams_has_a_row(name: str):
    assert any(name in row.split("|")[1] for row in ROWS)
