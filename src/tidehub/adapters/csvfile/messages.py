"""Messages in a CSV file: what :mod:`tidehub.methods.matching` and ``methods.text`` read, from anybody's spreadsheet.

Columns by their names, in English or Chinese, in any order; only a text or a position is needed:

========== ==================================================================================
id         id, key, 编号, 流水号, 留言编号, 工单编号, 案件编号
time       time, at, happened_at, created_at, 时间, 留言时间, 发生时间, 上报时间, 受理时间
lon, lat   lon, lng, longitude, 经度; lat, latitude, 纬度
datum      datum, crs, 坐标系 (WGS84, CGCS2000, GCJ02, BD09); without it WGS 84 is taken, and said
text       text, content, description, 描述, 内容, 留言详情, 诉求内容
subject    subject, title, 主题, 标题, 留言主题
category   category, type, label, 类别, 分类, 一级标签
source     source, channel, 来源, 渠道
reporter   reporter, user, phone, 留言用户, 来电号码
address    address, place, location, 地址, 地点, 位置 – read as part of the text
truth      incident, incident_id, situation, truth, group, 事件编号, 问题ID – only for measuring, never looked at
========== ==================================================================================

A row that cannot be read is refused by itself, with its line, and the rest goes on.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

from tidehub.adapters.csvfile.read import CSV_ROW, CSV_UNREADABLE, ROWS_MAX, decode_text
from tidehub.kernel.datums import Datum, parse_datum, to_wgs84
from tidehub.kernel.errors import Refusal
from tidehub.kernel.geometry import DATUM_UNKNOWN, POSITION_OUT_OF_RANGE

_COLUMNS = {
    "id": "id key report_id message_id no 编号 流水号 留言编号 工单编号 案件编号 报件编号 序号 工单号",
    "time": "time at at_time timestamp datetime date happened_at created_at reported_at t_event event_time report_time "
    "时间 留言时间 发生时间 上报时间 受理时间 来电时间 创建时间 日期 发布时间",
    "lon": "lon lng long longitude x 经度",
    "lat": "lat latitude y 纬度",
    "datum": "datum crs srs coord_sys coordinate_system coordsys 坐标系 坐标系统",
    "accuracy_m": "accuracy_m accuracy 精度 定位精度",
    "text": "text content description message body detail details desc 描述 内容 正文 留言详情 诉求内容 问题描述 详情 留言内容 文本 事件描述",  # noqa: E501
    "subject": "subject title 主题 标题 留言主题 诉求标题",
    "category": "category type label class kind service service_code 类别 分类 类型 一级标签 一级分类 诉求类型 标签 事项类别 问题类型 category_name",  # noqa: E501
    "source": "source channel door origin 来源 渠道 信息来源 诉求渠道",
    "reporter": "reporter user user_id reporter_id caller phone contact reporter_hash 用户 留言用户 来电号码 电话 手机 联系电话 举报人 反映人",  # noqa: E501
    "address": "address place location place_text where 地址 地点 位置 事发地址 发生地点 地点描述 place_name",
    "truth": "incident incident_id truth group group_id cluster cluster_id situation situation_id event_id true_incident "  # noqa: E501
    "incident_label gold 事件编号 问题id 事件 真实事件 事件id 热点问题id",
}  # fmt: skip
_NAME_OF = {alias: name for name, aliases in _COLUMNS.items() for alias in aliases.split()}
_FIELD_MAX = 20_000
_DAY = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?"
    r"(?:\s*[T ]?\s*(\d{1,2})\s*[:：时点]\s*(\d{1,2})?(?:\s*[:：分]\s*(\d{1,2}))?(?:\.(\d{1,9}))?\s*[秒分]?)?\s*(Z|[+-]\d\d:?\d\d)?",  # noqa: E501
    re.IGNORECASE,
)
CHINA = timezone(timedelta(hours=8))


@dataclass(frozen=True)
class Message:
    """One row: what was in it, with its position in WGS 84 and its instant in UTC."""

    line: int
    id: str
    text: str
    subject: str
    at: datetime | None
    lon: float | None
    lat: float | None
    accuracy_m: float
    datum: str
    category: str
    source: str
    reporter: str
    truth: str


@dataclass(frozen=True)
class Rows:
    """A file's columns as understood, and its rows, each a message or a refusal with its line."""

    columns: dict[str, str]
    rows: list[tuple[int, Message | Refusal]]

    @property
    def messages(self) -> list[Message]:
        """The rows that could be read."""
        return [row for _, row in self.rows if isinstance(row, Message)]

    @property
    def refused(self) -> list[tuple[int, Refusal]]:
        """The rows that could not, with their lines."""
        return [(line, row) for line, row in self.rows if isinstance(row, Refusal)]


def read_messages(
    raw: bytes, *, datum: str | None = None, need_time: bool = True, category_column: str | None = None,
    truth_column: str | None = None,
) -> Rows:  # fmt: skip
    """Read a file of messages.

    Parameters
    ----------
    raw
        The file: UTF-8 with or without a mark, UTF-16 with one, GB 18030 (GBK); comma, semicolon or tab.
    datum
        Datum of rows that name none; WGS 84 when this is ``None`` too.
    need_time
        Whether a row without a time is refused (correlation) or taken (classification).
    category_column, truth_column
        The column to use when its name is none of the known ones.

    Raises
    ------
    Refusal
        ``csv_unreadable`` for the whole file: no text, no column that is known, broken encoding.
    """
    if not raw.strip():
        raise CSV_UNREADABLE(None, problem="it is empty")
    text = decode_text(raw)
    if "\x00" in text:
        raise CSV_UNREADABLE(None, problem="it holds null characters")
    head = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=head.count))
    names = _names(next(reader, []), category_column, truth_column)
    if not {"text", "subject"} & set(names) and not {"lon", "lat"} <= set(names):
        raise CSV_UNREADABLE("text", problem="there is no column text (内容), and no lon and lat (经度、纬度)")
    return Rows(
        {name: column for name, column in zip(names, next(csv.reader([head])), strict=False) if name},
        list(_rows(reader, names, datum, need_time)),
    )  # fmt: skip


def _names(header: list[str], category_column: str | None, truth_column: str | None) -> list[str]:
    names = []
    for column in header:
        word = column.strip()
        if category_column and word == category_column:
            name = "category"
        elif truth_column and word == truth_column:
            name = "truth"
        else:
            name = _NAME_OF.get(re.sub(r"[\s（(].*$", "", word).lower().replace("-", "_"), "")
            if (name == "category" and category_column) or (name == "truth" and truth_column):
                name = ""
        names.append(name if name not in names else "")
    for wanted, name in ((category_column, "category"), (truth_column, "truth")):
        if wanted and name not in names:
            raise CSV_UNREADABLE(wanted, problem=f"there is no column {wanted}")
    return names


def _rows(
    reader: Iterator[list[str]], names: list[str], datum: str | None, need_time: bool
) -> Iterator[tuple[int, Message | Refusal]]:
    seen: dict[str, int] = {}
    count = 0
    while True:
        line = getattr(reader, "line_num", 0) + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield line, CSV_ROW(None, problem=str(error))
            continue
        if not any(cell.strip() for cell in cells):
            continue
        count += 1
        if count > ROWS_MAX:
            yield line, CSV_ROW(None, problem=f"a file holds at most {ROWS_MAX} rows")
            return
        row = {name: cell.strip() for name, cell in zip(names, cells, strict=False) if name}
        try:
            made = _message(row, line, datum, need_time)
            if made.id in seen:
                raise CSV_ROW("id", problem=f"the id {made.id[:40]} stands in line {seen[made.id]} already")
            seen[made.id] = line
            yield line, made
        except Refusal as refusal:
            yield line, refusal


def _message(row: dict[str, str], line: int, datum: str | None, need_time: bool) -> Message:
    for name, value in row.items():
        if len(value) > _FIELD_MAX:
            raise CSV_ROW(name, problem=f"{name} is longer than {_FIELD_MAX} characters")
    at = parse_local(row["time"]) if row.get("time") else None
    if at is None and need_time:
        raise CSV_ROW("time", problem="there is no time" if not row.get("time") else f"{row['time'][:40]} is no time")
    if at is None and row.get("time"):
        raise CSV_ROW("time", problem=f"{row['time'][:40]} is no time")
    lon, lat, used = _position(row, datum)
    text = row.get("text", "")
    if row.get("address") and row["address"] not in text:
        text = f"{row['address']}：{text}" if text else row["address"]
    if not text and not row.get("subject") and lon is None:
        raise CSV_ROW("text", problem="there is neither text nor position")
    return Message(
        line, row.get("id") or f"line:{line}", text, row.get("subject", ""), at, lon, lat,
        _number(row, "accuracy_m") or 0.0, used,
        row.get("category", ""), row.get("source", ""), row.get("reporter", ""), row.get("truth", ""),
    )  # fmt: skip


_NOTHING = frozenset({"", "nan", "null", "none", "na", "n/a", "-", "无", "未知", "/"})


def _number(row: dict[str, str], name: str) -> float | None:
    word = row.get(name, "").lower()
    if word in _NOTHING:
        return None
    try:
        value = float(word)
    except ValueError:
        raise CSV_ROW(name, problem=f"{row[name][:40]} is no number") from None
    if not math.isfinite(value):
        raise CSV_ROW(name, problem=f"{row[name][:40]} is no finite number")
    return value


def _position(row: dict[str, str], datum: str | None) -> tuple[float | None, float | None, str]:
    lon, lat = _number(row, "lon"), _number(row, "lat")
    if lon is None and lat is None:
        return None, None, ""
    if lon is None or lat is None:
        raise CSV_ROW("lon" if lon is None else "lat", problem="only one of longitude and latitude is given")
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise POSITION_OUT_OF_RANGE("lon", lon=lon, lat=lat)
    if lon == 0 and lat == 0:
        return None, None, ""  # what a device writes that has no fix
    word = row.get("datum") or datum or ""
    known = parse_datum(word) if word else Datum.WGS84
    if known is None:
        raise DATUM_UNKNOWN("datum", datum=word[:40])
    lon, lat = to_wgs84(lon, lat, known)
    return lon, lat, str(known)


def parse_local(text: str) -> datetime | None:
    """Read a time as spreadsheets write it; without a zone it is Chinese time (UTC+8). ``None`` if it is none.

    Also seconds or milliseconds since 1970.
    """
    text = text.strip()
    if re.fullmatch(r"\d{10}(\.\d+)?|\d{13}", text):
        seconds = float(text) / (1000 if len(text) == 13 else 1)
        return datetime.fromtimestamp(seconds, UTC)
    found = _DAY.fullmatch(text)
    if found is None:
        return None
    year, month, day, hour, minute, second, fraction, zone = found.groups()
    try:
        at = datetime(
            int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0),
            int(f"{fraction or '0':0<6}"[:6]), tzinfo=_zone(zone),
        )  # fmt: skip
        return at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _zone(text: str | None) -> timezone:
    if text is None:
        return CHINA
    if text in "Zz":
        return UTC
    digits = text.replace(":", "")
    shift = timedelta(hours=int(digits[1:3]), minutes=int(digits[3:5]))
    return timezone(-shift if digits[0] == "-" else shift)
