"""Entities made by hand: what they need, what follows from it, and what is refused."""

from __future__ import annotations

import ast
import inspect
from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from umi.domain import entity as entity_module
from umi.domain.entity import EXTRACTED, Entity, EntityType, MemoryType, Status
from umi.domain.naming import auto_name, id_of
from umi.domain.scope import Scope
from umi.domain.source_ref import SourceRef
from umi.errors import (
    EmptyTextError,
    Invalid,
    InvalidImportanceError,
    InvalidTextError,
    InvalidTimeError,
    LimitExceeded,
    TextTooLongError,
)
from umi.errors import MemoryError as UmiError
from umi.limits import EMBEDDING_DIMENSIONS_COUNT_MAX, ENTITY_CONTENT_BYTES_MAX, ENTITY_NAME_BYTES_MAX
from umi.stores.relational.codec import decode, encode

AT = datetime(2026, 5, 8, 12, tzinfo=UTC)


def alice(**given: Any) -> Entity:
    return Entity("person", "Alice", "Software engineer at Acme Corp", **given)


def stored_and_read(entity: Entity) -> Entity:
    return decode(
        encode(entity),
        None,
        status=entity.status,
        revision=entity.revision,
        created_at=entity.created_at,
        updated_at=entity.updated_at,
        turn=0,
    )


def test_a_type_a_name_and_a_content_are_enough():
    entity = alice()

    assert (entity.entity_type, entity.name) == (EntityType.PERSON, "Alice")
    assert entity.content == "Software engineer at Acme Corp"
    assert f"{entity.entity_type}" == "person"
    assert entity.created_at == entity.updated_at == entity.event_time
    assert entity.created_at.tzinfo is UTC
    assert (entity.status, entity.importance, entity.confidence) == (Status.ACTIVE, 0.5, 1.0)


def test_the_same_type_and_name_give_the_same_id_for_ever():
    assert alice().id == Entity(EntityType.PERSON, "  aLICE ", "Someone else's words").id
    assert alice().id == "d4d4a8dc-65ff-85da-a1c9-9bea962d5367"


def test_another_type_name_user_or_tenant_gives_another_id():
    made = [
        alice(),
        Entity("topic", "Alice", "x"),
        Entity("person", "Alicia", "x"),
        alice(scope=Scope(user="ada")),
        alice(scope=Scope(namespace="ada")),
        alice(scope=Scope(tenant="ada")),
    ]

    assert len({entity.id for entity in made}) == len(made)
    assert alice(scope=Scope(session="s")).id == alice().id


@given(st.sampled_from(EntityType), st.text(max_size=40))
def test_an_id_is_a_version_8_uuid(entity_type: EntityType, name: str):
    parts = id_of(entity_type, name).split("-")

    assert [len(part) for part in parts] == [8, 4, 4, 4, 12]
    assert parts[2][0] == "8"
    assert parts[3][0] in "89ab"


def test_an_id_that_is_given_is_kept():
    assert alice(id="a-1").id == "a-1"


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("PERSON", EntityType.PERSON),
        (" Org ", EntityType.ORGANIZATION),
        ("Place", EntityType.LOCATION),
        ("meeting", EntityType.EVENT),
        ("Preference", EntityType.NOTE),
        ("self", EntityType.SELF),
    ],
)
def test_a_type_has_other_names_and_no_case(said: str, meant: EntityType):
    assert EntityType.parse(said) is meant
    assert Entity(said, "x", "y").entity_type is meant


def test_a_preference_is_remembered_as_one():
    assert Entity("preference", "tea", "Likes tea").memory_type is MemoryType.PREFERENCE
    assert Entity("preference", "tea", "Likes tea", memory_type="semantic").memory_type is MemoryType.SEMANTIC
    assert Entity("note", "tea", "Likes tea").memory_type is MemoryType.MESSAGE


def test_without_a_name_it_takes_its_first_line_cut_between_words():
    entity = Entity("note", "", "The quick brown fox jumps over the lazy dog and then sleeps\nfor a day")

    assert entity.name == "The quick brown fox jumps over the lazy dog and…"
    assert len(entity.name) <= 50


def test_a_name_is_never_cut_within_a_character():
    assert auto_name("x" * 45 + "👨\u200d👩\u200d👧 family") == "x" * 45 + "…"


@pytest.mark.parametrize(
    ("given", "error"),
    [
        pytest.param({"content": ""}, EmptyTextError, id="no content"),
        pytest.param({"content": 7}, InvalidTextError, id="a number for content"),
        pytest.param({"content": "x" * (ENTITY_CONTENT_BYTES_MAX + 1)}, TextTooLongError, id="a long content"),
        pytest.param({"content": "é" * (ENTITY_CONTENT_BYTES_MAX // 2 + 1)}, TextTooLongError, id="counted in bytes"),
        pytest.param({"name": "é" * (ENTITY_NAME_BYTES_MAX // 2 + 1)}, TextTooLongError, id="a long name"),
        pytest.param({"name": " "}, EmptyTextError, id="a blank name"),
        pytest.param({"name": None}, InvalidTextError, id="None for a name"),
        pytest.param({"entity_type": "robot"}, Invalid, id="an unknown type"),
        pytest.param({"entity_type": None}, Invalid, id="None for a type"),
        pytest.param({"memory_type": "rumour"}, Invalid, id="an unknown memory type"),
        pytest.param({"importance": 1.5}, InvalidImportanceError, id="importance above 1"),
        pytest.param({"importance": "high"}, InvalidImportanceError, id="importance in words"),
        pytest.param({"confidence": float("nan")}, InvalidImportanceError, id="confidence that is no number"),
        pytest.param({"id": " "}, EmptyTextError, id="a blank id"),
        pytest.param({"scope": "me"}, Invalid, id="a scope that is none"),
        pytest.param({"topics": "work"}, Invalid, id="topics that are one string"),
        pytest.param({"topics": [""]}, EmptyTextError, id="an empty topic"),
        pytest.param({"metadata": [1]}, Invalid, id="metadata that is a list"),
        pytest.param({"metadata": {"a": {1, 2}}}, Invalid, id="metadata that JSON cannot hold"),
        pytest.param({"embedding": "0.1"}, Invalid, id="an embedding that is text"),
        pytest.param({"embedding": []}, Invalid, id="an empty embedding"),
        pytest.param({"embedding": [0.0, 0.0]}, Invalid, id="an embedding of zeros"),
        pytest.param({"embedding": [1.0, float("inf")]}, Invalid, id="an infinite embedding"),
        pytest.param({"embedding": ["a"]}, Invalid, id="an embedding of words"),
        pytest.param({"embedding": [1.0] * (EMBEDDING_DIMENSIONS_COUNT_MAX + 1)}, LimitExceeded, id="a long embedding"),
        pytest.param({"event_time": "last Friday"}, InvalidTimeError, id="a time in words"),
        pytest.param({"document_time": []}, InvalidTimeError, id="a time that is a list"),
        pytest.param({"source_ref": 7}, Invalid, id="a source that is a number"),
    ],
)
def test_what_cannot_be_used_is_refused_by_a_typed_error(given: dict[str, Any], error: type[UmiError]):
    whole: dict[str, Any] = {"entity_type": "person", "name": "Alice", "content": "An engineer"}

    with pytest.raises(error):
        Entity(**{**whole, **given})


def test_an_importance_outside_is_refused_in_a_copy_too():
    with pytest.raises(InvalidImportanceError):
        replace(alice(), importance=7.0)


def test_only_what_a_model_found_named_is_no_more_than_a_name():
    assert Entity("person", "Alice", "Alice", source=EXTRACTED).is_name
    assert not Entity("person", "Alice", "Alice").is_name
    assert not Entity("person", "Alice", "An engineer", source=EXTRACTED).is_name
    assert not Entity("note", "Alice", "Alice", source=EXTRACTED).is_name


def test_metadata_is_set_in_place_and_belongs_to_one_entity_alone():
    given = {"team": "core"}
    entity = alice(metadata=given)
    copy = replace(entity)

    entity.set_meta("company", "Acme Corp")

    assert entity.get_meta("company") == "Acme Corp"
    assert entity.metadata == {"team": "core", "company": "Acme Corp"}
    assert copy.get_meta("company") is None
    assert given == {"team": "core"}
    assert alice().get_meta("company", "none") == "none"


def test_metadata_that_json_cannot_hold_is_refused_and_changes_nothing():
    entity = alice()

    with pytest.raises(Invalid):
        entity.set_meta("when", AT)
    with pytest.raises(Invalid):
        entity.set_meta(7, "seven")  # pyright: ignore[reportArgumentType]

    assert entity.metadata == {}


def test_copies_leave_the_entity_as_it_was():
    entity = alice(embedding=[1, 0])

    assert entity.with_content("Now at Initech").content == "Now at Initech"
    assert entity.with_content("Now at Initech").has_embedding is False
    assert entity.with_embedding([0, 1]).embedding == (0.0, 1.0)
    assert entity.with_meta("a", 1).metadata == {"a": 1}
    assert (entity.content, entity.embedding, entity.metadata) == ("Software engineer at Acme Corp", (1.0, 0.0), {})
    with pytest.raises(EmptyTextError):
        entity.with_content(" ")


def test_a_builder_gives_what_the_constructor_does():
    built = (
        Entity.builder("org", "Acme", "Makes anvils")
        .with_id("acme")
        .with_metadata("founded", 1949)
        .with_metadata("city", "Fairfield")
        .with_embedding([0.5, 0.5])
        .with_importance(0.9)
        .with_confidence(0.8)
        .with_scope(Scope(user="ada"))
        .with_created_at("2026-05-08T12:00:00Z")
        .with_updated_at(AT)
        .with_event_time("2026-05-07")
        .with_document_time("2026-05-06")
        .with_source_ref("https://acme.example/about.html")
        .build()
    )

    assert built == Entity(
        EntityType.ORGANIZATION,
        "Acme",
        "Makes anvils",
        id="acme",
        metadata={"founded": 1949, "city": "Fairfield"},
        importance=0.9,
        confidence=0.8,
        scope=Scope(user="ada"),
        created_at=AT,
        updated_at=AT,
        event_time=datetime(2026, 5, 7, tzinfo=UTC),
        document_time=datetime(2026, 5, 6, tzinfo=UTC),
        source_ref=SourceRef("https://acme.example/about.html"),
    )
    assert built.embedding == (0.5, 0.5)


def test_a_builder_refuses_what_the_constructor_refuses():
    with pytest.raises(InvalidImportanceError):
        Entity.builder("org", "Acme", "Makes anvils").with_importance(2).build()


def test_a_store_keeps_the_document_time_and_the_original_and_leaves_the_embedding_out():
    ref = SourceRef("s3://bucket/a.pdf", mime_type="application/pdf", size_bytes=7, checksum="sha256:00")
    entity = alice(document_time=AT, source_ref=ref, embedding=[1.0], metadata={"a": 1})

    read = stored_and_read(entity)

    assert read == entity
    assert (read.document_time, read.source_ref, read.embedding) == (AT, ref, None)
    assert "embedding" not in encode(entity)


def test_an_entity_without_them_is_stored_by_the_same_bytes_as_before():
    assert "document" not in encode(alice())
    assert "original" not in encode(alice())


def test_an_embedding_is_neither_shown_nor_compared():
    assert "0.123" not in repr(alice(embedding=[0.123], id="a", created_at=AT))
    assert alice(embedding=[0.123], created_at=AT) == alice(created_at=AT)


def test_what_type_checkers_read_of_the_constructor_is_what_it_takes():
    tree = ast.parse(Path(inspect.getfile(entity_module)).read_text(encoding="utf-8"))
    [declared] = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name == "__init__"]

    real = inspect.signature(Entity.__init__).parameters

    assert [argument.arg for argument in (*declared.args.args, *declared.args.kwonlyargs)] == list(real)
    assert [field.name for field in fields(Entity)] == list(real)[1:]
    assert len(declared.args.args) == 4
