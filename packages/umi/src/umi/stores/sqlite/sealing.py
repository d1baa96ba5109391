"""Sealed backups: a copy in which every row is encrypted under the key of what it belongs to, and restoring one.

The file is a sequence of records: the kind and the number of the key's owner, a length, and a row. Rows that say
nothing of anybody (the log, whose entries hold no content) are plain; all others are sealed with AES-256-GCM under a
fresh nonce, bound to their owner and place. The word indexes are not in it: restoring makes them anew.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from struct import Struct
from typing import TYPE_CHECKING, Any, BinaryIO, LiteralString, cast

import apsw

from umi.domain.change import IDENTITY_OF_KEY, IndexWords
from umi.domain.entity import Entity, Status
from umi.errors import Invalid, StoreTooNewError, Unsupported
from umi.ports.world import Clock, Entropy
from umi.stores.relational.chain import Kind
from umi.stores.relational.codec import canonical, entity_of
from umi.stores.relational.erasing import ERASED_NAME
from umi.stores.relational.transaction import Transaction
from umi.stores.sqlite.connection import APPLICATION_ID, faults_named, open_writer
from umi.stores.sqlite.database import Database
from umi.stores.sqlite.keyring import COPIES, ENTITY, PARTITION, SESSION, TENANT, Keyring, Owner
from umi.stores.sqlite.statements import migrations
from umi.stores.sqlite.upkeep import named_when_whole

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_MAGIC = b"UMISEAL1"
_HEAD = Struct(">cqI")
_NONCE_BYTES, _MAC_BYTES = 12, 32
_CHUNK_BYTES = 1 << 20
_PLAIN = b"-"
_NOBODY: Owner = (_PLAIN, 0)
# In the order in which they are put back; with the column that tells the owner.
_TABLES: dict[str, tuple[bytes, int]] = {
    "tenant": (TENANT, 0),
    "partition": (PARTITION, 0),
    "session": (SESSION, 0),
    "model": (_PLAIN, 0),
    "log": (_PLAIN, 0),
    "erased": (_PLAIN, 0),
    "content": (ENTITY, 0),
    "entity": (ENTITY, 0),
    "label": (ENTITY, 2),
    "fact": (ENTITY, 3),
    "relation": (ENTITY, 1),
    "access": (ENTITY, 0),
    "embedding": (ENTITY, 0),
    "task": (ENTITY, 2),
}


def seal(db: Database, path: Path, keyring: Keyring, entropy: Entropy) -> None:
    """Write a sealed copy as of one moment. Call it inside a read transaction."""
    with named_when_whole(path) as draft, draft.open("xb") as file:
        writer = _Sealer(file, keyring, entropy)
        writer.write(_NOBODY, _head(db))
        owner_of = _Owners(db)
        for table in _TABLES:
            for row in _rows(db, table):
                writer.write(owner_of(table, row), [table, *map(_packed, row)])
        writer.finish()
        keyring.sync()  # before the copy bears its name: a copy without its keys is none


def _head(db: Database) -> dict[str, Any]:
    """What is plain: numbers, and hashes of callers' keys, which tell of nobody."""
    keyed = db.rows("identities_keyed", (IDENTITY_OF_KEY,))
    return {
        "schema": len(migrations()),
        "origin": db.value("log_first").hex(),
        "model": db.value("meta_get", ("model",)),
        "partitions": [list(row) for row in db.each("partition_numbers")],
        "keyed": [[number, id, identity.hex()] for number, id, identity in keyed],
    }


class _Owners:
    """Whose key seals a row."""

    def __init__(self, db: Database) -> None:
        self._of_version = dict(db.each("version_owners"))
        self._of_content = dict(db.each("content_owners"))

    def __call__(self, table: str, row: tuple[Any, ...]) -> Owner:
        kind, column = _TABLES[table]
        if kind == _PLAIN:
            return _NOBODY
        number = int(row[column])
        if table == "content":
            owner = self._of_content.get(number)
            return _NOBODY if owner is None else (kind, owner)  # a tombstone's
        return kind, self._of_version.get(number, number) if kind == ENTITY else number


class _Sealer:
    def __init__(self, file: BinaryIO, keyring: Keyring, entropy: Entropy) -> None:
        self._file = file
        self._keyring = keyring
        self._entropy = entropy
        self._place = 0
        self._mac = hmac.new(keyring.make(COPIES, entropy.bytes), _MAGIC, "sha256")
        file.write(_MAGIC)

    def write(self, owner: Owner, value: object) -> None:
        data = canonical(value).encode()
        if owner[0] != _PLAIN:
            nonce = self._entropy.bytes(_NONCE_BYTES)
            cipher = _cipher(self._keyring.make(owner, self._entropy.bytes))
            data = nonce + cipher.encrypt(nonce, data, _bound(owner, self._place))
        record = _HEAD.pack(*owner, len(data)) + data
        self._file.write(record)
        self._mac.update(record)
        self._place += 1

    def finish(self) -> None:
        """Write what tells that nothing was changed: plain rows are not bound by their encryption."""
        self._file.write(self._mac.digest())


def unseal(
    path: Path, keyring: Path, to: Path, *, clock: Clock, entropy: Entropy, words_of: Callable[[Entity], IndexWords]
) -> int:
    """Make a store of a sealed copy, without what was erased since; return how many entities that were."""
    with named_when_whole(to) as draft:
        head, lost = _put_back(path, keyring, draft, entropy)
        with faults_named(draft), closing(Database(open_writer(draft))) as db, db.transaction():
            transaction = Transaction(db, clock, entropy, words_of)
            _bury(transaction, lost, head["keyed"])
            _index(transaction)
    return len(lost)


def _put_back(path: Path, keyring: Path, draft: Path, entropy: Entropy) -> tuple[dict[str, Any], dict[int, str]]:
    """Insert every row that can be read; return the head, and the entities whose key is gone, by their numbers."""
    with path.open("rb") as file, faults_named(draft), closing(apsw.Connection(str(draft))) as connection:
        db = Database(connection)
        size = path.stat().st_size - _MAC_BYTES
        records = _records(file, size)
        head = _read_head(records)
        if head["schema"] > len(migrations()):
            raise StoreTooNewError
        if not keyring.is_file():
            raise Invalid(f"There is no keyring at {keyring}.")
        with closing(Keyring(keyring, head["origin"])) as keys:
            _check_whole(path, size, keys)
            _make(db, head["schema"])
            with db.transaction():
                _insert_nameless(db, head, entropy)
                return head, _insert_all(db, records, keys)


def _read_head(records: Iterator[tuple[Owner, int, bytes]]) -> dict[str, Any]:
    try:
        head = json.loads(next(records)[2])
        head |= {"origin": bytes.fromhex(head["origin"]), "schema": int(head["schema"])}
    except (StopIteration, ValueError, KeyError, TypeError) as error:
        raise Invalid("The head of the sealed backup cannot be read.") from error
    return head


def _check_whole(path: Path, size: int, keys: Keyring) -> None:
    mac = hmac.new(keys.key(COPIES) or b"", digestmod="sha256")
    with path.open("rb") as file:
        left = size
        while left and (chunk := file.read(min(left, _CHUNK_BYTES))):
            mac.update(chunk)
            left -= len(chunk)
        if not hmac.compare_digest(mac.digest(), file.read()):
            raise Invalid("The sealed backup was changed or cut off, or its keyring is another.")


def _insert_nameless(db: Database, head: dict[str, Any], entropy: Entropy) -> None:
    """Insert every tenant and partition without a name; the rows that can be read replace them."""
    db.run("meta_put", ("model", head["model"]))
    for partition, tenant, last in head["partitions"]:
        name = ERASED_NAME + entropy.bytes(16).hex()
        if db.row("tenant_numbered", (tenant,)) is None:
            _insert(db, "tenant", [tenant, name, 0])
        _insert(db, "partition", [partition, tenant, name, "", "", last, 0])


def _make(db: Database, schema: int) -> None:
    for step in migrations()[:schema]:
        db.command(cast("LiteralString", step))
    db.command(cast("LiteralString", f"PRAGMA user_version = {schema}"))
    db.command(cast("LiteralString", f"PRAGMA application_id = {APPLICATION_ID}"))


def _insert_all(db: Database, records: Iterator[tuple[Owner, int, bytes]], keys: Keyring) -> dict[int, str]:
    from cryptography.exceptions import InvalidTag

    lost: set[int] = set()
    for owner, place, data in records:
        plain = data
        if owner[0] != _PLAIN:
            key = keys.key(owner)
            if key is None:
                if owner[0] == ENTITY:
                    lost.add(owner[1])
                continue
            try:
                plain = _cipher(key).decrypt(data[:_NONCE_BYTES], data[_NONCE_BYTES:], _bound(owner, place))
            except InvalidTag as error:
                raise Invalid("A record of the sealed backup was changed, or its key is another.") from error
        table, *values = json.loads(plain)
        _insert(db, table, [_unpacked(value) for value in values])
    return {number: db.value("log_id", (number,)) for number in lost}


def _insert(db: Database, table: str, values: list[Any]) -> None:
    if table not in _TABLES:
        raise Invalid(f"A sealed backup holds no table {table!r}.")
    marks = ", ".join("?" for _ in values)
    db.command(cast("LiteralString", f'INSERT OR REPLACE INTO "{table}" VALUES ({marks})'), values)  # noqa: S608


def _bury(transaction: Transaction, lost: dict[int, str], keyed: Sequence[tuple[int, str, str]]) -> None:
    """Put up the tombstones that the original has, too: the keys of these entities were destroyed."""
    db = transaction.db
    transaction.begin_batch()
    transaction.begin_group()
    identities = {number: bytes.fromhex(identity) for number, _, identity in keyed}
    for number, id in sorted(lost.items()):
        seq = transaction.record(Kind.ERASE, number, id, "umi", {"reason": "its key was destroyed"})
        if number in identities:
            db.run("erased_add", (identities[number], id, seq, transaction.at))
    for name in ("relations_dangling", "sessions_empty", "tenants_counted", "partitions_counted"):
        db.run(name)


def _index(transaction: Transaction) -> None:
    """Make the word indexes, and the words of the names of those who speak, anew."""
    db = transaction.db
    for is_current, *row in db.rows("indexed_rows"):
        number, entity = entity_of(tuple(row))
        words = transaction.words_of(entity)
        transaction.index(number, words, entity.status if is_current else Status.FORGOTTEN)
        for word in words.speaker.split():
            db.run("speaker_add", (number >> 32, word))
    transaction.finish_batch()


def _rows(db: Database, table: str) -> Iterator[tuple[Any, ...]]:
    statement = cast("LiteralString", f'SELECT * FROM "{table}"')  # noqa: S608 - of the tables above
    yield from cast("Any", db.connection).execute(statement)


def _records(file: BinaryIO, size: int) -> Iterator[tuple[Owner, int, bytes]]:
    if file.read(len(_MAGIC)) != _MAGIC:
        raise Invalid("This file is no sealed backup.")
    place = 0
    while file.tell() + _HEAD.size <= size:
        kind, number, length = _HEAD.unpack(file.read(_HEAD.size))
        if file.tell() + length > size:
            raise Invalid("The sealed backup is cut off.")
        yield (kind, number), place, file.read(length)
        place += 1


def _bound(owner: Owner, place: int) -> bytes:
    return _HEAD.pack(*owner, place & 0xFFFF_FFFF)


def _cipher(key: bytes) -> AESGCM:
    try:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    except ImportError as error:
        raise Unsupported("Sealed backups need the package cryptography: pip install 'umi-memory[sealed]'.") from error
    return AESGCM(key)


def _packed(value: object) -> object:
    return {"hex": value.hex()} if isinstance(value, bytes) else value


def _unpacked(value: Any) -> Any:
    return bytes.fromhex(cast("dict[str, str]", value)["hex"]) if isinstance(value, dict) else value
