"""CSV (RFC 4180) to commands.

Columns by their names, in English or Chinese: ``key`` 编号, ``service_code`` 服务, ``description`` 描述,
``lon`` 经度, ``lat`` 纬度, ``datum`` 坐标系, ``place_id`` 地点编号, ``address`` 地址,
``happened_at`` 发生时间, ``name`` 姓名, ``phone`` 电话, ``email`` 邮箱; every other column is an answer
to the service's form by the field's name (``boat_name``, ``lines.kind``, ``lines.2.kind``) or by its label.
The key makes a row the same row when the file is sent again; a row without one has its content as its key.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from datetime import datetime

import msgspec

from tidehub.capabilities.intake import (
    Catalogue,
    Contact,
    Form,
    GivenPosition,
    ReceiveReport,
    answers_of_texts,
)
from tidehub.kernel.codec import canonical_json, sha256_hex
from tidehub.kernel.errors import Refusal, refusal_kind
from tidehub.kernel.geometry import Position, position
from tidehub.kernel.instants import parse_instant

CSV_UNREADABLE = refusal_kind(
    "csv_unreadable",
    zh="读不出 CSV 文件：{problem}",
    en="The CSV file cannot be read: {problem}",
    do_zh="请保存为 UTF-8 或 GB18030 编码、首行为列名的 CSV。",
    do_en="Save it as CSV in UTF-8 or GB 18030 with the columns' names in the first row.",
)
CSV_ROW = refusal_kind(
    "csv_row",
    zh="此行有误：{problem}",
    en="This row is wrong: {problem}",
    do_zh="请改正此行后重新导入，已导入的行不会重复。",
    do_en="Correct this row and import again; rows that were taken are not taken twice.",
)

ROWS_MAX = 100_000
_NAMES = {
    "编号": "key", "流水号": "key", "服务": "service_code", "服务编号": "service_code", "描述": "description",
    "问题描述": "description", "经度": "lon", "纬度": "lat", "坐标系": "datum", "地点编号": "place_id",
    "地址": "address", "发生时间": "happened_at", "姓名": "name", "联系人": "name", "电话": "phone",
    "手机": "phone", "邮箱": "email",
}  # fmt: skip
_KNOWN = frozenset(
    {
        "key", "service_code", "description", "lon", "lat", "datum", "place_id", "address", "happened_at",
        "name", "phone", "email",
    }
)  # fmt: skip
_LIMITS = {
    "key": 512,
    "description": 4000,
    "place_id": 500,
    "address": 500,
    "name": 100,
    "phone": 40,
    "email": 200,
}
_DEGREES = re.compile(r"[+-]?\d{1,3}(\.\d{1,15})?", re.ASCII)


class RowAnswer(msgspec.Struct, frozen=True):
    """A row: its line in the file (the header is 1), its key, and the command or why there is none."""

    line: int
    key: str
    result: ReceiveReport | Refusal


def decode_text(raw: bytes) -> str:
    """Decode a file: a byte order mark decides, else UTF-8, else GB 18030 (what Chinese spreadsheets write).

    Raises
    ------
    Refusal
        ``csv_unreadable``.
    """
    marks = (
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\x84\x31\x95\x33", "gb18030"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    )
    encodings = next(([name] for mark, name in marks if raw.startswith(mark)), ["utf-8", "gb18030"])
    for encoding in encodings:
        try:
            return raw.decode(encoding).removeprefix("\ufeff")
        except UnicodeDecodeError:
            continue
    raise CSV_UNREADABLE(None, problem="neither UTF-8 nor GB 18030")


def read_reports(
    raw: bytes, catalogue: Catalogue, now: datetime, *, by: str, source: str = "csv"
) -> Iterator[RowAnswer]:
    """Read a file's rows, one after the other.

    Parameters
    ----------
    raw
        The file.
    catalogue, now
        Which forms the rows answer.
    by
        Who imports: ``taken_by`` of the reports.
    source
        Where the keys count; files of one origin use one.

    Raises
    ------
    Refusal
        ``csv_unreadable`` for the whole file. What is wrong with one row stands in its answer.
    """
    text = decode_text(raw)
    if "\x00" in text:
        raise CSV_UNREADABLE(None, problem="it holds null characters")
    head = text.partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        names = [_NAMES.get(name.strip(), name.strip()) for name in next(lines, [])]
    except csv.Error as error:
        raise CSV_UNREADABLE(None, problem=str(error)) from None
    if "service_code" not in names:
        raise CSV_UNREADABLE("service_code", problem="there is no column service_code (服务)")
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        raise CSV_UNREADABLE(twice[0][:80], problem=f"the column {twice[0][:80]} stands twice")
    return _rows(lines, names, catalogue, now, by, source)


def _rows(
    lines: Iterator[list[str]], names: list[str], catalogue: Catalogue, now: datetime, by: str, source: str
) -> Iterator[RowAnswer]:
    number, count = 1, 0
    while True:
        number = getattr(lines, "line_num", number) + 1
        try:
            cells = next(lines)
        except StopIteration:
            return
        except csv.Error as error:
            yield RowAnswer(number, "", CSV_ROW(None, problem=str(error)))
            return  # where quotes are broken, nothing after them can be told apart
        if not any(cell.strip() for cell in cells):
            continue
        count += 1
        if count > ROWS_MAX:
            yield RowAnswer(number, "", CSV_ROW(None, problem=f"a file holds at most {ROWS_MAX} rows"))
            return
        row = {name: cell.strip() for name, cell in zip(names, cells, strict=False) if name}
        key = row.get("key") or f"row:{sha256_hex(canonical_json(row))[:40]}"
        try:
            if len(cells) > len(names):
                raise CSV_ROW(None, problem=f"it has {len(cells)} cells for {len(names)} columns")
            result: ReceiveReport | Refusal = _command(row, key, catalogue, now, by, source)
        except Refusal as refusal:
            result = refusal
        yield RowAnswer(number, key[:512], result)


def _command(
    row: Mapping[str, str], key: str, catalogue: Catalogue, now: datetime, by: str, source: str
) -> ReceiveReport:
    for name, most in _LIMITS.items():
        if len(row.get(name, "")) > most:
            raise CSV_ROW(name, problem=f"{name} is longer than {most} characters")
    offer = catalogue.offer(row.get("service_code", ""), now)
    at, given = _place(row)
    contact = Contact(row.get("name", ""), row.get("phone", ""), row.get("email", ""))
    happened = row.get("happened_at", "")
    return ReceiveReport(
        service_code=offer.service.code,
        channel="csv",
        source=source,
        source_key=key,
        description=row.get("description", ""),
        position=at,
        position_given=given,
        place_id=row.get("place_id", ""),
        address=row.get("address", ""),
        answers=answers_of_texts(offer.form, _answers(row, offer.form)),
        taken_by=by,
        contact=contact or None,
        happened_at=parse_instant(happened, "happened_at") if happened else None,
    )


def _place(row: Mapping[str, str]) -> tuple[Position | None, GivenPosition | None]:
    lon, lat = row.get("lon", ""), row.get("lat", "")
    if not lon and not lat:
        return None, None
    for name, value in (("lon", lon), ("lat", lat)):
        if not _DEGREES.fullmatch(value):
            raise CSV_ROW(name, problem=f"{name} is no number of degrees")
    datum = row.get("datum", "")
    at = position(float(lon), float(lat), datum, "position")
    return at, GivenPosition(float(lon), float(lat), datum)


def _answers(row: Mapping[str, str], form: Form) -> dict[str, list[str]]:
    labels = {label: field.name for field in form.fields for label in (field.label.zh, field.label.en)}
    several = {field.name for field in form.fields if field.kind == "choices"}
    answers: dict[str, list[str]] = {}
    for column, value in row.items():
        if column in _KNOWN or not value:
            continue
        name = labels.get(column, column)
        answers[name] = re.split(r"\s*[;；、|]\s*", value) if name in several else [value]
    return answers
