"""Decisions about documents: what is numbered, frozen, joined, refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from tests.unit.documents.conftest import LAYOUT, RAW

from tidehub.capabilities.documents import (
    Document,
    DocumentIssued,
    IssueDocument,
    NumbersReserved,
    OfflineCopyJoined,
    Reserved,
    ReserveNumbers,
    Template,
    payload_hash,
    read_template,
    verify_code,
)
from tidehub.capabilities.documents.decide import Decide
from tidehub.capabilities.documents.state import Issuing, Reserving
from tidehub.kernel.errors import Refusal

KEY = b"0123456789abcdef"
NOW = datetime(2026, 6, 1, 1, 0, tzinfo=UTC)
decide = Decide(KEY)


def issue(**changed: Any) -> IssueDocument:
    values: dict[str, Any] = {
        "document_id": "d1",
        "case_id": "C1",
        "kind": "receipt",
        "region_code": "331002001",
        "payload": {"ship": "浙椒渔1", "mass_g": 12400},
        "subject_key": "job/J1",
    }
    return IssueDocument(**values | changed)


def issuing(template: Template, **changed: Any) -> Issuing:
    nothing: dict[str, Any] = {"known": None, "valid": None, "reserved": None, "serials": {}}
    return Issuing(template=template, **nothing | changed)


def issued(template: Template, **changed: Any) -> Document:
    [fact] = decide.issue(issuing(template), issue(**changed), NOW)
    assert isinstance(fact, DocumentIssued)
    names = set(Document.__struct_fields__) & set(DocumentIssued.__struct_fields__)
    return Document(
        **{name: getattr(fact, name) for name in names},
        status="valid", replaced_by=None, pdf_sha256=None, pdf_bytes=None, fact_id="case/C1@1", fact_hash="00",
    )  # fmt: skip


def reserved(**changed: Any) -> Reserved:
    values: dict[str, Any] = {
        "number": "R-331002-2026-000101", "range_id": "g1", "device_id": "T1", "unit_id": "unit/boat",
        "kind": "receipt", "region_code": "331002", "year": 2026, "serial": 101, "verify_code": "CODE",
        "state": "open", "used_sha256": None,
    }  # fmt: skip
    return Reserved(**values | changed)


def refused(*arguments: Any) -> Refusal:
    with pytest.raises(Refusal) as refusal:
        decide.issue(*arguments, NOW)
    return refusal.value


def test_the_next_number_of_the_year_is_given(template: Template) -> None:
    """Serials count on from the last one of the kind, region and year."""
    [fact] = decide.issue(issuing(template, serials={2025: 900, 2026: 41}), issue(), NOW)
    assert isinstance(fact, DocumentIssued)
    assert (fact.number, fact.serial, fact.year) == ("R-331002-2026-000042", 42, 2026)
    assert fact.payload_sha256 == payload_hash({"mass_g": 12400, "ship": "浙椒渔1"})


def test_the_year_turns_at_local_midnight(template: Template) -> None:
    """At 16:30 UTC on 31 December it is the new year in Taizhou, and serials begin again."""
    late = datetime(2026, 12, 31, 16, 30, tzinfo=UTC)
    [fact] = decide.issue(issuing(template, serials={2026: 41}), issue(), late)
    assert isinstance(fact, DocumentIssued)
    assert fact.number == "R-331002-2027-000001"


def test_the_same_document_again_has_no_effect(template: Template) -> None:
    """A repeated asking is answered with nothing new."""
    assert decide.issue(issuing(template, known=issued(template)), issue(), NOW) == []


def test_another_content_under_the_same_id_is_refused(template: Template) -> None:
    """An issued document is never edited."""
    refusal = refused(issuing(template, known=issued(template)), issue(payload={"ship": "x", "mass_g": 1}))
    assert refusal.code == "document_id_taken"


def test_one_subject_has_one_valid_document(template: Template) -> None:
    """A second receipt for the same job is refused, with the number of the first."""
    state = issuing(template, valid=issued(template))
    refusal = refused(state, issue(document_id="d2", payload={"ship": "x", "mass_g": 1}))
    assert refusal.code == "document_exists"
    assert "R-331002-2026-000001" in refusal.text("zh")
    assert decide.issue(state, issue(document_id="d2"), NOW) == []


@pytest.mark.parametrize(
    ("payload", "code", "field"),
    [
        ({"mass_g": 1}, "document_field_missing", "payload.ship"),
        ({"ship": "", "mass_g": 1}, "document_field_missing", "payload.ship"),
        ({"ship": "x", "mass_g": 1.5}, "document_field_wrong", "payload.mass_g"),
        ({"ship": "x", "mass_g": True}, "document_field_wrong", "payload.mass_g"),
        ({"ship": "x", "mass_g": 1, "colour": "red"}, "document_field_unknown", "payload.colour"),
        ({"ship": "x", "mass_g": 1, "at": "2026-06-01T08:00:00"}, "instant_invalid", "payload.at"),
        ({"ship": "x", "mass_g": 1, "lines": [{"kind": "oil"}, {"kind": "gold"}]}, "document_field_wrong",
         "payload.lines[1].kind"),
        ({"ship": "x", "mass_g": 1, "lines": {"kind": "oil"}}, "document_field_wrong", "payload.lines"),
    ],
)  # fmt: skip
def test_a_wrong_payload_is_refused_by_the_path_of_its_field(
    template: Template, payload: dict[str, Any], code: str, field: str
) -> None:
    """What is missing, wrong or unknown is named, in both languages."""
    refusal = refused(issuing(template), issue(payload=payload))
    assert (refusal.code, refusal.field) == (code, field)
    assert refusal.text("zh")
    assert refusal.text("en")


def test_a_paper_made_out_of_reach_bears_its_reserved_number(template: Template) -> None:
    """The number and code of the range go on, and the device's time of signing is kept."""
    signed = NOW - timedelta(hours=5)
    command = issue(number="R-331002-2026-000101", device_id="T1", signed_at=signed)
    [fact] = decide.issue(issuing(template, reserved=reserved(), serials={2026: 120}), command, NOW)
    assert isinstance(fact, DocumentIssued)
    assert (fact.number, fact.serial, fact.verify_code) == ("R-331002-2026-000101", 101, "CODE")
    assert (fact.range_id, fact.signed_at) == ("g1", signed)


def test_the_same_paper_is_taken_once(template: Template) -> None:
    """The device sends it again after the connection broke: no second document."""
    command = issue(document_id="d9", number="R-331002-2026-000101", device_id="T1")
    state = issuing(template, reserved=reserved(state="used", used_sha256=payload_hash(command.payload)))
    assert decide.issue(state, command, NOW) == []


@pytest.mark.parametrize(
    ("number", "device", "code"),
    [
        (None, "T1", "document_number_not_reserved"),  # nobody reserved it
        (reserved(), "T2", "document_number_not_reserved"),  # another device did
        (reserved(region_code="331003"), "T1", "document_number_not_reserved"),  # for another county
        (reserved(state="used", used_sha256="other"), "T1", "document_number_used"),
        (reserved(state="void"), "T1", "document_number_void"),
    ],
)
def test_a_number_that_is_not_the_devices_own_is_refused(
    template: Template, number: Reserved | None, device: str, code: str
) -> None:
    """Whoever invents or reuses a number is told why it does not count."""
    command = issue(number="R-331002-2026-000101", device_id=device)
    assert refused(issuing(template, reserved=number), command).code == code


@pytest.mark.parametrize("same", [True, False])
def test_a_paper_for_what_has_a_document_is_joined_to_it(template: Template, same: bool) -> None:
    """No duplicate comes of it; whether both say the same is kept for whoever verifies the paper."""
    payload = {"ship": "浙椒渔1", "mass_g": 12400 if same else 12500}
    command = issue(document_id="paper", number="R-331002-2026-000101", device_id="T1", payload=payload)
    [fact] = decide.issue(issuing(template, valid=issued(template), reserved=reserved()), command, NOW)
    assert isinstance(fact, OfflineCopyJoined)
    assert (fact.document_id, fact.same_payload, fact.verify_code) == ("d1", same, "CODE")


def test_a_paper_signed_in_the_future_is_refused(template: Template) -> None:
    """A device's clock may be wrong by five minutes, not by an hour."""
    command = issue(number="R-331002-2026-000101", device_id="T1", signed_at=NOW + timedelta(hours=1))
    assert refused(issuing(template, reserved=reserved()), command).code == "instant_in_future"


def test_a_range_carries_its_numbers_and_codes(template: Template) -> None:
    """What a device needs out of reach: numbers and the codes for their QR."""
    command = ReserveNumbers(range_id="g1", device_id="T1", kind="receipt", region_code="331002", count=3)
    [fact] = decide.reserve(Reserving(template, (), {2026: 7}), command, NOW)
    assert isinstance(fact, NumbersReserved)
    assert fact.numbers == ("R-331002-2026-000008", "R-331002-2026-000009", "R-331002-2026-000010")
    assert fact.verify_codes == tuple(verify_code(KEY, number) for number in fact.numbers)


@pytest.mark.parametrize("count", [0, -1, 201])
def test_a_range_of_no_or_too_many_numbers_is_refused(template: Template, count: int) -> None:
    """Between 1 and 200 at once."""
    command = ReserveNumbers(range_id="g1", device_id="T1", kind="receipt", region_code="331002", count=count)
    with pytest.raises(Refusal, match="document_range_count_wrong"):
        decide.reserve(Reserving(template, (), {}), command, NOW)


def test_a_code_says_nothing_of_its_neighbour() -> None:
    """Codes are 16 characters, differ wholly between numbers, and depend on the installation's key."""
    codes = {verify_code(KEY, f"R-331002-2026-{serial:06d}") for serial in range(500)}
    assert len(codes) == 500
    assert {len(code) for code in codes} == {16}
    assert verify_code(b"another key of 16", "R-331002-2026-000001") not in codes


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"version": "one"}, "version"),
        ({"numbering": {"format": "R-{year}-{serial}"}}, "numbering.format"),  # regions would collide
        ({"numbering": {"format": "R-{region}-{year}-{colour}-{serial}"}}, "numbering.format"),
        ({"fields": [{"name": "x", "type": "text", "zh": "x", "en": "x", "required": True}]}, "fields.x"),  # no source
        ({"fields": [{"name": "X", "type": "text", "zh": "x", "en": "x"}]}, "fields.X"),
        ({"fields": [{"name": "x", "type": "list", "zh": "x", "en": "x"}]}, "fields.x"),  # of what?
        ({"fields": [{"name": "x", "type": "text", "zh": "x", "en": "x", "public": True, "personal": "name"}]},
         "fields.x"),
        ({"colour": "red"}, None),
    ],
)  # fmt: skip
def test_a_wrong_template_is_refused_by_name(change: dict[str, Any], field: str | None) -> None:
    """A pack's mistake is found when it is mounted."""
    with pytest.raises(Refusal, match="document_template_wrong") as refusal:
        read_template(RAW | change, LAYOUT, "receipt.yaml")
    assert refusal.value.field == field


def test_facts_keep_their_shape_on_disk(template: Template) -> None:
    """What is written can be read back as it was."""
    [fact] = decide.issue(issuing(template), issue(), NOW)
    assert msgspec.json.decode(msgspec.json.encode(fact), type=DocumentIssued) == fact
