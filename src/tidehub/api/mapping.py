"""What maps are drawn from: the land, areas and fairways of the pack, regions, and places that boats can reach; and
the base maps an installation adds (``maps.yaml``). Every layer names its datum.

The composition root gives ``services.more["land"]``, the bytes of the land as GeoJSON, and ``services.more["maps"]``,
a ``MapSources``.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, cast

import msgspec
from litestar import Response, get
from litestar.params import FromPath

from tidehub.api.exchange import AnyRequest, answer, page_of, read_query
from tidehub.api.services import Services, services_of
from tidehub.composing.maps import MapSources
from tidehub.kernel.access import rule
from tidehub.kernel.codec import sha256_hex
from tidehub.kernel.errors import NOT_FOUND
from tidehub.kernel.geometry import Position

_FAMILY = "map"
_ETAG = "land_etag"
_NOTHING = b'{"type":"FeatureCollection","features":[]}'
_RANGE = re.compile(r"bytes=(\d{1,15})-(\d{1,15})?")
_RANGE_MAX = 8_000_000
_FOUND_MAX = 20
_NOT = 9


class PlaceQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which places: of one ``kind``, within a ``region`` (code prefix)."""

    kind: str | None = None
    region: str = ""


class PlaceView(msgspec.Struct, frozen=True):
    """A place on the map. ``charted_depth_m`` is the depth at chart datum; ``dries`` at low water."""

    id: str
    name: str
    name_en: str
    kind: str
    position: Position
    region_code: str
    charted_depth_m: float | None
    dries: bool


class PlaceSearch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Words that a place is looked for by."""

    q: Annotated[str, msgspec.Meta(min_length=1, max_length=60)]


class PlaceFound(msgspec.Struct, frozen=True):
    """A place whose name or address answers to the words."""

    id: str
    name: str
    name_en: str
    kind: str
    address: str
    position: Position


class PlacesFound(msgspec.Struct, frozen=True):
    """Places, the best first."""

    items: list[PlaceFound]
    next: str | None


class PlaceList(msgspec.Struct, frozen=True):
    """Places by id."""

    items: list[PlaceView]
    next: str | None


class LayerView(msgspec.Struct, frozen=True, kw_only=True):
    """A layer of the map.

    Parameters
    ----------
    kind
        ``geojson``, ``raster`` (tiles by ``{z}/{x}/{y}``) or ``pmtiles`` (one file, read by ranges).
    datum
        Of its coordinates. Web maps are drawn in WGS 84; CGCS2000 is the same within a metre.
    base
        Whether it is a ground to draw on, of which one is chosen, or lies over it.
    """

    id: str
    kind: str
    url: str
    datum: str
    zh: str
    en: str
    attribution: str = ""
    base: bool = False


class LayerList(msgspec.Struct, frozen=True):
    """Layers from the ground up; ``review_number`` (审图号) of a published map, where there is one."""

    items: list[LayerView]
    review_number: str
    next: str | None


_OURS = (
    LayerView(
        id="land", kind="geojson", url="/api/v1/map/land", datum="WGS84", zh="海图", en="Chart", base=True,
        attribution="GSHHG 2.3.7",
    ),
    LayerView(id="regions", kind="geojson", url="/api/v1/map/regions", datum="CGCS2000", zh="行政区", en="Regions"),
    LayerView(id="fairways", kind="geojson", url="/api/v1/map/fairways", datum="WGS84", zh="航道", en="Fairways"),
    LayerView(id="areas", kind="geojson", url="/api/v1/map/areas", datum="WGS84", zh="管制水域", en="Areas"),
)  # fmt: skip


@get("/api/v1/map", opt={"rule": rule(everyone=True), "family": _FAMILY, "answer": LayerList})
async def list_layers(request: AnyRequest) -> Response[bytes]:
    """List the layers of the map, each with its datum: ours need no internet, others come by configuration."""
    sources = cast(MapSources, services_of(request).more["maps"])
    added = [
        LayerView(
            id=one.id, kind=one.kind, url=one.url, datum=one.datum, zh=one.zh, en=one.en,
            attribution=one.attribution, base=one.base,
        )
        for one in sources.layers
    ]  # fmt: skip
    answered = {"items": [*_OURS, *added], "review_number": sources.review_number, "next": None}
    return answer(msgspec.convert(msgspec.to_builtins(answered), LayerList), headers={"cache-control": "no-cache"})


@get("/api/v1/map/areas", opt={"rule": rule(everyone=True), "family": _FAMILY, "answer": "application/geo+json"})
async def get_areas(request: AnyRequest) -> Response[Any]:
    """Get the areas that the packs draw (restricted, anchorages, farms) as GeoJSON (WGS 84)."""
    return _drawn(services_of(request), "areas")


@get("/api/v1/map/fairways", opt={"rule": rule(everyone=True), "family": _FAMILY, "answer": "application/geo+json"})
async def get_fairways(request: AnyRequest) -> Response[Any]:
    """Get the fairways that ways by water use, as GeoJSON (WGS 84)."""
    return _drawn(services_of(request), "fairways")


@get("/api/v1/map/regions", opt={"rule": rule(everyone=True), "family": _FAMILY, "answer": "application/geo+json"})
async def get_regions(request: AnyRequest) -> Response[Any]:
    """Get the outlines of the register's counties and towns as GeoJSON (CGCS2000)."""
    regions = services_of(request).registers.jurisdictions.all()
    features = [
        {
            "type": "Feature",
            "properties": {"id": code, "name_zh": one.name, "name_en": one.name_en or one.name, "level": one.level},
            "geometry": {"type": "MultiPolygon", "coordinates": one.polygons},
        }
        for code, one in regions.items()
        if one.polygons
    ]
    raw = msgspec.json.encode({"type": "FeatureCollection", "features": features})
    return Response(raw, media_type="application/geo+json", headers={"cache-control": "public, max-age=300"})


@get(
    "/api/v1/map/tiles/{name:str}",
    opt={"rule": rule(everyone=True), "family": _FAMILY, "answer": "application/octet-stream"},
)
async def get_tiles(request: AnyRequest, name: FromPath[str]) -> Response[bytes]:
    """Get a range of a PMTiles file (``Range: bytes=from-to``, at most 8 MB): a base map without internet."""
    sources = cast(MapSources, services_of(request).more["maps"])
    path = sources.files.get(name)
    if path is None:
        raise NOT_FOUND("name", what="地图文件 map file", id=name[:80])
    size = path.stat().st_size
    asked = _RANGE.fullmatch(request.headers.get("range", ""))
    if asked is None or int(asked[1]) >= size:
        return Response(b"", status_code=416, headers={"content-range": f"bytes */{size}"})
    first = int(asked[1])
    last = min(size - 1, int(asked[2]) if asked[2] else size - 1, first + _RANGE_MAX - 1)
    with path.open("rb") as tiles:
        tiles.seek(first)
        part = tiles.read(last - first + 1)
    headers = {"content-range": f"bytes {first}-{last}/{size}", "accept-ranges": "bytes", "etag": f'"{size:x}"'}
    return Response(part, status_code=206, media_type="application/octet-stream", headers=headers)


def _drawn(services: Services, name: str) -> Response[Any]:
    raw = cast(MapSources, services.more["maps"]).drawn.get(name, _NOTHING)
    return Response(raw, media_type="application/geo+json", headers={"cache-control": "public, max-age=3600"})


@get(
    "/api/v1/map/land",
    opt={"rule": rule(everyone=True), "family": _FAMILY, "answer": "application/geo+json"},
)
async def get_land(request: AnyRequest) -> Response[Any]:
    """Get the land as GeoJSON (WGS 84); it changes with a release only and may be kept."""
    services = services_of(request)
    raw, tag = _land(services)
    headers = {"etag": tag, "cache-control": "public, max-age=86400"}
    if tag in [part.strip().removeprefix("W/") for part in request.headers.get("if-none-match", "").split(",")]:
        return Response(None, status_code=304, headers=headers)
    return Response(raw, media_type="application/geo+json", headers=headers)


@get(
    "/api/v1/map/places",
    opt={"rule": rule(signed_in=True), "family": _FAMILY, "query": PlaceQuery, "answer": PlaceList},
)
async def list_map_places(request: AnyRequest) -> Response[bytes]:
    """List berths, quays, anchorages and warehouses that boats can reach, by id."""
    query = read_query(request, PlaceQuery)
    places = services_of(request).registers.places.all()
    items = [
        PlaceView(
            id_,
            place.name,
            place.name_en,
            place.kind,
            place.position,
            place.region_code,
            place.charted_depth_m,
            place.dries,
        )
        for id_, place in places.items()
        if "boat" in place.access and place.region_code.startswith(query.region) and query.kind in (None, place.kind)
    ]
    return answer(page_of(items, None), headers={"cache-control": "private, max-age=60"})


@get(
    "/api/v1/map/search",
    opt={"rule": rule(everyone=True), "family": _FAMILY, "query": PlaceSearch, "answer": PlacesFound},
)
async def search_places(request: AnyRequest) -> Response[bytes]:
    """Look for a place of the register by its name or address, in either language; at most 20, the best first."""
    query = read_query(request, PlaceSearch)
    return answer(page_of(places_by_words(services_of(request), query.q), None))


def places_by_words(services: Services, words: str) -> list[PlaceFound]:
    """Find places: the whole name first, then its beginning, then within it, then its letters in order."""
    wanted = words.casefold().split()
    found = []
    for id_, place in services.registers.places.all().items():
        texts = [text.casefold() for text in (place.name, place.name_en, place.address) if text]
        ranks = [min((_rank(word, text) for text in texts), default=_NOT) for word in wanted]
        if ranks and max(ranks) < _NOT:
            found.append(
                (
                    sum(ranks),
                    place.name,
                    PlaceFound(id_, place.name, place.name_en, place.kind, place.address, place.position),
                )
            )
    found.sort(key=lambda one: one[:2])
    return [one for _, _, one in found[:_FOUND_MAX]]


def _rank(word: str, text: str) -> int:
    if text == word:
        return 0
    if text.startswith(word):
        return 1
    if word in text:
        return 2
    letters = iter(text)
    return 3 if len(word) > 1 and all(letter in letters for letter in word) else _NOT


def _land(services: Services) -> tuple[bytes, str]:
    raw = cast(bytes, services.more["land"])
    if _ETAG not in services.more:
        services.more[_ETAG] = f'"{sha256_hex(raw)[:32]}"'
    return raw, str(services.more[_ETAG])


ROUTES: list[Any] = [
    list_layers,
    get_land,
    get_areas,
    get_fairways,
    get_regions,
    get_tiles,
    list_map_places,
    search_places,
]
