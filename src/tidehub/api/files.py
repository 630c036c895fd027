"""Photographs, signatures and other files: in by content, out by its hash, to those who may see them."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import File
from multipart import (  # type: ignore[import-untyped]
    MultipartError,
    MultipartSegment,
    ParserLimitReached,
    PushMultipartParser,
    parse_options_header,
)

from tidehub.api.errors import TOO_LARGE, UNSUPPORTED_MEDIA
from tidehub.api.exchange import AnyRequest, answer
from tidehub.api.services import FileKeeper, KeptFile, Services, actor_in, services_of
from tidehub.api.stream import SEES_MATTER
from tidehub.kernel.access import Actor, Subject, permits, rule
from tidehub.kernel.errors import MALFORMED, NOT_FOUND, Unavailable

_SHA256 = re.compile(r"[0-9a-f]{64}")
_MEDIA = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,60}/[a-z0-9][a-z0-9!#$&^_.+-]{0,60}")
# What a browser may show; everything else is only downloaded, and nothing of it runs.
_SHOWN = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif", "application/pdf", "text/plain"})
_FAMILY = "files"


class StoredFile(msgspec.Struct, frozen=True):
    """A file that is kept: name it by its hash wherever evidence is asked for."""

    sha256: str
    size_bytes: int
    media_type: str


@post(
    "/api/v1/files",
    status_code=201,
    opt={
        "rule": rule(signed_in=True),
        "family": _FAMILY,
        "body": "multipart/form-data",
        "answer": StoredFile,
        "status": 201,
    },
    request_max_body_size=None,
)
async def post_file(request: AnyRequest) -> Response[bytes]:
    """Store one file, sent as multipart (the first part with a file name) or as the raw body.

    The answer comes when it is on disk; the same content sent again is the same file.
    """
    services = services_of(request)
    limit = services.settings.file_bytes_max
    said = request.headers.get("content-length", "")
    if said.isdigit() and int(said) > limit + 10_000:
        raise TOO_LARGE(None, max=limit)
    media_type, options = parse_options_header(request.headers.get("content-type", ""))
    chunks = _limited(request.stream(), limit)
    by = actor_in(request).id
    if media_type == "multipart/form-data":
        kept = await _store_part(_keeper(services), chunks, options.get("boundary", ""), by, limit)
    else:
        kept = await _keeper(services).put(chunks, media_type=_checked(media_type), by=by)
    return answer(StoredFile(kept.sha256, kept.size_bytes, kept.media_type), status=201)


@get(
    "/api/v1/files/{sha256:str}",
    opt={"rule": rule(signed_in=True), "family": _FAMILY, "answer": "application/octet-stream"},
)
async def get_file(request: AnyRequest, sha256: FromPath[str]) -> Response[Any] | File:
    """Get a file: whoever stored it, and whoever may see a matter it belongs to."""
    services, actor = services_of(request), actor_in(request)
    kept = await _keeper(services).find(sha256) if _SHA256.fullmatch(sha256) else None
    if kept is None or not await _may_read(kept, actor, services):
        raise NOT_FOUND("sha256", what="file", id=sha256[:64])  # that it exists is told to nobody else
    headers = {
        "etag": f'"{kept.sha256}"',
        "cache-control": "private, max-age=31536000, immutable",
        "content-security-policy": "default-src 'none'; sandbox",
    }
    if f'"{kept.sha256}"' in request.headers.get("if-none-match", ""):
        return Response(None, status_code=304, headers=headers)
    shown = kept.media_type in _SHOWN
    return File(
        _keeper(services).path(sha256),
        media_type=kept.media_type if shown else "application/octet-stream",
        filename=kept.sha256[:16],
        content_disposition_type="inline" if shown else "attachment",
        headers=headers,
    )


async def _may_read(kept: KeptFile, actor: Actor, services: Services) -> bool:
    """Ask the capabilities that use files (``services.more["file_subjects"]``) which matters it is of."""
    if permits(rule("auditor", relations=["self"]), actor, Subject(related=(("self", kept.by),))):
        return True
    find = services.more.get("file_subjects")
    subjects: list[Subject] = await find(kept.sha256) if find is not None else []
    return any(permits(SEES_MATTER, actor, subject) for subject in subjects)


def _keeper(services: Services) -> FileKeeper:
    if services.files is None:
        raise Unavailable("file store")
    return services.files


def _checked(media_type: str) -> str:
    media_type = media_type.lower()
    if not _MEDIA.fullmatch(media_type) or media_type == "application/x-www-form-urlencoded":
        raise UNSUPPORTED_MEDIA(None, media_type=media_type[:80], wanted="image/*, application/pdf, ...")
    return media_type


async def _limited(chunks: AsyncIterator[bytes], limit: int) -> AsyncIterator[bytes]:
    size = 0
    async for chunk in chunks:
        size += len(chunk)
        if size > limit + 10_000:  # room for the frame of a multipart body
            raise TOO_LARGE(None, max=limit)
        yield chunk


async def _store_part(keeper: FileKeeper, chunks: AsyncIterator[bytes], boundary: str, by: str, limit: int) -> KeptFile:
    if not boundary:
        raise MALFORMED(None, problem="multipart without a boundary")
    parts = _parts(chunks, boundary, limit)
    try:
        async for part in parts:
            if isinstance(part, MultipartSegment) and part.filename:
                media_type = _checked(part.content_type or "application/octet-stream")
                kept = await keeper.put(_content(parts), media_type=media_type, by=by)
                async for _rest in parts:  # what follows is read to the end and left
                    pass
                return kept
    except ParserLimitReached:
        raise TOO_LARGE(None, max=limit) from None
    except MultipartError as error:
        raise MALFORMED(None, problem=str(error)[:200]) from None
    raise MALFORMED("file", problem="no part with a file name")


async def _parts(
    chunks: AsyncIterator[bytes], boundary: str, limit: int
) -> AsyncIterator[MultipartSegment | bytes | None]:
    with PushMultipartParser(boundary, max_segment_size=limit, max_segment_count=20, strict=True) as parser:
        async for chunk in chunks:
            for event in parser.parse(chunk):
                yield bytes(event) if isinstance(event, bytearray | memoryview) else event


async def _content(parts: AsyncIterator[MultipartSegment | bytes | None]) -> AsyncIterator[bytes]:
    async for part in parts:
        if part is None:
            return
        if isinstance(part, bytes):
            yield part


ROUTES: list[Any] = [post_file, get_file]
