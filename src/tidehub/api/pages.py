"""Addresses inside the web pages: all of them are answered with the one page, which knows them.

Without them a page that is reloaded, or opened from a message, would not be found.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from litestar import Response, get

from tidehub.kernel.access import rule

PATHS = (
    "/crew",
    "/hall",
    "/mine",
    "/ask/{code:str}",
    "/report/{report_id:str}",
    "/sent/{key:str}",
    "/board",
    "/board/wall",
    "/admin",
    "/admin/{section:str}",
)
"""As ``web/src/main.tsx`` names them."""


def routes(static: Path) -> list[Any]:
    """Make the routes of the pages that were built into a folder.

    Parameters
    ----------
    static
        Where ``index.html`` lies; it is read once.
    """
    page = (static / "index.html").read_bytes()

    async def open_page() -> Response[bytes]:
        return Response(page, media_type="text/html", headers={"cache-control": "no-cache"})

    open_page.__doc__ = "Open a page."
    opt = {"rule": rule(everyone=True), "static": True}
    return [get(list(PATHS), opt=opt, include_in_schema=False)(open_page)]
