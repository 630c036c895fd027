"""OpenStreetMap files (PBF, also XML) to roads. Data © OpenStreetMap contributors, ODbL: keep it apart and say so."""

from tidehub.adapters.osm.read import ROAD_FILE_UNREADABLE, read_roads
from tidehub.adapters.osm.stream import road_stream

__all__ = ["ROAD_FILE_UNREADABLE", "read_roads", "road_stream"]
