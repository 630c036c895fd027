"""Whether a payload is what its template describes. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from tidehub.capabilities.documents.model import Field
from tidehub.capabilities.documents.refusals import FIELD_MISSING, FIELD_UNKNOWN, FIELD_WRONG
from tidehub.kernel.errors import Refusal
from tidehub.kernel.instants import parse_instant

_SHA256 = re.compile(r"[0-9a-f]{64}")


def check_payload(fields: Sequence[Field], payload: Mapping[str, Any], path: str = "payload") -> None:
    """Refuse a payload with a missing, wrong or unknown field, naming it by its path.

    An empty text, list or object counts as missing where it is required. Floats are refused everywhere:
    what is hashed must be exact.
    """
    names = {field.name for field in fields}
    for name in payload:
        if name not in names:
            raise FIELD_UNKNOWN(f"{path}.{name}", name=name)
    for field in fields:
        value = payload.get(field.name)
        at = f"{path}.{field.name}"
        if value is None or value in ("", [], {}):
            if field.required:
                raise FIELD_MISSING(at, zh=field.zh, en=field.en)
            continue
        _check_value(field, value, at)


def _check_value(field: Field, value: Any, at: str) -> None:
    if field.type == "object":
        if not isinstance(value, Mapping):
            raise _wrong(field, at, "object")
        check_payload(field.fields, value, at)
    elif field.type == "list":
        if not isinstance(value, list | tuple):
            raise _wrong(field, at, "list")
        for place, item in enumerate(value):
            if not isinstance(item, Mapping):
                raise _wrong(field, f"{at}[{place}]", "object")
            check_payload(field.fields, item, f"{at}[{place}]")
    else:
        _check_scalar(field, value, at)


def _check_scalar(field: Field, value: Any, at: str) -> None:
    if field.type == "integer":
        if not isinstance(value, int) or isinstance(value, bool):
            raise _wrong(field, at, "integer")
    elif field.type == "boolean":
        if not isinstance(value, bool):
            raise _wrong(field, at, "true / false")
    elif not isinstance(value, str):
        raise _wrong(field, at, "text")
    elif field.type == "instant":
        parse_instant(value, at)
    elif field.type == "date":
        try:
            date.fromisoformat(value)
        except ValueError:
            raise _wrong(field, at, "2026-06-01") from None
    elif field.type == "sha256" and not _SHA256.fullmatch(value):
        raise _wrong(field, at, "SHA-256, 64 hexadecimal digits")
    if field.one_of and value not in field.one_of:
        raise _wrong(field, at, ", ".join(field.one_of))


def _wrong(field: Field, at: str, expected: str) -> Refusal:
    return FIELD_WRONG(at, zh=field.zh, en=field.en, expected=expected)
