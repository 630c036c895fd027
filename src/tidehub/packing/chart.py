"""The chart and the tide of a pack's harbour: ``harbour.yaml`` names the files, this reads them."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from tidehub.adapters.routes import read_areas
from tidehub.kernel.codec import decode, sha256_hex, split_problem
from tidehub.kernel.errors import refusal_kind
from tidehub.methods.routing import Fairway, WaterChart
from tidehub.methods.tide import TideStation, read_station

HARBOUR_INVALID = refusal_kind(
    "harbour_invalid",
    zh="harbour.yaml 有误：{problem}",
    en="harbour.yaml is wrong: {problem}",
    do_zh="请改正该字段，并确认所列文件都在场景包内。",
    do_en="Correct the field and see that the files it names lie in the pack.",
)


class Harbour(NamedTuple):
    """Where boats go: the chart, the tide, and under which name routes keep them."""

    chart: WaterChart
    station: TideStation | None
    map_version: str
    land: Path
    areas: Path | None = None
    fairways: Path | None = None


class HarbourFiles(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``harbour.yaml``: files of the pack, GeoJSON in WGS 84, and the bounds ``[west, south, east, north]``.

    ``areas`` are drawn and bind nobody: each has ``kind`` (restricted, anchorage, aquaculture), ``name_zh`` and
    ``name_en``.
    """

    land: str
    fairways: str | None = None
    areas: str | None = None
    tide: str | None = None
    bounds: tuple[float, float, float, float] | None = None


def read_harbour(folder: Path, raw: dict[str, Any]) -> Harbour:
    """Read the files that ``harbour.yaml`` names.

    Raises
    ------
    Refusal
        ``harbour_invalid``, or the refusal of the layer that is wrong.
    """
    try:
        files = msgspec.convert(raw, HarbourFiles, strict=True)
    except msgspec.ValidationError as error:
        problem, field = split_problem(str(error))
        raise HARBOUR_INVALID(field, problem=problem) from None
    land_raw = _bytes(folder, files.land, "land")
    land = read_areas(land_raw, "land")
    fairways: tuple[Fairway, ...] = ()
    if files.fairways is not None:
        read = read_areas(_bytes(folder, files.fairways, "fairways"), "fairways")
        fairways = tuple(Fairway(area, _depth(told)) for area, told in zip(read.areas, read.properties, strict=True))
    if files.areas is not None:
        read_areas(_bytes(folder, files.areas, "areas"), "areas")
    station = None
    if files.tide is not None:
        station = read_station(decode(_bytes(folder, files.tide, "tide"), dict), files.tide)
    chart = WaterChart(land.areas, fairways=fairways, bounds=files.bounds or land.bounds)
    version = f"{Path(files.land).stem} {sha256_hex(land_raw)[:12]}"
    drawn = [None if name is None else folder / name for name in (files.areas, files.fairways)]
    return Harbour(chart, station, version, folder / files.land, *drawn)


def _bytes(folder: Path, name: str, field: str) -> bytes:
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()) or not path.is_file():
        raise HARBOUR_INVALID(field, problem=f"there is no file {name} in the pack")
    return path.read_bytes()


def _depth(told: dict[str, Any]) -> float | None:
    depth = told.get("charted_depth_m")
    return float(depth) if isinstance(depth, int | float) else None
