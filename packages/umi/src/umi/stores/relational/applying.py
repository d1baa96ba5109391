"""Making changes true inside a write transaction: an entity comes, is altered, is related, and changes are undone."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import takewhile
from typing import Any

from umi.domain.change import (
    ALTERABLE,
    IDENTITY_OF_CONTENT,
    IDENTITY_RELEASED,
    Add,
    Alter,
    Applied,
    Batch,
    Change,
    Outcome,
    Relate,
    Undo,
)
from umi.domain.entity import Entity, Status
from umi.domain.label import labels
from umi.domain.relation import RelationKind
from umi.domain.text import is_question
from umi.domain.time import to_microseconds
from umi.errors import Conflict, Invalid, NotFound
from umi.stores.relational import tasks
from umi.stores.relational.chain import Kind
from umi.stores.relational.codec import (
    STATUSES,
    decode_values,
    encode,
    encode_state,
    encode_values,
    entity_of,
    status_of,
)
from umi.stores.relational.database import Row
from umi.stores.relational.placing import PARTITION_SHIFT
from umi.stores.relational.transaction import FOR_EVER, Transaction, Version

# What was said stays known while it is recalled, under review or merged; else saying it again is news.
_RELEASED = frozenset({Status.FORGOTTEN, Status.SUPERSEDED, Status.EXPIRED, Status.SILENCED})
_REWORDED = frozenset({"content", "event_time"})  # an entity is found by its text and its date


def apply_batch(transaction: Transaction, batch: Batch) -> list[Applied]:
    """Make a batch true; where a guard does not hold any more, nothing of it."""
    transaction.begin_batch()
    if not (tasks.are_held(transaction, batch) and all(map(transaction.holds, batch.guards))):
        return [transaction.applied("", 0, Outcome.STALE) for _ in batch.changes]
    transaction.foreknown.look(batch.changes)
    answers = [answer for group in batch.groups for answer in _apply_group(transaction, group, batch.actor)]
    transaction.finish_batch()
    tasks.settle(transaction, batch, answers)
    return answers


def _apply_group(transaction: Transaction, group: Sequence[Change], actor: str) -> list[Applied]:
    """Apply what was decided together. Where the first of it changes nothing, the rest was decided in vain."""
    transaction.begin_group()
    gone = _gone(transaction, group)
    if gone is not None:
        return [transaction.applied(gone, 0, Outcome.GROUNDLESS) for _ in group]
    answers: list[Applied] = []
    for change in group:
        if answers and answers[0].outcome is not Outcome.APPLIED:
            answers.append(replace(answers[0], seq=0))
        else:
            answers.append(_apply(transaction, change, actor))
    return answers


def _gone(transaction: Transaction, group: Sequence[Change]) -> str | None:
    """Return what a text of the group is made of and is not there: in this transaction nobody can erase it any more."""
    edges = [change for change in group if isinstance(change, Relate) and change.kind is RelationKind.DERIVE]
    if not edges:
        return None
    added = {change.entity.id for change in group if isinstance(change, Add)}
    made = added | {change.id for change in group if isinstance(change, Alter)}
    grounds = ((edge.scope, edge.target) for edge in edges if edge.source in made and edge.target not in added)
    return next((id for scope, id in grounds if not transaction.has(scope, id)), None)


def _apply(transaction: Transaction, change: Change, actor: str) -> Applied:
    match change:
        case Add():
            return _add(transaction, change, actor)
        case Alter():
            transaction.foreknown.forget()
            return _alter(transaction, change, actor)
        case Relate():
            return _relate(transaction, change, actor)
        case Undo():
            transaction.foreknown.forget()
            return _undo(transaction, change, actor)


def _add(transaction: Transaction, change: Add, actor: str) -> Applied:
    db, entity = transaction.db, change.entity
    known = transaction.foreknown.identity(change.identity)
    if known is not None:
        id, seq, at, status = known
        return replace(transaction.applied(id, seq, Outcome.KNOWN, at), status=status_of(status))
    tenant = transaction.tenant(entity.scope)
    taken = transaction.foreknown.id(entity.scope.tenant, tenant, entity.id)
    if taken is not None:
        return _known_by_id(transaction, entity, taken)
    number, session, position = _place(transaction, entity, tenant)
    seq = transaction.record(Kind.ADD, number, entity.id, actor, encode(entity))
    active = entity.status is Status.ACTIVE
    db.run("entity_add", {
        "no": number, "id": entity.id, "tenant": tenant, "identity": change.identity,
        "status": STATUSES.index(entity.status), "revision": 1, "session": session, "position": position,
        "speaker": entity.speaker, "role": entity.role, "recorded_at": transaction.at, "updated_at": transaction.at,
        "lent": change.words.lent, "content": seq, "changed": seq, "state": None, **columns_of(entity),
    })  # fmt: skip
    if active:
        transaction.count_active(tenant, number, 1)
    for word in change.words.speaker.split():
        db.run("speaker_add", (number >> PARTITION_SHIFT, word))
    transaction.put_labels(number, entity)
    transaction.put_facts(number, entity)
    if change.vector is not None:
        transaction.put_vector(number, change.model, change.vector, active=active)
    transaction.index(number, change.words, entity.status)
    if entity.status in _RELEASED:
        db.run("identity_release", (number, IDENTITY_OF_CONTENT, IDENTITY_RELEASED))
    return transaction.applied(entity.id, seq)


def columns_of(entity: Entity) -> dict[str, Any]:
    """What filters and ranking need to know, from what may change."""
    return {
        "entity_type": entity.entity_type,
        "memory_type": entity.memory_type,
        "event_at": to_microseconds(entity.event_time),
        "valid_from": to_microseconds(entity.held_from),
        "valid_until": FOR_EVER if entity.valid_until is None else to_microseconds(entity.valid_until),
        "expires_at": None if entity.expires_at is None else to_microseconds(entity.expires_at),
        "trust": entity.trust.rank,
        "importance": entity.importance,
        "length": len(entity.content),
        "question": is_question(entity.content),
    }


def _place(transaction: Transaction, entity: Entity, tenant: int) -> tuple[int, int | None, int]:
    """Return the entity's number, its session's number, and its place in that session."""
    scope = entity.scope
    parts = (tenant, scope.user or "", scope.namespace or "", scope.agent or "")
    number = transaction.places.number(parts)
    if scope.session is None:
        return number, None, 0
    session, position = transaction.places.turn(number >> PARTITION_SHIFT, scope.session)
    return number, session, position


def _known_by_id(transaction: Transaction, entity: Entity, row: Row) -> Applied:
    """An entity that comes with the id of one that is there is that one, if it says the same."""
    kept = entity_of(row)[1]
    if (kept.content, kept.scope) != (entity.content, entity.scope):
        raise Conflict(f"The id {entity.id!r} is taken by another entity of this tenant.")
    return transaction.applied(kept.id, 0, Outcome.KNOWN, to_microseconds(kept.created_at))


def _alter(transaction: Transaction, change: Alter, actor: str) -> Applied:
    version = transaction.find(change.scope, change.id)
    if version is None:
        return transaction.applied(change.id, 0, Outcome.MISSING)
    before = version.entity
    if change.revision is not None and change.revision != before.revision:
        return transaction.applied(change.id, 0, Outcome.STALE)
    unknown = change.values.keys() - ALTERABLE
    if unknown:
        raise Invalid(f"An entity's {', '.join(sorted(unknown))} never change.")
    values = {name: value for name, value in change.values.items() if getattr(before, name) != value}
    if not values:
        return transaction.applied(change.id, version.changed, Outcome.KNOWN, to_microseconds(before.updated_at))
    _keep_version(transaction, version)
    if _REWORDED & values.keys():
        _set_text_aside(transaction, version)
    if change.vector is not None:
        transaction.put_vector(version.number, change.model, change.vector, active=before.status is Status.ACTIVE)
    said: dict[str, Any] = {
        "before": encode_values({name: getattr(before, name) for name in values}),
        "after": encode_values(values),
        "reason": change.reason,
    }
    if change.by is not None:
        said["by"] = change.by
    seq = transaction.record(Kind.of(change.act), version.number, change.id, actor, said)
    _become(transaction, version, values, seq)
    return transaction.applied(change.id, seq)


def _keep_version(transaction: Transaction, version: Version) -> int:
    """Keep what the entity is now as an earlier version of it, under a number of its own; return that."""
    past = transaction.places.more(version.partition)
    transaction.db.run("version_keep", (past, version.number, transaction.at))
    transaction.put_labels(past, version.entity)
    return past


def _set_text_aside(transaction: Transaction, version: Version) -> None:
    """Let the text that is about to change be found as of the time when it stood: under its last version's number."""
    db, number = transaction.db, version.number
    past = int(db.value("version_last", (number,)))
    transaction.unindex(number, version.entity.status)
    db.run("embedding_copy", (past, number))
    db.run("versions_point", (number, past))
    transaction.index(past, transaction.words_of(version.entity), Status.FORGOTTEN)
    transaction.index(number, transaction.words_of(version.entity), version.entity.status)


def _become(transaction: Transaction, version: Version, values: Mapping[str, Any], seq: int) -> None:
    """Let the entity be what the values make of it, in every table that holds a part of it."""
    db, number, before = transaction.db, version.number, version.entity
    after = replace(before, **values)
    words = transaction.words_of(after)
    db.run("entity_become", {
        "no": number, "status": STATUSES.index(after.status), "updated_at": transaction.at, "changed": seq,
        "lent": words.lent, "state": encode_state(version.state, values), **columns_of(after),
    })  # fmt: skip
    for name, value in set(labels(before)) - set(labels(after)):
        db.run("label_delete", (name, value, number))
    transaction.put_labels(number, after)
    transaction.put_facts(number, after)
    if before.status is not after.status or _REWORDED & values.keys():
        transaction.unindex(number, before.status)
        transaction.index(number, words, after.status)
    if before.status is not after.status:
        _change_status(transaction, number, before.status, after.status)


def _change_status(transaction: Transaction, number: int, before: Status, after: Status) -> None:
    db, active = transaction.db, after is Status.ACTIVE
    if active or before is Status.ACTIVE:
        tenant = db.value("entity_tenant", (number,))
        transaction.count_active(tenant, number, 1 if active else -1)
        db.run("embedding_active", (number, active))
    if after in _RELEASED and before not in _RELEASED:
        db.run("identity_release", (number, IDENTITY_OF_CONTENT, IDENTITY_RELEASED))
    elif before in _RELEASED and after not in _RELEASED:
        db.run("identity_reclaim", (number, IDENTITY_RELEASED))


def _relate(transaction: Transaction, change: Relate, actor: str) -> Applied:
    source = transaction.find(change.scope, change.source)
    target = transaction.find(change.scope, change.target)
    if source is None or target is None:
        return transaction.applied(change.source if source is None else change.target, 0, Outcome.MISSING)
    standing = transaction.db.row("relation_standing", (source.number, target.number, change.kind))
    if standing is not None:
        return transaction.applied(change.source, standing[0], Outcome.KNOWN, standing[1])
    said = {"target": change.target, "kind": change.kind, "reason": change.reason, "confidence": change.confidence}
    seq = transaction.record(Kind.RELATE, source.number, change.source, actor, said)
    values = (source.number, target.number, change.kind, change.reason, change.confidence, transaction.at, seq)
    transaction.db.run("relation_add", values)
    return transaction.applied(change.source, seq)


def _undo(transaction: Transaction, change: Undo, actor: str) -> Applied:
    """Undo a group of changes, last first."""
    members = _group(transaction, change)
    latest = {row[2]: transaction.version(row[2]).changed for row in members}
    first = 0
    for member in reversed(members):
        seq = _undo_one(transaction, member, change, actor, latest[member[2]])
        first = first or seq
    return transaction.applied(members[0][3], first)


def _group(transaction: Transaction, change: Undo) -> list[Row]:
    """Return the log's rows of a change and of those decided along with it: (seq, kind, number, id, data, group)."""
    db = transaction.db
    row = db.row("log_entry", (change.seq,))
    if row is None or transaction.find(change.scope, row[3]) is None:
        raise NotFound(f"There is no change {change.seq} in this scope, or what it changed is erased.")
    start = row[5]
    members = list(takewhile(lambda row: row[5] == start, db.each("log_group", (start,))))
    if any(row[4] is None or row[1] == Kind.ERASE for row in members):
        raise Conflict(f"Change {change.seq} cannot be undone: a part of it was erased.")
    return members


def _undo_one(transaction: Transaction, row: Row, change: Undo, actor: str, latest: int) -> int:
    seq, kind, number, id, data, _ = row
    said = json.loads(data)
    if kind == Kind.RELATE or "relation" in said:
        return _undo_relation(transaction, row, said, change, actor)
    version = transaction.version(number)
    if kind == Kind.ADD:
        after: dict[str, Any] = {"status": Status(said.get("status", Status.ACTIVE))}
        before: dict[str, Any] = {"status": Status.FORGOTTEN}
    else:
        before, after = decode_values(said.get("before", {})), decode_values(said.get("after", {}))
    if kind in {Kind.FORGET, Kind.RESTORE} and "after" not in said:  # as written before schema 2
        before, after = {"status": STATUSES[int(kind == Kind.RESTORE)]}, {"status": STATUSES[int(kind == Kind.FORGET)]}
    moved = [name for name, value in after.items() if getattr(version.entity, name) != value]
    if moved:
        raise Conflict(
            f"Change {seq} cannot be undone: change {latest} has set {', '.join(moved)} of {id!r} since. "
            "Undo that first."
        )
    _restore_text(transaction, version, before)
    undone = {
        "before": encode_values(after), "after": encode_values(before), "reason": change.reason, "undoes": seq
    }  # fmt: skip
    place = transaction.record(Kind.UNDO, number, id, actor, undone)
    _become(transaction, version, before, place)
    return place


def _restore_text(transaction: Transaction, version: Version, values: Mapping[str, Any]) -> None:
    """Keep the version that ends here, and bring back the vector of the text that returns, if one does."""
    _keep_version(transaction, version)
    if not _REWORDED & values.keys():
        return
    reworded = (values.get("content", version.entity.content), values.get("event_time", version.entity.event_time))
    _set_text_aside(transaction, version)
    tenant = transaction.db.value("entity_tenant", (version.number,))
    for row in transaction.db.rows("versions_of", (tenant, version.entity.id)):
        number, entity = entity_of(row[1:])
        if (entity.content, entity.event_time) == reworded and number != version.number:
            transaction.db.run("embedding_return", (version.number, row[0]))
            return


def _undo_relation(transaction: Transaction, row: Row, said: Mapping[str, Any], change: Undo, actor: str) -> int:
    """Take an edge back, or put one back that was taken."""
    seq, _, number, id, _, _ = row
    stood = bool(said.get("stands", True))
    made = int(said.get("relation", seq))
    edge = transaction.db.row("relation_made", (made,))
    if edge is None:
        raise Conflict(f"Change {seq} cannot be undone: one end of the edge was erased.")
    standing = transaction.db.row("relation_standing", edge)
    if (standing is not None) != stood or (standing is not None and standing[0] != made):
        raise Conflict(f"Change {seq} cannot be undone: the edge was taken back or made anew since.")
    undone = {"relation": made, "stands": not stood, "reason": change.reason, "undoes": seq}
    place = transaction.record(Kind.UNDO, number, id, actor, undone)
    transaction.db.run("relation_end" if stood else "relation_again", (made, transaction.at))
    return place


def expire(transaction: Transaction, now: int) -> int:
    """Take out of recall whatever is past its time, and return how many there were."""
    due = transaction.db.column("entities_due", (now,))
    transaction.begin_batch()
    for number in due:
        transaction.begin_group()
        version = transaction.version(number)
        _keep_version(transaction, version)
        values = {"status": Status.EXPIRED}
        said = {
            "before": encode_values({"status": version.entity.status}),
            "after": encode_values(values),
            "reason": "past its time",
        }
        seq = transaction.record(Kind.EXPIRE, number, version.entity.id, "umi", said)
        _become(transaction, version, values, seq)
    transaction.finish_batch()
    return len(due)
