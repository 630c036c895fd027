"""What documents need from outside: something that draws a file."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol

import msgspec

from tidehub.capabilities.documents.model import Template


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a file is drawn from; the same sheet always gives the same bytes.

    Parameters
    ----------
    dated_at
        Printed, and the file's own timestamp: when it was signed out of reach, otherwise when it was issued.
    replaces
        Number of the document that it corrects.
    specimen
        An example: marked as such across the page.
    """

    template: Template
    number: str
    version: int
    payload: dict[str, Any]
    payload_sha256: str
    verify_code: str
    dated_at: datetime
    replaces: str | None = None
    specimen: bool = False


class Renderer(Protocol):
    """Draws documents (PDF by default; OFD would stand behind the same door)."""

    media_type: str

    def render(self, sheet: Sheet) -> bytes:
        """Draw one; refuses what it cannot print, e.g. characters that no font has."""
        ...
