"""What people and boats do in a story, by the words of the table."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Awaitable, Callable
from typing import Any

from tidehub.capabilities.cases import MoveCase
from tidehub.capabilities.dispatch import find_job
from tidehub.capabilities.field import (
    AbortJob,
    AcceptJob,
    AttachEvidence,
    CompleteJob,
    DeclineJob,
    LandedLine,
    LandLoad,
    RecordCollection,
    SetOut,
    SignHandover,
    job_sheet,
)
from tidehub.capabilities.intake import Contact, ReceiveReport, answers_of_texts
from tidehub.capabilities.ledger import ApproveClaim, CheckClaim, PayClaim, claims_of_case
from tidehub.flows.call_out_a_crew import with_route
from tidehub.kernel.codec import sha256_hex
from tidehub.kernel.geometry import Position
from tidehub.kernel.ids import derived_id
from tidehub.kernel.quantities import Quantity
from tidehub.methods.assignment import Start
from tidehub.testkit.desk_verbs import DESK_VERBS
from tidehub.testkit.stage import Stage

UNITS = {"kg": ("g", 1000), "g": ("g", 1), "l": ("ml", 1000), "m3": ("ml", 1_000_000), "piece": ("piece", 1)}
SAIL_S_MAX = 3 * 3600
Verb = Callable[[Stage, str, str], Awaitable[None]]


async def perform(stage: Stage, who: str, does: str) -> None:
    """Find the verb and do it; the longest that fits counts."""
    for words in sorted(VERBS, key=len, reverse=True):
        if does == words or does.startswith(words + " "):
            await VERBS[words](stage, who, does[len(words) :].strip())
            return
    hook = stage.pack.code.hooks.get(f"story_{does.split()[0]}")
    assert hook is not None, f"nobody knows how to: {does}"
    await hook(stage, who, does.partition(" ")[2].strip())


def quantities(text: str) -> list[tuple[str, float, str]]:
    """Read ``oily_water 180 l, bottles 12 kg`` (commas or semicolons) as kind, amount and unit."""
    found = re.findall(r"([a-z_]+) (\d+(?:\.\d+)?) (kg|g|l|m3|piece)\b", text)
    return [(kind, float(amount), unit) for kind, amount, unit in found]


def place_of(stage: Stage, place_id: str) -> Position:
    """Where a place of the register is."""
    place = stage.town.platform.registers.places.get(place_id)
    assert place is not None, f"there is no place {place_id}"
    return place.position


def picture(text: str) -> bytes:
    """A PNG of one pixel whose colour follows from the text: each photo of a story has a hash of its own."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    colour = bytes.fromhex(sha256_hex(text.encode())[:6])
    body = (
        chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\x00" + colour, 9))
        + chunk(b"tEXt", b"Comment\x00" + text.encode())
    )
    return b"\x89PNG\r\n\x1a\n" + body + chunk(b"IEND", b"")


async def _lies(stage: Stage, who: str, rest: str) -> None:
    stage.town.moor(who, place_of(stage, rest.removeprefix("at ").strip()))
    await stage.town.send_positions()


async def _reports(stage: Stage, who: str, rest: str) -> None:
    found = re.fullmatch(r"(\w+) at ([\w-]+): (.*)", rest)
    assert found is not None, f"reports SERVICE at PLACE: ..., not '{rest}'"
    service, place_id, told = found.groups()
    offer = stage.town.platform.mounted.catalogue.offer(service, stage.town.clock.now())
    texts = {name: [text] for name, text in re.findall(r"(\w+)=(\S+?)(?=[;\s]|$)", told)}
    answers: dict[str, Any] = answers_of_texts(offer.form, texts)
    if lines := quantities(told):
        answers["lines"] = [{"kind": kind, "amount": amount, "unit": unit} for kind, amount, unit in lines]
    account = stage.town.platform.registers.people.get(stage.town.actor(who).id.removeprefix("person/"))
    command = ReceiveReport(
        service_code=service,
        channel="web",
        source=stage.town.actor(who).id,
        source_key=f"story-{stage.told.seq}",
        position=place_of(stage, place_id),
        place_id=place_id,
        answers=answers,
        reporter=stage.town.actor(who).id,
        contact=Contact(name=account.name, phone=account.phone) if account else None,
        happened_at=stage.town.clock.now(),
    )
    stage.told.reporter = stage.town.actor(who).id
    stage.told.report_id = command.report_id
    await stage.town.ask(who, command)


def _of_job(stage: Stage, who: str) -> dict[str, Any]:
    return {"case_id": stage.told.case_id, "job_id": stage.told.job_id, "unit_id": who}


async def _accepts(stage: Stage, who: str, _rest: str) -> None:
    command = await with_route(AcceptJob(**_of_job(stage, who)), stage.town.platform.context)
    await stage.town.ask(who, command)


async def _declines(stage: Stage, who: str, rest: str) -> None:
    await stage.town.ask(who, DeclineJob(**_of_job(stage, who), reason=rest or "busy"))


async def _aborts(stage: Stage, who: str, rest: str) -> None:
    await stage.town.ask(who, AbortJob(**_of_job(stage, who), reason=rest or "breakdown"))


async def _sets_out(stage: Stage, who: str, _rest: str) -> None:
    await stage.town.ask(who, SetOut(**_of_job(stage, who)))


async def _sails(stage: Stage, who: str, rest: str) -> None:
    """Follow the route of the job, or the way to a place, until the boat is there (and seen to be)."""
    town = stage.town
    if rest.startswith("to "):
        there = place_of(stage, rest[3:].strip())
        here, now = town.boats[who].motion(town.clock.now()), town.clock.now()
        craft = town.platform.registers.craft_of(who)
        assert craft is not None and craft.cruise_mps is not None
        start = Start(who, Position(here.lon, here.lat), now, craft.mode, craft.cruise_mps, craft.draught_m or 0.0)
        route = town.platform.ways.route(start, there, rest[3:].strip())
        assert route is not None, f"there is no way to {rest[3:]}"
        points = [Position(lon, lat) for lon, lat in route.points]
    else:
        sheet = await job_sheet(town.hub, stage.told.job_id)
        assert sheet is not None and sheet.job.route is not None, "the job has no route"
        points = [Position(lon, lat) for lon, lat in sheet.job.route.points]
    boat = town.sail(who, points)
    await town.advance_to(boat.arrives_at)
    if rest:
        return
    waited = 0
    while waited < SAIL_S_MAX:
        sheet = await job_sheet(town.hub, stage.told.job_id)
        if sheet is not None and sheet.job.arrived_at is not None:
            return
        await town.advance(10)
        waited += 10


async def _photographs(stage: Stage, who: str, rest: str) -> None:
    town = stage.town
    stored = await town.platform.files.put(picture(f"{stage.told.job_id} {rest}"), by=who, media_type="image/png")
    await town.settle()
    await town.ask(
        who,
        AttachEvidence(
            **_of_job(stage, who),
            sha256=stored.sha256,
            media_type="image/png",
            label=rest,
            taken_at=town.clock.now(),
        ),
    )


async def _weighs(stage: Stage, who: str, rest: str) -> None:
    town = stage.town
    sheet = await job_sheet(town.hub, stage.told.job_id)
    assert sheet is not None
    craft = town.platform.registers.craft_of(who)
    scale = str(craft.equipment.get("scale", "")) if craft else ""
    device = town.platform.registers.devices.get(scale)
    for kind, amount, unit in quantities(rest):
        small, factor = UNITS[unit]
        line = next((one.line_id for one in sheet.job.lines if one.kind == kind), f"extra-{kind}")
        quantity = Quantity(
            round(amount * factor),
            small,  # type: ignore[arg-type]
            "weighed" if small == "g" else "metered",
            instrument_id=scale or None,
            calibrated_on=device.calibrated_on if device else None,
        )
        await town.ask(who, RecordCollection(**_of_job(stage, who), line_id=line, kind=kind, quantity=quantity))


async def _signs(stage: Stage, who: str, rest: str) -> None:
    found = re.fullmatch(r"as (\w+) (.+)", rest)
    assert found is not None, "signs as PARTY NAME"
    town = stage.town
    stored = await town.platform.files.put(
        picture(f"signature {stage.told.job_id} {rest}"), by=who, media_type="image/png"
    )
    job = await find_job(town.hub, stage.told.job_id)
    assert job is not None and job.job.unit_id is not None
    unit = job.job.unit_id
    signer = who if who in town.boats else unit  # the giver signs on the crew's terminal
    await town.ask(
        signer,
        SignHandover(**_of_job(stage, unit), party=found[1], name=found[2], signature_sha256=stored.sha256),
    )


async def _completes(stage: Stage, who: str, rest: str) -> None:
    partial = rest.startswith("partly")
    await stage.town.ask(
        who, CompleteJob(**_of_job(stage, who), partial=partial, reason=rest.removeprefix("partly").strip())
    )


async def _claim_id(stage: Stage) -> str:
    claims = await claims_of_case(stage.town.hub, stage.told.case_id)
    assert claims, "there is no claim"
    return claims[-1].claim_id


async def _checks_claim(stage: Stage, who: str, _rest: str) -> None:
    await stage.town.ask(who, CheckClaim(claim_id=await _claim_id(stage), case_id=stage.told.case_id))


async def _approves_claim(stage: Stage, who: str, _rest: str) -> None:
    await stage.town.ask(who, ApproveClaim(claim_id=await _claim_id(stage), case_id=stage.told.case_id))


async def _pays_claim(stage: Stage, who: str, rest: str) -> None:
    await stage.town.ask(who, PayClaim(claim_id=await _claim_id(stage), case_id=stage.told.case_id, reference=rest))


async def _closes(stage: Stage, who: str, rest: str) -> None:
    await stage.town.ask(who, MoveCase(case_id=stage.told.case_id, move="close", note=rest or "checked"))


async def _lands(stage: Stage, who: str, rest: str) -> None:
    found = re.fullmatch(r"(\w+) at ([\w-]+): (.*)", rest)
    assert found is not None, "lands UNIT at PLACE: KIND AMOUNT UNIT ..."
    unit_id, place_id, told = found.groups()
    rules = next(iter(stage.town.platform.mounted.policies.services.values())).needs.kinds
    lines = tuple(
        LandedLine(
            group=rules[kind].group,
            kind=kind,
            quantity=Quantity(round(amount * UNITS[unit][1]), UNITS[unit][0], "weighed"),  # type: ignore[arg-type]
            emptied=True,
        )
        for kind, amount, unit in quantities(told)
    )
    await stage.town.ask(
        who,
        LandLoad(
            landing_id=derived_id("l", unit_id, place_id, stage.told.case_id),
            unit_id=unit_id,
            place_id=place_id,
            lines=lines,
            case_ids=(stage.told.case_id,),
        ),
    )


VERBS: dict[str, Verb] = {
    "lies": _lies,
    "reports": _reports,
    "accepts": _accepts,
    "declines": _declines,
    "aborts": _aborts,
    "sets out": _sets_out,
    "sails": _sails,
    "photographs": _photographs,
    "weighs": _weighs,
    "signs": _signs,
    "completes": _completes,
    "checks claim": _checks_claim,
    "approves claim": _approves_claim,
    "pays claim": _pays_claim,
    "closes": _closes,
    "checks": _closes,
    "lands": _lands,
    **DESK_VERBS,
}
