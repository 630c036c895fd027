"""A harbour with three boats: real capabilities, ways as a table."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, ClassVar

from tidehub.capabilities import dispatch, field
from tidehub.capabilities.cases import CaseClosed, CaseOpened
from tidehub.capabilities.dispatch import ServicePolicy, read_dispatch_policies
from tidehub.capabilities.field import Route
from tidehub.flows.call_out_a_crew import call_out_a_crew, next_in_line, next_offer, withdraw_open_jobs
from tidehub.flows.context import LastKnown
from tidehub.hub.handle import Job
from tidehub.hub.log import Recorded, read_stream
from tidehub.hub.registry import Capability, DueTimer, Handler
from tidehub.hub.statement import sql
from tidehub.kernel.access import Actor, Rule, platform_actor, rule
from tidehub.kernel.facts import Command, Fact
from tidehub.kernel.geometry import Position, great_circle_m
from tidehub.kernel.instants import from_us
from tidehub.methods.assignment import Destination, Leg, Start
from tidehub.registers import RecordEntry, Registers
from tidehub.registers import capability as registers_capability
from tidehub.testkit import FixedClock

BERTH = Position(121.45, 28.68)
PLATFORM = platform_actor("flow/test")
DUTY = Actor("person/duty", frozenset({"duty_officer"}), ("3310",))
CREWS = {unit: Actor(f"person/{unit}", frozenset({"crew"}), (), (unit,)) for unit in ("k1", "k2", "k3")}
FLOWS = {
    "CaseOpened": call_out_a_crew,
    "JobDeclined": next_offer,
    "OfferExpired": next_offer,
    "JobAborted": next_offer,
    "DispatchRetried": next_offer,
    "UnitPinned": next_offer,
    "JobCompleted": next_in_line,
    "JobWithdrawn": next_in_line,
    "UnitReleased": next_in_line,
    "LoadLanded": next_in_line,
    "CaseClosed": withdraw_open_jobs,
}
POLICY: dict[str, Any] = {
    "services": {
        "pickup": {
            "task": "collect",
            "lifecycles": ["marine"],
            "units": {"kinds": ["shuttle_boat"]},
            "offer": {"timeout_s": 60, "at_most": 3},
            "retry_interval_s": 120,
            "times": {
                "turnout_s": 60,
                "approach_s": 60,
                "handling_base_s": 600,
                "handling_per_line_s": 0,
            },
            "needs": {
                "lines_from": "lines",
                "kinds": {"oily_water": {"group": "oily", "density_kg_m3": 1000}},
            },
            "demands": {"measures_min": 1, "arrival_needed": False},
        }
    }
}


class Told(Command, frozen=True):
    """Any fact of another capability, as if it had happened."""

    fact: Any
    rule: ClassVar[Rule] = rule()

    @property
    def stream(self) -> str:
        return str(self.fact.stream)


async def _load_nothing(_tx: Any, _command: Any) -> None:
    return None


def told(*kinds: type[Fact]) -> Capability:
    """A capability that records whatever it is told, of these kinds."""

    def decide(_state: None, command: Told, _now: Any) -> Sequence[Fact]:
        return (command.fact,)

    return Capability("told", (Handler(Told, _load_nothing, decide),), kinds)


class Sea:
    """Ways over great circles at the unit's speed; the berth may be dry until an instant."""

    def __init__(self) -> None:
        self.dry_until: Any = None

    def legs(self, starts: Sequence[Start], to: Destination) -> Sequence[Leg]:
        return [self._leg(start, to) for start in starts]

    def _leg(self, start: Start, to: Destination) -> Leg:
        length_m = round(great_circle_m(start.position, to.position))
        travel_s = round(length_m / start.speed_mps)
        arrives = start.at + timedelta(seconds=travel_s + to.approach_s)
        if self.dry_until is not None and arrives < self.dry_until:
            return Leg(travel_s, length_m, "berth_dry", self.dry_until, 0.3, 1.7)
        return Leg(travel_s, length_m)

    def route(self, start: Start, to: Position, place_id: str | None) -> Route | None:
        ends = ((start.position.lon, start.position.lat), (to.lon, to.lat))
        return Route(ends, 1000, 200, "test", "map-1")


class Town:
    """The store with what flows ask of it; ``run`` plays the follow-ups until nothing more follows."""

    def __init__(self, store: Any, clock: FixedClock, policy: Mapping[str, Any]) -> None:
        self.store = store
        self.reader = store
        self.clock = clock
        self.registers = Registers(clock)
        self.policies = read_dispatch_policies(dict(policy), "dispatch.yaml")
        self.ways = Sea()
        self.positions = self
        self.places: dict[str, LastKnown] = {}
        self._todo: list[Recorded] = []

    @property
    def service(self) -> ServicePolicy:
        return self.policies.services["pickup"]

    async def last_known(self, unit_ids: Sequence[str], _now: Any) -> Mapping[str, LastKnown]:
        return {unit_id: self.places[unit_id] for unit_id in unit_ids if unit_id in self.places}

    async def say(self, command: Command, by: Actor = PLATFORM) -> list[Recorded]:
        """Carry out one command and remember what follows it."""
        facts: list[Recorded] = await self.store.submit(Job((command,), by))
        self.registers.committed(facts)
        self._todo += facts
        return facts

    async def tell(self, fact: Fact) -> list[Recorded]:
        """Let a fact of another capability happen."""
        return await self.say(Told(fact))

    async def run(self) -> list[str]:
        """Play the follow-ups until nothing more follows; the kinds of the facts they led to."""
        kinds = []
        while self._todo:
            recorded = self._todo.pop(0)
            flow = FLOWS.get(recorded.kind)
            if flow is None:
                continue
            commands = tuple(await flow(recorded, self))
            if commands:
                facts = await self.store.submit(Job(commands, PLATFORM, recorded.id))
                kinds += [fact.kind for fact in facts]
                self._todo += facts
        return kinds

    async def fire_due(self) -> list[str]:
        """Fire the timers that are due, then play what follows."""
        due = await self.store.fetch(
            sql("SELECT key, kind, stream, due_us, payload FROM timer WHERE due_us <= :now ORDER BY due_us"),
            now=round(self.clock.now().timestamp() * 1_000_000),
        )
        kinds = []
        for row in due:
            timer = DueTimer(row["key"], row["kind"], row["stream"], from_us(row["due_us"]), row["payload"])
            commands = tuple(self.store.registry.on_timer[timer.kind](timer))
            facts = await self.store.submit(Job(commands, platform_actor("timer"), fired=timer))
            kinds += [fact.kind for fact in facts]
            self._todo += facts
        return kinds + await self.run()

    async def boat(self, unit_id: str, metres: float, *, oily_ml: int = 2_000_000, **unit: Any) -> None:
        """Register a boat so far east of the berth, heard just now."""
        craft = {
            "name": unit_id.upper(),
            "kind": "boat",
            "draught_m": 1.2,
            "cruise_mps": 5.0,
            "compartments": [{"compartment_id": "T1", "group": "oily", "capacity": oily_ml, "unit": "ml"}],
        }
        body = {"name": unit_id.upper(), "kind": "shuttle_boat", "region_code": "331002", "craft_id": unit_id}
        keeper = Actor("person/keeper", frozenset({"administrator"}), ("",))
        await self.say(RecordEntry("craft", unit_id, craft), keeper)
        await self.say(RecordEntry("units", unit_id, body | unit), keeper)
        self.heard(unit_id, metres)

    def heard(self, unit_id: str, metres: float) -> None:
        """Hear a boat at a place, now."""
        place = Position(BERTH.lon + metres / 97_600, BERTH.lat)
        self.places[unit_id] = LastKnown(place, self.clock.now())

    async def open_case(self, case_id: str = "C1", **changes: Any) -> list[str]:
        """A pickup is reported; what follows is played."""
        given: dict[str, Any] = {
            "case_id": case_id,
            "lifecycle": "marine",
            "lifecycle_version": 1,
            "state": "submitted",
            "stage": "",
            "category": "marine/pickup",
            "title": "pickup",
            "priority": 0,
            "region_code": "331002",
            "position": BERTH,
            "values": {"lines": [{"kind": "oily_water", "amount": 200, "unit": "l"}]},
        }
        await self.tell(CaseOpened(**(given | changes)))
        return await self.run()

    async def facts(self, stream: str = "case/C1") -> list[Recorded]:
        """A chain, oldest first."""
        return await read_stream(self.store, stream, self.store.registry.read_fact)


async def open_town(open_store: Any, policy: Mapping[str, Any] = POLICY, boats: int = 3) -> Town:
    """The harbour with its boats at 1, 2 and 3 kilometres."""
    clock = FixedClock()
    capabilities = [
        registers_capability(),
        dispatch.capability(),
        field.capability(),
        told(CaseOpened, CaseClosed),
    ]
    store = await open_store(capabilities, clock=clock)
    town = Town(store, clock, policy)
    for number in range(1, boats + 1):
        await town.boat(f"k{number}", 1000 * number)
    await town.run()
    return town


def with_service(**changes: Any) -> dict[str, Any]:
    """The policy with some of its service changed."""
    return {"services": {"pickup": POLICY["services"]["pickup"] | changes}}


async def both(*work: Any) -> list[Any]:
    """Run side by side; answers or errors."""
    return await asyncio.gather(*work, return_exceptions=True)
