"""Registers from and to files: CSV and GeoJSON, each row on its own, coordinates converted at this edge."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

import msgspec

from tidehub.kernel.codec import canonical_json, decode, split_problem
from tidehub.kernel.errors import Refusal, refusal_kind
from tidehub.kernel.geometry import position
from tidehub.kernel.instants import format_instant, parse_instant
from tidehub.registers.commands import RecordEntry
from tidehub.registers.decide import (
    ENTRY_INVALID,
    POLYGON_INVALID,
    REGISTER_UNKNOWN,
    plain_body,
    read_body,
)
from tidehub.registers.model import BODIES, Entry, RegisterBody

FILE_UNREADABLE = refusal_kind(
    "file_unreadable",
    zh="无法读取文件：{problem}",
    en="The file cannot be read: {problem}",
    do_zh="请使用 UTF-8 编码的 CSV（首行为列名）或 GeoJSON FeatureCollection。",
    do_en="Send CSV in UTF-8 whose first line names the columns, or a GeoJSON FeatureCollection.",
)
ROWS_MAX = 100_000
_LOCAL = ZoneInfo("Asia/Shanghai")
_ENVELOPE = ("id", "valid_from", "valid_to")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class ReadRow(msgspec.Struct, frozen=True):
    """One row of a file: the command it asks for, or why it cannot be one.

    Parameters
    ----------
    row
        Counted from 1, without the line of names.
    """

    row: int
    command: RecordEntry | None = None
    refusal: Refusal | None = None


def read_file(register: str, raw: bytes, *, geojson: bool, datum: str | None = None) -> Iterator[ReadRow]:
    """Read a file row by row; a row that is wrong is answered with its refusal and stops nothing.

    Parameters
    ----------
    register
        Where the rows go.
    raw
        CSV or GeoJSON in UTF-8, with or without a byte order mark.
    geojson
        Which of the two.
    datum
        Of all coordinates in the file. A column or property ``datum`` says it for one row. GeoJSON without
        either is WGS 84 (RFC 7946); CSV without either is refused row by row, never guessed.

    Notes
    -----
    CSV columns are ``id``, ``valid_from``, ``valid_to`` and the fields of the register; ``lon`` and ``lat``
    make its position. Lists are separated by ``;``, what is nested is JSON. A date alone means midnight.

    Raises
    ------
    Refusal
        ``register_unknown`` or ``file_unreadable``.
    """
    if register not in BODIES:
        raise REGISTER_UNKNOWN("register", register=register[:40], known=", ".join(BODIES))
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FILE_UNREADABLE(None, problem=str(error)[:120]) from None
    rows = _features(text) if geojson else _lines(text)
    return _commands(register, rows, datum or ("WGS84" if geojson else None))


def _commands(register: str, rows: Iterable[dict[str, Any]], datum: str | None) -> Iterator[ReadRow]:
    for number, row in enumerate(rows, start=1):
        if number > ROWS_MAX:
            raise FILE_UNREADABLE(None, problem=f"> {ROWS_MAX} 行 / rows")
        try:
            yield ReadRow(number, command=_command(register, row, datum))
        except Refusal as refusal:
            yield ReadRow(number, refusal=refusal)


def _command(register: str, row: dict[str, Any], datum: str | None) -> RecordEntry:
    body = {key: value for key, value in row.items() if key not in (*_ENVELOPE, "datum", "geometry")}
    meant = str(row.get("datum") or datum or "") or None
    _place(register, body, row.get("geometry"), meant)
    try:
        read = msgspec.convert(body, BODIES[register], strict=False)
    except msgspec.ValidationError as error:
        problem, field = split_problem(str(error))
        raise ENTRY_INVALID(field, problem=problem) from None
    plain = plain_body(read)
    read_body(register, plain, "row")
    return RecordEntry(
        register=register,
        id=str(row.get("id") or ""),
        body=plain,
        valid_from=_instant(row.get("valid_from"), "valid_from"),
        valid_to=_instant(row.get("valid_to"), "valid_to"),
    )


def _place(register: str, body: dict[str, Any], geometry: Any, datum: str | None) -> None:
    """Put coordinates where the register keeps them: a position, a home, or polygons."""
    lon, lat = body.pop("lon", None), body.pop("lat", None)
    name = "home" if register == "units" else "position"
    if isinstance(geometry, dict):
        kind, coordinates = geometry.get("type"), geometry.get("coordinates")
        if kind == "Point" and isinstance(coordinates, list) and len(coordinates) >= 2:
            lon, lat = coordinates[0], coordinates[1]
        elif kind in ("Polygon", "MultiPolygon"):
            body["polygons"] = _polygons(coordinates if kind == "MultiPolygon" else [coordinates], datum)
        else:
            raise POLYGON_INVALID("geometry", problem=f"geometry {str(kind)[:40]!r}")
    if lon is not None and lat is not None:
        try:
            body[name] = msgspec.to_builtins(position(float(lon), float(lat), datum, name))
        except (TypeError, ValueError):
            raise ENTRY_INVALID(name, problem=f"lon {str(lon)[:20]!r}, lat {str(lat)[:20]!r}") from None


def _polygons(polygons: Any, datum: str | None) -> list[Any]:
    try:
        return [[[_vertex(vertex, datum) for vertex in ring] for ring in rings] for rings in polygons]
    except (TypeError, ValueError, IndexError, KeyError):
        raise POLYGON_INVALID("geometry", problem="coordinates / 坐标") from None


def _vertex(vertex: Any, datum: str | None) -> tuple[float, float]:
    at = position(float(vertex[0]), float(vertex[1]), datum, "geometry")
    return at.lon, at.lat


def _instant(value: Any, field: str) -> datetime | None:
    if value in (None, ""):
        return None
    text = str(value)
    if len(text) == 10:
        try:
            return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=_LOCAL)
        except ValueError:
            pass
    return parse_instant(text, field)


def _features(text: str) -> Iterator[dict[str, Any]]:
    try:
        collection = decode(text, dict)
    except Refusal as refusal:
        raise FILE_UNREADABLE(None, problem=refusal.params.get("problem")) from None
    features = collection.get("features")
    if collection.get("type") != "FeatureCollection" or not isinstance(features, list):
        raise FILE_UNREADABLE("features", problem="FeatureCollection")
    return (_feature(feature) for feature in features)


def _feature(feature: Any) -> dict[str, Any]:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    if not isinstance(properties, dict):
        return {}
    named = feature.get("id", properties.get("id", properties.get("code")))
    row = {key: value for key, value in properties.items() if value is not None and key != "code"}
    return {**row, "id": named, "geometry": feature.get("geometry")}


def _lines(text: str) -> Iterator[dict[str, Any]]:
    reader = csv.DictReader(io.StringIO(text, newline=""))
    try:
        names = reader.fieldnames or []
    except csv.Error as error:
        raise FILE_UNREADABLE(None, problem=str(error)) from None
    if "id" not in names:
        raise FILE_UNREADABLE("id", problem="列 / column id")
    return (_cells(line) for line in reader)


def _cells(line: dict[str | None, Any]) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for name, cell in line.items():
        if name is None:  # more cells than names
            row["?"] = cell
        elif cell:
            row[name] = _cell(name, cell)
    return row


def _cell(name: str, cell: str) -> Any:
    if cell[0] == "'" and cell[1:2] in _FORMULA:
        cell = cell[1:]
    if cell[0] in "[{":
        try:
            return msgspec.json.decode(cell)
        except msgspec.DecodeError:
            raise ENTRY_INVALID(name, problem="JSON") from None
    return [part.strip() for part in cell.split(";") if part.strip()] if name in _LISTS else cell


def _list_fields(body: type[RegisterBody]) -> Iterator[str]:
    info = msgspec.inspect.type_info(body)
    for field in cast(Any, info).fields:
        types = field.type.types if isinstance(field.type, msgspec.inspect.UnionType) else (field.type,)
        if any(
            isinstance(kind, msgspec.inspect.VarTupleType)
            and not isinstance(kind.item_type, msgspec.inspect.StructType | msgspec.inspect.VarTupleType)
            for kind in types
        ):
            yield field.name


_LISTS = frozenset(name for body in BODIES.values() for name in _list_fields(body))


def write_csv(register: str, entries: Iterable[Entry]) -> str:
    """Write a register as CSV that :func:`read_file` reads back; what a spreadsheet would run is quoted."""
    names = [field for field in BODIES[register].__struct_fields__ if field not in ("position", "home")]
    has_place = len(names) < len(BODIES[register].__struct_fields__)
    out = io.StringIO()
    writer = csv.DictWriter(out, [*_ENVELOPE, *names, *(("lon", "lat", "datum") if has_place else ())])
    writer.writeheader()
    for entry in entries:
        body = plain_body(entry.body)
        at = body.pop("position", None) or body.pop("home", None)
        row = {name: _as_cell(name, value) for name, value in body.items()}
        row |= {"id": entry.id, "valid_from": format_instant(entry.valid_from)}
        row["valid_to"] = format_instant(entry.valid_to) if entry.valid_to else ""
        if at is not None:
            row |= {"lon": at["lon"], "lat": at["lat"], "datum": "WGS84"}
        writer.writerow(row)
    return out.getvalue()


def _as_cell(name: str, value: Any) -> Any:
    if isinstance(value, str):
        return f"'{value}" if value.startswith(_FORMULA) else value
    if name in _LISTS and isinstance(value, list) and value:
        return ";".join(str(part) for part in value)
    if isinstance(value, list | dict):
        return canonical_json(value).decode()
    return value


def write_geojson(entries: Iterable[Entry]) -> dict[str, Any]:
    """Write a register as a GeoJSON FeatureCollection (RFC 7946: WGS 84, longitude first)."""
    features = []
    for entry in entries:
        properties = plain_body(entry.body)
        at = properties.pop("position", None) or properties.pop("home", None)
        polygons = properties.pop("polygons", None)
        geometry: dict[str, Any] | None = None
        if at is not None:
            geometry = {"type": "Point", "coordinates": [at["lon"], at["lat"]]}
        elif polygons:
            geometry = {"type": "MultiPolygon", "coordinates": polygons}
        properties |= {"valid_from": format_instant(entry.valid_from)}
        if entry.valid_to is not None:
            properties["valid_to"] = format_instant(entry.valid_to)
        features.append({"type": "Feature", "id": entry.id, "geometry": geometry, "properties": properties})
    return {"type": "FeatureCollection", "features": features}
