"""Files of evidence, kept by the hash of their content.

A file is named by its SHA-256, so it can neither be exchanged unnoticed nor stored twice. It is on disk
(flushed, with its folder) before anybody is told its name. The original keeps every byte, its metadata
included, because it is evidence; what is shown to the public is a copy without them.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import secrets
from collections.abc import AsyncIterable
from pathlib import Path
from typing import BinaryIO

import msgspec

from tidehub.hub.jpeg import without_metadata
from tidehub.hub.statement import sql
from tidehub.hub.store import Store
from tidehub.hub.transaction import Transaction
from tidehub.kernel.errors import NOT_FOUND, Unavailable, refusal_kind
from tidehub.kernel.instants import to_us

FILE_TOO_LARGE = refusal_kind(
    "file_too_large",
    zh="文件超过 {max_bytes} 字节的上限",
    en="The file is larger than {max_bytes} bytes",
    do_zh="请压缩或分成几个文件后重新上传。",
    do_en="Compress it or send it in parts.",
    category="too_large",
)
FILE_NOT_WHAT_IT_SAYS = refusal_kind(
    "file_not_what_it_says",
    zh="文件内容是 {found}，与所称的 {said} 不符",
    en="The file is {found}, not {said} as it says",
    do_zh="请选择正确的文件重新上传。",
    do_en="Choose the right file and send it again.",
    category="unsupported",
)
FILE_EMPTY = refusal_kind(
    "file_empty",
    zh="文件是空的",
    en="The file is empty",
    do_zh="请重新拍摄或选择文件。",
    do_en="Take or choose it again.",
)

SIZE_MAX_BYTES = 200_000_000
_HEAD_BYTES = 32
_KEEP = sql(
    "INSERT INTO stored_file (sha256, size_bytes, media_type, stored_us, by)"
    " VALUES (:sha256, :size_bytes, :media_type, :stored_us, :by) ON CONFLICT (sha256) DO NOTHING"
)
_FIND = sql("SELECT sha256, size_bytes, media_type, by FROM stored_file WHERE sha256 = :sha256", short=True)


class StoredFile(msgspec.Struct, frozen=True):
    """What is known of a file: its name by content, its size, what it is, and who brought it first."""

    sha256: str
    size_bytes: int
    media_type: str
    by: str


def sniff_media_type(head: bytes) -> str | None:
    """Tell what a file is from its first 32 bytes, or ``None`` for what has no mark of its own.

    Marks: JPEG (ISO/IEC 10918-1), PNG (ISO/IEC 15948), GIF, WebP, PDF (ISO 32000-1), MP4 and QuickTime
    (ISO/IEC 14496-12, box ``ftyp``).
    """
    for mark, media_type in _MARKS:
        if head.startswith(mark):
            return media_type
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[4:8] == b"ftyp":
        return _BRANDS.get(head[8:12], "video/mp4")
    return None


_MARKS = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
)
_BRANDS = {b"qt  ": "video/quicktime", b"heic": "image/heic", b"heix": "image/heic", b"mif1": "image/heif"}
_SNIFFED = frozenset({*(media for _, media in _MARKS), "image/webp", "video/mp4"})


class Files:
    """Keeps files in a folder, and what is known of them in the store.

    Parameters
    ----------
    folder
        Where they lie, in 256 folders by the first two digits of the hash.
    store
        Where their rows lie.
    size_max_bytes
        Larger ones are refused.
    """

    def __init__(self, folder: Path, store: Store, *, size_max_bytes: int = SIZE_MAX_BYTES) -> None:
        self._folder = folder
        self._store = store
        self._size_max_bytes = size_max_bytes

    def path(self, sha256: str) -> Path:
        """Where the content of a file lies."""
        return self._folder / sha256[:2] / sha256

    async def find(self, sha256: str) -> StoredFile | None:
        """Say what is known of a file."""
        row = await self._store.fetch_one(_FIND, sha256=sha256)
        return None if row is None else StoredFile(row["sha256"], row["size_bytes"], row["media_type"], row["by"])

    async def put(
        self, content: bytes | AsyncIterable[bytes], *, by: str, media_type: str = "application/octet-stream"
    ) -> StoredFile:
        """Keep a file; the answer comes when it is on disk. The same content is kept once.

        Parameters
        ----------
        content
            All of it, or piece by piece.
        by
            Who brings it.
        media_type
            What it is said to be. Where the content tells, the content counts; saying "image/png" of what is
            none is refused.

        Raises
        ------
        Refusal
            ``file_too_large``, ``file_empty``, ``file_not_what_it_says``.
        Unavailable
            When the disk does not take it.
        """
        incoming = self._folder / "incoming"
        await asyncio.to_thread(incoming.mkdir, parents=True, exist_ok=True)
        draft = incoming / secrets.token_hex(16)
        try:
            with draft.open("xb") as out:
                sha256, size_bytes, head = await self._receive(content, out)
            if not size_bytes:
                raise FILE_EMPTY("content")
            media_type = _media_type(head, media_type)
            await asyncio.to_thread(_settle, draft, self.path(sha256))
        except OSError as error:
            raise Unavailable("file store") from error
        finally:
            draft.unlink(missing_ok=True)
        row = {
            "sha256": sha256,
            "size_bytes": size_bytes,
            "media_type": media_type,
            "stored_us": to_us(self._store.clock.now()),
            "by": by,
        }

        async def keep(tx: Transaction) -> None:
            await tx.execute(_KEEP, **row)

        await self._store.write(keep)
        found = await self.find(sha256)
        assert found is not None, "a file that was just kept is not there"
        return found

    async def _receive(self, content: bytes | AsyncIterable[bytes], out: BinaryIO) -> tuple[str, int, bytes]:
        digest, size_bytes, head = hashlib.sha256(), 0, b""
        async for piece in _pieces(content):
            size_bytes += len(piece)
            if size_bytes > self._size_max_bytes:
                raise FILE_TOO_LARGE("content", max_bytes=self._size_max_bytes)
            if len(head) < _HEAD_BYTES:
                head += piece[: _HEAD_BYTES - len(head)]
            digest.update(piece)
            out.write(piece)
        out.flush()
        await asyncio.to_thread(os.fsync, out.fileno())
        return digest.hexdigest(), size_bytes, head

    async def public_copy(self, sha256: str) -> bytes:
        """Give the content as the public may see it: a JPEG without its metadata (place, device, owner).

        How the picture is to be turned stays in it; other kinds are given as they are.

        Raises
        ------
        Refusal
            ``not_found``.
        """
        known = await self.find(sha256)
        if known is None:
            raise NOT_FOUND("sha256", what="file", id=sha256[:64])
        content = await asyncio.to_thread(self.path(sha256).read_bytes)
        return without_metadata(content) if known.media_type == "image/jpeg" else content


async def _pieces(content: bytes | AsyncIterable[bytes]) -> AsyncIterable[bytes]:
    if isinstance(content, bytes):
        yield content
        return
    async for piece in content:
        yield piece


def _media_type(head: bytes, said: str) -> str:
    found = sniff_media_type(head)
    if found is not None:
        return found
    if said in _SNIFFED:
        raise FILE_NOT_WHAT_IT_SAYS("content", found="application/octet-stream", said=said)
    return said


def _settle(draft: Path, final: Path) -> None:
    """Move a flushed file to its name and flush the folders, so that the name survives a loss of power."""
    if final.exists():
        return
    made = not final.parent.exists()
    final.parent.mkdir(exist_ok=True)
    draft.rename(final)
    for folder in (final.parent, final.parent.parent) if made else (final.parent,):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def hash_of(path: Path) -> str | None:
    """SHA-256 of a file on disk, read piece by piece; ``None`` where there is none."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as source:
            while piece := source.read(1 << 20):
                digest.update(piece)
    except FileNotFoundError:
        return None
    return digest.hexdigest()
