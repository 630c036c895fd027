"""``notices.yaml``: the facts exist, and the one who is to be told can be found from them."""

from __future__ import annotations

from collections.abc import Iterator

from tidehub.packing.check.finding import Finding, House
from tidehub.packing.check.shapes import shapes_at
from tidehub.packing.model import Notice, Pack

OF_CASE = ("reporter", "assignee", "responsible_unit")


def check(pack: Pack, house: House) -> Iterator[Finding]:
    """Row by row."""
    lifecycles = {lifecycle.lifecycle for lifecycle in pack.lifecycles}
    for place, notice in enumerate(pack.notices):
        where = f"notices.yaml: notices[{place}]"
        if notice.lifecycle and notice.lifecycle not in lifecycles:
            yield Finding(
                "notices",
                f"{where}.lifecycle",
                f"没有流程“{notice.lifecycle}”",
                f"there is no lifecycle '{notice.lifecycle}'",
                "改正名称或删去",
                "correct the name or take it out",
            )
        if notice.when not in house.facts:
            yield Finding(
                "notices",
                f"{where}.when",
                f"没有任何能力记录 {notice.when}",
                f"nobody records {notice.when}",
                "改为 docs/reference/facts.md 中的名称",
                "use a name of docs/reference/facts.md",
            )
            continue
        yield from _row(notice, house, where)


def _row(notice: Notice, house: House, where: str) -> Iterator[Finding]:
    fact = house.facts[notice.when]
    needed = {"unit": "unit_id", "owner": "owner", **dict.fromkeys(OF_CASE, "case_id")}.get(notice.to)
    if needed is None and "/" not in notice.to:
        yield Finding(
            "notices",
            f"{where}.to",
            f"不知道“{notice.to}”是谁",
            f"nobody knows who '{notice.to}' is",
            "用 reporter、unit、owner、assignee、responsible_unit，或 unit/编号",
            "use reporter, unit, owner, assignee, responsible_unit, or unit/ID",
        )
    if needed is not None and not shapes_at(fact, needed):
        yield Finding(
            "notices",
            f"{where}.to",
            f"{notice.when} 没有 {needed}，找不到“{notice.to}”",
            f"{notice.when} has no {needed}, so '{notice.to}' cannot be found",
            "换一个收件人，或换一条事实",
            "tell somebody else, or after another fact",
        )
    if not notice.template and not shapes_at(fact, "message"):
        yield Finding(
            "notices",
            f"{where}.template",
            f"没有写消息，{notice.when} 自己也不带",
            f"no message is named, and {notice.when} names none itself",
            "写上 template",
            "write template",
        )
    for path in notice.where:
        if not shapes_at(fact, path):
            yield Finding(
                "notices",
                f"{where}.where.{path}",
                f"{notice.when} 没有属性 {path}",
                f"{notice.when} has no attribute {path}",
                "改正属性名",
                "correct the name of the attribute",
            )
