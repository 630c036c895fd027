"""What maps are drawn from: the land, and the places of the register that boats can reach.

The composition root gives ``services.more["land"]``, the bytes of the land as GeoJSON.
"""

from __future__ import annotations

from typing import Any, cast

import msgspec
from litestar import Response, get

from tidehub.api.exchange import AnyRequest, answer, page_of, read_query
from tidehub.api.services import Services, services_of
from tidehub.kernel.access import rule
from tidehub.kernel.codec import sha256_hex
from tidehub.kernel.geometry import Position

_FAMILY = "map"
_ETAG = "land_etag"


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


class PlaceList(msgspec.Struct, frozen=True):
    """Places by id."""

    items: list[PlaceView]
    next: str | None


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


def _land(services: Services) -> tuple[bytes, str]:
    raw = cast(bytes, services.more["land"])
    if _ETAG not in services.more:
        services.more[_ETAG] = f'"{sha256_hex(raw)[:32]}"'
    return raw, str(services.more[_ETAG])


ROUTES: list[Any] = [get_land, list_map_places]
