"""Forms that come in as ``application/x-www-form-urlencoded`` or multipart, with files held aside on disk.

Nothing large is ever in memory, and no file is stored before who sends it is known.
"""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from typing import IO
from urllib.parse import parse_qsl

import msgspec
from multipart import (  # type: ignore[import-untyped]
    MultipartError,
    MultipartSegment,
    PushMultipartParser,
    parse_options_header,
)

from tidehub.api.errors import TOO_LARGE, UNSUPPORTED_MEDIA
from tidehub.api.exchange import AnyRequest, read_bytes
from tidehub.kernel.errors import MALFORMED

FIELDS_MAX = 500
TEXT_BYTES_MAX = 1_048_576
PARTS_MAX = 520
_IN_MEMORY = 262_144
_FORM = "application/x-www-form-urlencoded"


class SentFile(msgspec.Struct, frozen=True):
    """A file of a form, held aside; ``content`` is closed with the form."""

    field: str
    media_type: str
    content: IO[bytes]

    async def chunks(self) -> AsyncIterator[bytes]:
        """Read it from its beginning."""
        self.content.seek(0)
        while piece := self.content.read(65_536):
            yield piece


class SentForm:
    """Fields by name, in the order they came, and files."""

    def __init__(self) -> None:
        self.fields: dict[str, list[str]] = {}
        self.files: list[SentFile] = []

    def add(self, name: str, value: str) -> None:
        """Add a value of a field."""
        if "\x00" in value or "\x00" in name:
            raise MALFORMED(name.replace("\x00", "")[:80], problem="it holds a null character")
        self.fields.setdefault(name, []).append(value)

    def close(self) -> None:
        """Let the files go."""
        for file in self.files:
            file.content.close()


def read_pairs(raw: bytes, form: SentForm) -> None:
    """Read ``a=1&b=2`` strictly as UTF-8 into a form.

    Raises
    ------
    Refusal
        ``malformed``.
    """
    try:
        pairs = parse_qsl(
            raw.decode("ascii"),
            keep_blank_values=True,
            encoding="utf-8",
            errors="strict",
            max_num_fields=FIELDS_MAX,
        )
    except ValueError as error:
        raise MALFORMED(None, problem=str(error)[:120]) from None
    for name, value in pairs:
        form.add(name, value)


async def read_form(request: AnyRequest, form: SentForm, file_bytes_max: int) -> None:
    """Read a posted form into ``form``.

    Raises
    ------
    Refusal
        ``malformed``, ``unsupported_media`` or ``body_too_large``.
    """
    media_type, options = parse_options_header(request.headers.get("content-type", _FORM))
    if media_type == _FORM:
        read_pairs(await read_bytes(request, TEXT_BYTES_MAX), form)
        return
    if media_type != "multipart/form-data":
        raise UNSUPPORTED_MEDIA(None, media_type=str(media_type)[:80], wanted=f"{_FORM}, multipart/form-data")
    if not options.get("boundary"):
        raise MALFORMED(None, problem="multipart without a boundary")
    said = request.headers.get("content-length", "")
    if said.isdigit() and int(said) > file_bytes_max:
        raise TOO_LARGE(None, max=file_bytes_max)
    try:
        await _read_parts(request, form, options["boundary"], file_bytes_max)
    except MultipartError as error:
        raise MALFORMED(None, problem=str(error)[:200]) from None


async def _read_parts(request: AnyRequest, form: SentForm, boundary: str, bytes_max: int) -> None:
    reading = _Reading(form)
    size = 0
    with PushMultipartParser(boundary, max_segment_count=PARTS_MAX, strict=True) as parser:
        async for chunk in request.stream():
            size += len(chunk)
            if size > bytes_max:
                raise TOO_LARGE(None, max=bytes_max)
            for event in parser.parse(chunk):
                reading.take(event)


class _Reading:
    """Puts the parts of a multipart body where they belong."""

    def __init__(self, form: SentForm) -> None:
        self._form = form
        self._part: MultipartSegment | None = None
        self._text = bytearray()
        self._text_size = 0

    def take(self, event: MultipartSegment | bytes | bytearray | memoryview | None) -> None:
        """Take what the parser has found: a part's head, a piece of it, or its end."""
        if isinstance(event, MultipartSegment):
            self._part, self._text = event, bytearray()
            if event.filename:
                held = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - closed with the form
                media_type = event.content_type or "application/octet-stream"
                self._form.files.append(SentFile(event.name or "", media_type.partition(";")[0].strip(), held))
        elif self._part is None:
            return
        elif event is None:
            self._end(self._part)
            self._part = None
        elif self._part.filename:
            self._form.files[-1].content.write(event)
        else:
            self._text_size += len(event)
            if self._text_size > TEXT_BYTES_MAX:
                raise TOO_LARGE(None, max=TEXT_BYTES_MAX)
            self._text += event

    def _end(self, part: MultipartSegment) -> None:
        if part.filename:
            return
        try:
            self._form.add(part.name or "", self._text.decode("utf-8"))
        except UnicodeDecodeError:
            raise MALFORMED((part.name or "")[:80], problem="it is no UTF-8") from None
