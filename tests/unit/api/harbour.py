"""A small harbour with every capability over the embedded store: one service, one boat, ways as a straight line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import yaml

from tidehub.capabilities import cases, devices, dispatch, documents, evaluation, field, intake, ledger, messages
from tidehub.capabilities.dispatch import read_dispatch_policies
from tidehub.capabilities.field import Route
from tidehub.composing.calendars import work_calendars
from tidehub.flows.call_out_a_crew import call_out_a_crew
from tidehub.flows.context import DevicePositions
from tidehub.flows.device_directory import RegisteredDevices
from tidehub.flows.open_a_case import open_a_case
from tidehub.flows.tell_the_case import tell_the_case
from tidehub.hub import operating
from tidehub.hub.log import Recorded
from tidehub.kernel.access import Actor, platform_actor
from tidehub.kernel.facts import Command
from tidehub.kernel.geometry import Position, great_circle_m
from tidehub.methods.assignment import Destination, Leg, Start
from tidehub.registers import RecordEntry

BERTH = Position(121.45, 28.68)
PLATFORM = platform_actor("flow/test")
KEY = b"0123456789abcdef0123456789abcdef"
LIFECYCLE = """
lifecycle: pickup
version: 1
zh: 收集
en: Pickup
calendar: always
states:
  accepted:    {zh: 已受理, en: Accepted, start: true}
  waiting:     {zh: 等候, en: Waiting}
  assigned:    {zh: 已派船, en: Assigned}
  under_way:   {zh: 前往途中, en: Under way}
  arrived:     {zh: 已到达, en: Alongside}
  handed_over: {zh: 已交接, en: Handed over}
  closed:      {zh: 已结案, en: Closed, final: true, outcome: done}
  cancelled:   {zh: 已取消, en: Cancelled, final: true, outcome: cancelled}
moves:
  wait:      {zh: 等候, en: Wait, from: accepted, to: waiting, on_fact: [NoUnitFound]}
  assign:    {zh: 接单, en: Assign, from: [accepted, waiting], to: assigned, on_fact: [JobAccepted]}
  set_out:   {zh: 出发, en: Set out, from: assigned, to: under_way, on_fact: [UnitSetOut]}
  arrive:    {zh: 到达, en: Arrive, from: [assigned, under_way], to: arrived, on_fact: [UnitArrived]}
  hand_over: {zh: 交接, en: Hand over, from: [assigned, under_way, arrived], to: handed_over, on_fact: [JobCompleted]}
  close:     {zh: 结案, en: Close, from: handed_over, to: closed, who: {roles: [checker]}, needs_note: true}
  cancel:
    zh: 取消
    en: Cancel
    from: [accepted, waiting, assigned]
    to: cancelled
    who: {relations: [reporter], roles: [duty_officer]}
    needs_note: true
clocks:
  arrival:
    zh: 到达时限
    en: Arrival
    starts: [opened]
    stops: ["state:arrived", "state:handed_over", "state:cancelled"]
    limits: [{amount: 20, unit: minute, source: test}]
"""
CATEGORIES = """
categories: [{code: marine, name: {zh: 海洋, en: Marine}}]
services:
  - code: pickup
    name: {zh: 上门收集, en: Pickup}
    description: {zh: 船来收集, en: A boat comes}
    category: marine
    group: {zh: 渔省心, en: Fishing made easy}
    form: pickup
    place: required
    anonymous: false
    lifecycle: pickup
    duplicates: {radius_m: 200, within_s: 7200}
states:
  - {lifecycle: pickup, state: waiting, status: action_scheduled, text: {zh: 已排队, en: In the queue}}
  - {lifecycle: pickup, state: under_way, status: in_progress, text: {zh: 船正在前来, en: The boat comes}}
"""
FORM = """
name: pickup
fields:
  - {name: vessel_name, kind: text, label: {zh: 船名, en: Vessel}}
  - name: lines
    kind: lines
    label: {zh: 种类, en: Kinds}
    required: true
    fields:
      - {name: kind, kind: choice, label: {zh: 种类, en: Kind}, required: true,
         choices: [{code: oily_water, label: {zh: 含油污水, en: Oily water}}]}
      - {name: amount, kind: decimal, label: {zh: 数量, en: Amount}, required: true, minimum: 0}
      - {name: unit, kind: choice, label: {zh: 单位, en: Unit}, required: true,
         choices: [{code: l, label: {zh: 升, en: litre}}]}
"""
POLICY = {
    "services": {
        "pickup": {
            "task": "collect",
            "lifecycles": ["pickup"],
            "units": {"kinds": ["shuttle_boat"]},
            "offer": {"timeout_s": 60, "at_most": 3},
            "retry_interval_s": 120,
            "times": {"turnout_s": 60, "approach_s": 60, "handling_base_s": 600, "handling_per_line_s": 0},
            "needs": {
                "lines_from": "lines",
                "kinds": {"oily_water": {"group": "oily", "density_kg_m3": 1000}},
            },
            "demands": {"arrival_needed": False},
        }
    }
}
TEMPLATE: dict[str, Any] = {
    "kind": "receipt",
    "version": 1,
    "title": {"zh": "交接单", "en": "Handover receipt"},
    "numbering": {"format": "JJD-{region}-{year}-{serial:06d}"},
    "languages": ["zh", "en"],
    "retention": {"years": 5, "source": "test"},
    "source": "test",
    "fields": [
        {"name": "vessel", "type": "text", "zh": "船名", "en": "Vessel", "public": True},
        {"name": "giver", "type": "text", "zh": "交付人", "en": "Giver", "personal": "name"},
    ],
    "example": {"vessel": "浙椒渔1号", "giver": "陈阿海"},
}
PLAN = """
source: test
accounts:
  - {code: "5301", zh: 补贴支出, en: Subsidies, kind: expense}
  - {code: "2301", zh: 待核补贴, en: Computed, kind: liability, parties: true}
  - {code: "2302", zh: 应付补贴, en: Payable, kind: liability, parties: true}
  - {code: "2303", zh: 基金, en: Fund, kind: liability}
  - {code: "1011", zh: 账户, en: Bank, kind: asset}
roles: {expense: "5301", pending: "2301", payable: "2302", fund: "2303", bank: "1011"}
"""
MESSAGES = {
    "zh": {"hello": {"subject": "通知", "body": "{name} 您好"}},
    "en": {"hello": {"subject": "Notice", "body": "Hello {name}"}},
}
INDICATORS = {
    "indicators": [
        {"id": "cases", "title": {"zh": "案件数", "en": "Cases"}, "unit": "case", "measure": "count",
         "on": {"fact": "CaseOpened"}, "source": "test"},
    ],
    "ratios": [],
}  # fmt: skip


class Sea:
    """Ways over great circles at the unit's speed."""

    def legs(self, starts: Sequence[Start], to: Destination) -> Sequence[Leg]:
        return [self._leg(start, to) for start in starts]

    def _leg(self, start: Start, to: Destination) -> Leg:
        length_m = round(great_circle_m(start.position, to.position))
        return Leg(round(length_m / start.speed_mps), length_m)

    def route(self, start: Start, to: Position, place_id: str | None) -> Route | None:
        length_m = round(great_circle_m(start.position, to))
        ends = ((start.position.lon, start.position.lat), (to.lon, to.lat))
        return Route(ends, length_m, round(length_m / start.speed_mps), "test", "map-1")


@dataclass
class Context:
    """What the flows and the endpoints read by."""

    reader: Any
    registers: Any
    positions: Any
    clock: Any
    catalogue: Any
    ways: Any
    policies: Any
    templates: Any
    hub: Any = None
    files: Any = None


class Harbour:
    """The door with the means to play what follows a report."""

    FLOWS: ClassVar[dict[str, Any]] = {"ReportReceived": open_a_case, "CaseOpened": call_out_a_crew}

    def __init__(self, door: Any, context: Context) -> None:
        self.door = door
        self.context = context
        self.platform = door.platform
        self._todo: list[Recorded] = []
        self.platform.listen(self._todo.extend)

    async def say(self, *commands: Command, by: Actor = PLATFORM) -> list[Recorded]:
        """Carry commands out."""
        found: list[Recorded] = await self.platform.handle(*commands, by=by)
        return found

    async def run(self) -> None:
        """Play what follows until nothing follows any more, and let the case see what happened."""
        awaited = self.door.services.more["lifecycles"].facts_awaited()
        while self._todo:
            recorded = self._todo.pop(0)
            flow = self.FLOWS.get(recorded.kind)
            commands = list(await flow(recorded, self.context)) if flow else []
            if recorded.kind in awaited:
                commands += await tell_the_case(recorded, self.context)
            if commands:
                await self.platform.handle(*commands, by=PLATFORM, cause=recorded.id)


async def open_harbour(make_door: Any) -> Harbour:
    """Open the harbour: a fisher's service, a boat a kilometre away, a berth."""
    lifecycles = cases.Lifecycles([cases.read_lifecycle(yaml.safe_load(LIFECYCLE), "lifecycle.yaml")])
    calendars = work_calendars()
    catalogue = intake.Catalogue([intake.read_catalogue(yaml.safe_load(CATEGORIES), {"pickup": yaml.safe_load(FORM)})])
    templates = documents.Templates([documents.read_template(TEMPLATE, "#layout", "receipt.yaml")])
    definitions = evaluation.read_definitions(INDICATORS, "indicators.yaml")
    texts = messages.read_messages(MESSAGES["zh"], MESSAGES["en"], "messages")
    more: dict[str, Any] = {
        "cases": cases.Loader(lifecycles, calendars),
        "catalogue": catalogue,
        "lifecycles": lifecycles,
        "templates": templates,
        "definitions": definitions,
        "land": b'{"type":"FeatureCollection","features":[]}',
        "operating": True,
        "ledger": True,
        "messages": texts,
        "context": None,
        "desk": None,
        "board": None,
    }
    plan = ledger.read_plan(yaml.safe_load(PLAN), "accounts.yaml")
    door = await make_door(
        intake.capability(catalogue, lambda _position: "331002"),
        cases.capability(lifecycles, calendars),
        dispatch.capability(),
        field.capability(),
        devices.capability(),
        documents.capability(templates, KEY),
        ledger.capability(plan, ledger.Tariffs([])),
        messages.capability(texts),
        operating.capability(),
        evaluation.capability(definitions),
        **more,
    )
    platform, services = door.platform, door.services
    board = devices.PositionBoard(platform.clock)
    desk = devices.PositionDesk(platform.store, platform.clock, RegisteredDevices(platform.registers), board=board)
    context = Context(
        platform,
        platform.registers,
        DevicePositions(platform),
        platform.clock,
        catalogue,
        Sea(),
        read_dispatch_policies(POLICY, "dispatch.yaml"),
        templates,
    )
    services.more |= {"context": context, "board": board, "desk": desk}
    await desk.start()
    harbour = Harbour(door, context)
    craft = {
        "name": "海鸟",
        "kind": "boat",
        "draught_m": 1.2,
        "cruise_mps": 5.0,
        "compartments": [{"compartment_id": "T1", "group": "oily", "capacity": 2_000_000, "unit": "ml"}],
    }
    unit = {"name": "接驳船1号", "kind": "shuttle_boat", "region_code": "331002", "craft_id": "c1"}
    place = {
        "name": "一号泊位",
        "name_en": "Berth 1",
        "kind": "berth",
        "position": {"lon": BERTH.lon, "lat": BERTH.lat},
        "region_code": "331002",
        "access": ["boat", "truck"],
    }
    phone = {"kind": "osmand", "claims": ["osmand:k1"], "unit_id": "k1", "region_code": "331002"}
    for register, id_, body in (
        ("craft", "c1", craft),
        ("units", "k1", unit),
        ("places", "b1", place),
        ("places", "w1", place | {"name": "内陆仓库", "kind": "warehouse", "access": ["truck"]}),
        ("devices", "phone-k1", phone),
    ):
        await harbour.say(RecordEntry(register=register, id=id_, body=body))
    await harbour.run()
    return harbour
