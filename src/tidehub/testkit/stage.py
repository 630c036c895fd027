"""The stage of a story: the town, the pack, and what is known so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from tidehub.hub.log import Recorded
from tidehub.kernel.errors import Refusal
from tidehub.packing import Pack
from tidehub.testkit.town import Town


@dataclass
class Told:
    """What the story knows so far: the names by which later lines speak of earlier things."""

    case_id: str = ""
    report_id: str = ""
    job_id: str = ""
    reporter: str = ""
    started_at: datetime | None = None
    arrived_at: datetime | None = None
    closed_at: datetime | None = None
    receipt_at: datetime | None = None
    refused: Refusal | None = None
    documents: list[dict[str, str]] = field(default_factory=list)
    subsidy_fen: int | None = None
    fresh: list[Recorded] = field(default_factory=list)
    seq: int = 0


@dataclass
class Stage:
    """Where verbs act and expectations look."""

    town: Town
    pack: Pack
    told: Told = field(default_factory=Told)
