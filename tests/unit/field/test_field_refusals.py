"""What the field refuses, and the twin that passes: pure decisions, no store."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

import msgspec
import pytest

from tidehub.capabilities.field import decide, measure
from tidehub.capabilities.field.commands import (
    AbortJob,
    AcceptJob,
    ArriveAtJob,
    AttachEvidence,
    CompleteJob,
    DeclineJob,
    FieldCommand,
    LandLoad,
    RecordCollection,
    RefuseContent,
    SetOut,
    SignHandover,
)
from tidehub.capabilities.field.model import JobDemands, LandedLine, Line, read_job_demands
from tidehub.capabilities.field.state import Entry, Evidence, FieldJob, JobFile, Landing, Measure
from tidehub.kernel.codec import canonical_json, sha256_hex
from tidehub.kernel.errors import Refusal
from tidehub.kernel.facts import Fact
from tidehub.kernel.geometry import Position
from tidehub.kernel.quantities import Quantity
from tidehub.testkit.clock import START as NOW

SHA = "a" * 64
DEMANDS = read_job_demands(
    {
        "kinds": {
            "oily_water": {
                "group": "oily",
                "units": ["g", "ml"],
                "photos_min": 1,
                "calibration_age_max_days": 365,
            },
            "bottles": {"group": "bottles", "units": ["g"]},
        },
        "evidence": [{"label": "before", "media": "photo", "min": 1}],
        "signatures": ["giver", "receiver"],
        "measures_min": 1,
    },
    "test",
)
LINES = (Line("1", "oily_water", "oily", 200_000, "ml"), Line("2", "bottles", "bottles", 5_000))
JOB = FieldJob("J1", "C1", "k1", "on_scene", 1, "331002", DEMANDS, LINES, claimed_at=NOW)
WEIGHED = Quantity(177_000, "g", "weighed", instrument_id="S1", calibrated_on=date(2026, 1, 1))
MEASURED = Measure("1", "", 1, "oily_water", WEIGHED)
WHOSE: dict[str, Any] = {"case_id": "C1", "job_id": "J1", "unit_id": "k1"}
RECORD = RecordCollection(**WHOSE, line_id="1", kind="oily_water", quantity=WEIGHED, photos=(SHA,))
SIGN = SignHandover(**WHOSE, party="giver", name="王建国", signature_sha256=SHA)
ATTACH = AttachEvidence(**WHOSE, sha256=SHA, media_type="image/jpeg", label="before", taken_at=NOW)

Decision = Callable[[JobFile, Any, Any], Sequence[Fact]]


def job(**changes: Any) -> FieldJob:
    return msgspec.structs.replace(JOB, **changes)


def file(of: FieldJob | None = JOB, **changes: Any) -> JobFile:
    return msgspec.structs.replace(JobFile(of, frozenset({"k1"})), **changes)


def change(command: Any, **changes: Any) -> Any:
    return msgspec.structs.replace(command, **changes)


def quantity(**changes: Any) -> Quantity:
    return msgspec.structs.replace(WEIGHED, **changes)


def demanding(**changes: Any) -> FieldJob:
    return job(demands=msgspec.structs.replace(DEMANDS, **changes))


FULL = file(measures=(MEASURED,), refused={"2": "mixed"}, evidence=(Evidence(SHA, "before", "image/jpeg"),))
SIGNED = msgspec.structs.replace(FULL, signatures={"giver": FULL.measures_sha256(), "receiver": FULL.measures_sha256()})
COMPLETE = CompleteJob(**WHOSE)
# (code, decision, refused file, refused command, file of the twin, command of the twin)
CASES: list[tuple[str, Decision, JobFile, FieldCommand, JobFile, FieldCommand]] = [
    (
        "not_found",
        decide.accept_job,
        file(None),
        AcceptJob(**WHOSE),
        file(job(state="offered")),
        AcceptJob(**WHOSE),
    ),
    (
        "job_of_other_case",
        decide.accept_job,
        file(job(state="offered", case_id="C9")),
        AcceptJob(**WHOSE),
        file(job(state="offered")),
        AcceptJob(**WHOSE),
    ),
    (
        "not_your_job",
        decide.accept_job,
        file(job(state="offered", unit_id="k2")),
        AcceptJob(**WHOSE),
        file(job(state="offered")),
        AcceptJob(**WHOSE),
    ),
    (
        "not_your_job",
        decide.accept_job,
        file(job(state="expired")),
        AcceptJob(**WHOSE),
        file(job(state="offered")),
        AcceptJob(**WHOSE),
    ),
    (
        "job_not_accepted",
        decide.set_out,
        file(job(state="offered")),
        SetOut(**WHOSE),
        file(job(state="accepted")),
        SetOut(**WHOSE),
    ),
    (
        "job_accepted_already",
        decide.decline_job,
        file(job(state="accepted")),
        DeclineJob(**WHOSE, reason="engine"),
        file(job(state="offered")),
        DeclineJob(**WHOSE, reason="engine"),
    ),
    (
        "reason_missing",
        decide.decline_job,
        file(job(state="offered")),
        DeclineJob(**WHOSE, reason=" "),
        file(job(state="offered")),
        DeclineJob(**WHOSE, reason="engine"),
    ),
    (
        "reason_missing",
        decide.abort_job,
        file(),
        AbortJob(**WHOSE, reason=""),
        file(),
        AbortJob(**WHOSE, reason="breakdown"),
    ),
    (
        "job_done",
        decide.abort_job,
        file(job(state="done")),
        AbortJob(**WHOSE, reason="r"),
        file(),
        AbortJob(**WHOSE, reason="r"),
    ),
    (
        "not_arrived",
        measure.record_collection,
        file(job(claimed_at=None)),
        RECORD,
        file(job(claimed_at=None, arrived_at=NOW)),
        RECORD,
    ),
    (
        "not_arrived",
        measure.record_collection,
        file(job(claimed_at=None)),
        RECORD,
        file(demanding(arrival_needed=False)),
        RECORD,
    ),
    (
        "kind_unknown",
        measure.record_collection,
        file(),
        change(RECORD, line_id="3", kind="sludge"),
        file(),
        change(RECORD, line_id="3"),
    ),
    ("line_of_other_kind", measure.record_collection, file(), change(RECORD, line_id="2"), file(), RECORD),
    (
        "amount_not_positive",
        measure.record_collection,
        file(),
        change(RECORD, quantity=quantity(amount=0)),
        file(measures=(MEASURED,)),
        change(RECORD, quantity=quantity(amount=0), corrects=1, reason="nothing was in it"),
    ),
    (
        "amount_not_positive",
        measure.record_collection,
        file(),
        change(RECORD, quantity=quantity(amount=-1)),
        file(),
        RECORD,
    ),
    (
        "unit_not_taken",
        measure.record_collection,
        file(),
        change(RECORD, quantity=quantity(unit="piece")),
        file(),
        change(RECORD, quantity=quantity(unit="ml")),
    ),
    (
        "basis_not_taken",
        measure.record_collection,
        file(),
        change(RECORD, quantity=quantity(basis="estimated")),
        file(),
        change(RECORD, quantity=quantity(basis="metered")),
    ),
    (
        "instrument_missing",
        measure.record_collection,
        file(),
        change(RECORD, quantity=quantity(instrument_id=None)),
        file(),
        RECORD,
    ),
    (
        "calibration_too_old",
        measure.record_collection,
        file(),
        change(RECORD, quantity=quantity(calibrated_on=NOW.date() - timedelta(days=366))),
        file(),
        change(RECORD, quantity=quantity(calibrated_on=NOW.date() - timedelta(days=365))),
    ),
    (
        "tare_mismatch",
        measure.record_collection,
        file(),
        change(RECORD, gross_g=180_000, tare_g=2_999),
        file(),
        change(RECORD, gross_g=180_000, tare_g=3_000),
    ),
    ("photos_missing", measure.record_collection, file(), change(RECORD, photos=()), file(), RECORD),
    ("hash_invalid", measure.record_collection, file(), change(RECORD, photos=("A" * 64,)), file(), RECORD),
    (
        "measured_already",
        measure.record_collection,
        file(measures=(MEASURED,)),
        RECORD,
        file(measures=(MEASURED,)),
        change(RECORD, container_id="drum 2"),
    ),
    (
        "measure_changed",
        measure.record_collection,
        file(measures=(change(MEASURED, version=2),)),
        change(RECORD, corrects=1, reason="misread"),
        file(measures=(change(MEASURED, version=2),)),
        change(RECORD, corrects=2, reason="misread"),
    ),
    (
        "reason_missing",
        measure.record_collection,
        file(measures=(MEASURED,)),
        change(RECORD, corrects=1),
        file(measures=(MEASURED,)),
        change(RECORD, corrects=1, reason="misread"),
    ),
    (
        "line_refused",
        measure.record_collection,
        file(refused={"1": "mixed"}),
        RECORD,
        file(refused={"2": "mixed"}),
        RECORD,
    ),
    (
        "signed_already",
        measure.record_collection,
        SIGNED,
        change(RECORD, corrects=1, reason="misread"),
        change(SIGNED, job=demanding(measures_after_signing=True)),
        change(RECORD, corrects=1, reason="misread"),
    ),
    (
        "measured_already",
        measure.refuse_content,
        file(measures=(MEASURED,)),
        RefuseContent(**WHOSE, line_id="1", kind="oily_water", reason="mixed"),
        file(measures=(MEASURED,)),
        RefuseContent(**WHOSE, line_id="2", kind="bottles", reason="mixed"),
    ),
    (
        "line_of_other_kind",
        measure.refuse_content,
        file(),
        RefuseContent(**WHOSE, line_id="2", kind="oily_water", reason="mixed"),
        file(),
        RefuseContent(**WHOSE, line_id="2", kind="bottles", reason="mixed"),
    ),
    (
        "job_not_accepted",
        measure.attach_evidence,
        file(job(state="offered")),
        ATTACH,
        file(job(state="done")),
        ATTACH,
    ),
    ("hash_invalid", measure.attach_evidence, file(), change(ATTACH, sha256="12"), file(), ATTACH),
    (
        "media_not_taken",
        measure.attach_evidence,
        file(),
        change(ATTACH, media_type="text/html"),
        file(),
        change(ATTACH, media_type="video/mp4"),
    ),
    (
        "instant_in_future",
        measure.attach_evidence,
        file(),
        change(ATTACH, taken_at=NOW + timedelta(seconds=301)),
        file(),
        change(ATTACH, taken_at=NOW + timedelta(seconds=300)),
    ),
    ("party_unknown", measure.sign_handover, FULL, change(SIGN, party="passer-by"), FULL, SIGN),
    ("hash_invalid", measure.sign_handover, FULL, change(SIGN, signature_sha256="x"), FULL, SIGN),
    ("reason_missing", measure.sign_handover, FULL, change(SIGN, name=" "), FULL, SIGN),
    ("nothing_to_sign", measure.sign_handover, file(), SIGN, FULL, SIGN),
    ("measures_missing", measure.complete_job, file(), COMPLETE, SIGNED, COMPLETE),
    ("evidence_missing", measure.complete_job, change(SIGNED, evidence=()), COMPLETE, SIGNED, COMPLETE),
    (
        "evidence_missing",
        measure.complete_job,
        change(SIGNED, evidence=(Evidence(SHA, "before", "video/mp4"),)),
        COMPLETE,
        SIGNED,
        COMPLETE,
    ),
    ("signatures_missing", measure.complete_job, FULL, COMPLETE, SIGNED, COMPLETE),
    (
        "signatures_missing",
        measure.complete_job,
        change(SIGNED, measures=(change(MEASURED, version=2),)),
        COMPLETE,
        SIGNED,
        COMPLETE,
    ),
    (
        "lines_remain",
        measure.complete_job,
        change(SIGNED, job=job(lines=(*LINES, Line("3", "bottles")))),
        COMPLETE,
        change(SIGNED, job=job(lines=(*LINES, Line("3", "bottles")))),
        change(COMPLETE, partial=True, reason="dark"),
    ),
    ("reason_missing", measure.complete_job, SIGNED, change(COMPLETE, partial=True), SIGNED, COMPLETE),
]


@pytest.mark.parametrize("case", CASES, ids=[f"{case[0]}-{place}" for place, case in enumerate(CASES)])
def test_each_refusal_and_its_twin(case: Any) -> None:
    """What is refused has a code and both languages; the twin without the mistake gives its fact."""
    code, decision, refused_file, refused_command, twin_file, twin_command = case
    with pytest.raises(Refusal) as refused:
        decision(refused_file, refused_command, NOW)
    assert refused.value.code == code
    for language in ("zh", "en"):
        assert "{" not in refused.value.text(language)  # type: ignore[arg-type]
        assert "{" not in refused.value.advice(language)  # type: ignore[arg-type]
    assert len(decision(twin_file, twin_command, NOW)) == 1


@pytest.mark.parametrize(
    ("decision", "of", "command"),
    [
        (decide.accept_job, file(job(state="accepted")), AcceptJob(**WHOSE)),
        (decide.decline_job, file(job(state="declined")), DeclineJob(**WHOSE, reason="r")),
        (decide.abort_job, file(job(state="aborted")), AbortJob(**WHOSE, reason="r")),
        (decide.set_out, file(), SetOut(**WHOSE)),
        (decide.arrive_at_job, file(), ArriveAtJob(**WHOSE)),
        (decide.arrive_at_job, file(job(arrived_at=NOW)), ArriveAtJob(**WHOSE)),
        (
            measure.refuse_content,
            file(refused={"2": "mixed"}),
            RefuseContent(**WHOSE, line_id="2", kind="bottles", reason="mixed"),
        ),
        (measure.attach_evidence, FULL, ATTACH),
        (measure.sign_handover, SIGNED, SIGN),
        (measure.complete_job, file(job(state="done")), COMPLETE),
    ],
)
def test_said_twice_it_has_one_effect(decision: Decision, of: JobFile, command: FieldCommand) -> None:
    """A button pressed again changes nothing and frightens nobody."""
    assert decision(of, command, NOW) == ()


def test_an_arrival_is_what_the_positions_say_whoever_presses_the_button() -> None:
    """Without an entry into the circle it is a claim; with one it is an arrival at the moment of entry."""
    sailing = job(state="under_way", claimed_at=None)
    [claimed] = decide.arrive_at_job(file(sailing), ArriveAtJob(**WHOSE), NOW)
    assert type(claimed).__name__ == "ArrivalClaimed"
    entered_at = NOW - timedelta(seconds=40)
    entry = Entry("case/C1@5", "J1/k1", entered_at, Position(121.45, 28.68))
    [arrived] = decide.arrive_at_job(file(job(), entry=entry), ArriveAtJob(**WHOSE), NOW)
    assert type(arrived).__name__ == "UnitArrived"
    assert arrived.happened_at == entered_at  # type: ignore[attr-defined]
    assert arrived.evidence.fact_id == "case/C1@5"  # type: ignore[attr-defined]


def test_a_correction_is_the_next_version_and_names_what_it_replaces() -> None:
    """Version 2 supersedes the quantity of version 1; nothing is edited."""
    command = change(RECORD, quantity=quantity(amount=170_000), corrects=1, reason="misread")
    [weighed] = measure.record_collection(file(measures=(MEASURED,)), command, NOW)
    assert weighed.version == 2  # type: ignore[attr-defined]
    assert weighed.supersedes == WEIGHED  # type: ignore[attr-defined]


def test_a_scene_without_demands_asks_for_nothing() -> None:
    """Enforcement teams and doctors bring demands of their own: code asks for none by itself."""
    plain = file(job(demands=JobDemands(), lines=(), state="accepted", arrived_at=NOW))
    visit = RecordCollection(**WHOSE, line_id="x", kind="visit", quantity=Quantity(1, "piece", "declared"))
    assert measure.record_collection(plain, visit, NOW)
    assert measure.complete_job(plain, COMPLETE, NOW)


def test_a_partial_job_names_what_remains() -> None:
    """The bottles were left: the fact carries their line, for a further job."""
    alone = file(measures=(MEASURED,), evidence=FULL.evidence)
    both = {"giver": alone.measures_sha256(), "receiver": alone.measures_sha256()}
    signed = msgspec.structs.replace(alone, signatures=both)
    [done] = measure.complete_job(signed, change(COMPLETE, partial=True, reason="dark"), NOW)
    assert [line.line_id for line in done.remaining] == ["2"]  # type: ignore[attr-defined]


def stamped(command: Any, seq: int = 7, ago_s: int = 3600) -> Any:
    """The same command, from a terminal that was out of reach."""
    return change(command, device_id="T1", device_seq=seq, device_at=NOW - timedelta(seconds=ago_s))


def test_a_late_report_counts_from_when_it_happened() -> None:
    """Recorded an hour ago out of reach, accepted now: both instants are kept."""
    [weighed] = measure.record_collection(file(), stamped(RECORD), NOW)
    assert weighed.happened_at == NOW - timedelta(hours=1)  # type: ignore[attr-defined]
    assert weighed.stamp.device_seq == 7  # type: ignore[attr-defined]


def test_a_repeated_number_has_no_second_effect_and_another_use_of_it_is_refused() -> None:
    """The terminal sends again what it does not know to be received; it never uses a number twice."""
    command = stamped(RECORD)
    seen = sha256_hex(canonical_json(command))
    assert measure.record_collection(file(seen_sha256=seen), command, NOW) == ()
    other = change(command, note="another")
    with pytest.raises(Refusal, match="device_seq_reused"):
        measure.record_collection(file(seen_sha256=seen), other, NOW)


def test_a_late_conflict_is_kept_word_for_word() -> None:
    """The job went to another boat meanwhile: what K1 measured is reported, not applied, not lost."""
    [kept] = measure.record_collection(file(job(unit_id="k2")), stamped(RECORD), NOW)
    assert type(kept).__name__ == "FieldConflictReported"
    assert kept.code == "not_your_job"  # type: ignore[attr-defined]
    assert kept.command["quantity"]["amount"] == 177_000  # type: ignore[attr-defined]
    with pytest.raises(Refusal, match="not_your_job"):
        measure.record_collection(file(job(unit_id="k2")), RECORD, NOW)


def test_a_late_mistake_is_still_a_mistake() -> None:
    """Being late turns a conflict into a report, not a wrong weighing into a right one."""
    with pytest.raises(Refusal, match="tare_mismatch"):
        measure.record_collection(file(), stamped(change(RECORD, gross_g=1)), NOW)


def test_a_clock_that_runs_ahead_is_refused() -> None:
    """Five minutes are forgiven, more is not: the terminal must set its clock."""
    with pytest.raises(Refusal, match="instant_in_future"):
        measure.record_collection(file(), stamped(RECORD, ago_s=-301), NOW)
    [weighed] = measure.record_collection(file(), stamped(RECORD, ago_s=-300), NOW)
    assert weighed.happened_at == NOW  # type: ignore[attr-defined]


def test_a_landing_needs_lines_and_amounts_and_counts_once() -> None:
    """An empty landing is refused; one that is known changes nothing."""
    line = LandedLine("oily", "oily_water", WEIGHED)
    landing = LandLoad(landing_id="L1", unit_id="k1", place_id="Q1", lines=(line,))
    assert len(decide.land_load(Landing("331002"), landing, NOW)) == 1
    assert decide.land_load(Landing("331002", known=True), landing, NOW) == ()
    with pytest.raises(Refusal, match="nothing_landed"):
        decide.land_load(Landing("331002"), change(landing, lines=()), NOW)
    nothing = LandedLine("oily", "oily_water", quantity(amount=0))
    with pytest.raises(Refusal, match="amount_not_positive"):
        decide.land_load(Landing("331002"), change(landing, lines=(nothing,)), NOW)


@pytest.mark.parametrize(
    "raw",
    [{"colour": 1}, {"kinds": {"a": {"units": ["stone"]}}}, {"evidence": [{}]}, {"measures_min": "one"}],
)
def test_demands_with_a_mistake_are_refused(raw: dict[str, Any]) -> None:
    """Whoever writes a pack reads where the mistake is."""
    with pytest.raises(Refusal, match="job_demands_invalid") as refused:
        read_job_demands(raw, "dispatch.yaml:services.x.demands")
    assert refused.value.field is not None
