"""A document that was issued is drawn, kept, and entered in the public log."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, Protocol

from tidehub.capabilities.documents import (
    RecordRendering,
    Renderer,
    Templates,
    document_by_id,
    sheet_of,
)
from tidehub.hub.log import Reader, Recorded
from tidehub.kernel.facts import Command


class Kept(Protocol):
    """What the file store says of a file."""

    @property
    def sha256(self) -> str:
        """SHA-256 of its content."""
        ...

    @property
    def size_bytes(self) -> int:
        """Its size."""
        ...


class FileKeeper(Protocol):
    """Where files are kept by their hash."""

    async def put(self, content: bytes, *, by: str, media_type: str) -> Any:
        """Keep a file; answers with a :class:`Kept`."""
        ...


class Context(Protocol):
    """What this flow needs."""

    @property
    def reader(self) -> Reader:
        """The committed tables."""
        ...

    @property
    def templates(self) -> Templates:
        """Every version of every document template."""
        ...

    @property
    def renderer(self) -> Renderer:
        """What draws."""
        ...

    @property
    def files(self) -> FileKeeper:
        """What keeps."""
        ...


async def render_a_document(recorded: Recorded, context: Context) -> Sequence[Command]:
    """Draw the document of a ``DocumentIssued`` fact; drawn again after a crash it is the same file."""
    fact: Any = recorded.fact
    document = await document_by_id(context.reader, fact.document_id)
    assert document is not None, "a document that was issued is not in the table"
    replaces = None
    if fact.replaces is not None:
        before = await document_by_id(context.reader, fact.replaces)
        replaces = before.number if before is not None else None
    template = context.templates.version(document.kind, document.template_version)
    sheet = sheet_of(document, template, replaces)
    content = await asyncio.to_thread(context.renderer.render, sheet)
    kept: Kept = await context.files.put(content, by="flow/render_a_document", media_type=context.renderer.media_type)
    return [
        RecordRendering(
            document_id=document.document_id,
            case_id=document.case_id,
            pdf_sha256=kept.sha256,
            size_bytes=kept.size_bytes,
        )
    ]
