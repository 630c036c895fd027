"""GeoReport v2's texts: read without guessing, written without losing anything."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tidehub.adapters.open311 import (
    Open311Error,
    attribute_of,
    definition,
    read_query,
    read_request,
    read_update,
    write,
    write_rss,
)
from tidehub.capabilities.intake import answers_of_texts, read_form

PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # on a busy machine
NOW = datetime(2026, 6, 1, tzinfo=UTC)
LABEL = {"zh": "项", "en": "Item"}
CHOICES = [{"code": "a", "label": LABEL}, {"code": "b", "label": LABEL}]
FORM = read_form(
    {
        "name": "f",
        "fields": [
            {"name": "note", "kind": "long_text", "label": LABEL, "help": {"zh": "说明", "en": "Help"}},
            {"name": "count", "kind": "integer", "label": LABEL, "minimum": 0, "maximum": 9, "unit": "kg"},
            {"name": "urgent", "kind": "boolean", "label": LABEL},
            {"name": "on_day", "kind": "date", "label": LABEL},
            {"name": "at_time", "kind": "instant", "label": LABEL},
            {"name": "several", "kind": "choices", "label": LABEL, "choices": CHOICES},
            {
                "name": "lines",
                "kind": "lines",
                "required": True,
                "label": LABEL,
                "fields": [{"name": "kind", "kind": "choice", "label": LABEL, "choices": CHOICES, "required": True}],
            },
        ],
    },
    "forms/f.yaml",
)


def test_every_kind_of_field_has_a_datatype_of_the_standard() -> None:
    """And nothing else."""
    told = definition("s", FORM, "en")["attributes"]
    assert [one["datatype"] for one in told] == [
        "text", "number", "singlevaluelist", "string", "datetime", "multivaluelist", "singlevaluelist",
    ]  # fmt: skip
    assert told[0]["description"] == "Item. Help"
    assert told[1]["datatype_description"] == "kg, 0..9"
    assert told[6]["required"] is True


@pytest.mark.parametrize(
    ("texts", "answers"),
    [
        ({"count": ["3"]}, {"count": 3}),
        ({"count": ["3.50"]}, {"count": 3.5}),
        ({"count": ["1e3"]}, {"count": "1e3"}),
        ({"count": ["٣"]}, {"count": "٣"}),
        ({"count": ["1", "2"]}, {"count": ["1", "2"]}),
        ({"urgent": ["True"]}, {"urgent": True}),
        ({"urgent": ["perhaps"]}, {"urgent": "perhaps"}),
        ({"several": ["a", "b"]}, {"several": ["a", "b"]}),
        ({"note": ["  "]}, {}),
        ({"lines.kind": ["a"], "lines.3.kind": ["b"]}, {"lines": [{"kind": "a"}, {"kind": "b"}]}),
        ({"other": ["x"]}, {"other": "x"}),
    ],
)
def test_texts_become_answers_or_stay_to_be_refused(texts: Any, answers: Any) -> None:
    """What cannot be read is left as it is, so the form names it."""
    assert answers_of_texts(FORM, texts) == answers


def test_a_field_is_named_as_its_sender_knows_it() -> None:
    """Paths of ours become attributes of theirs."""
    assert attribute_of("answers.lines[1].unit") == "attribute[lines.2.unit]"
    assert attribute_of("answers.lines[0].unit") == "attribute[lines.unit]"
    assert attribute_of("position") == "lat, long"


def test_json_drops_the_wrapper_and_xml_has_it() -> None:
    """Unknown is null in one and an empty element in the other; lists stay lists."""
    value = [{"a": None, "b": True, "notes": [{"x": "<&>"}]}]
    assert write("service_requests", value, "json") == b'[{"a":null,"b":true,"notes":[{"x":"<&>"}]}]'
    root = ElementTree.fromstring(write("service_requests", value, "xml"))
    assert (root.findtext("request/a"), root.findtext("request/b")) == ("", "true")
    assert root.findtext("request/notes/note/x") == "<&>"
    assert ElementTree.fromstring(write("service_requests", [], "xml")).tag == "service_requests"


@PATIENT
@given(st.text())
def test_any_text_makes_readable_xml(text: str) -> None:
    """Characters that XML cannot carry are replaced, never sent."""
    root = ElementTree.fromstring(write("service_requests", [{"description": text}], "xml"))
    assert root[0][0].tag == "description"
    record = {"service_name": text, "description": text, "status": "open", "lat": 1.0, "long": 2.0}
    ElementTree.fromstring(write_rss([record], ["http://a"], text, "http://a"))


_params = st.dictionaries(
    st.sampled_from(
        [
            "service_request_id", "service_code", "start_date", "end_date", "status", "page", "page_size", "lat",
            "long", "lat_ne", "long_ne", "lat_sw", "long_sw", "extensions", "description", "media_url", "datum",
            "update_id", "updated_datetime", "attribute[a]", "attribute[a][]", "attribute[", "email",
        ]
    ),
    st.lists(
        st.text(max_size=30)
        | st.sampled_from(["1", "-1", "91", "nan", "1e9", "open", "true", "2026-06-01T00:00:00Z", "http://[", "¹"]),
        max_size=2,
    ),
)  # fmt: skip


@PATIENT
@given(_params)
def test_garbage_is_an_error_and_never_breaks(params: dict[str, list[str]]) -> None:
    """Whatever the parameters say."""
    for read in (lambda: read_query(params, NOW), lambda: read_request(params), lambda: read_update(params)):
        try:
            read()
        except Open311Error as error:
            assert error.status == 400
            assert all(one["description"] for one in error.errors())
