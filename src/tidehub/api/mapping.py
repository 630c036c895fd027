"""What maps are drawn from: the land, and the places of the register that boats can reach.

The composition root gives ``services.more["land"]``, the bytes of the land as GeoJSON.
"""

from __future__ import annotations

from typing import Annotated, Any, cast

import msgspec
from litestar import Response, get

from tidehub.api.exchange import AnyRequest, answer, page_of, read_query
from tidehub.api.services import Services, services_of
from tidehub.kernel.access import rule
from tidehub.kernel.codec import sha256_hex
from tidehub.kernel.geometry import Position

_FAMILY = "map"
_ETAG = "land_etag"
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


ROUTES: list[Any] = [get_land, list_map_places, search_places]
