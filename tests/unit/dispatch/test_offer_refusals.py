"""What dispatch refuses, and the twin that passes: pure decisions, no store."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from tidehub.capabilities.dispatch import decide
from tidehub.capabilities.dispatch.commands import OfferJob, ReassignJob, ReportNoUnit, WithdrawJob
from tidehub.capabilities.dispatch.model import read_dispatch_policies
from tidehub.capabilities.dispatch.state import Desk, JobRow, OfferRow, UnitRow
from tidehub.kernel.errors import Refusal
from tidehub.kernel.geometry import Position
from tidehub.methods.assignment import Shortfall
from tidehub.testkit.clock import START as NOW

BERTH = Position(121.45, 28.68)
OFFER = OfferJob(
    case_id="C1",
    job_id="J1",
    service="pickup",
    task="collect",
    unit_id="k1",
    position=BERTH,
    region_code="331002",
    eta_s=300,
    timeout_s=60,
    handling_s=600,
)
JOB = JobRow(
    job_id="J1",
    case_id="C1",
    service="pickup",
    task="collect",
    state="waiting",
    unit_id=None,
    attempt=1,
    round=1,
    region_code="331002",
    position=BERTH,
    place_id=None,
    needs={},
    skills=(),
    demands={},
    priority=0,
    pinned_unit_id=None,
    eta_s=300,
    timeout_s=60,
    handling_s=600,
    retry_interval_s=120,
    arrival_radius_m=150,
    expires_at=None,
    since_at=NOW,
)
FREE = UnitRow("k1", "331002")


def job(**changes: Any) -> JobRow:
    return msgspec.structs.replace(JOB, **changes)


def unit(**changes: Any) -> UnitRow:
    return msgspec.structs.replace(FREE, **changes)


@pytest.mark.parametrize(
    ("code", "desk", "twin"),
    [
        ("not_found", Desk(None, None), Desk(None, FREE)),
        ("job_with_other_case", Desk(job(case_id="C9"), FREE), Desk(JOB, FREE)),
        ("job_taken", Desk(job(state="accepted", unit_id="k2"), FREE), Desk(job(state="no_unit"), FREE)),
        ("job_taken", Desk(job(state="offered", unit_id="k2"), FREE), Desk(JOB, FREE)),
        ("job_taken", Desk(job(state="withdrawn"), FREE), Desk(JOB, FREE)),
        ("unit_not_pinned", Desk(job(pinned_unit_id="k2"), FREE), Desk(job(pinned_unit_id="k1"), FREE)),
        ("unit_has_offer", Desk(None, unit(pending_job_id="J0")), Desk(None, unit(pending_job_id="J1"))),
        ("unit_busy", Desk(None, unit(current_job_id="J0")), Desk(None, FREE)),
        (
            "unit_held",
            Desk(None, unit(held_reason="drill")),
            Desk(None, unit(held_reason="drill", held_until=NOW)),
        ),
        (
            "unit_refused_before",
            Desk(JOB, FREE, (OfferRow(1, 1, "k1", "declined", "engine"),)),
            Desk(JOB, FREE, (OfferRow(1, 1, "k1", "expired"), OfferRow(2, 1, "k2", "declined", "engine"))),
        ),
        (
            "unit_refused_before",
            Desk(JOB, FREE, (OfferRow(1, 1, "k1", "aborted", "breakdown"),)),
            Desk(JOB, FREE, (OfferRow(1, 1, "k1", "withdrawn", "reassigned"),)),
        ),
    ],
)
def test_an_offer_is_refused_and_its_twin_is_made(code: str, desk: Desk, twin: Desk) -> None:
    """Each obstacle has its code; without it the unit is asked."""
    with pytest.raises(Refusal) as refused:
        decide.offer_job(desk, OFFER, NOW)
    assert refused.value.code == code
    assert refused.value.text("zh")
    assert refused.value.advice("en")
    [offered] = decide.offer_job(twin, OFFER, NOW)
    assert type(offered).__name__ == "JobOffered"


def test_a_queued_offer_names_the_job_before_it_and_no_third_is_put_in_line() -> None:
    """The job in hand must be the one that the offer says it comes after."""
    queued = msgspec.structs.replace(OFFER, queued_after="J0")
    assert decide.offer_job(Desk(None, unit(current_job_id="J0")), queued, NOW)
    for busy in (unit(current_job_id="J5"), unit(current_job_id="J0", queued_job_id="J2")):
        with pytest.raises(Refusal, match="unit_busy"):
            decide.offer_job(Desk(None, busy), queued, NOW)


def test_the_pinned_unit_may_be_asked_from_reserve() -> None:
    """The pin is the later word of the duty officer."""
    assert decide.offer_job(Desk(job(pinned_unit_id="k1"), unit(held_reason="drill")), OFFER, NOW)


def test_a_done_job_is_neither_withdrawn_nor_reassigned() -> None:
    """What is done stays done."""
    done = Desk(job(state="done", unit_id="k2"), FREE)
    with pytest.raises(Refusal, match="job_over"):
        decide.withdraw_job(done, WithdrawJob(case_id="C1", job_id="J1", reason="r"), NOW)
    command = ReassignJob(case_id="C1", job_id="J1", unit_id="k1", reason="r", eta_s=1, timeout_s=60, handling_s=1)
    with pytest.raises(Refusal, match="job_over"):
        decide.reassign_job(done, command, NOW)


def test_nobody_is_reported_missing_while_somebody_has_it() -> None:
    """A late report of no unit does not take the job from the boat that accepted it."""
    command = ReportNoUnit(
        case_id="C1",
        job_id="J1",
        service="pickup",
        task="collect",
        position=BERTH,
        region_code="",
        shortfall=Shortfall(()),
        next_try_at=NOW + timedelta(minutes=2),
    )
    with pytest.raises(Refusal, match="job_taken"):
        decide.report_no_unit(Desk(job(state="accepted", unit_id="k2")), command, NOW)
    assert decide.report_no_unit(Desk(None), command, NOW)


@pytest.mark.parametrize(
    ("field", "service"),
    [
        ("task", {"lifecycles": ["m"]}),
        ("mode", {"task": "collect", "mode": "perhaps"}),
        ("colour", {"task": "collect", "colour": "red"}),
        ("offer", {"task": "collect", "offer": {"timeout_s": 1}}),
        ("offer", {"task": "collect", "offer": {"at_most": 0}}),
        ("ukc_m", {"task": "collect", "ukc_m": "deep"}),
        ("access", {"task": "collect", "access": ["air"]}),
        ("services", {"task": "collect", "access": []}),
        ("services", {"task": "collect", "retry_interval_s": 1}),
    ],
)
def test_a_policy_with_a_mistake_is_refused_by_its_field(field: str, service: dict[str, Any]) -> None:
    """Whoever writes a pack reads which field is wrong."""
    with pytest.raises(Refusal, match="dispatch_policy_invalid") as refused:
        read_dispatch_policies({"services": {"collect": service}}, "dispatch.yaml")
    assert refused.value.field is not None
    assert field in refused.value.field or field in refused.value.text("en")


def test_a_service_is_called_by_lifecycle_category_and_state() -> None:
    """What lies below a category is covered by it; a service that waits for a state is not called before."""
    policies = read_dispatch_policies(
        {
            "services": {
                "a": {"task": "t", "lifecycles": ["marine"], "categories": ["waste"]},
                "b": {"task": "t", "lifecycles": ["marine"], "on_state": "accepted"},
            }
        },
        "dispatch.yaml",
    )
    first, second = policies.services["a"], policies.services["b"]
    assert first.calls_out("marine", "waste/oil", None)
    assert not first.calls_out("marine", "wasteland", None)
    assert not first.calls_out("road", "waste", None)
    assert not second.calls_out("marine", "x", None)
    assert second.calls_out("marine", "x", "accepted")
