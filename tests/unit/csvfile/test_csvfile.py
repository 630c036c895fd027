"""A spreadsheet of reports is taken in row by row, whatever its encoding, and a wrong row is told by its line."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tidehub.adapters.csvfile import RowAnswer, decode_text, read_reports
from tidehub.capabilities.intake import Catalogue, ReceiveReport, read_catalogue
from tidehub.kernel.errors import Refusal

PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # on a busy machine
NOW = datetime(2026, 6, 1, tzinfo=UTC)
NAME = {"zh": "路灯", "en": "Lamp"}
CATALOGUE = Catalogue(
    [
        read_catalogue(
            {
                "categories": [{"code": "lamp", "name": NAME}],
                "services": [{"code": "lamp", "name": NAME, "description": NAME, "category": "lamp", "form": "lamp"}],
            },
            {
                "lamp": {
                    "name": "lamp",
                    "fields": [
                        {"name": "height_m", "kind": "decimal", "label": {"zh": "高度", "en": "Height"}},
                        {
                            "name": "faults",
                            "kind": "choices",
                            "label": {"zh": "故障", "en": "Faults"},
                            "choices": [
                                {"code": "dark", "label": {"zh": "不亮", "en": "Dark"}},
                                {"code": "flicker", "label": {"zh": "闪烁", "en": "Flicker"}},
                            ],
                        },
                    ],
                }
            },
        )
    ]
)


def read(text: str | bytes) -> list[RowAnswer]:
    raw = text.encode() if isinstance(text, str) else text
    return list(read_reports(raw, CATALOGUE, NOW, by="person/clerk"))


def command(answer: RowAnswer) -> ReceiveReport:
    assert isinstance(answer.result, ReceiveReport), answer.result
    return answer.result


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
def test_every_encoding_that_spreadsheets_write_is_read(encoding: str) -> None:
    """A byte order mark decides, else UTF-8, else GB 18030."""
    (row,) = read("编号,服务,地址,高度,故障\n7,lamp,码头路,4.5,dark；flicker\n".encode(encoding))
    made = command(row)
    assert (made.source_key, made.address, made.taken_by) == ("7", "码头路", "person/clerk")
    assert made.answers == {"height_m": 4.5, "faults": ["dark", "flicker"]}


def test_a_row_without_a_key_has_its_content_as_its_key() -> None:
    """The same row again is the same report."""
    file = "service_code,address\nlamp,码头路\nlamp,另一处\n"
    first, other = read(file)
    assert [row.key for row in read(file)] == [first.key, other.key]
    assert first.key != other.key


@pytest.mark.parametrize(
    ("row", "code", "field"),
    [
        ("none,1,1,WGS84,", "service_unknown", "service_code"),
        ("lamp,x,1,WGS84,", "csv_row", "lon"),
        ("lamp,121,,WGS84,", "csv_row", "lat"),
        ("lamp,121,28,,", "datum_missing", "position.datum"),
        ("lamp,121,28,mars,", "datum_unknown", "position.datum"),
        ("lamp,28,121,WGS84,", "position_out_of_range", "position"),
        ("lamp,121,28,WGS84,2026-06-01", "instant_invalid", "happened_at"),
        ("lamp,121,28,WGS84,,more", "csv_row", None),
    ],
)
def test_a_wrong_row_is_told_and_the_others_are_taken(row: str, code: str, field: str | None) -> None:
    """Nothing is lost because of a neighbour."""
    rows = read(f"service_code,lon,lat,datum,happened_at\nlamp,121.45,28.68,GCJ02,\n{row}\nlamp,,,,\n")
    assert [answer.line for answer in rows] == [2, 3, 4]
    assert command(rows[0]).position is not None
    assert isinstance(rows[2].result, ReceiveReport)
    told = rows[1].result
    assert isinstance(told, Refusal)
    assert (told.code, told.field) == (code, field)


@pytest.mark.parametrize(
    "raw",
    [b"", b"a,b\n1,2\n", b"\x81", b"service_code,x,x\n", b"service_code\n\x00\n", b'"service_code\n'],
)
def test_a_file_that_is_none_is_refused_whole(raw: bytes) -> None:
    """Before anything of it is taken."""
    with pytest.raises(Refusal, match="csv_unreadable"):
        read(raw)


def test_line_numbers_count_breaks_within_cells() -> None:
    """So that the clerk finds the row in the editor."""
    rows = read('service_code,description\nlamp,"a\nb"\nnone,x\n')
    assert [answer.line for answer in rows] == [2, 4]


@PATIENT
@given(st.binary() | st.text().map(str.encode) | st.text().map(lambda text: f"service_code\n{text}".encode()))
def test_garbage_is_refused_and_never_breaks(raw: Any) -> None:
    """Whatever the file holds."""
    try:
        read(raw)
    except Refusal as told:
        assert told.code == "csv_unreadable"


@PATIENT
@given(st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\ufeff")))
def test_any_text_survives_gb18030(text: str) -> None:
    """GB 18030 covers all of Unicode; what is also valid UTF-8 is read as that."""
    raw = text.encode("gb18030")
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        if not raw.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")):
            assert decode_text(raw) == text
