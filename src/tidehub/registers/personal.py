"""Personal data are masked wherever they are read without a purpose (convention of trust handbook 4.3).

A masked text is never written back: an entry that comes in with a mask in it is refused, so that a form saved
unseen cannot wipe real data.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

MASK = "*"


def mask_name(name: str) -> str:
    """``张三`` to ``张*``, ``欧阳建国`` to ``欧***``, ``Li Wei`` to ``L*****``."""
    return name[:1] + MASK * (len(name) - 1)


def mask_phone(phone: str) -> str:
    """``13812348000`` to ``138****8000``; a short number is hidden but for its last two digits."""
    digits = phone.strip()
    if len(digits) >= 11:
        return digits[:3] + MASK * (len(digits) - 7) + digits[-4:]
    return MASK * max(0, len(digits) - 2) + digits[-2:]


def mask_id_number(number: str) -> str:
    """First three and last four of an identity card number."""
    return number[:3] + MASK * (len(number) - 7) + number[-4:] if len(number) >= 11 else MASK * len(number)


def mask_plate(plate: str) -> str:
    """``浙J12345`` to ``浙J***45``."""
    return plate[:2] + MASK * max(0, len(plate) - 4) + plate[-2:] if len(plate) > 4 else MASK * len(plate)


def mask_mail(address: str) -> str:
    """``wang@example.org`` to ``w***@example.org``."""
    name, at, host = address.partition("@")
    return name[:1] + MASK * max(1, len(name) - 1) + at + host if at else mask_name(address)


def mask_address(address: str) -> str:
    """Keep an address down to the town (镇、乡、街道); what is finer goes."""
    ends = [address.find(word) + len(word) for word in ("街道", "镇", "乡", "市", "区", "县") if word in address]
    return address[: ends[0]] + MASK * 3 if ends else mask_name(address)


MASKS: dict[str, Callable[[str], str]] = {
    "name": mask_name,
    "name_en": mask_name,
    "phone": mask_phone,
    "contact_phone": mask_phone,
    "id_number": mask_id_number,
    "plate": mask_plate,
    "mail": mask_mail,
    "address": mask_address,
}
"""How each kind of field is masked, by the name it goes by everywhere."""


def masked(body: dict[str, Any], fields: tuple[str, ...]) -> dict[str, Any]:
    """Copy a record with its personal fields masked; empty ones stay empty."""
    return {
        key: MASKS[key](value) if key in fields and isinstance(value, str) and value else value
        for key, value in body.items()
    }


PEOPLE_FIELDS = ("name", "name_en", "phone", "id_number")
"""What is personal in the register of people."""
