"""The frame of JT/T 808: ``7e``, escaped header, body and XOR, ``7e``. Cut from a stream in bounded
memory."""

from __future__ import annotations

import struct
from typing import NamedTuple

from tidehub.methods.tracking.reasons import Reason

FRAME_BYTES_MAX = 4096
"""A body has at most 1023 bytes; with header and every byte escaped a frame stays below 2200."""

BODY_BYTES_MAX = 0x3FF
_LENGTH_MASK = 0x03FF
_ENCRYPTION_MASK = 0x1C00
_PARTS_BIT = 0x2000
_VERSION_BIT = 0x4000  # set since 2019: a protocol version byte and a ten-byte number follow
_DELIMITER = b"\x7e"


class Message(NamedTuple):
    """One checked message.

    ``phone`` has at least 12 digits in every edition (2019 pads to 20: leading zeros are taken off), so that
    a terminal keeps its claim through an upgrade. ``part`` is (count, number from 1) of a split message.
    """

    kind: int
    phone: str
    serial: int
    body: bytes
    edition_2019: bool
    encrypted: bool
    part: tuple[int, int] | None
    raw: bytes


class Fault(NamedTuple):
    """Why bytes are not a message."""

    reason: Reason
    detail: str


def escape(data: bytes) -> bytes:
    """Hide delimiter and escape bytes: 7d → 7d 01, 7e → 7d 02."""
    return data.replace(b"\x7d", b"\x7d\x01").replace(b"\x7e", b"\x7d\x02")


def unescape(data: bytes) -> bytes | None:
    """Undo :func:`escape`; ``None`` when an escape byte is followed by anything but 01 or 02."""
    pieces = data.split(b"\x7d")
    out = bytearray(pieces[0])
    for piece in pieces[1:]:
        if piece[:1] == b"\x01":
            out += b"\x7d"
        elif piece[:1] == b"\x02":
            out += b"\x7e"
        else:
            return None
        out += piece[1:]
    return bytes(out)


def xor(data: bytes) -> int:
    """Check byte: XOR of header and body."""
    total = 0
    for byte in data:
        total ^= byte
    return total


def bcd_digits(data: bytes) -> str | None:
    """Read packed decimal digits (8421 BCD); ``None`` when a half-byte is not a digit."""
    digits = data.hex()
    return digits if digits.isdecimal() else None


def parse_frame(content: bytes) -> Message | Fault:
    """Check what stood between two ``7e`` and take its header apart."""
    data = unescape(content)
    if data is None:
        return Fault(Reason.MALFORMED, "7d is followed by neither 01 nor 02")
    if len(data) < 13:  # the shortest header and the check byte
        return Fault(Reason.TRUNCATED, f"{len(data)} bytes")
    if xor(data[:-1]) != data[-1]:
        return Fault(Reason.CHECKSUM_WRONG, f"states {data[-1]:02X}, is {xor(data[:-1]):02X}")
    kind, properties = struct.unpack_from(">HH", data)
    edition_2019 = bool(properties & _VERSION_BIT)
    at = 5 if edition_2019 else 4
    phone_bytes = 10 if edition_2019 else 6
    header = at + phone_bytes + 2 + (4 if properties & _PARTS_BIT else 0)
    if len(data) < header + 1:
        return Fault(Reason.TRUNCATED, f"header of {header} bytes in {len(data)}")
    digits = bcd_digits(data[at : at + phone_bytes])
    if digits is None:
        return Fault(Reason.FIELD_INVALID, "the terminal's number is not decimal")
    (serial,) = struct.unpack_from(">H", data, at + phone_bytes)
    part: tuple[int, int] | None = None
    if properties & _PARTS_BIT:
        count, number = struct.unpack_from(">HH", data, header - 4)
        if not 1 <= number <= count:
            return Fault(Reason.FIELD_INVALID, f"part {number} of {count}")
        part = (count, number)
    body = data[header:-1]
    if len(body) != properties & _LENGTH_MASK:
        return Fault(Reason.LENGTH_WRONG, f"states {properties & _LENGTH_MASK}, has {len(body)}")
    return Message(
        kind,
        digits.lstrip("0").zfill(12),
        serial,
        body,
        edition_2019,
        bool(properties & _ENCRYPTION_MASK),
        part,
        _DELIMITER + content + _DELIMITER,
    )


def encode_frame(
    kind: int,
    phone: str,
    serial: int,
    body: bytes,
    *,
    edition_2019: bool = False,
    part: tuple[int, int] | None = None,
) -> bytes:
    """Write one frame.

    Raises
    ------
    ValueError
        The body is longer than 1023 bytes (split it) or the number is not decimal or too long.
    """
    if len(body) > BODY_BYTES_MAX:
        raise ValueError(f"a body of {len(body)} bytes needs parts")
    width = 20 if edition_2019 else 12
    if not phone.isascii() or not phone.isdecimal() or len(phone.lstrip("0")) > width:
        raise ValueError(f"not a terminal number: {phone[:24]}")
    properties = len(body) | (_VERSION_BIT if edition_2019 else 0) | (_PARTS_BIT if part else 0)
    data = struct.pack(">HH", kind, properties)
    data += b"\x01" if edition_2019 else b""
    data += bytes.fromhex(phone.lstrip("0").zfill(width)) + struct.pack(">H", serial & 0xFFFF)
    if part is not None:
        data += struct.pack(">HH", *part)
    data += body
    return _DELIMITER + escape(data + bytes([xor(data)])) + _DELIMITER


class CutFrame(NamedTuple):
    """What stood between two delimiters, or bytes that no delimiter began or ended in time."""

    content: bytes
    fault: Fault | None


class FrameCutter:
    """Cut a byte stream at ``7e``. After garbage the next ``7e`` begins anew, so one broken frame costs one
    frame."""

    def __init__(self, bytes_max: int = FRAME_BYTES_MAX) -> None:
        self._bytes_max = bytes_max
        self._buffer = b""
        self._begun = False  # a delimiter has been seen
        self._skipping = False

    def feed(self, data: bytes) -> list[CutFrame]:
        """Take bytes and give the frames that are complete now."""
        frames: list[CutFrame] = []
        *ended, rest = (self._buffer + data).split(_DELIMITER)
        for piece in ended:
            if self._skipping:
                self._skipping = False
            elif len(piece) > self._bytes_max:
                frames.append(self._too_long(piece))
            elif piece and not self._begun:
                frames.append(CutFrame(piece, Fault(Reason.GARBAGE, f"{len(piece)} bytes before the first 7e")))
            elif piece:
                frames.append(CutFrame(piece, None))
            self._begun = True
        if self._skipping:
            rest = b""
        elif len(rest) > self._bytes_max:
            frames.append(self._too_long(rest))
            rest, self._skipping = b"", True
        self._buffer = rest
        return frames

    def rest(self) -> bytes:
        """Give what came after the last delimiter, and forget it (the connection is over)."""
        rest, self._buffer = self._buffer, b""
        return rest

    def _too_long(self, piece: bytes) -> CutFrame:
        return CutFrame(piece[: self._bytes_max], Fault(Reason.LINE_TOO_LONG, f"more than {self._bytes_max} bytes"))
