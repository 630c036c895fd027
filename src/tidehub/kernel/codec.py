"""JSON in and out, strictly, behind one thin door (msgspec)."""

from __future__ import annotations

import hashlib
import re
from functools import cache
from typing import Any, TypeVar

import msgspec

from tidehub.kernel.errors import MALFORMED

T = TypeVar("T")

_encoder = msgspec.json.Encoder(order="deterministic")
_PATH = re.compile(r" - at `\$\.?([^`]*)`$")


def canonical_json(value: object) -> bytes:
    """Encode so that equal values give equal bytes: sorted keys, no spaces. What is hashed is exactly this.

    Numbers that a hash depends on should be integers or decimal strings; floats are written in their
    shortest round-trip form, which is stable too.
    """
    return _encoder.encode(value)


encode = canonical_json


@cache
def _decoder(shape: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(shape, strict=True)


def decode(raw: bytes | str, shape: type[T]) -> T:
    """Decode strictly into ``shape``.

    Raises
    ------
    Refusal
        ``malformed``, naming the field by its path (``lines[0].mass_kg``), for broken UTF-8, broken
        JSON, a wrong type, a missing or an unknown field.
    """
    try:
        return _decoder(shape).decode(raw)  # type: ignore[no-any-return, arg-type]
    except msgspec.ValidationError as error:
        problem, field = split_problem(str(error))
        raise MALFORMED(field, problem=problem) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MALFORMED(None, problem=str(error)[:200]) from None


def split_problem(message: str) -> tuple[str, str | None]:
    """Separate msgspec's message into the problem and the path of the field it is about."""
    found = _PATH.search(message)
    if found is None:
        named = re.search(r"(?:unknown|required) field `([^`]+)`", message)
        return message, named.group(1) if named else None
    problem, path = message[: found.start()], found.group(1)
    named = re.search(r"(?:unknown|required) field `([^`]+)`", problem)
    if named:
        path = f"{path}.{named.group(1)}" if path else named.group(1)
    return problem, path or None


def sha256_hex(raw: bytes) -> str:
    """SHA-256 as 64 lower-case hexadecimal digits (FIPS 180-4)."""
    return hashlib.sha256(raw).hexdigest()
