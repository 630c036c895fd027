"""A small template, and what it takes to issue by it."""

from __future__ import annotations

from typing import Any

import pytest

from tidehub.capabilities.documents import Template, Templates, read_template

RAW: dict[str, Any] = {
    "kind": "receipt",
    "version": 1,
    "title": {"zh": "收据", "en": "Receipt"},
    "numbering": {"format": "R-{region}-{year}-{serial:06d}"},
    "languages": ["zh", "en"],
    "retention": {"years": 2, "source": "example"},
    "source": "example",
    "fields": [
        {"name": "ship", "type": "text", "zh": "船名", "en": "Ship", "required": True, "source": "x", "public": True},
        {"name": "person", "type": "text", "zh": "姓名", "en": "Name", "personal": "name"},
        {"name": "mass_g", "type": "integer", "zh": "质量", "en": "Mass", "required": True, "source": "x"},
        {"name": "at", "type": "instant", "zh": "时间", "en": "Time"},
        {
            "name": "lines",
            "type": "list",
            "zh": "明细",
            "en": "Lines",
            "fields": [
                {"name": "kind", "type": "text", "zh": "类别", "en": "Kind", "one_of": ["oil", "net"], "public": True}
            ],
        },
    ],
    "example": {"ship": "浙椒渔1", "mass_g": 1},
}  # fmt: skip
LAYOUT = '#import "house.typ": *\n#show: form\n#p.ship'


@pytest.fixture
def template() -> Template:
    """The small template."""
    return read_template(RAW, LAYOUT, "receipt.yaml")


@pytest.fixture
def templates(template: Template) -> Templates:
    """It alone, mounted."""
    return Templates([template])
