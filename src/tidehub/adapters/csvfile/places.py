"""A deployer's list of places in a CSV file: name 名称, lon 经度, lat 纬度, datum 坐标系."""

from __future__ import annotations

import csv
import io

from tidehub.adapters.csvfile.read import CSV_UNREADABLE, decode_text
from tidehub.kernel.geometry import position

_COLUMNS = {"name": "name", "名称": "name", "地名": "name", "lon": "lon", "经度": "lon", "lat": "lat", "纬度": "lat",
            "datum": "datum", "坐标系": "datum"}  # fmt: skip


def read_places(raw: bytes) -> list[tuple[str, float, float]]:
    """Read names with their WGS 84 positions.

    Raises
    ------
    Refusal
        ``csv_unreadable`` naming the line, or what :func:`tidehub.kernel.geometry.position` refuses: a list of places
        is the deployer's own, so one wrong line stops it.
    """
    rows = csv.DictReader(io.StringIO(decode_text(raw), newline=""))
    places = []
    for number, row in enumerate(rows, 2):
        known = {
            _COLUMNS[key.strip()]: (value or "").strip()
            for key, value in row.items()
            if key and key.strip() in _COLUMNS
        }
        try:
            lon, lat = float(known["lon"]), float(known["lat"])
        except (KeyError, ValueError):
            raise CSV_UNREADABLE(f"line {number}", problem="a place needs name, lon, lat and datum") from None
        at = position(lon, lat, known.get("datum") or "WGS84", f"line {number}")
        if known.get("name"):
            places.append((known["name"], at.lon, at.lat))
    return places
