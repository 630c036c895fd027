"""The flow that draws: what is issued is drawn, kept by its hash, logged, and drawn again the same."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tests.unit.documents.test_tables import FLOW, KEY, OFFICER, ask, issue

from tidehub.adapters.pdf import PdfRenderer, find_fonts
from tidehub.capabilities.documents import ReplaceDocument, Templates, TransparencyLog, capability, document_by_id
from tidehub.flows.render_a_document import render_a_document
from tidehub.hub.files import Files
from tidehub.kernel.errors import Unavailable

OpenStore = Callable[..., Awaitable[Any]]


@pytest.fixture(scope="module")
def renderer() -> PdfRenderer:
    try:
        return PdfRenderer(find_fonts(system=[]), "https://tidehub.example")
    except Unavailable as error:
        pytest.skip(f"the package's fonts are not built: {error.what}")


async def test_a_document_that_was_issued_is_drawn_and_logged(
    open_store: OpenStore, templates: Templates, renderer: PdfRenderer, tmp_path: Path
) -> None:
    """Issue, draw, correct, draw: two files, two entries of the log; a repeated flow changes nothing."""
    store = await open_store([capability(templates, KEY)])
    files = Files(tmp_path / "files", store)
    context = SimpleNamespace(reader=store, templates=templates, renderer=renderer, files=files)
    [issued] = await ask(store, issue(1))
    commands = await render_a_document(issued, context)
    assert [recorded.kind for recorded in await ask(store, *commands)] == ["DocumentRendered", "DocumentLogged"]
    assert await ask(store, *await render_a_document(issued, context)) == []
    correction = ReplaceDocument(
        document_id="d1", new_document_id="d1b", case_id="C1", payload={"ship": "浙椒渔1", "mass_g": 7}, reason="x"
    )
    [_replaced, again] = await ask(store, correction, by=OFFICER)
    await ask(store, *await render_a_document(again, context), by=FLOW)
    document = await document_by_id(store, "d1")
    assert document is not None
    assert document.pdf_sha256 is not None
    kept = await files.find(document.pdf_sha256)
    assert kept is not None
    assert (kept.media_type, kept.size_bytes) == ("application/pdf", document.pdf_bytes)
    assert (await TransparencyLog().head(store)).size == 2
