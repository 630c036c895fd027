"""A JPEG without what its camera wrote about place, device and owner.

Source: ISO/IEC 10918-1 annex B (segments); CIPA DC-008 (Exif 2.32, tag 0x0112 orientation).
"""

from __future__ import annotations

import struct

_NO_LENGTH = frozenset({0x01, *range(0xD0, 0xD9)})  # markers that stand alone
_SCAN, _END = 0xDA, 0xD9
_KEPT_APPS = frozenset({0xE0, 0xEE})  # JFIF and Adobe: how the colours are to be read
_ICC = b"ICC_PROFILE\x00"
_EXIF = b"Exif\x00\x00"
_ORIENTATION = 0x0112


def without_metadata(content: bytes) -> bytes:
    """Drop Exif, XMP, IPTC and comments; the picture, its colours and how it is turned stay.

    What is not a JPEG that can be followed to its scan is given back without its head being guessed at:
    only segments that were understood are copied.

    Examples
    --------
    >>> without_metadata(b"\\xff\\xd8\\xff\\xfe\\x00\\x04hi\\xff\\xd9")
    b'\\xff\\xd8\\xff\\xd9'
    """
    out = bytearray(content[:2])
    turned = 1
    at = 2
    scan: bytes = b""
    while at + 2 <= len(content) and content[at] == 0xFF:
        marker = content[at + 1]
        if marker == 0xFF:  # filling
            at += 1
            continue
        if marker in (_SCAN, _END):
            scan = content[at:]
            break
        if marker in _NO_LENGTH:
            out += content[at : at + 2]
            at += 2
            continue
        length = int.from_bytes(content[at + 2 : at + 4], "big")
        segment = content[at : at + 2 + length]
        if marker == 0xE1 and segment[4:10] == _EXIF:
            turned = _orientation(segment[10:])
        if _is_kept(marker, segment):
            out += segment
        at += 2 + max(length, 2)
    if turned != 1:
        out[2:2] = _turned_segment(turned)
    return bytes(out) + _picture_only(scan)


def _is_kept(marker: int, segment: bytes) -> bool:
    if 0xE0 <= marker <= 0xEF:
        return marker in _KEPT_APPS or (marker == 0xE2 and segment[4:].startswith(_ICC))
    return marker != 0xFE  # comment


def _picture_only(scan: bytes) -> bytes:
    """Cut what phones append behind the end of the picture (previews, films, their own Exif)."""
    end = scan.find(b"\xff\xd9")
    return scan if end < 0 else scan[: end + 2]


def _orientation(tiff: bytes) -> int:
    """How the picture is to be turned, 1..8; 1 where it is not said or cannot be read."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None or len(tiff) < 8:
        return 1
    (start,) = struct.unpack_from(f"{order}I", tiff, 4)
    if start + 2 > len(tiff):
        return 1
    (count,) = struct.unpack_from(f"{order}H", tiff, start)
    for place in range(min(count, 200)):
        entry = start + 2 + 12 * place
        if entry + 12 > len(tiff):
            break
        tag, _kind, _count, value = struct.unpack_from(f"{order}HHIH", tiff, entry)
        if tag == _ORIENTATION:
            return value if 1 <= value <= 8 else 1
    return 1


def _turned_segment(turned: int) -> bytes:
    tiff = b"MM\x00\x2a" + struct.pack(">IHHHIHHI", 8, 1, _ORIENTATION, 3, 1, turned, 0, 0)
    body = _EXIF + tiff
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body
