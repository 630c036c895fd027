"""CloudEvents 1.0 over HTTP, in and out, with webhooks (github.com/cloudevents/spec).

Decoding and encoding are pure; only ``webhook`` speaks to others, through the client that it is given. The
HTTP door is ``api/events.py``.
"""

from __future__ import annotations

from tidehub.adapters.cloudevents.decode import Received, decode_http, event_of_json, header_text
from tidehub.adapters.cloudevents.encode import (
    encode_batch,
    encode_binary,
    encode_structured,
    event_of_fact,
    header_value,
    plain,
    type_of,
)
from tidehub.adapters.cloudevents.mapping import REPORT_TYPE, event_command, source_of
from tidehub.adapters.cloudevents.model import CloudEvent
from tidehub.adapters.cloudevents.webhook import (
    Leave,
    Webhook,
    answer_leave,
    ask_leave,
    check_url,
    deliver,
    retry_after_s,
)

__all__ = [
    "REPORT_TYPE",
    "CloudEvent",
    "Leave",
    "Received",
    "Webhook",
    "answer_leave",
    "ask_leave",
    "check_url",
    "decode_http",
    "deliver",
    "encode_batch",
    "encode_binary",
    "encode_structured",
    "event_command",
    "event_of_fact",
    "event_of_json",
    "header_text",
    "header_value",
    "plain",
    "retry_after_s",
    "source_of",
    "type_of",
]
