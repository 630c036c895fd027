"""Errors as GeoReport v2 tells them: a list of codes and descriptions, in the format that was asked for."""

from __future__ import annotations

from tidehub.kernel.errors import Refusal

_STATUS = {
    "missing": 404,
    "conflict": 400,
    "invalid": 400,
    "forbidden": 403,
    "unauthenticated": 403,
    "too_large": 413,
    "unsupported": 400,
    "too_many": 429,
    "gone": 404,
}


class Open311Error(Exception):
    """A request that GeoReport v2 answers with errors.

    Parameters
    ----------
    status
        HTTP status: 404 what was named is not there, 403 the key, 400 everything else that is the sender's.
    problems
        Descriptions; there may be several.
    """

    def __init__(self, status: int, *problems: str) -> None:
        super().__init__(status, *problems)
        self.status = status
        self.problems = problems

    def errors(self) -> list[dict[str, str]]:
        """Give the entries of the ``errors`` list."""
        return [{"code": str(self.status), "description": problem} for problem in self.problems]


def error_of(refusal: Refusal) -> Open311Error:
    """Turn a refusal into an error of the protocol; the field is named the way its sender knows it."""
    status = 404 if refusal.code == "service_unknown" else _STATUS[refusal.kind.category]
    field = attribute_of(refusal.field) if refusal.field else ""
    where = f"{field}: " if field else ""
    return Open311Error(
        status,
        f"{where}{refusal.text('en')}. {refusal.advice('en')} / {refusal.text('zh')}。{refusal.advice('zh')}",
    )


_FIELDS = {
    "position": "lat, long",
    "position.datum": "datum",
    "place_id": "address_id",
    "address": "address_string",
    "reporter": "email, phone",
    "happened_at": "requested_datetime",
}


def attribute_of(field: str) -> str:
    """Name a field as Open311 does: ``answers.lines[1].unit`` is ``attribute[lines.2.unit]``."""
    if not field.startswith("answers."):
        return _FIELDS.get(field, field)
    parts: list[str] = []
    for part in field.removeprefix("answers.").split("."):
        name, bracket, place = part.partition("[")
        parts.append(name)
        if bracket and place[:-1].isdigit() and place[:-1] != "0":
            parts.append(str(int(place[:-1]) + 1))
    return f"attribute[{'.'.join(parts)}]"
