"""Three teams of three jurisdictions for one case: asked side by side, replaced, on one clock, home again."""

from __future__ import annotations

from typing import Any

import pytest

from tidehub.capabilities import dispatch, field
from tidehub.capabilities.cases import CaseClosed, CaseOpened
from tidehub.capabilities.dispatch import mobilisation as teams
from tidehub.capabilities.field import AbortJob, AcceptJob, ArriveAtJob, CompleteJob, DeclineJob, SetOut
from tidehub.flows import call_out_a_crew as crew_flows
from tidehub.flows import mobilise_teams, plan_teams
from tidehub.flows.table import PLATFORM as FLOW_TABLE
from tidehub.kernel.access import Actor
from tidehub.kernel.errors import Refusal
from tidehub.kernel.geometry import Position
from tidehub.registers import RecordEntry
from tidehub.registers import capability as registers_capability
from tidehub.testkit import FixedClock

from .town import BERTH, PLATFORM, Town, told

CALL = plan_teams.Call("C1", "330304001", BERTH, None, "clear_road")
LEADER = Actor("person/leader", frozenset({"duty_officer"}), ("330304001",))
COMMANDERS = {
    "louqiao": Actor("person/louqiao", frozenset({"shift_leader"}), ("330304002",)),
    "station": Actor("person/station", frozenset({"unit_staff"}), (), ("station",)),
}
POLICY: dict[str, Any] = {
    "services": {
        "clear_road": {
            "task": "clear",
            "lifecycles": ["nobody"],
            "units": {"kinds": ["team"]},
            "access": ["road"],
            "times": {"turnout_s": 60, "approach_s": 0, "handling_base_s": 600, "handling_per_line_s": 0},
            "offer": {"timeout_s": 60},
            "retry_interval_s": 120,
            "demands": {"measures_min": 0, "arrival_needed": False},
            "teams": {
                "slots": [
                    {"slot_id": "panqiao", "jurisdiction": "330304001"},
                    {"slot_id": "louqiao", "jurisdiction": "330304002"},
                    {"slot_id": "station", "jurisdiction": "330304001", "skills": ["station"]},
                ],
                "consent_s": 120,
                "arrive_within_s": 900,
                "payer": "lead",
                "legal_basis": "省综合行政执法条例 13",
            },
        }
    }
}
UNITS: tuple[tuple[str, int, dict[str, Any]], ...] = (
    ("p1", 1000, {"region_code": "330304001", "jurisdictions": ["330304001"], "parent_id": "panqiao"}),
    ("p2", 3000, {"region_code": "330304001", "jurisdictions": ["330304001"], "parent_id": "panqiao"}),
    ("l1", 2000, {"region_code": "330304002", "jurisdictions": ["330304002"], "parent_id": "louqiao"}),
    ("l2", 2500, {"region_code": "330304002", "jurisdictions": ["330304002"], "parent_id": "louqiao"}),
    ("l3", 4000, {"region_code": "330304002", "jurisdictions": ["330304002"], "parent_id": "louqiao"}),
    (
        "s1",
        1500,
        {
            "region_code": "330304001",
            "jurisdictions": ["330304001"],
            "parent_id": "station",
            "skills": ["station"],
        },
    ),
)
CREWS = {name: Actor(f"person/{name}", frozenset({"crew"}), (), (name,)) for name, _, _ in UNITS}
TEAM_FLOWS = (crew_flows, mobilise_teams)


class Streets(Town):
    """The town of the other tests, with every flow of the platform's table that is about dispatch."""

    async def run(self) -> list[str]:
        kinds: list[str] = []
        while self._todo:
            recorded = self._todo.pop(0)
            for flow, facts in FLOW_TABLE:
                mine = flow.__module__ in (one.__name__ for one in TEAM_FLOWS)
                opening = flow.__name__ in ("call_out_a_crew", "call_out_teams")
                if recorded.kind in facts and mine and not opening:
                    commands = tuple(await flow(recorded, self))
                    if commands:
                        for command in commands:
                            kinds += [one.kind for one in await self.say(command, PLATFORM)]
        return kinds

    async def call(self, **changes: Any) -> teams.Mobilisation:
        """The leader calls his three teams."""
        command = await plan_teams.plan_teams(self, CALL._replace(**changes))
        await self.say(command, LEADER)
        await self.run()
        return await self.team_case(command.mobilisation_id)

    async def team_case(self, mobilisation_id: str) -> teams.Mobilisation:
        found = await teams.read_mobilisation(self.store, mobilisation_id)
        assert found is not None
        return found

    async def consent(self, found: teams.Mobilisation, slot_id: str, unit_id: str, whose: str = "") -> None:
        command = teams.GiveConsent(
            case_id="C1", mobilisation_id=found.mobilisation_id, slot_id=slot_id, unit_id=unit_id
        )
        await self.say(command, COMMANDERS[whose or slot_id])
        await self.run()

    async def crew(self, command: Any, found: teams.Mobilisation, slot_id: str, **more: Any) -> list[str]:
        slot = (await self.team_case(found.mobilisation_id)).slot(slot_id)
        assert slot is not None
        assert slot.unit_id is not None
        by = CREWS[slot.unit_id]
        await self.say(command(case_id="C1", job_id=slot.job_id, unit_id=slot.unit_id, **more), by)
        return await self.run()


@pytest.fixture
async def streets(open_store: Any) -> Streets:
    clock = FixedClock()
    capabilities = [registers_capability(), dispatch.capability(), field.capability(), told(CaseOpened, CaseClosed)]
    town = Streets(await open_store(capabilities, clock=clock), clock, POLICY)
    keeper = Actor("person/keeper", frozenset({"administrator"}), ("",))
    for unit_id, metres, more in UNITS:
        body = {"name": unit_id.upper(), "kind": "team"} | more
        await town.say(RecordEntry("units", unit_id, body), keeper)
        town.heard(unit_id, metres)
    await town.run()
    return town


def states(found: teams.Mobilisation) -> dict[str, tuple[str, str | None]]:
    return {slot.slot_id: (slot.state, slot.unit_id) for slot in found.slots}


async def test_own_teams_are_sent_and_lenders_are_asked_side_by_side(streets: Streets) -> None:
    """The leader's own team has its job at once; two of Louqiao and the station are asked in the same breath."""
    found = await streets.call(lead_unit_id="p1")
    assert states(found) == {"panqiao": ("filled", "p1"), "louqiao": ("asking", None), "station": ("asking", None)}
    assert [(one.slot_id, one.unit_id) for one in found.consents] == [
        ("louqiao", "l1"),
        ("louqiao", "l2"),
        ("station", "s1"),
    ]
    assert (await streets.facts())[-1].kind == "JobOffered"
    assert "须商请" in found.started.zh[1]
    with pytest.raises(Refusal, match="forbidden"):
        await streets.consent(found, "louqiao", "l1", whose="station")
    await streets.consent(found, "louqiao", "l2")
    await streets.consent(found, "station", "s1")
    found = await streets.team_case(found.mobilisation_id)
    assert states(found)["louqiao"] == ("filled", "l2"), "the first to consent lends"
    assert states(found)["station"] == ("filled", "s1")
    with pytest.raises(Refusal, match="slot_taken"):
        await streets.consent(found, "louqiao", "l1")


async def test_a_refusal_and_silence_bring_substitutes_and_nobody_is_asked_twice(streets: Streets) -> None:
    """L1 is refused with a reason, L2 lapses, L3 is asked; when it is refused too the slot says why, and is retried."""
    found = await streets.call(lead_unit_id="p1")
    with pytest.raises(Refusal, match="consent_needs_reason"):
        await streets.say(_refusal(found, "l1", ""), COMMANDERS["louqiao"])
    await streets.say(_refusal(found, "l1", "另有警情"), COMMANDERS["louqiao"])
    assert "ConsentAsked" not in await streets.run(), "the other is still being asked"
    streets.clock.advance(seconds=119)
    assert "ConsentLapsed" not in await streets.fire_due()
    streets.clock.advance(seconds=2)
    for name, metres, _ in UNITS:
        streets.heard(name, metres)
    assert "ConsentAsked" in await streets.fire_due()
    found = await streets.team_case(found.mobilisation_id)
    assert [one.unit_id for one in found.asked("louqiao")] == ["l3"]
    await streets.say(_refusal(found, "l3", "无人"), COMMANDERS["louqiao"])
    assert "SlotUnfilled" in await streets.run()
    found = await streets.team_case(found.mobilisation_id)
    assert states(found)["louqiao"] == ("unfilled", None)
    last: Any = [one.fact for one in await streets.facts() if one.kind == "SlotUnfilled"][-1]
    assert last.reasons[0].zh
    streets.clock.advance(seconds=121)
    for name, metres, _ in UNITS:
        streets.heard(name, metres)
    assert "SlotRetried" in await streets.fire_due()


async def test_a_team_that_declines_is_replaced_by_its_substitute(streets: Streets) -> None:
    """P1 declines, P2 of the same jurisdiction is sent at once; P2 breaks down, and nobody is left to send."""
    found = await streets.call(lead_unit_id="p1")
    await streets.crew(DeclineJob, found, "panqiao", reason="engine")
    found = await streets.team_case(found.mobilisation_id)
    assert states(found)["panqiao"] == ("filled", "p2")
    await streets.crew(AcceptJob, found, "panqiao")
    await streets.crew(AbortJob, found, "panqiao", reason="breakdown")
    found = await streets.team_case(found.mobilisation_id)
    assert states(found)["panqiao"][0] in ("unfilled", "asking")
    assert "p1" not in {one.unit_id for one in found.slots}, "whoever refused is never asked again"


async def test_one_clock_runs_from_the_call_to_the_last_arrival_and_loans_end(streets: Streets) -> None:
    """The last of three is there after 500 s: in time. All done, everybody goes home, the loans say who pays."""
    found = await streets.call(lead_unit_id="p1")
    await streets.consent(found, "louqiao", "l1")
    await streets.consent(found, "station", "s1")
    for slot_id in ("panqiao", "louqiao", "station"):
        await streets.crew(AcceptJob, found, slot_id)
        await streets.crew(SetOut, found, slot_id)
    for slot_id, seconds in (("panqiao", 200), ("station", 100), ("louqiao", 200)):
        streets.clock.advance(seconds=seconds)
        kinds = await streets.crew(ArriveAtJob, found, slot_id)
    assert "TeamsAssembled" in kinds
    assembled: Any = (await streets.facts())[-1].fact
    assert (assembled.first_s, assembled.last_s, assembled.in_time) == (200, 500, True)
    assert assembled.last_unit_id == "l1"
    view = teams.told(await streets.team_case(found.mobilisation_id), streets.clock.now())
    assert (view.clock_s, view.overdue) == (500, False)
    assert [slot.arrived_s for slot in view.slots] == [200, 500, 300]
    streets.clock.advance(seconds=600)
    for slot_id in ("panqiao", "louqiao", "station"):
        kinds = await streets.crew(CompleteJob, found, slot_id)
    assert "MobilisationEnded" in kinds
    ended: Any = next(one.fact for one in await streets.facts() if one.kind == "MobilisationEnded")
    assert {(one.unit_id, one.owner, one.payer) for one in ended.loans} == {
        ("l1", "louqiao", "lead"),
        ("s1", "station", "lead"),
    }
    assert all(one.lent_s == 1100 for one in ended.loans)


async def test_a_closed_case_sends_everybody_home(streets: Streets) -> None:
    """Open questions are taken back, jobs withdrawn, and a late yes is told that it is over."""
    found = await streets.call(lead_unit_id="p1")
    await streets.tell(CaseClosed(case_id="C1", outcome="void"))
    kinds = await streets.run()
    assert "MobilisationEnded" in kinds
    assert "JobWithdrawn" in kinds
    with pytest.raises(Refusal, match="mobilisation_over"):
        await streets.consent(found, "louqiao", "l1")


async def test_two_cases_at_once_share_the_units_for_the_least_last_arrivals(streets: Streets) -> None:
    """A second case far west does not take the one team that the first, still asking, needs."""
    first = await streets.call(lead_unit_id="p1")
    far = Position(BERTH.lon + 4200 / 97_600, BERTH.lat)
    second = CALL._replace(
        case_id="C2",
        position=far,
        slots=(teams.TeamSlot("one", jurisdiction="330304002"),),
    )
    command = await plan_teams.plan_teams(streets, second)
    assert command.plan[0].candidates[0].unit_id == "l3", "the nearest, and the first case loses nothing by it"
    assert states(first)["louqiao"] == ("asking", None)


async def test_what_cannot_be_called_is_refused(streets: Streets) -> None:
    """No slots, an unknown staging place, a service that knows no teams."""
    with pytest.raises(Refusal, match="not_found"):
        await streets.call(staging_place_id="nowhere")
    with pytest.raises(Refusal, match="not_found"):
        await streets.call(service_name="other")


def _refusal(found: teams.Mobilisation, unit_id: str, reason: str) -> teams.RefuseConsent:
    return teams.RefuseConsent(
        case_id="C1", mobilisation_id=found.mobilisation_id, slot_id="louqiao", unit_id=unit_id, reason=reason
    )
