"""The SDK of the CloudEvents project itself reads what we write, and we read what it writes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tidehub.adapters.cloudevents import CloudEvent, decode_http, encode_binary, encode_structured

peer = pytest.importorskip("cloudevents.core.bindings.http", reason="the SDK cloudevents is not installed")
v1 = pytest.importorskip("cloudevents.core.v1.event", reason="the SDK cloudevents is not installed")

EVENT = CloudEvent(
    id="case/c1@3",
    source="https://tide.example",
    type="cn.tidehub.case.moved.v1",
    datacontenttype="application/json",
    subject="case/灯 1",
    time="2026-06-01T00:00:00Z",
    extensions={"sequence": "0000000003"},
    data='{"note":"修好了"}'.encode(),
)


@pytest.mark.parametrize("encode", [encode_binary, encode_structured])
def test_the_sdk_reads_what_we_write(encode: Any) -> None:
    """In binary and structured mode."""
    headers, body = encode(EVENT)
    event = peer.from_http_event(peer.HTTPMessage(headers, body))
    assert (event.get_id(), event.get_subject()) == ("case/c1@3", "case/灯 1")
    assert event.get_extension("sequence") == "0000000003"
    assert event.get_data() == {"note": "修好了"}


@pytest.mark.parametrize("mode", ["to_binary_event", "to_structured_event"])
def test_we_read_what_the_sdk_writes(mode: str) -> None:
    """In binary and structured mode."""
    attributes = {
        "id": "7",
        "source": "/sensor/%E7%81%AF",
        "type": "cn.example.alarm",
        "specversion": "1.0",
        "subject": "灯 1",
        "datacontenttype": "application/json",
    }
    message = getattr(peer, mode)(v1.CloudEvent(attributes, {"level": 3}))
    raw = [(name.encode(), value.encode()) for name, value in message.headers.items()]
    body = message.body if isinstance(message.body, bytes) else message.body.encode()
    (event,) = decode_http(raw, body).events
    assert (event.id, event.type, event.subject) == ("7", "cn.example.alarm", "灯 1")
    assert json.loads(event.data or b"") == {"level": 3}
