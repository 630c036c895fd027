"""People are told what concerns them, after the fact that concerns them (``notices.yaml``)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from tidehub.capabilities.cases import CaseBrief, find_case
from tidehub.capabilities.messages import MessageTemplate, SendMessage
from tidehub.hub.log import Reader, Recorded
from tidehub.kernel.facts import Command
from tidehub.kernel.money import format_yuan
from tidehub.registers import Registers

TOWN = ZoneInfo("Asia/Shanghai")


class NoticeRow(Protocol):
    """Who is told what, after which fact."""

    when: str
    to: str
    template: str
    lifecycle: str
    where: dict[str, tuple[str, ...]]


class Context(Protocol):
    """What this flow needs."""

    @property
    def reader(self) -> Reader:
        """The committed tables."""
        ...

    @property
    def registers(self) -> Registers:
        """Names of units and places."""
        ...

    @property
    def notices(self) -> Iterable[NoticeRow]:
        """Rows of the mounted packs."""
        ...

    @property
    def messages(self) -> Any:
        """Message templates by key."""
        ...


async def tell_people(recorded: Recorded, context: Context) -> Sequence[Command]:
    """Queue the messages that a fact asks for. The same fact never tells the same person twice."""
    rows = [row for row in context.notices if row.when == recorded.kind and _fits(row, recorded.fact)]
    if not rows:
        return ()
    fact: Any = recorded.fact
    case = await find_case(context.reader, fact.case_id) if getattr(fact, "case_id", None) else None
    commands = []
    for row in rows:
        key = row.template or getattr(fact, "message", "")
        template: MessageTemplate | None = context.messages.get(key)
        to = _recipient(row.to, fact, case)
        if template is None or not to or (row.lifecycle and (case is None or case.lifecycle != row.lifecycle)):
            continue
        known = _params(recorded, case, context.registers)
        commands.append(
            SendMessage(
                to=to,
                template=key,
                params={name: known.get(name, "") for name in sorted(template.placeholders)},
                case_id=case.case_id if case else "",
                region_code=case.region_code if case else "",
                dedupe_key=f"{recorded.id}/{to}/{key}",
            )
        )
    return commands


def _fits(row: NoticeRow, fact: Any) -> bool:
    return all(str(getattr(fact, name, None)) in allowed for name, allowed in row.where.items())


def _recipient(to: str, fact: Any, case: CaseBrief | None) -> str:
    if "/" in to:
        return to
    if to == "unit":
        unit_id = getattr(fact, "unit_id", None)
        return f"unit/{unit_id}" if unit_id else ""
    if to == "owner":  # whoever a fact names as the owner of a unit: who is asked to lend it
        owner = getattr(fact, "owner", None)
        return f"unit/{owner}" if owner and not owner.isdigit() else ""  # digits: a region, which has no desk
    if case is None:
        return ""
    if to == "reporter":
        return case.reporter or ""
    unit_id = case.assignee if to == "assignee" else case.responsible_unit
    return f"unit/{unit_id}" if unit_id else ""


def _params(recorded: Recorded, case: CaseBrief | None, registers: Registers) -> dict[str, str]:
    """Every text that a template may ask for, as people read it."""
    fact: Any = recorded.fact
    params = {"case_id": getattr(fact, "case_id", "") or "", "title": case.title if case else ""}
    unit_id = getattr(fact, "unit_id", None)
    if unit_id:
        unit = registers.units.get(unit_id)
        params["unit"] = unit.name if unit else unit_id
    place_id = getattr(fact, "place_id", None)
    place = registers.places.get(place_id) if place_id else None
    params["place"] = place.name if place else ""
    for name in ("number", "reason", "reference", "note"):
        params[name] = str(getattr(fact, name, "") or "")
    for name in ("expires_at", "due_at", "eta_at"):
        at = getattr(fact, name, None)
        if isinstance(at, datetime):
            params[name] = at.astimezone(TOWN).strftime("%H:%M")
    eta_at = getattr(fact, "eta_at", None)
    if isinstance(eta_at, datetime):
        params["eta_minutes"] = str(max(0, round((eta_at - recorded.at).total_seconds() / 60)))
    honest_zh, honest_en = getattr(fact, "honest_zh", ""), getattr(fact, "honest_en", "")
    params["honest"] = " / ".join(text for text in (honest_zh, honest_en) if text)
    amount_fen = getattr(fact, "payable_fen", getattr(fact, "amount_fen", None))
    if isinstance(amount_fen, int):
        params["amount_yuan"] = format_yuan(amount_fen)
    verify_code = getattr(fact, "verify_code", "")
    params["verify_path"] = f"/v/{verify_code}" if verify_code else ""
    return params
