"""The roads of an installation: read once at the start, from the OSM file its settings name."""

from __future__ import annotations

from pathlib import Path

from tidehub.methods.routing.road import RoadRouter


def opened_roads(path: Path | None) -> RoadRouter | None:
    """Read the roads; ``None`` where no file is set, and times by road stay flagged estimates.

    Raises
    ------
    Refusal
        ``road_file_unreadable`` or ``roads_empty``: better no start than wrong times for a day.
    """
    if path is None:
        return None
    from tidehub.adapters.osm import read_roads
    from tidehub.methods.routing.road import build_graph

    return RoadRouter(build_graph(read_roads(path)))
