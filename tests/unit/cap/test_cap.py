"""CAP 1.2 is read by its schema and its prose, written in its order; each broken rule is told by its path."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tidehub.adapters.cap import (
    Alert,
    Area,
    FeedEntry,
    Info,
    Reference,
    Resource,
    active,
    alert_command,
    place_of,
    priority,
    read_alert,
    write_alert,
    write_feed,
)
from tidehub.adapters.cap import model as m
from tidehub.kernel.errors import Refusal

PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # on a busy machine
CHINA = timezone(timedelta(hours=8))
SENT = datetime(2026, 6, 1, 7, 0, tzinfo=CHINA)
WIND = Info(
    categories=("Met",),
    event="大风",
    urgency="Expected",
    severity="Severe",
    certainty="Likely",
    language="zh-CN",
    responseTypes=("Prepare",),
    eventCodes=(("GB/T 35561", "11B06"),),
    expires=SENT + timedelta(hours=12),
    headline="大风橙色预警",
    areas=(
        Area(
            areaDesc="椒江区",
            polygons=(((28.6, 121.4), (28.7, 121.4), (28.7, 121.5), (28.6, 121.4)),),
            circles=(((28.68, 121.45), 20.0),),
            geocodes=(("GB/T 2260", "331002"),),
            altitude=0.0,
            ceiling=100.5,
        ),
    ),
    resources=(Resource(resourceDesc="图", mimeType="image/png", size=3, uri="https://a.example/x.png"),),
)
ALERT = Alert(
    identifier="w1",
    sender="met@tide.example",
    sent=SENT,
    status="Actual",
    msgType="Alert",
    scope="Public",
    infos=(WIND,),
)
UPDATE = Alert(
    identifier="w2",
    sender="met@tide.example",
    sent=SENT + timedelta(hours=1),
    status="Actual",
    msgType="Update",
    scope="Public",
    references=(Reference("met@tide.example", "w1", SENT),),
    infos=(WIND,),
)


def with_(before: str, after: str, count: int = 1) -> bytes:
    text = write_alert(ALERT).decode()
    assert before in text
    return text.replace(before, after, count).encode()


def refusal(raw: bytes) -> Refusal:
    with pytest.raises(Refusal) as caught:
        read_alert(raw)
    return caught.value


def test_what_is_written_is_read_again() -> None:
    """Every element survives, in the order of the schema."""
    assert read_alert(write_alert(ALERT)) == ALERT
    assert read_alert(write_alert(UPDATE)) == UPDATE


@pytest.mark.parametrize(
    ("before", "after", "field"),
    [
        ("<identifier>w1</identifier>", "", "identifier"),
        ("<identifier>w1</identifier>", "<identifier/>", "identifier"),
        ("<identifier>w1<", "<identifier>w 1<", "identifier"),
        ("met@tide.example", "met,tide", "sender"),
        ("2026-06-01T07:00:00+08:00", "2026-06-01T07:00:00Z", "sent"),
        ("2026-06-01T07:00:00+08:00", "2026-06-01T07:00:00.5+08:00", "sent"),
        ("2026-06-01T07:00:00+08:00", "2026-06-01T07:00:00,08:00", "sent"),
        ("2026-06-01T07:00:00+08:00", "2026-13-01T07:00:00+08:00", "sent"),
        ("<status>Actual", "<status>actual", "status"),
        ("<msgType>Alert", "<msgType>Warning", "msgType"),
        ("<msgType>Alert", "<msgType>Update", "references"),
        ("<scope>Public", "<scope>Restricted", "restriction"),
        ("<scope>Public", "<scope>Private", "addresses"),
        ("<category>Met", "<category>Weather", "info[1].category[1]"),
        ("<category>Met</category>", "", "info[1].category"),
        ("<event>大风</event>", "", "info[1].event"),
        ("<severity>Severe", "<severity>High", "info[1].severity"),
        ("<certainty>Likely", "<certainty>Very Likely", "info[1].certainty"),
        ("<responseType>Prepare", "<responseType>Run", "info[1].responseType[1]"),
        ("<language>zh-CN", "<language>中文", "info[1].language"),
        ("<areaDesc>椒江区</areaDesc>", "", "info[1].area[1].areaDesc"),
        (" 28.7,121.5", "", "info[1].area[1].polygon[1]"),
        ("28.6,121.4 28.7,121.4", "28.6,121.5 28.7,121.4", "info[1].area[1].polygon[1]"),
        ("28.7,121.5", "121.5,28.7", "info[1].area[1].polygon[1]"),
        ("28.68,121.45 20", "28.68,121.45", "info[1].area[1].circle[1]"),
        ("28.68,121.45 20", "28.68 121.45 20", "info[1].area[1].circle[1]"),
        ("28.68,121.45 20", "28.68,121.45 -1", "info[1].area[1].circle[1]"),
        ("<altitude>0</altitude>", "", "info[1].area[1].ceiling"),
        ("<size>3", "<size>3.5", "info[1].resource[1].size"),
        ("<mimeType>image/png</mimeType>", "", "info[1].resource[1].mimeType"),
        ("<scope>Public</scope>", "<scope>Public</scope><colour>red</colour>", None),
        ("<scope>Public</scope>", "<scope>Public</scope><source>x</source>", "source"),
        ("<scope>Public</scope>", "<scope>Public</scope>text", None),
        ("<status>Actual</status>", "<status>Actual</status><status>Test</status>", "status"),
    ],
)  # fmt: skip
def test_a_broken_rule_is_told_by_its_path(before: str, after: str, field: str | None) -> None:
    """So that the sender finds it at once."""
    told = refusal(with_(before, after))
    assert (told.code, told.field) == ("cap_invalid", field)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"<alert/>",
        b'<alert xmlns="urn:oasis:names:tc:emergency:cap:1.1"/>',
        b"<a>" * 3,
        b"\xff\xfe",
        b'<?xml version="1.0" encoding="nonsense"?><a/>',
        b'<!DOCTYPE a [<!ENTITY x "y">]><alert>&x;</alert>',
    ],
)
def test_what_is_no_alert_is_told_so(raw: bytes) -> None:
    """Document types and entities are never expanded."""
    assert refusal(raw).code == "cap_unreadable"


def test_utc_is_written_as_minus_zero() -> None:
    """The standard has no Z."""
    alert = Alert(**{name: getattr(ALERT, name) for name in ALERT.__struct_fields__} | {"sent": SENT.astimezone(UTC)})
    assert b"<sent>2026-05-31T23:00:00-00:00</sent>" in write_alert(alert)


def test_a_signature_may_follow_and_language_has_its_default() -> None:
    """Elements of XML-DSig are let through; language is en-US where none is said."""
    signature = '<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><x/></Signature></alert>'
    raw = with_("<language>zh-CN</language>", "").decode().replace("</alert>", signature).encode()
    assert read_alert(raw).infos[0].language == "en-US"


def test_quoted_addresses_keep_their_spaces() -> None:
    """Addresses are separated by blanks; one with a blank stands in quotes."""
    alert = Alert(
        **{name: getattr(ALERT, name) for name in ALERT.__struct_fields__}
        | {"addresses": ("a@x.example", "the harbour office"), "scope": "Private"}
    )
    assert read_alert(write_alert(alert)).addresses == ("a@x.example", "the harbour office")


def test_only_what_holds_is_in_the_feed() -> None:
    """Superseded, cancelled, expired, exercise: none of them frightens anybody."""
    now = SENT + timedelta(hours=2)
    assert active([ALERT], now) == [ALERT]
    assert active([UPDATE, ALERT], now) == [UPDATE]
    assert active([ALERT], SENT + timedelta(hours=13)) == []
    forged = Alert(
        **{name: getattr(UPDATE, name) for name in UPDATE.__struct_fields__}
        | {"sender": "somebody@else.example", "msgType": "Cancel"}
    )
    assert active([ALERT, forged], now) == [ALERT]
    feed = write_feed(
        [FeedEntry(ALERT, "https://a.example/1.xml")], url="https://a.example", title="t", author="a", now=now
    )
    assert b"<cap:severity>Severe</cap:severity>" in feed


def test_urgency_of_a_case_follows_severity() -> None:
    """Unknown words do not drown the desk."""
    assert priority(WIND) == 2
    unknown = Info(categories=("Met",), event="x", urgency="Unknown", severity="Unknown", certainty="Unknown")
    assert priority(unknown) == 4


def test_an_alert_is_kept_with_its_place() -> None:
    """Sender and identifier are its key; the circle's centre is its place."""
    command = alert_command(ALERT, "<alert/>", "device/d")
    assert (command.source, command.source_event_id) == ("cap:met@tide.example", "w1")
    place = place_of(ALERT)
    assert place is not None and (place.lat, place.lon) == (28.68, 121.45)


_texts = st.text(
    st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff"), min_size=1, max_size=20
).map(lambda text: " ".join(text.split()) or "x")
_points = st.tuples(
    st.floats(-90, 90).map(lambda one: round(one, 6) + 0.0), st.floats(-180, 180).map(lambda one: round(one, 6) + 0.0)
)
_rings = st.lists(_points, min_size=3, max_size=6).map(lambda ring: (*ring, ring[0]))
_areas = st.builds(
    Area,
    areaDesc=_texts,
    polygons=st.lists(_rings, max_size=2).map(tuple),
    circles=st.lists(st.tuples(_points, st.integers(0, 500).map(float)), max_size=2).map(tuple),
    geocodes=st.lists(st.tuples(_texts, _texts), max_size=2).map(tuple),
)
_infos = st.builds(
    Info,
    categories=st.lists(st.sampled_from(m.CATEGORIES), min_size=1, max_size=3).map(tuple),
    event=_texts,
    urgency=st.sampled_from(m.URGENCIES),
    severity=st.sampled_from(m.SEVERITIES),
    certainty=st.sampled_from(m.CERTAINTIES),
    description=st.none() | _texts,
    parameters=st.lists(st.tuples(_texts, _texts), max_size=2).map(tuple),
    areas=st.lists(_areas, max_size=2).map(tuple),
)


@PATIENT
@given(st.lists(_infos, max_size=2))
def test_any_warning_survives_being_written_and_read(infos: list[Info]) -> None:
    """Whatever stands in it."""
    alert = Alert(**{name: getattr(ALERT, name) for name in ALERT.__struct_fields__} | {"infos": tuple(infos)})
    assert read_alert(write_alert(alert)) == alert


@PATIENT
@given(st.binary() | st.text().map(lambda text: with_("大风", "x").replace(b"Severe", text.encode("utf-8", "replace"))))
def test_garbage_is_refused_and_never_breaks(raw: Any) -> None:
    """Whatever comes in, the answer is an alert or a refusal."""
    try:
        read_alert(raw)
    except Refusal as told:
        assert told.text("zh") and told.text("en")
