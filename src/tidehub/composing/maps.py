"""Base maps and layers that an installation adds by its ``maps.yaml``: tile addresses, Tianditu, PMTiles files.

Nothing is fetched by the server. A layer in GCJ-02 is refused: drawn over our coordinates it would lie 100-700 m off,
and nobody would see it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import msgspec
import yaml

from tidehub.kernel.codec import split_problem
from tidehub.kernel.errors import refusal_kind

MAPS_INVALID = refusal_kind(
    "maps_invalid",
    zh="maps.yaml 有误：{problem}",
    en="maps.yaml is wrong: {problem}",
    do_zh="请改正该字段；坐标系须为 WGS84 或 CGCS2000（GCJ-02 的底图与本系统坐标相差 100 至 700 米，不能叠加）。",
    do_en="Correct the field; the datum is WGS84 or CGCS2000 (a GCJ-02 map lies 100-700 m off and cannot be used).",
)
_TIANDITU = (("vec", "天地图 矢量", "Tianditu vector", True), ("cva", "天地图 注记", "Tianditu labels", False))
_WMTS = (
    "https://t{s}.tianditu.gov.cn/{layer}_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER={layer}&STYLE=default"
    "&TILEMATRIXSET=w&FORMAT=tiles&TILEMATRIX={{z}}&TILEROW={{y}}&TILECOL={{x}}&tk={key}"
)


class MapLayer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One layer. ``url`` of ``raster`` holds ``{z}``, ``{x}`` and ``{y}``; of ``pmtiles`` it is a file in ``maps/``."""

    id: Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9-]{1,40}$")]
    kind: Literal["raster", "pmtiles"]
    url: str
    datum: Literal["WGS84", "CGCS2000"]
    zh: str
    en: str
    attribution: str = ""
    base: bool = True


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    layers: tuple[MapLayer, ...] = ()
    tianditu_key: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-fA-F]{16,64}$")] | None = None
    review_number: str = ""


class MapSources(msgspec.Struct, frozen=True):
    """What maps are drawn from beside the land.

    Parameters
    ----------
    layers
        Added by the installation.
    files
        PMTiles files by the name in their address.
    drawn
        GeoJSON of the packs: ``areas``, ``fairways``.
    review_number
        审图号 of the published map, shown on it.
    """

    layers: tuple[MapLayer, ...] = ()
    files: dict[str, Path] = {}
    drawn: dict[str, bytes] = {}
    review_number: str = ""


def read_maps(folder: Path, drawn: dict[str, bytes]) -> MapSources:
    """Read ``maps.yaml`` of a data folder; without one there are the packs' layers alone.

    Raises
    ------
    Refusal
        ``maps_invalid``.
    """
    path = folder / "maps.yaml"
    if not path.is_file():
        return MapSources(drawn=drawn)
    try:
        told = msgspec.convert(yaml.safe_load(path.read_text("utf-8")) or {}, _File, strict=True)
    except yaml.YAMLError as error:
        raise MAPS_INVALID(None, problem=str(error).splitlines()[0]) from None
    except msgspec.ValidationError as error:
        problem, field = split_problem(str(error))
        raise MAPS_INVALID(field, problem=problem) from None
    files: dict[str, Path] = {}
    layers = [_placed(layer, folder, files) for layer in told.layers]
    if told.tianditu_key is not None:
        layers += [_tianditu(*one, key=told.tianditu_key) for one in _TIANDITU]
    return MapSources(tuple(layers), files, drawn, told.review_number)


def _placed(layer: MapLayer, folder: Path, files: dict[str, Path]) -> MapLayer:
    if layer.kind == "raster":
        if not layer.url.startswith(("https://", "/")) or not all(part in layer.url for part in ("{z}", "{x}", "{y}")):
            raise MAPS_INVALID(layer.id, problem="url: https://.../{z}/{x}/{y}")
        return layer
    path = (folder / "maps" / layer.url).resolve()
    if not path.is_relative_to(folder.resolve()) or not path.is_file():
        raise MAPS_INVALID(layer.id, problem=f"there is no file maps/{layer.url} in the data folder")
    name = f"{layer.id}.pmtiles"
    files[name] = path
    return msgspec.structs.replace(layer, url=f"/api/v1/map/tiles/{name}")


def _tianditu(layer: str, zh: str, en: str, base: bool, *, key: str) -> MapLayer:
    url = _WMTS.format(s=0, layer=layer, key=key)
    return MapLayer(f"tianditu-{layer}", "raster", url, "CGCS2000", zh, en, "天地图", base)
