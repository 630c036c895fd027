"""What the work in the field is made of: the demands of a scene, stamps of devices, routes, lines."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

import msgspec

from tidehub.kernel.codec import split_problem
from tidehub.kernel.errors import refusal_kind
from tidehub.kernel.geometry import Position
from tidehub.kernel.quantities import Basis, Quantity, Unit

JobState = Literal[
    "offered", "accepted", "under_way", "on_scene", "done", "declined", "expired", "aborted", "withdrawn"
]
ACTIVE: frozenset[str] = frozenset({"accepted", "under_way", "on_scene"})

JOB_DEMANDS_INVALID = refusal_kind(
    "job_demands_invalid",
    zh="现场作业要求 {where} 有误：{problem}",
    en="The demands on the work {where} are wrong: {problem}",
    do_zh="请按 dispatch.yaml 中 demands 的格式说明改正该字段。",
    do_en="Correct this field as the description of demands in dispatch.yaml says.",
)


class KindDemand(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one category asks of its measure.

    Parameters
    ----------
    group
        Stream group whose compartments it fills.
    units, bases
        Units and bases that count as a measure; empty means any.
    photos_min
        Photos that must belong to each measure.
    calibration_age_max_days
        Oldest calibration of the instrument; ``None`` where none is asked for.
    """

    group: str = ""
    units: tuple[Unit, ...] = ()
    bases: tuple[Basis, ...] = ("weighed", "metered")
    photos_min: int = 0
    calibration_age_max_days: int | None = None


class EvidenceDemand(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Evidence needed before the job can be completed: ``{label: before, media: photo, min: 1}``."""

    label: str
    media: Literal["photo", "video"] = "photo"
    min: int = 1


class JobDemands(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a scene asks of a job: the block ``demands:`` of a service in ``dispatch.yaml``.

    Parameters
    ----------
    kinds
        Categories that may be recorded; empty means any, with nothing asked of their measure.
    evidence
        Photos and videos needed.
    signatures
        Parties that must sign, in the words of the scene (``giver``, ``receiver``, ``officer``).
    measures_min
        Measures, or refusals of content, needed at least.
    arrival_needed
        Whether a measure may be taken only after the arrival is evidenced or claimed.
    measures_after_signing
        Whether a measure may be corrected after everyone has signed.
    """

    kinds: dict[str, KindDemand] = {}
    evidence: tuple[EvidenceDemand, ...] = ()
    signatures: tuple[str, ...] = ()
    measures_min: int = 0
    arrival_needed: bool = True
    measures_after_signing: bool = False


def read_job_demands(raw: dict[str, Any], where: str) -> JobDemands:
    """Read a scene's demands.

    Raises
    ------
    Refusal
        ``job_demands_invalid``, naming the field.
    """
    try:
        return msgspec.convert(raw, JobDemands, strict=True)
    except msgspec.ValidationError as error:
        problem, field = split_problem(str(error))
        raise JOB_DEMANDS_INVALID(f"{where}.{field}" if field else where, where=where, problem=problem) from None


class Stamp(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The mark of the device that a command came from: its own number and clock.

    Parameters
    ----------
    device_id, device_seq
        A device counts what it sends; the pair is never used twice.
    device_at
        Its clock when it happened, which may be long before it was received.
    command_sha256
        Of the command, so that a repetition is told from another use of the same number.
    """

    device_id: str
    device_seq: int
    device_at: datetime
    command_sha256: str


class Route(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The way that was given with the job.

    Parameters
    ----------
    points
        Longitude and latitude, WGS 84, from the unit to the place.
    length_m, eta_s
        Length in metres; seconds from acceptance until alongside.
    engine, map_version
        Which router and which map made it, with the map's hash, so that it can be made again.
    degraded
        Whether it was made without a map.
    """

    points: tuple[tuple[float, float], ...]
    length_m: int
    eta_s: int
    engine: str
    map_version: str
    clearance_m: int | None = None
    degraded: bool = False


class CircleEvidence(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The evidence of an arrival: the fact that positions of the unit lay inside the arrival circle."""

    fact_id: str
    circle_id: str
    entered_at: datetime
    position: Position | None = None


class Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A declared line of the job, as it was asked for."""

    line_id: str
    kind: str
    group: str = ""
    amount: int = 0
    unit: Unit = "g"
    density_kg_m3: int | None = None


class LandedLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What of one stream group was brought ashore, as measured there; ``emptied``: nothing is left."""

    group: str
    kind: str
    quantity: Quantity
    container_id: str | None = None
    emptied: bool = False
