"""The words of assignment: jobs that wait, units as they stand, answers with the parts of their times.

All of them are plain frozen structs, so that a decision can be kept as a fact and made again from it.
Instants are aware UTC, times whole seconds, lengths whole metres; draughts and depths are metres.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from tidehub.kernel.geometry import Position
from tidehub.kernel.quantities import Unit

Mode = Literal["water", "road"]
Stage = Literal["offered", "accepted", "under_way", "on_scene"]


class Need(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One line of what a job has to take on board.

    Parameters
    ----------
    line_id, kind
        The line as it was declared and its category.
    group
        Stream group: compartments take one group only (bottles never where oily water goes). Empty where
        nothing is loaded.
    amount, unit
        How much, as declared; 0 where it is unknown.
    density_kg_m3
        Turns a volume into a mass, or back, where the compartment counts in the other unit.
    """

    line_id: str
    kind: str
    group: str = ""
    amount: int = 0
    unit: Unit = "g"
    density_kg_m3: int | None = None


class WaitingJob(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A job that needs a unit.

    Parameters
    ----------
    position, place_id
        Where; the place names a berth whose depth and approach are known.
    access
        By which ways it can be reached.
    region_code
        GB/T 2260 code of the place, for units whose jurisdiction counts.
    excluded
        Units that have refused this very job and are never asked again, with the reason they gave.
    forbidden
        Units that a duty officer has ruled out for it, with the reason.
    silent
        Units that let an offer run out in this round.
    pinned_unit_id
        The one unit a duty officer has fixed for it.
    waiting_since, priority
        Since when it waits; higher priority counts more when several wait.
    """

    job_id: str
    task: str
    position: Position
    place_id: str | None = None
    access: tuple[Mode, ...] = ("water", "road")
    region_code: str = ""
    needs: tuple[Need, ...] = ()
    skills: tuple[str, ...] = ()
    excluded: dict[str, str] = {}
    forbidden: dict[str, str] = {}
    silent: tuple[str, ...] = ()
    pinned_unit_id: str | None = None
    waiting_since: datetime | None = None
    priority: int = 0


class Compartment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A tank, hold or rack for one stream group, with what it holds now."""

    compartment_id: str
    group: str
    capacity: int
    unit: Unit
    loaded: int = 0

    @property
    def free(self) -> int:
        """Room left, in ``unit``; never negative."""
        return max(0, self.capacity - self.loaded)


class Shift(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A stretch of duty, ``starts_at`` included and ``ends_at`` not."""

    starts_at: datetime
    ends_at: datetime


class Engagement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a unit is busy with, and when and where it will be free.

    ``free_sd_s`` is how far the end of the work is usually off, as a standard deviation; 0 where nobody knows.
    """

    job_id: str
    stage: Stage
    free_at: datetime | None
    free_position: Position | None = None
    queue_full: bool = False
    free_sd_s: int = 0


class UnitState(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A unit as it stands at the moment of the decision.

    Parameters
    ----------
    mode, speed_mps
        How it travels and its cruising speed, metres a second.
    position, position_at
        Last known, and when it was taken; ``None`` where nothing was ever heard.
    shifts
        Stretches of duty today and next; ``None`` means that the unit keeps no shifts.
    jurisdictions
        Region prefixes it may work in, lent ones included; ``("",)`` is everywhere.
    engagement
        What it is busy with; ``None`` when it is free.
    held_reason
        Why it is held in reserve, when it is; ``held_until`` when that ends by itself.
    range_m, crew_until
        How far it may still go, and until when its crew may work; ``None`` where nobody counts.
    out_of_service
        Why it cannot sail at all (breakdown, survey), when it cannot.
    cast_off
        Whether it is under way already, so that no turnout is added.
    """

    unit_id: str
    kind: str
    name_zh: str = ""
    name_en: str = ""
    mode: Mode = "water"
    speed_mps: float = 5.0
    draught_m: float = 0.0
    skills: frozenset[str] = frozenset()
    jurisdictions: tuple[str, ...] = ("",)
    position: Position | None = None
    position_at: datetime | None = None
    shifts: tuple[Shift, ...] | None = None
    compartments: tuple[Compartment, ...] = ()
    engagement: Engagement | None = None
    offer_expires_at: datetime | None = None
    held_reason: str | None = None
    held_until: datetime | None = None
    range_m: int | None = None
    crew_until: datetime | None = None
    out_of_service: str | None = None
    cast_off: bool = False


class Weights(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What counts beside the time of arrival, in seconds, so that the working can be read.

    Parameters
    ----------
    fullness_s
        Added for a unit that would be full afterwards, in proportion to the fullest compartment used.
    queued_s
        Added for a unit that has to finish another job first.
    waited
        Seconds of advantage per second a job has waited, when several wait.
    priority_s
        Seconds of advantage per step of priority, when several wait.
    """

    fullness_s: int = 0
    queued_s: int = 0
    waited: float = 0.5
    priority_s: int = 600


class RankingPolicy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a unit must be, and what every part of its time is reckoned with.

    Parameters
    ----------
    unit_kinds, skills
        Kinds that may come (empty: any) and skills all of which are needed.
    jurisdiction
        Whether the unit must be entitled in the job's region; a legal bar, never a cost.
    position_age_max_s
        A position older than this is rejected, not guessed.
    queue_when_busy, queue_wait_max_s
        Whether a busy unit may be given the next job, and how long that may take to begin.
    turnout_s, approach_s
        From the call to casting off; from the arrival circle to being alongside the berth.
    handling_base_s, handling_per_line_s
        Work on the scene, for the shift and for the tide.
    ukc_m
        Water that must stay under the keel, metres.
    shift_margin_s
        Time that must be left of the shift when the work is done.
    range_reserve_m
        Way that must be left when the unit has arrived.
    switching_s
        What a better answer must gain before a waiting job changes its unit.
    unassigned_s
        What leaving a job without a unit costs; above any journey.
    promise_s, late_s
        The promised time from the call to the arrival, and what certain lateness costs beside the time
        itself; the cost follows the probability of lateness. 0 where nothing is promised.
    travel_spread
        Standard deviation of a journey over its length in time, until arrivals have taught a better figure.
    """

    unit_kinds: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    jurisdiction: bool = False
    position_age_max_s: int = 300
    queue_when_busy: bool = False
    queue_wait_max_s: int = 3600
    turnout_s: int = 60
    approach_s: int = 120
    handling_base_s: int = 600
    handling_per_line_s: int = 180
    ukc_m: float = 0.5
    shift_margin_s: int = 0
    range_reserve_m: int = 0
    weights: Weights = Weights()
    switching_s: int = 300
    unassigned_s: int = 20_000
    promise_s: int = 0
    late_s: int = 0
    travel_spread: float = 0.15

    def handling_s(self, job: WaitingJob) -> int:
        """Work on the scene for this job, seconds."""
        return self.handling_base_s + self.handling_per_line_s * len(job.needs)


class Parts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The parts of a time of arrival, in seconds; they add up to it."""

    until_free_s: int = 0
    turnout_s: int = 0
    travel_s: int = 0
    approach_s: int = 0

    @property
    def total_s(self) -> int:
        """Seconds from the decision to being alongside."""
        return self.until_free_s + self.turnout_s + self.travel_s + self.approach_s


class Reason(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why not, in data and in both languages.

    Parameters
    ----------
    code
        One of ``REASON_CODES``.
    values
        The figures behind the words.
    clears_at
        When the obstacle goes away by itself, if that is known.
    """

    code: str
    zh: str
    en: str
    values: dict[str, str | int | float | None] = {}
    clears_at: datetime | None = None


class Ranked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A unit that can do it.

    Parameters
    ----------
    eta_s, eta_at
        Seconds from the decision until it is alongside, and that instant.
    parts, length_m
        What the time consists of; the way by water or road.
    straight_m
        Distance over the sphere, to explain why the nearest on the map is not the first.
    done_at
        When the work on the scene would be finished.
    cost_s
        What the order goes by: the time of arrival and what the policy adds to it.
    position_age_s
        Age of the position the answer stands on.
    degraded
        Whether the way was estimated without a map, which is said wherever the figure is shown.
    fullness
        Share of the fullest compartment used afterwards, 0..1.
    spread_s
        Standard deviation of the time of arrival, seconds, as far as it is known.
    late_probability
        How probable it is that the promise is not kept; ``None`` where nothing is promised.
    """

    unit_id: str
    eta_s: int
    eta_at: datetime
    parts: Parts
    length_m: int
    straight_m: int
    done_at: datetime
    cost_s: int
    position_age_s: int
    queued_after: str | None = None
    degraded: bool = False
    fullness: float = 0.0
    provider: str = ""
    spread_s: int = 0
    late_probability: float | None = None


class Rejected(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A unit that cannot, with every reason that stands against it, the first being the leading one."""

    unit_id: str
    reasons: tuple[Reason, ...]
    straight_m: int | None = None

    @property
    def code(self) -> str:
        """The leading reason's code."""
        return self.reasons[0].code


class Ranking(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The answer for one job: every unit stands in exactly one of the two lists."""

    job_id: str
    at: datetime
    chosen: tuple[Ranked, ...]
    rejected: tuple[Rejected, ...]


class ShortfallReason(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why nobody can come: a code, the units it is about, and the words."""

    code: str
    zh: str
    en: str
    unit_ids: tuple[str, ...] = ()


class Change(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The smallest change that would make it possible.

    ``kind`` is ``wait`` where time alone does it (``at`` says until when), otherwise what a person can do:
    ``release_from_reserve``, ``locate``, ``land_load``, ``extend_shift``, ``ask_again``, ``lend_unit``.
    """

    kind: str
    unit_id: str | None
    zh: str
    en: str
    at: datetime | None = None
    eta_at: datetime | None = None


class Shortfall(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Nobody fits now: why, what would help, and the honest time with its reason, where there is one."""

    reasons: tuple[ShortfallReason, ...]
    smallest_change: Change | None = None
    honest_eta_at: datetime | None = None
    honest_zh: str = ""
    honest_en: str = ""
