"""What dispatch knows: the policy of a service, as the pack's ``dispatch.yaml`` gives it."""

from __future__ import annotations

from importlib import resources
from typing import Any, Literal

import msgspec
import yaml

from tidehub.capabilities.dispatch.mobilisation.model import TeamPolicy
from tidehub.kernel.codec import split_problem
from tidehub.kernel.errors import refusal_kind
from tidehub.methods.assignment import Mode, RankingPolicy, Weights

Manner = Literal["automatic", "propose", "advise"]

DISPATCH_POLICY_INVALID = refusal_kind(
    "dispatch_policy_invalid",
    zh="派单规则 {where} 有误：{problem}",
    en="The dispatch policy {where} is wrong: {problem}",
    do_zh="请按 dispatch.yaml 的格式说明改正该字段。",
    do_en="Correct this field as the description of dispatch.yaml says.",
)


class UnitDemands(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a unit must be.

    Parameters
    ----------
    kinds
        Kinds of unit that may be asked; empty means any.
    skills
        Skills all of which it needs.
    jurisdiction
        Whether it must be entitled in the case's region.
    """

    kinds: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    jurisdiction: bool = False


class OfferTerms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How units are asked.

    Parameters
    ----------
    timeout_s
        How long a unit may think before the next one is asked.
    at_most
        Units asked in one round before the duty officer is told.
    queue_when_busy, queue_wait_max_s
        Whether a busy unit may be given the next job, and how long until it is free at most.
    """

    timeout_s: int = 120
    at_most: int = 5
    queue_when_busy: bool = False
    queue_wait_max_s: int = 3600

    def __post_init__(self) -> None:
        if self.timeout_s < 5:
            raise ValueError("timeout_s must be at least 5")
        if self.at_most < 1:
            raise ValueError("at_most must be at least 1")


class Allowances(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Times beside the journey, seconds: see :class:`~tidehub.methods.assignment.RankingPolicy`."""

    turnout_s: int = 60
    approach_s: int = 120
    handling_base_s: int = 600
    handling_per_line_s: int = 180
    shift_margin_s: int = 0


class KindRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How one category loads: its stream group, and the density that turns volume into mass."""

    group: str
    density_kg_m3: int | None = None


class FieldRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A single answer of a form that is one line: ``bilge_oil_l: {kind: oily_water, unit: l}``."""

    kind: str
    unit: Literal["g", "kg", "t", "ml", "l", "m3", "piece"]


class NeedRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the case's values become what the job has to take on board.

    Parameters
    ----------
    lines_from
        Name of the case value that is a list of ``{kind, amount, unit}``; empty where there is none.
    fields
        Single answers that are lines.
    kinds
        Stream group and density of each category.
    skills_from
        Name of the case value that lists skills the job needs besides the policy's.
    """

    lines_from: str = ""
    fields: dict[str, FieldRule] = {}
    kinds: dict[str, KindRule] = {}
    skills_from: str = ""


class ServicePolicy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How one service calls out its units: one entry below ``services:`` of ``dispatch.yaml``.

    Parameters
    ----------
    title
        Name in both languages, ``{zh: ..., en: ...}``.
    lifecycles, categories
        For which cases; empty categories mean all of those lifecycles.
    on_state
        The state of the case that calls out; empty means its opening.
    task
        What the unit is asked to do.
    mode
        ``automatic``: the first is asked at once; ``propose``: a duty officer approves; ``advise``: a duty
        officer chooses.
    access
        Ways by which the place can be reached.
    position_age_max_s
        A position older than this is not believed.
    retry_interval_s
        After how long a job nobody could take is looked at again.
    ukc_m, range_reserve_m
        Water under the keel, way left.
    arrival_radius_m
        Radius of the arrival circle around the place.
    demands
        What the scene asks of the work there, handed to the field with the offer.
    teams
        Where a case needs several teams at once: their slots, consent, the promise for the last of them.
    near_scene_s, near_scene_m
        A unit that is there within this time, or is this close, is not redirected to something else.
    """

    task: str
    title: dict[Literal["zh", "en"], str] = {}
    lifecycles: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    on_state: str = ""
    mode: Manner = "automatic"
    access: tuple[Mode, ...] = ("water", "road")
    units: UnitDemands = UnitDemands()
    position_age_max_s: int = 300
    offer: OfferTerms = OfferTerms()
    retry_interval_s: int = 300
    times: Allowances = Allowances()
    ukc_m: float = 0.5
    range_reserve_m: int = 0
    arrival_radius_m: int = 150
    weights: Weights = Weights()
    switching_s: int = 300
    needs: NeedRules = NeedRules()
    demands: dict[str, Any] = {}
    teams: TeamPolicy | None = None
    near_scene_s: int = 180
    near_scene_m: int = 300

    def __post_init__(self) -> None:
        if self.near_scene_s < 0 or self.near_scene_m < 0:
            raise ValueError("near_scene_s and near_scene_m must not be negative")
        if self.position_age_max_s < 1:
            raise ValueError("position_age_max_s must be at least 1")
        if self.retry_interval_s < 10:
            raise ValueError("retry_interval_s must be at least 10")
        if self.ukc_m < 0:
            raise ValueError("ukc_m must not be negative")
        if not self.access:
            raise ValueError("access must name water or road")

    def calls_out(self, lifecycle: str, category: str, state: str | None) -> bool:
        """Whether a case of this kind, in this state (``None``: just opened), calls this service out."""
        return (
            lifecycle in self.lifecycles
            and (not self.categories or any(_within(category, one) for one in self.categories))
            and self.on_state == (state or "")
        )

    def ranking(self) -> RankingPolicy:
        """The part that ranking goes by."""
        return RankingPolicy(
            unit_kinds=self.units.kinds,
            skills=self.units.skills,
            jurisdiction=self.units.jurisdiction,
            position_age_max_s=self.position_age_max_s,
            queue_when_busy=self.offer.queue_when_busy,
            queue_wait_max_s=self.offer.queue_wait_max_s,
            turnout_s=self.times.turnout_s,
            approach_s=self.times.approach_s,
            handling_base_s=self.times.handling_base_s,
            handling_per_line_s=self.times.handling_per_line_s,
            ukc_m=self.ukc_m,
            shift_margin_s=self.times.shift_margin_s,
            range_reserve_m=self.range_reserve_m,
            weights=self.weights,
            switching_s=self.switching_s,
        )


def _within(category: str, above: str) -> bool:
    return category == above or category.startswith(f"{above}/")


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A text in both languages."""

    zh: str
    en: str


class DispatchPolicies(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A whole ``dispatch.yaml``: its services by name.

    ``override_reasons`` are the reasons that duty officers are offered for deciding otherwise, by code. The
    platform's own (``data/override_reasons.yaml``) come first; a pack adds those of its scene.
    """

    services: dict[str, ServicePolicy]
    version: int = 1
    override_reasons: dict[str, Words] = {}


def common_override_reasons() -> dict[str, Words]:
    """The platform's list of reasons for deciding otherwise, by code."""
    raw = yaml.safe_load(resources.files(__package__).joinpath("data/override_reasons.yaml").read_text("utf-8"))
    return msgspec.convert(raw, dict[str, Words], strict=True)


def read_dispatch_policies(raw: dict[str, Any], where: str) -> DispatchPolicies:
    """Read what a pack's ``dispatch.yaml`` says.

    Parameters
    ----------
    raw
        The parsed YAML.
    where
        Name of the file, for the refusal.

    Raises
    ------
    Refusal
        ``dispatch_policy_invalid``, naming the field.
    """
    try:
        return msgspec.convert(raw, DispatchPolicies, strict=True)
    except msgspec.ValidationError as error:
        problem, field = split_problem(str(error))
        raise DISPATCH_POLICY_INVALID(f"{where}:{field}" if field else where, where=where, problem=problem) from None
