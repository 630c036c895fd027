"""Signal K (船载开放数据): deltas to fixes and course news; routes (航路) to the boat's own chart plotter.

SI units and radians on the wire, ours (degrees) inside. Source: Signal K specification 1.7, Course API v2 of
signalk-server.
"""

from tidehub.adapters.signalk.client import SignalKClient, send_calls
from tidehub.adapters.signalk.decode import SignalKDecoder, claim_of_context
from tidehub.adapters.signalk.encode import (
    Call,
    clear_course,
    encode_delta,
    encode_hello,
    push_route,
    route_uuid,
    subscribe_message,
)
from tidehub.adapters.signalk.model import CourseNotice, CourseProgress, SignalKDecoded

__all__ = [
    "Call",
    "CourseNotice",
    "CourseProgress",
    "SignalKClient",
    "SignalKDecoded",
    "SignalKDecoder",
    "claim_of_context",
    "clear_course",
    "encode_delta",
    "encode_hello",
    "push_route",
    "route_uuid",
    "send_calls",
    "subscribe_message",
]
