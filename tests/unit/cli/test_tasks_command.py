from __future__ import annotations

from pathlib import Path

from tests.unit.cli.conftest import Umi, json_document

from umi import CallableProvider, Memory, MemoryConfig


def _ask_in_vain(store: Path) -> str:
    """Remember a text whose reading by a model fails for good."""

    def refuse(_: object) -> str:
        raise ValueError("no model today")

    config = MemoryConfig(extraction_tries=1)
    with Memory.open(store, llm=CallableProvider(refuse), config=config) as memory:
        receipt = memory.remember_sync("Alice works at Acme")
        memory.settle_sync()
    return receipt.id


def test_what_failed_is_listed_with_its_reason_and_tried_again_when_asked(umi: Umi, store: Path):
    id = _ask_in_vain(store)

    task = json_document(umi("tasks", "--json"))
    again = umi("tasks", "--retry")

    assert (task["id"], task["kind"], task["state"], task["tries"]) == (id, "enrich", "failed", 1)
    assert "no model today" in task["error"]
    assert "1 are tried again" in again.stderr
    assert "waiting" in again.stdout


def test_where_nothing_waits_it_exits_with_1(umi: Umi):
    umi("remember", "tea")

    ran = umi("tasks")

    assert ran.exit_code == 1
    assert "Nothing waits." in ran.stderr


def test_the_password_of_a_server_is_never_printed(umi: Umi):
    ran = umi("stats", "--store", "postgresql://ada:secret@127.0.0.1:1/umi?connect_timeout=1")

    assert ran.exit_code not in (0, 70)
    assert "secret" not in ran.stdout + ran.stderr
