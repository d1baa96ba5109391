"""What a power loss leaves of a file, by each kind of loss."""

from __future__ import annotations

import pytest

from umi.dst import DeterministicRng
from umi.dst.disk import Loss
from umi.dst.disk.content import Content

BEFORE = b"." * 2_048


def changed() -> Content:
    """A file of 2,048 dots whose four quarters were then overwritten with letters, one after the other."""
    content = Content(BEFORE)
    for number, letter in enumerate((b"a", b"b", b"c", b"d")):
        content.write(512 * number, letter * 512)
    return content


def left(loss: Loss) -> set[bytes]:
    return {changed().lose(loss, DeterministicRng(seed)) for seed in range(200)}


def quarters(data: bytes) -> str:
    return "".join(chr(data[place]) for place in range(0, len(data), 512))


def test_what_was_synchronised_survives_every_loss():
    for loss in Loss:
        content = changed()
        content.sync()
        content.write(0, b"z" * 512)
        data = content.lose(loss, DeterministicRng(1))

        assert data[512:] == b"b" * 512 + b"c" * 512 + b"d" * 512
        assert content.pending == 0


def test_kept_and_lost_are_all_and_nothing():
    assert {quarters(data) for data in left(Loss.KEPT)} == {"abcd"}
    assert {quarters(data) for data in left(Loss.LOST)} == {"...."}


def test_broken_off_leaves_the_first_changes():
    assert {quarters(data) for data in left(Loss.BROKEN_OFF)} == {"....", "a...", "ab..", "abc.", "abcd"}


def test_reordered_leaves_any_changes_whole():
    found = left(Loss.REORDERED)

    assert len(found) == 16
    assert all(len(set(data[place : place + 512])) == 1 for data in found for place in range(0, 2_048, 512))


def test_short_breaks_off_within_a_change_at_any_byte():
    lengths = {len(data.replace(b".", b"")) for data in left(Loss.SHORT)}

    assert len(lengths) > 100
    assert any(length % 512 for length in lengths)
    assert all(data.rstrip(b".") == (b"a" * 512 + b"b" * 512 + b"c" * 512 + b"d" * 512)[: len(data.rstrip(b"."))]
               for data in left(Loss.SHORT))  # fmt: skip


def test_torn_leaves_any_sectors_of_a_change():
    def torn(seed: int) -> bytes:
        content = Content(BEFORE)
        content.write(100, b"x" * 1_500)  # begins and ends within a sector
        return content.lose(Loss.TORN, DeterministicRng(seed))

    found = {torn(seed) for seed in range(100)}
    parts = {(data[100:512], data[512:1_024], data[1_024:1_536], data[1_536:1_600]) for data in found}

    assert len(parts) == 16
    assert all(len(set(part)) == 1 for ones in parts for part in ones)
    assert all(data[:100] == BEFORE[:100] and data[1_600:] == BEFORE[1_600:] for data in found)


def test_a_gap_that_was_never_written_reads_as_zeros():
    content = Content(b"ab")
    content.write(4, b"cd")
    content.cut(8)
    content.cut(7)

    assert content.lose(Loss.KEPT, DeterministicRng(1)) == b"ab\0\0cd\0"


def test_after_a_failed_synchronisation_no_later_one_makes_the_rest_safe():
    found = set[str]()
    for seed in range(100):
        content = changed()
        content.fail_to_sync(DeterministicRng(seed))
        content.sync()
        found.add(quarters(content.lose(Loss.KEPT, DeterministicRng(seed))))

    assert len(found) == 16


@pytest.mark.parametrize("loss", list(Loss))
def test_a_file_without_changes_stays_as_it_is(loss: Loss):
    assert Content(b"abc").lose(loss, DeterministicRng(1)) == b"abc"
