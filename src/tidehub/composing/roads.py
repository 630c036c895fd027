"""The roads of an installation: an OSRM server, or a graph read once at the start from the OSM file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tidehub.settings import Settings

if TYPE_CHECKING:
    from tidehub.flows.travel import Roads


def opened_roads(settings: Settings) -> Roads | None:
    """Open what the settings name; ``None`` where they name nothing, and times by road stay flagged estimates.

    Raises
    ------
    Refusal
        ``road_file_unreadable`` or ``roads_empty``: better no start than wrong times for a day.
    """
    if settings.osrm_url is not None:
        from tidehub.adapters.osrm import OsrmRoads

        return OsrmRoads(settings.osrm_url)
    if settings.road_pbf is None:
        return None
    from tidehub.adapters.osm import read_roads
    from tidehub.methods.routing.road import RoadRouter, build_graph

    return RoadRouter(build_graph(read_roads(settings.road_pbf)))
