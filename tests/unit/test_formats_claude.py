from __future__ import annotations

import io
import json
from typing import Any

from umi.domain.turn import Role, Turn
from umi.formats import BadRecord, Source, read
from umi.formats.record import Item


def message(sender: str, text: str, **more: Any) -> dict[str, Any]:
    return {"uuid": f"m-{text}", "sender": sender, "text": text, "created_at": "2025-03-01T14:20:00.5Z", **more}


def items(*messages: dict[str, Any]) -> list[Item]:
    export = [{"uuid": "c1", "name": "Ferns", "created_at": "2025-03-01T14:00:00Z", "chat_messages": list(messages)}]
    return list(read(Source(io.BytesIO(json.dumps(export).encode()), name="conversations.json")))


def test_senders_times_title_and_keys_come_from_the_export():
    question, answer = items(message("human", "why"), message("assistant", "because"))
    assert isinstance(question, Turn)
    assert isinstance(answer, Turn)
    assert (question.role, answer.role) == (Role.USER, Role.ASSISTANT)
    assert (question.session, question.topics, question.key) == ("c1", ("Ferns",), "claude:c1:m-why")
    assert question.event_time is not None
    assert question.event_time.isoformat() == "2025-03-01T14:20:00.500000+00:00"


def test_of_the_parts_only_what_was_said_is_kept():
    parts: list[Any] = [
        {"type": "thinking", "thinking": "hm"},
        {"type": "text", "text": "Shade."},
        {"type": "tool_use", "input": {}},
    ]
    (turn,) = items(message("assistant", "older field", content=parts))
    assert isinstance(turn, Turn)
    assert turn.text == "Shade."


def test_an_older_export_without_parts_gives_its_text():
    (turn,) = items(message("human", "older field", content=[]))
    assert isinstance(turn, Turn)
    assert turn.text == "older field"


def test_a_message_without_a_time_has_that_of_the_one_before():
    _, second = items(message("human", "a"), message("assistant", "b", created_at=None))
    assert isinstance(second, Turn)
    assert second.event_time is not None
    assert second.event_time.minute == 20


def test_two_equal_messages_without_ids_stay_two():
    keys = {
        item.key
        for item in items(message("human", "ok", uuid=None), message("human", "ok", uuid=None))
        if isinstance(item, Turn)
    }
    assert len(keys) == 2


def test_an_unknown_sender_is_reported_and_the_rest_read():
    bad, good = items(message("ghost", "boo"), message("human", "hm"))
    assert isinstance(bad, BadRecord)
    assert bad.where == "$[0].chat_messages[0]"
    assert isinstance(good, Turn)


def test_an_empty_message_is_no_turn():
    assert items(message("human", "  ")) == []
