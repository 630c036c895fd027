"""Open311 GeoReport v2, the public interface of cities for service requests (wiki.open311.org/GeoReport_v2).

Pure in both directions: queries and forms are read into structs, structs are written as XML, JSON, CSV or
RSS. The doors are in ``api/open311.py``. Beyond the standard: pages, boxes, uploads, extended records and the
exchange of updates as mySociety defined it.
"""

from __future__ import annotations

from tidehub.adapters.open311.attributes import definition
from tidehub.adapters.open311.errors import Open311Error, attribute_of, error_of
from tidehub.adapters.open311.reading import (
    PostedRequest,
    PostedUpdate,
    RequestQuery,
    instant,
    one,
    read_query,
    read_request,
    read_update,
)
from tidehub.adapters.open311.records import (
    Open311Settings,
    Shown,
    discovery,
    extended,
    request,
    service,
    update,
)
from tidehub.adapters.open311.writing import CONTENT_TYPES, write, write_bulk, write_rss

__all__ = [
    "CONTENT_TYPES",
    "Open311Error",
    "Open311Settings",
    "PostedRequest",
    "PostedUpdate",
    "RequestQuery",
    "Shown",
    "attribute_of",
    "definition",
    "discovery",
    "error_of",
    "extended",
    "instant",
    "one",
    "read_query",
    "read_request",
    "read_update",
    "request",
    "service",
    "update",
    "write",
    "write_bulk",
    "write_rss",
]
