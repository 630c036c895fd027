"""On the scene: measure, refuse, prove, sign, complete. What is demanded comes with the job."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from tidehub.capabilities.field.commands import (
    AttachEvidence,
    CompleteJob,
    FieldCommand,
    RecordCollection,
    RefuseContent,
    SignHandover,
)
from tidehub.capabilities.field.decide import active, held, whose
from tidehub.capabilities.field.facts import (
    CollectionWeighed,
    ContentRefused,
    EvidenceAttached,
    HandoverSigned,
    JobCompleted,
)
from tidehub.capabilities.field.late import CLOCK_DIFFERENCE_S, from_the_field
from tidehub.capabilities.field.model import ACTIVE, KindDemand, Line
from tidehub.capabilities.field.refusals import (
    AMOUNT_NOT_POSITIVE,
    BASIS_NOT_TAKEN,
    CALIBRATION_TOO_OLD,
    EVIDENCE_MISSING,
    HASH_INVALID,
    INSTRUMENT_MISSING,
    JOB_NOT_ACCEPTED,
    KIND_UNKNOWN,
    LINE_OF_OTHER_KIND,
    LINE_REFUSED,
    LINES_REMAIN,
    MEASURE_CHANGED,
    MEASURED_ALREADY,
    MEASURES_MISSING,
    MEDIA_NOT_TAKEN,
    NOT_ARRIVED,
    NOTHING_TO_SIGN,
    PARTY_UNKNOWN,
    PHOTOS_MISSING,
    REASON_MISSING,
    SIGNATURES_MISSING,
    SIGNED_ALREADY,
    TARE_MISMATCH,
    UNIT_NOT_TAKEN,
)
from tidehub.capabilities.field.state import FieldJob, JobFile, Measure
from tidehub.kernel.facts import Fact
from tidehub.kernel.instants import refuse_future

_SHA256 = re.compile(r"[0-9a-f]{64}")


@from_the_field
def record_collection(file: JobFile, command: RecordCollection, now: datetime) -> Sequence[Fact]:
    """Record the measure of a line, or the next version of one.

    Raises
    ------
    Refusal
        What the scene's demands on this kind are not met in, or a conflict of versions.
    """
    job = held(file, command)
    if not (job.state == "done" and command.corrects is not None):
        job = _on_scene(file, command)
    demand = _demand(job, command.kind, command.line_id)
    _check_quantity(command, demand, now)
    _check_photos(command.photos, demand.photos_min)
    before = _version_before(file, job, command)
    quantity = command.quantity
    return (
        CollectionWeighed(
            **whose(command, now),
            line_id=command.line_id,
            kind=command.kind,
            group=demand.group or _group(job, command.line_id),
            quantity=quantity,
            version=before.version + 1 if before is not None else 1,
            container_id=command.container_id,
            tare_g=command.tare_g,
            gross_g=command.gross_g,
            evidence=command.photos,
            supersedes=before.quantity if before is not None else None,
            reason=command.reason,
            note=command.note,
        ),
    )


@from_the_field
def refuse_content(file: JobFile, command: RefuseContent, now: datetime) -> Sequence[Fact]:
    """Leave dangerous, mixed or undeclared content where it is."""
    job = _on_scene(file, command)
    if command.line_id in file.refused:
        return ()
    measured = [one for one in file.measures if one.line_id == command.line_id and one.quantity.amount]
    if measured:
        raise MEASURED_ALREADY("line_id", line_id=command.line_id, version=measured[0].version)
    _check_photos(command.photos, 0)
    declared = _declared(job, command.line_id)
    if declared is not None and declared.kind != command.kind:
        raise LINE_OF_OTHER_KIND("kind", line_id=command.line_id, declared=declared.kind, kind=command.kind)
    return (
        ContentRefused(
            **whose(command, now),
            line_id=command.line_id,
            kind=command.kind,
            reason=command.reason,
            evidence=command.photos,
            note=command.note,
        ),
    )


@from_the_field
def attach_evidence(file: JobFile, command: AttachEvidence, now: datetime) -> Sequence[Fact]:
    """Attach a photo or video by its hash; the same one again changes nothing."""
    job = held(file, command)
    if job.state not in ACTIVE and job.state != "done":
        raise JOB_NOT_ACCEPTED("job_id", job_id=job.job_id)
    _check_hash("sha256", command.sha256)
    if command.media_type.split("/")[0] not in ("image", "video"):
        raise MEDIA_NOT_TAKEN("media_type", media_type=command.media_type[:60])
    refuse_future(command.taken_at, now, allowed_s=CLOCK_DIFFERENCE_S, field="taken_at")
    if any(one.sha256 == command.sha256 for one in file.evidence):
        return ()
    return (
        EvidenceAttached(
            **whose(command, now),
            sha256=command.sha256,
            media_type=command.media_type,
            label=command.label,
            taken_at=command.taken_at,
            position=command.position,
            line_id=command.line_id,
        ),
    )


@from_the_field
def sign_handover(file: JobFile, command: SignHandover, now: datetime) -> Sequence[Fact]:
    """Sign for what is measured now. A later correction needs a new signature."""
    job = _on_scene(file, command)
    allowed = job.demands.signatures
    if allowed and command.party not in allowed:
        raise PARTY_UNKNOWN("party", party=command.party, allowed="、".join(allowed))
    _check_hash("signature_sha256", command.signature_sha256)
    if not command.name.strip():
        raise REASON_MISSING("name")
    if len(file.measures) + len(file.refused) < job.demands.measures_min:
        raise NOTHING_TO_SIGN("party")
    measures_sha256 = file.measures_sha256()
    if file.signatures.get(command.party) == measures_sha256:
        return ()
    return (
        HandoverSigned(
            **whose(command, now),
            party=command.party,
            name=command.name,
            signature_sha256=command.signature_sha256,
            measures_sha256=measures_sha256,
        ),
    )


@from_the_field
def complete_job(file: JobFile, command: CompleteJob, now: datetime) -> Sequence[Fact]:
    """Finish the job once everything the scene demands is there; what remains is named.

    Raises
    ------
    Refusal
        ``measures_missing``, ``evidence_missing``, ``signatures_missing``, ``lines_remain``.
    """
    job = held(file, command)
    if job.state == "done":
        return ()
    job = _on_scene(file, command)
    demands = job.demands
    given = len({one.line_id for one in file.measures}) + len(file.refused)
    if given < demands.measures_min:
        raise MEASURES_MISSING(None, needed=demands.measures_min, given=given)
    for wanted in demands.evidence:
        media = "image" if wanted.media == "photo" else "video"
        have = sum(1 for one in file.evidence if one.label == wanted.label and one.media_type.startswith(media))
        if have < wanted.min:
            raise EVIDENCE_MISSING(None, label=wanted.label, needed=wanted.min, given=have)
    measures_sha256 = file.measures_sha256()
    unsigned = [party for party in demands.signatures if file.signatures.get(party) != measures_sha256]
    if unsigned:
        raise SIGNATURES_MISSING(None, missing="、".join(unsigned))
    dealt_with = {one.line_id for one in file.measures} | set(file.refused)
    remaining = tuple(line for line in job.lines if line.line_id not in dealt_with)
    if remaining and not command.partial:
        raise LINES_REMAIN("partial", lines="、".join(line.line_id for line in remaining))
    if command.partial and not command.reason.strip():
        raise REASON_MISSING("reason")
    return (JobCompleted(**whose(command, now), partial=command.partial, remaining=remaining, reason=command.reason),)


def _on_scene(file: JobFile, command: FieldCommand) -> FieldJob:
    job = active(file, command)
    if job.demands.arrival_needed and job.arrived_at is None and job.claimed_at is None:
        raise NOT_ARRIVED("job_id")
    return job


def _declared(job: FieldJob, line_id: str) -> Line | None:
    return next((line for line in job.lines if line.line_id == line_id), None)


def _group(job: FieldJob, line_id: str) -> str:
    declared = _declared(job, line_id)
    return declared.group if declared is not None else ""


def _demand(job: FieldJob, kind: str, line_id: str) -> KindDemand:
    declared = _declared(job, line_id)
    if declared is not None and declared.kind != kind:
        raise LINE_OF_OTHER_KIND("kind", line_id=line_id, declared=declared.kind, kind=kind)
    if not job.demands.kinds:
        return KindDemand(bases=())
    demand = job.demands.kinds.get(kind)
    if demand is None:
        raise KIND_UNKNOWN("kind", kind=kind)
    return demand


def _check_quantity(command: RecordCollection, demand: KindDemand, now: datetime) -> None:
    quantity = command.quantity
    if quantity.amount < 0 or (quantity.amount == 0 and command.corrects is None):
        raise AMOUNT_NOT_POSITIVE("quantity.amount")
    if demand.units and quantity.unit not in demand.units:
        raise UNIT_NOT_TAKEN("quantity.unit", kind=command.kind, unit=quantity.unit, allowed="、".join(demand.units))
    if demand.bases and quantity.basis not in demand.bases:
        raise BASIS_NOT_TAKEN(
            "quantity.basis", kind=command.kind, basis=quantity.basis, allowed="、".join(demand.bases)
        )
    if demand.calibration_age_max_days is not None and quantity.basis in ("weighed", "metered"):
        if quantity.instrument_id is None or quantity.calibrated_on is None:
            raise INSTRUMENT_MISSING("quantity.instrument_id")
        age = (now.date() - quantity.calibrated_on).days
        if age > demand.calibration_age_max_days or age < -1:
            raise CALIBRATION_TOO_OLD(
                "quantity.calibrated_on",
                instrument=quantity.instrument_id,
                age=age,
                limit=demand.calibration_age_max_days,
            )
    if command.gross_g is not None and quantity.unit == "g":
        tare_g = command.tare_g or 0
        if tare_g < 0 or command.gross_g - tare_g != quantity.amount:
            raise TARE_MISMATCH("gross_g", gross_g=command.gross_g, tare_g=tare_g, net_g=quantity.amount)


def _check_photos(photos: Sequence[str], needed: int) -> None:
    if len(set(photos)) < needed:
        raise PHOTOS_MISSING("photos", needed=needed, given=len(set(photos)))
    for place, sha256 in enumerate(photos):
        _check_hash(f"photos[{place}]", sha256)


def _check_hash(field: str, sha256: str) -> None:
    if not _SHA256.fullmatch(sha256):
        raise HASH_INVALID(field, value=sha256[:80])


def _version_before(file: JobFile, job: FieldJob, command: RecordCollection) -> Measure | None:
    """The version that this one follows, if it says so and it is the latest."""
    if command.line_id in file.refused:
        raise LINE_REFUSED("line_id", line_id=command.line_id)
    before = file.measure(command.line_id, command.container_id)
    if command.corrects is None:
        if before is not None:
            raise MEASURED_ALREADY("line_id", line_id=command.line_id, version=before.version)
    elif before is None or before.version != command.corrects:
        raise MEASURE_CHANGED(
            "corrects",
            line_id=command.line_id,
            version=before.version if before is not None else 0,
            corrects=command.corrects,
        )
    elif not command.reason.strip():
        raise REASON_MISSING("reason")
    signed_by = {party for party, sha256 in file.signatures.items() if sha256 == file.measures_sha256()}
    everyone = bool(job.demands.signatures) and signed_by >= set(job.demands.signatures)
    if (everyone or job.state == "done") and not job.demands.measures_after_signing:
        raise SIGNED_ALREADY("line_id")
    return before
