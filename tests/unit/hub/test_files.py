"""Files of evidence: by content, once, on disk before the answer; a public copy without its metadata."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tidehub.hub.files import Files, sniff_media_type
from tidehub.hub.jpeg import without_metadata
from tidehub.kernel.errors import Refusal

EXIF = b"Exif\x00\x00MM\x00\x2a" + struct.pack(">IHHHIHHI", 8, 1, 0x0112, 3, 1, 6, 0, 0) + b"GPS 28.12N 121.9E"


def segment(marker: int, body: bytes) -> bytes:
    """One JPEG segment."""
    return bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body


PICTURE = segment(0xDB, b"\0" * 65) + segment(0xDA, b"\1\2\3") + b"scan \xff\x00 data" + b"\xff\xd9"
JPEG = (
    b"\xff\xd8"
    + segment(0xE0, b"JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00")
    + segment(0xE1, EXIF)
    + segment(0xE1, b"http://ns.adobe.com/xap/1.0/\x00<owner>Chen</owner>")
    + segment(0xED, b"Photoshop 3.0\x00 by Chen")
    + segment(0xFE, b"a comment")
    + PICTURE
    + b"a film of 3 seconds that a phone appends"
)


async def test_the_same_content_is_kept_once(open_hub: Any) -> None:
    """A file is named by its content; brought again, by somebody else, it is the same file."""
    hub = await open_hub()
    first = await hub.files.put(JPEG, by="person/a", media_type="image/jpeg")
    again = await hub.files.put(JPEG, by="person/b")
    assert first == again == await hub.files.find(first.sha256)
    assert first.sha256 == hashlib.sha256(JPEG).hexdigest()
    assert (first.by, first.media_type, first.size_bytes) == ("person/a", "image/jpeg", len(JPEG))
    assert hub.files.path(first.sha256).read_bytes() == JPEG


async def test_a_file_comes_in_pieces(open_hub: Any) -> None:
    """What is sent piece by piece is the same as in one."""
    hub = await open_hub()

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(JPEG), 7):
            yield JPEG[start : start + 7]

    kept = await hub.files.put(pieces(), by="person/a")
    assert (kept.sha256, kept.media_type) == (hashlib.sha256(JPEG).hexdigest(), "image/jpeg")


@pytest.mark.parametrize(
    ("content", "said", "code"),
    [
        (b"", "image/png", "file_empty"),
        (b"x" * 1001, "text/plain", "file_too_large"),
        (b"MZ this is a program", "image/jpeg", "file_not_what_it_says"),
    ],
)
async def test_what_cannot_be_kept_is_refused(
    open_hub: Any, tmp_path: Any, content: bytes, said: str, code: str
) -> None:
    """Empty, too large, or not what it says; and nothing is left lying about."""
    hub = await open_hub()
    files = Files(tmp_path / "small", hub.store, size_max_bytes=1000)
    with pytest.raises(Refusal) as refused:
        await files.put(content, by="person/a", media_type=said)
    assert refused.value.code == code
    assert not [path for path in (tmp_path / "small").rglob("*") if path.is_file()]


async def test_the_public_sees_no_metadata(open_hub: Any) -> None:
    """Place, owner, comments and what hangs behind the picture go; how it is turned stays."""
    hub = await open_hub()
    kept = await hub.files.put(JPEG, by="person/a")
    public = await hub.files.public_copy(kept.sha256)
    for secret in (b"GPS", b"Chen", b"comment", b"film"):
        assert secret not in public
    assert public.startswith(b"\xff\xd8")
    assert public.endswith(PICTURE)
    assert b"JFIF" in public
    assert public.count(b"Exif") == 1
    assert hub.files.path(kept.sha256).read_bytes() == JPEG
    assert without_metadata(public) == public
    with pytest.raises(Refusal):
        await hub.files.public_copy("0" * 64)


@pytest.mark.parametrize("end", range(0, len(JPEG), 3))
def test_a_cut_picture_leaks_nothing(end: int) -> None:
    """However a picture is cut, stripping it does not fail and lets nothing through."""
    public = without_metadata(JPEG[:end])
    assert b"Chen" not in public
    assert b"GPS" not in public


@pytest.mark.parametrize(
    ("head", "media_type"),
    [
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"GIF89a", "image/gif"),
        (b"%PDF-1.7", "application/pdf"),
        (b"\x00\x00\x00\x20ftypisom", "video/mp4"),
        (b"RIFF\x00\x00\x00\x00WAVE", None),
        (b"hello", None),
        (b"", None),
    ],
)
def test_what_a_file_is_stands_in_its_first_bytes(head: bytes, media_type: str | None) -> None:
    """The content tells, not the name."""
    assert sniff_media_type(head) == media_type
