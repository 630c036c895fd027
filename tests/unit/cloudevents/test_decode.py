"""CloudEvents are read by the letter of the specification: what is wrong is refused by its name."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tidehub.adapters.cloudevents import (
    CloudEvent,
    decode_http,
    encode_batch,
    encode_binary,
    encode_structured,
    header_text,
    header_value,
)
from tidehub.kernel.errors import Refusal

PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # on a busy machine
CORE = {"specversion": "1.0", "id": "1", "source": "/a", "type": "cn.example.alarm"}
JSON = b"application/cloudevents+json"
BATCH = b"application/cloudevents-batch+json; charset=UTF-8"


def structured(body: Any, content_type: bytes = JSON) -> CloudEvent:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    (event,) = decode_http([(b"Content-Type", content_type)], raw).events
    return event


def binary(body: bytes = b"", content_type: bytes | None = None, **headers: str | bytes) -> CloudEvent:
    sent: list[tuple[bytes, bytes]] = [
        (f"ce-{name}".encode(), value if isinstance(value, bytes) else value.encode())
        for name, value in {**CORE, **headers}.items()
    ]
    if content_type is not None:
        sent.append((b"content-type", content_type))
    (event,) = decode_http(sent, body).events
    return event


def refusal(call: Any, *args: Any, **named: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        call(*args, **named)
    return caught.value


def test_the_three_modes_give_the_same_event() -> None:
    """How an event was sent changes nothing about it."""
    data = {"b": 1, "a": "灯"}
    whole = {**CORE, "datacontenttype": "application/json", "subject": "lamp 7", "data": data}
    event = structured(whole)
    assert event == binary(json.dumps(data).encode(), b"application/json", subject="lamp%207")
    batch = decode_http([(b"content-type", BATCH)], json.dumps([whole, CORE]).encode())
    assert batch.is_batch and batch.events[0] == event
    assert event.data == '{"a":"灯","b":1}'.encode()


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"id": None}, "id"), ({"id": ""}, "id"), ({"id": 7}, "id"), ({"source": ""}, "source"),
        ({"source": "a b"}, "source"), ({"source": "%zz"}, "source"), ({"type": None}, "type"),
        ({"specversion": None}, "specversion"), ({"specversion": "0.3"}, "specversion"),
        ({"specversion": 1.0}, "specversion"), ({"time": "2026-06-01T00:00:00"}, "time"),
        ({"time": "yesterday"}, "time"), ({"subject": ""}, "subject"), ({"subject": "a\u0007"}, "subject"),
        ({"dataschema": "schema.json"}, "dataschema"), ({"datacontenttype": "json"}, "datacontenttype"),
        ({"camelCase": "x"}, "camelCase"), ({"my-ext": "x"}, "my-ext"), ({"ext": 2**31}, "ext"),
        ({"ext": 1.5}, "ext"), ({"ext": {"a": 1}}, "ext"), ({"ext": [1]}, "ext"), ({"ext": "a\ufdd0"}, "ext"),
        ({"data": 1, "data_base64": "AA=="}, "data_base64"), ({"data_base64": "A"}, "data_base64"),
        ({"data_base64": "AA=A"}, "data_base64"), ({"data_base64": 5}, "data_base64"),
    ],
)  # fmt: skip
def test_a_wrong_attribute_is_refused_by_its_name(changed: dict[str, Any], field: str) -> None:
    """Strictly, because a lax reader makes two events of one."""
    assert refusal(structured, {**CORE, **changed}).field == field
    body = json.dumps([CORE, {**CORE, **changed}]).encode()
    assert refusal(decode_http, [(b"content-type", BATCH)], body).field == f"[1].{field}"


def test_a_null_attribute_is_an_absent_one() -> None:
    """JSON format, 2.2."""
    assert structured({**CORE, "subject": None, "ext": None, "data": None}) == structured(CORE)


@pytest.mark.parametrize(
    ("data", "content_type", "payload"),
    [
        ("text", "text/plain", b"text"),
        ("text", "application/json", b'"text"'),
        ("text", None, b'"text"'),
        ("<a/>", "application/xml", b"<a/>"),
        ({"a": 1}, "Application/Vnd.X+JSON; q=1", b'{"a":1}'),
        (0, None, b"0"),
        (False, None, b"false"),
    ],
)
def test_data_keep_their_nature(data: Any, content_type: str | None, payload: bytes) -> None:
    """A string stays a string, and is JSON only where the content type says so."""
    assert structured({**CORE, "datacontenttype": content_type, "data": data}).data == payload


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"Euro%20%E2%82%AC%20%F0%9F%98%80", "Euro € 😀"),
        (b"%2525", "%25"),
        (b'"quoted \\"x\\""', 'quoted "x"'),
        (b" padded ", "padded"),
        (b"a%22b", 'a"b'),
    ],
)
def test_header_values_are_decoded_exactly_once(raw: bytes, text: str) -> None:
    """HTTP binding, 3.1.3.2."""
    assert header_text(raw, "subject") == text


@pytest.mark.parametrize("raw", [b"%C0%A0", b"%ED%A0%80", b"%FF", b"100%", b"%4", b"\xe7\x81\xaf"])
def test_what_is_no_utf8_is_refused(raw: bytes) -> None:
    """Overlong forms and surrogates are no characters."""
    assert refusal(binary, subject=raw).field == "subject"


def test_binary_mode_takes_its_content_type_from_http() -> None:
    """``ce-datacontenttype`` would be a second truth."""
    assert refusal(binary, datacontenttype="text/plain").field == "datacontenttype"
    assert binary(b"\x00\xff", b"image/png").data == b"\x00\xff"
    assert binary(b"", b"application/json").data is None
    assert refusal(binary, b"{", b"application/json").field == "data"
    assert refusal(binary, data="x").field == "data"


def test_a_header_that_stands_twice_is_refused() -> None:
    """Which of the two would count?"""
    sent = [(f"ce-{name}".encode(), value.encode()) for name, value in CORE.items()]
    assert refusal(decode_http, [*sent, (b"CE-ID", b"2")], b"").field == "id"


@pytest.mark.parametrize(
    ("content_type", "body", "code"),
    [
        (b"application/json", b"{}", "cloudevent_malformed"),
        (b"application/cloudevents+avro", b"", "cloudevent_format_unknown"),
        (b"application/cloudevents+json; charset=gbk", b"{}", "cloudevent_format_unknown"),
        (JSON, b"[]", "cloudevent_malformed"),
        (JSON, b"{", "cloudevent_malformed"),
        (JSON, b"\xff", "cloudevent_malformed"),
        (JSON, b'{"id":"\\ud800"}', "cloudevent_malformed"),
        (JSON, b"[" * 100_000, "cloudevent_malformed"),
        (BATCH, b"{}", "cloudevent_malformed"),
        (BATCH, b"[1]", "cloudevent_malformed"),
        (BATCH, b"[" + b",".join([b"{}"] * 1001) + b"]", "cloudevent_malformed"),
    ],
)
def test_what_is_no_event_is_told_so(content_type: bytes, body: bytes, code: str) -> None:
    """The sender learns which modes there are."""
    assert refusal(decode_http, [(b"content-type", content_type)], body).code == code


def test_an_empty_batch_is_a_batch() -> None:
    """JSON batch format: an array of zero or more events."""
    assert decode_http([(b"content-type", BATCH)], b"[]").events == ()


def test_the_content_type_decides_even_beside_ce_headers() -> None:
    """HTTP binding, 3: the prefix ``application/cloudevents``, in any case, is structured mode."""
    headers = [(b"content-type", b"Application/CloudEvents+JSON"), (b"ce-id", b"other")]
    (event,) = decode_http(headers, json.dumps(CORE).encode()).events
    assert event.id == "1"


_strings = st.text(
    st.characters(exclude_categories=("Cc", "Cs"), exclude_characters=["\ufffe", "\uffff"]), max_size=40
).filter(lambda text: not any(0xFDD0 <= ord(one) <= 0xFDEF or ord(one) & 0xFFFE == 0xFFFE for one in text))
_json_values = st.recursive(
    st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@st.composite
def events(draw: st.DrawFn) -> CloudEvent:
    as_json = draw(st.booleans())
    data = (
        json.dumps(draw(_json_values), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode(
            "utf-8", "replace"
        )
        if as_json
        else draw(st.binary(min_size=1, max_size=40))
    )
    return CloudEvent(
        id=draw(_strings.filter(bool)),
        source=draw(st.sampled_from(["/a", "urn:uuid:1", "https://example.org/%E7%81%AF?x=1#y"])),
        type="cn.example.alarm",
        datacontenttype="application/json" if as_json else draw(st.sampled_from(["image/png", "text/plain"])),
        subject=draw(st.none() | _strings.filter(bool)),
        time=draw(st.none() | st.sampled_from(["2026-06-01T08:00:00.123456789+08:00", "2026-06-01T00:00:00Z"])),
        extensions=draw(
            st.dictionaries(
                st.from_regex(r"ext[a-z0-9]{1,10}", fullmatch=True),
                _strings | st.booleans() | st.integers(-(2**31), 2**31 - 1),
                max_size=3,
            )
        ),
        data=data,
    )


def _as_texts(event: CloudEvent) -> tuple[Any, ...]:
    texts = {
        name: ("true" if value else "false") if isinstance(value, bool) else str(value)
        for name, value in event.extensions.items()
    }
    data = json.loads(event.data or b"null") if event.has_json else event.data
    return event.id, event.source, event.type, event.subject, event.time, texts, data


@PATIENT
@given(events())
def test_what_is_encoded_is_decoded_again(event: CloudEvent) -> None:
    """In each of the three modes; binary mode knows texts only."""
    for encoded in (encode_structured(event), encode_batch([event]), encode_binary(event)):
        headers = [(name.encode(), value.encode()) for name, value in encoded[0].items()]
        (again,) = decode_http(headers, encoded[1]).events
        if encoded[0]["content-type"].startswith("application/cloudevents"):
            assert again.extensions == event.extensions
        assert _as_texts(again) == _as_texts(event)


@PATIENT
@given(st.text(st.characters(exclude_categories=("Cs",))))
def test_a_header_value_survives_its_encoding(text: str) -> None:
    """Every character that Unicode has."""
    coded = header_value(text)
    assert all(0x21 <= ord(one) <= 0x7E and one != '"' for one in coded)
    assert header_text(coded.encode(), "x") == text


@PATIENT
@given(
    st.sampled_from([JSON, BATCH, b"application/json", b"text/plain", b""]),
    st.lists(st.tuples(st.sampled_from([b"ce-id", b"ce-source", b"ce-x", b"ce-specversion"]), st.binary())),
    st.binary() | st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from([*CORE, "data", "time", "é"]), inner),
    ).map(lambda value: json.dumps(value).encode()),
)  # fmt: skip
def test_garbage_is_refused_and_never_breaks(
    content_type: bytes, headers: list[tuple[bytes, bytes]], body: bytes
) -> None:
    """Whatever comes in, the answer is an event or a refusal."""
    try:
        decode_http([(b"content-type", content_type), *headers], body)
    except Refusal as told:
        assert told.text("zh") and told.text("en")
