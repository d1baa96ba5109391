from __future__ import annotations

import io
import json
from typing import Any

from umi.domain.turn import Role, Turn
from umi.formats import BadRecord, Source, read
from umi.formats.record import Item


def message(role: str, text: Any, **more: Any) -> dict[str, Any]:
    content = {"content_type": "text", "parts": [text]}
    return {"author": {"role": role}, "content": content, "create_time": None, **more}


def tree(*nodes: tuple[str, str | None, dict[str, Any] | None]) -> dict[str, Any]:
    children = {name: [child for child, parent, _ in nodes if parent == name] for name, _, _ in nodes}
    return {
        name: {"id": name, "parent": parent, "children": children[name], "message": said}
        for name, parent, said in nodes
    }


def conversation(mapping: dict[str, Any], current: str | None, **more: Any) -> dict[str, Any]:
    base = {"title": "Sourdough", "create_time": 1736620920.5, "conversation_id": "c1"}
    return {**base, "mapping": mapping, "current_node": current, **more}


def items(*conversations: Any) -> list[Item]:
    return list(read(Source(io.BytesIO(json.dumps(list(conversations)).encode()), name="conversations.json")))


def texts(*conversations: Any) -> list[str]:
    return [item.text for item in items(*conversations) if isinstance(item, Turn)]


BRANCHED = tree(
    ("root", None, None),
    ("q1", "root", message("user", "How warm?")),
    ("a1", "q1", message("assistant", "First answer.")),
    ("a2", "q1", message("assistant", "Second answer.")),
    ("q2", "a2", message("user", "Thanks", create_time=1736621000)),
)


def test_the_branch_last_seen_is_followed_and_the_others_left_out():
    assert texts(conversation(BRANCHED, "q2")) == ["How warm?", "Second answer.", "Thanks"]
    assert texts(conversation(BRANCHED, "a1")) == ["How warm?", "First answer."]


def test_without_a_current_node_the_newest_branch_is_followed():
    assert texts(conversation(BRANCHED, None)) == ["How warm?", "Second answer.", "Thanks"]


def test_title_time_and_key_come_from_the_export():
    first, _, last = (item for item in items(conversation(BRANCHED, "q2")) if isinstance(item, Turn))
    assert (first.role, first.session, first.key) == (Role.USER, "c1", "chatgpt:c1:q1")
    assert first.topics == ("Sourdough",)
    assert first.metadata == {"title": "Sourdough"}
    assert first.event_time is not None
    assert first.event_time.timestamp() == 1736620920.5, "a message without a time has the conversation's"
    assert last.event_time is not None
    assert last.event_time.timestamp() == 1736621000


def test_machinery_is_left_out():
    thoughts = {"content_type": "thoughts", "thoughts": [{"content": "hm"}]}
    mapping = tree(
        ("s", None, message("system", "prompt")),
        ("h", "s", message("user", "about me", metadata={"is_visually_hidden_from_conversation": True})),
        ("q", "h", message("user", "Weather?")),
        ("c", "q", message("assistant", "search()", recipient="browser")),
        ("t", "c", message("tool", "result")),
        ("r", "t", {"author": {"role": "assistant"}, "content": thoughts}),
        ("a", "r", message("assistant", "Rain\ue200cite\ue202turn0search1\ue201.", recipient="all")),
    )
    assert texts(conversation(mapping, "a")) == ["Weather?", "Rain."]


def test_of_a_picture_and_a_recording_the_words_are_kept():
    parts = [
        "What is this?",
        {"content_type": "image_asset_pointer"},
        {"content_type": "audio_transcription", "text": "a fern"},
    ]
    said = {"author": {"role": "user"}, "content": {"content_type": "multimodal_text", "parts": parts}}
    assert texts(conversation(tree(("q", None, said)), "q")) == ["What is this?\n\na fern"]


def test_parents_that_run_in_a_circle_end_the_branch():
    mapping = tree(("a", "b", message("user", "one")), ("b", "a", message("assistant", "two")))
    assert sorted(texts(conversation(mapping, "a"))) == ["one", "two"]


def test_a_conversation_without_messages_is_reported_and_the_next_read():
    bad, good = items({"title": "odd", "mapping": None}, conversation(tree(("q", None, message("user", "Hi"))), "q"))
    assert isinstance(bad, BadRecord)
    assert (bad.number, bad.where, bad.excerpt) == (1, "$[0]", "odd")
    assert isinstance(good, Turn)


def test_a_message_with_half_a_character_is_reported_with_its_path():
    (bad,) = items(conversation(tree(("q", None, message("user", "\ud83d"))), "q"))
    assert isinstance(bad, BadRecord)
    assert bad.where == "$[0].mapping.q"
