"""The sentence itself: ``$``, fields between commas, ``*`` and the XOR of all characters between."""

from __future__ import annotations

from typing import NamedTuple

from tidehub.methods.tracking.reasons import Reason

SENTENCE_CHARS_MAX = 164
"""The standard allows 82; some receivers write longer fields, none writes twice as much."""


class Sentence(NamedTuple):
    """A checked sentence: ``GPRMC`` is talker ``GP``, formatter ``RMC``."""

    talker: str
    formatter: str
    fields: list[str]


class Fault(NamedTuple):
    """Why a line is not a sentence."""

    reason: Reason
    detail: str


def checksum(body: str) -> int:
    """XOR of all characters between ``$`` and ``*``, both excluded (IEC 61162-1, 7.2.4)."""
    total = 0
    for byte in body.encode("latin-1", "replace"):
        total ^= byte
    return total


def build_sentence(address: str, *fields: str) -> str:
    """Write a sentence with its checksum, without the line end."""
    body = ",".join((address, *fields))
    return f"${body}*{checksum(body):02X}"


def parse_sentence(line: str) -> Sentence | Fault:
    """Check one line and take it apart."""
    if len(line) > SENTENCE_CHARS_MAX:
        return Fault(Reason.LINE_TOO_LONG, f"{len(line)} characters")
    if not line.startswith("$"):
        return Fault(Reason.MALFORMED, "does not begin with $")
    body, star, stated = line[1:].rpartition("*")
    if not star:
        return Fault(Reason.CHECKSUM_MISSING, "no *hh at the end")
    stated = stated.strip()
    if len(stated) != 2:
        return Fault(Reason.TRUNCATED, f"checksum '{stated[:8]}' has not two digits")
    actual = f"{checksum(body):02X}"
    if stated.upper() != actual:
        return Fault(Reason.CHECKSUM_WRONG, f"states {stated[:2]}, is {actual}")
    address, *fields = body.split(",")
    if address.startswith("P"):
        return Sentence("P", address[1:], fields)
    if len(address) != 5 or not address.isalnum():
        return Fault(Reason.MALFORMED, f"address '{address[:8]}'")
    return Sentence(address[:2], address[2:], fields)
