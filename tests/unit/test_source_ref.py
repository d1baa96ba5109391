"""Where an original lies, and what its address tells."""

from __future__ import annotations

from typing import Any

import pytest

from umi.domain.source_ref import SourceRef
from umi.errors import EmptyTextError, Invalid, TextTooLongError
from umi.errors import MemoryError as UmiError


@pytest.mark.parametrize(
    ("uri", "kind", "extension"),
    [
        ("file:///home/ada/plan.PDF", "local", "pdf"),
        ("notes/plan.tar.gz", "local", "gz"),
        ("C:\\photos\\cat.jpg", "local", "jpg"),
        ("https://example.org/a/plan.pdf?v=1.2#page.3", "remote", "pdf"),
        ("HTTP://example.org/a", "remote", None),
        ("https://example.org", "remote", None),
        ("s3://bucket/folder.d/key", "s3", None),
        ("s3://bucket/key.png", "s3", "png"),
        ("/home/ada/.bashrc", "local", None),
        ("a.", "local", None),
    ],
)
def test_an_address_tells_where_it_lies_and_what_it_ends_with(uri: str, kind: str, extension: str | None):
    ref = SourceRef(uri)

    assert {"local": ref.is_local, "remote": ref.is_remote, "s3": ref.is_s3} == {
        name: name == kind for name in ("local", "remote", "s3")
    }
    assert ref.extension == extension


def test_copies_say_more_and_leave_it_as_it_was():
    ref = SourceRef("a.pdf")

    more = ref.with_mime_type("application/pdf").with_size_bytes(7).with_checksum("sha256:00")

    assert more == SourceRef("a.pdf", mime_type="application/pdf", size_bytes=7, checksum="sha256:00")
    assert ref == SourceRef("a.pdf")


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"uri": ""}, EmptyTextError),
        ({"uri": "x" * 5_000}, TextTooLongError),
        ({"uri": "a", "mime_type": ""}, EmptyTextError),
        ({"uri": "a", "checksum": "x" * 257}, TextTooLongError),
        ({"uri": "a", "size_bytes": -1}, Invalid),
        ({"uri": "a", "size_bytes": True}, Invalid),
        ({"uri": "a", "size_bytes": 1.5}, Invalid),
    ],
)
def test_what_cannot_be_used_is_refused(given: dict[str, Any], error: type[UmiError]):
    with pytest.raises(error):
        SourceRef(**given)
