"""An OSRM server as the source of times by road, behind the same questions as our own graph."""

from tidehub.adapters.osrm.client import OsrmRoads

__all__ = ["OsrmRoads"]
