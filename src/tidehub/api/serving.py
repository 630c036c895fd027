"""From the platform to the HTTP application: what the endpoints are given."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from litestar import Litestar

from tidehub.adapters.pdf import BoardPrinter, find_fonts
from tidehub.api.app import build_api
from tidehub.api.intake_doors import IntakeDoors
from tidehub.api.services import ApiSettings, Services
from tidehub.app import Platform
from tidehub.capabilities.cases import Loader
from tidehub.composing.calendars import work_calendars
from tidehub.composing.maps import read_maps
from tidehub.packing.chart import Harbour


def build_app(platform: Platform) -> Litestar:
    """Build the application over an opened platform."""
    return build_api(services_for(platform))


def services_for(platform: Platform) -> Services:
    """Put together what the endpoints work with, and let it follow every commit."""
    mounted = platform.mounted
    harbour = next((pack.harbour for pack in mounted.packs if pack.harbour is not None), None)
    more: dict[str, Any] = {
        "cases": Loader(mounted.lifecycles, work_calendars()),
        "catalogue": mounted.catalogue,
        "context": platform.context,
        "board": platform.board,
        "desk": platform.desk,
        "definitions": mounted.indicators,
        "packs": mounted.packs,
        "printer": BoardPrinter(find_fonts()),
        "calendars": work_calendars(),
        "templates": mounted.templates,
        "lifecycles": mounted.lifecycles,
        "land": harbour.land.read_bytes() if harbour else b'{"type":"FeatureCollection","features":[]}',
        "maps": read_maps(platform.settings.data, drawn_of(harbour)),
        "documents": platform.context,
        "ledger": mounted.plan,
        "messages": mounted.messages,
        "operating": True,
        "doors": platform.doors.states,
        "intake": IntakeDoors(
            catalogue=mounted.catalogue,
            secret=platform.key,
            public_url=platform.settings.public_url,
            agency_name=lambda unit_id, language: unit_name(platform, unit_id, language),
            agency_ids=lambda names: unit_ids(platform, names),
        ),
    }
    services = Services(
        hub=platform.hub,
        registers=platform.registers,
        access=platform.access,
        clock=platform.clock,
        settings=ApiSettings(secure_cookies=platform.settings.secure_cookies),
        files=platform.files,
        more=more,
    )
    platform.hub.listen(services.bell.committed)  # registers and accounts follow the platform's own listener
    return services


def drawn_of(harbour: Harbour | None) -> dict[str, bytes]:
    """Read what a pack draws over the land, by the name of the layer."""
    paths = {"areas": harbour.areas, "fairways": harbour.fairways} if harbour else {}
    return {name: path.read_bytes() for name, path in paths.items() if path is not None}


def unit_name(platform: Platform, unit_id: str, language: str) -> str:
    """Name of a unit in a language, as Open311 shows the agency that is responsible."""
    unit = platform.registers.units.get(unit_id)
    if unit is None:
        return unit_id
    return unit.name_en or unit.name if language == "en" else unit.name


def unit_ids(platform: Platform, names: Sequence[str]) -> tuple[str, ...]:
    """Units that an Open311 query means by ``agency_responsible``: by id, or by name in either language.

    A name that nobody has stays as it is, so that asking for it finds nothing rather than everything.
    """
    by_name: dict[str, set[str]] = {}
    for unit_id, unit in platform.registers.units.all().items():
        for name in (unit_id, unit.name, unit.name_en):
            if name:
                by_name.setdefault(name.casefold(), set()).add(unit_id)
    found = {unit_id for name in names for unit_id in by_name.get(name.strip().casefold(), {name})}
    return tuple(sorted(found))
