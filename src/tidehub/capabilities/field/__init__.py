"""The work itself: accept, arrive, measure, prove, sign, complete; offline too."""

from __future__ import annotations

from typing import Any

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
    ReceiveJob,
    RecordCollection,
    RefuseContent,
    SetOut,
    SignHandover,
)
from tidehub.capabilities.field.facts import (
    ArrivalClaimed,
    CollectionWeighed,
    ContentRefused,
    EvidenceAttached,
    FieldConflictReported,
    HandoverSigned,
    JobAborted,
    JobAccepted,
    JobCompleted,
    JobDeclined,
    JobReceived,
    LoadLanded,
    UnitArrived,
    UnitSetOut,
)
from tidehub.capabilities.field.model import JobDemands, LandedLine, Line, Route, read_job_demands
from tidehub.capabilities.field.project import READS, project
from tidehub.capabilities.field.queries import (
    CrewJob,
    JobSheet,
    OnBoard,
    arrivals_of_unit,
    conflicts_of_case,
    crew_jobs_of_case,
    find_crew_job,
    find_stamped,
    job_sheet,
    jobs_with_evidence,
    list_crew_jobs,
    my_jobs,
    on_board,
)
from tidehub.capabilities.field.state import JobFile, Landing
from tidehub.capabilities.field.tables import TABLES, load_file, load_landing
from tidehub.hub.registry import Capability, Handler
from tidehub.kernel.access import Subject

__all__ = [
    "AbortJob",
    "AcceptJob",
    "ArrivalClaimed",
    "ArriveAtJob",
    "AttachEvidence",
    "CollectionWeighed",
    "CompleteJob",
    "ContentRefused",
    "CrewJob",
    "DeclineJob",
    "EvidenceAttached",
    "FieldCommand",
    "FieldConflictReported",
    "HandoverSigned",
    "JobAborted",
    "JobAccepted",
    "JobCompleted",
    "JobDeclined",
    "JobDemands",
    "JobReceived",
    "JobSheet",
    "LandLoad",
    "LandedLine",
    "Line",
    "LoadLanded",
    "OnBoard",
    "ReceiveJob",
    "RecordCollection",
    "RefuseContent",
    "Route",
    "SetOut",
    "SignHandover",
    "UnitArrived",
    "UnitSetOut",
    "arrivals_of_unit",
    "capability",
    "conflicts_of_case",
    "crew_jobs_of_case",
    "find_crew_job",
    "find_stamped",
    "job_sheet",
    "jobs_with_evidence",
    "list_crew_jobs",
    "my_jobs",
    "on_board",
    "read_job_demands",
]


def _of_job(file: JobFile, command: Any) -> Subject:
    """A unit that was asked for the job may speak of it, in its own name only."""
    if file.job is None:
        return Subject()
    mine = command.unit_id in file.asked
    return Subject(file.job.region_code, (("assignee", command.unit_id),) if mine else ())


def _of_landing(landing: Landing, command: LandLoad) -> Subject:
    return Subject(landing.region_code, (("assignee", command.unit_id),))


def capability() -> Capability:
    """Show the field's face to the hub."""
    return Capability(
        name="field",
        handlers=(
            Handler(AcceptJob, load_file, decide.accept_job, _of_job),
            Handler(ReceiveJob, load_file, decide.receive_job, _of_job),
            Handler(DeclineJob, load_file, decide.decline_job, _of_job),
            Handler(AbortJob, load_file, decide.abort_job, _of_job),
            Handler(SetOut, load_file, decide.set_out, _of_job),
            Handler(ArriveAtJob, load_file, decide.arrive_at_job, _of_job),
            Handler(RecordCollection, load_file, measure.record_collection, _of_job),
            Handler(RefuseContent, load_file, measure.refuse_content, _of_job),
            Handler(AttachEvidence, load_file, measure.attach_evidence, _of_job),
            Handler(SignHandover, load_file, measure.sign_handover, _of_job),
            Handler(CompleteJob, load_file, measure.complete_job, _of_job),
            Handler(LandLoad, load_landing, decide.land_load, _of_landing),
        ),
        facts=(
            JobAccepted,
            JobReceived,
            JobDeclined,
            JobAborted,
            UnitSetOut,
            ArrivalClaimed,
            UnitArrived,
            CollectionWeighed,
            ContentRefused,
            EvidenceAttached,
            HandoverSigned,
            JobCompleted,
            FieldConflictReported,
            LoadLanded,
        ),
        project=project,
        tables=TABLES,
        reads=READS,
    )
