"""OsmAnd protocol (手机定位上报): what OsmAnd and the Traccar client apps send over HTTP, old and new
form."""

from tidehub.adapters.osmand.decode import decode_json, decode_query

__all__ = ["decode_json", "decode_query"]
