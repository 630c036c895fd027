"""From a finished job to the payloads of its papers: receipt, waste delivery receipt, record-book lines, manifest."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import yaml

from packs.blue_circle.balance import declared_g, weight_g
from packs.blue_circle.kinds import KINDS
from tidehub.sdk import CaseBrief, JobSheet, LoadLanded, canonical_json, sha256_hex

TOWN = timezone(timedelta(hours=8))
PARTIES = {"giver": ("船方", "For the ship"), "receiver": ("接收方", "For the receiver")}
OPERATOR: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "operator.yaml").read_text("utf-8"))
_OIL_CODES = {"oily_residues": "C", "oily_bilge_water": "D"}


def local(at: datetime) -> str:
    """An instant as it stands on a paper: RFC 3339 in the town's time, whole seconds."""
    return at.astimezone(TOWN).replace(microsecond=0).isoformat()


def without_nothing(payload: dict[str, Any]) -> dict[str, Any]:
    """Leave out what is not known, so that a paper has no empty rows."""
    return {key: value for key, value in payload.items() if value not in (None, "", [], {})}


def marpol_of(kind: str) -> str:
    """Annex and letter as they are printed."""
    known = KINDS[kind]
    if not known.marpol_annex:
        return ""
    letter = f" – {known.letter}" if known.letter else ""
    return f"附则{known.marpol_annex} Annex {known.marpol_annex}{letter}"


def vessel_of(case: CaseBrief, registers: Any) -> dict[str, Any]:
    """The ship as the register knows it, else as the report says it."""
    mmsi = str(case.values.get("vessel_mmsi") or "")
    craft = next(iter(registers.craft.all(mmsi=mmsi).values()), None) if mmsi else None
    owner = registers.people.get(craft.owner_id) if craft is not None and craft.owner_id else None
    return without_nothing(
        {
            "name": str(case.values.get("vessel_name") or (craft.name if craft else "未登记 unknown")),
            "fishing_code": craft.fishing_code if craft else "",
            "imo": craft.imo if craft else "",
            "mmsi": mmsi,
            "call_sign": craft.call_sign if craft else "",
            "gross_tonnage": round(craft.gross_tonnage) if craft and craft.gross_tonnage else None,
            "type": "渔船 Fishing vessel",
            "flag": "中国 China",
            "owner": owner.name if owner else "",
        }
    )


def lines_of(sheet: JobSheet, case: CaseBrief) -> list[dict[str, Any]]:
    """What was handed over, line by line: the version of each measure that counts."""
    declared = declared_g(case.values)
    lines = []
    for number, measure in enumerate((one for one in sheet.measures if one.counts), start=1):
        kind, quantity = KINDS[measure.kind], measure.quantity
        calibrated = f" ({quantity.calibrated_on.isoformat()})" if quantity.calibrated_on else ""
        lines.append(
            without_nothing(
                {
                    "line_id": str(number),
                    "kind": measure.kind,
                    "zh": kind.zh,
                    "en": kind.en,
                    "marpol": marpol_of(measure.kind),
                    "ewc": kind.ewc,
                    "cn": kind.cn,
                    "declared_g": declared.get(measure.kind),
                    "mass_g": weight_g(quantity, measure.kind) if quantity.unit != "piece" else None,
                    "volume_ml": quantity.amount if quantity.unit == "ml" else None,
                    "pieces": quantity.amount if quantity.unit == "piece" else None,
                    "basis": quantity.basis,
                    "instrument": f"{quantity.instrument_id}{calibrated}" if quantity.instrument_id else "",
                    "container": measure.container_id,
                }
            )
        )
    return lines


def receipt(sheet: JobSheet, case: CaseBrief, registers: Any, differences: Iterable[str] = ()) -> dict[str, Any]:
    """Payload of the handover receipt (交接单)."""
    job = sheet.job
    craft = registers.craft_of(job.unit_id)
    unit = registers.units.get(job.unit_id)
    place = registers.places.get(job.place_id) if job.place_id else None
    crew = [registers.people.get(person) for person in (unit.crew if unit else ())]
    lines = lines_of(sheet, case)
    started_at = job.arrived_at or job.claimed_at or min(one.happened_at for one in sheet.measures)
    signed = {one.party: one for one in sheet.signatures}
    return without_nothing(
        {
            "case_id": case.case_id,
            "receiver": without_nothing(
                {
                    **OPERATOR["receiver"],
                    "craft": unit.name if unit else job.unit_id,
                    "craft_mmsi": craft.mmsi if craft else "",
                    "crew": "、".join(person.name for person in crew if person),
                }
            ),
            "vessel": vessel_of(case, registers),
            "giver": signed["giver"].name if "giver" in signed else "",
            "place": f"{place.name} {place.name_en}".strip() if place else coordinates(job.position),
            "position": coordinates(job.position),
            "started_at": local(started_at),
            "ended_at": local(job.done_at or max(one.happened_at for one in sheet.signatures)),
            "treatment": OPERATOR["treatment"],
            "lines": lines,
            "total_g": sum(line.get("mass_g", 0) for line in lines),
            "total_ml": sum(line.get("volume_ml", 0) for line in lines) or None,
            "refused": [
                {"zh": KINDS[one.kind].zh, "en": KINDS[one.kind].en, "reason": one.reason} for one in sheet.refused
            ],
            "discrepancy": "；".join(differences),
            "photos": [{"label": one.label, "sha256": one.sha256} for one in sheet.evidence],
            "route_sha256": sha256_hex(canonical_json(job.route)) if job.route else None,
            "route_m": job.route.length_m if job.route else None,
            "signatures": [
                {
                    "party_zh": PARTIES.get(party, (party, party))[0],
                    "party_en": PARTIES.get(party, (party, party))[1],
                    "name": one.name,
                    "signed_at": local(one.happened_at),
                    "signature_sha256": one.signature_sha256,
                    "stamp": party == "receiver",
                }
                for party, one in sorted(signed.items())
            ],
        }
    )


def coordinates(position: Any) -> str:
    """Degrees as people read them, WGS 84."""
    north, east = ("N" if position.lat >= 0 else "S"), ("E" if position.lon >= 0 else "W")
    return f"{abs(position.lat):.4f}°{north} {abs(position.lon):.4f}°{east}"


def waste_delivery(paper: dict[str, Any], number: str) -> dict[str, Any]:
    """Payload of the IMO waste delivery receipt, from the receipt's own payload."""
    rows: dict[str, dict[str, Any]] = {}
    for line in paper["lines"]:
        kind = KINDS[line["kind"]]
        row = rows.setdefault(kind.wdr_row, {"row": kind.wdr_row, "remarks": []})
        for name in ("volume_ml", "mass_g"):
            if name in line:
                row[name] = row.get(name, 0) + line[name]
        row["remarks"].append(f"{kind.zh} {kind.en}")
    vessel = paper["vessel"]
    signature = next(
        (one for one in paper["signatures"] if one["party_en"] == "For the receiver"), paper["signatures"][0]
    )
    return without_nothing(
        {
            "case_id": paper["case_id"],
            "handover_number": number,
            "port": paper["place"],
            "receiver": paper["receiver"]["name"],
            "treatment": paper.get("treatment"),
            "started_at": paper["started_at"],
            "ended_at": paper["ended_at"],
            "ship": without_nothing(
                {
                    "name": vessel["name"],
                    "imo": vessel.get("imo"),
                    "gross_tonnage": vessel.get("gross_tonnage"),
                    "type": "other",
                    "owner": vessel.get("owner"),
                    "distinctive_number": vessel.get("mmsi"),
                    "flag": vessel.get("flag"),
                }
            ),
            "rows": [{**row, "remarks": "; ".join(row["remarks"])} for row in rows.values()],
            "signature": {name: signature[name] for name in ("name", "signed_at", "signature_sha256")},
        }
    )


def record_lines(paper: dict[str, Any], number: str) -> dict[str, Any]:
    """Payload of the lines for the Oil and Garbage Record Books."""
    oil: list[dict[str, Any]] = []
    garbage: list[dict[str, Any]] = []
    day = paper["started_at"][:10]
    craft = paper["receiver"]["craft"]
    for line in paper["lines"]:
        kind = KINDS[line["kind"]]
        cubic_m = f"{line.get('volume_ml', line.get('mass_g', 0)) / 1_000_000:.4f}".rstrip("0").rstrip(".")
        code = _OIL_CODES.get(kind.wdr_row)
        if code == "C":
            text = f"{cubic_m} m³ {kind.en.lower()} to shuttle {craft}, {paper['place']}; receipt {number}"
            oil.append({"date": day, "code": "C", "item": "12.1", "text": text})
        elif code == "D":
            start, stop = paper["started_at"][11:16], paper["ended_at"][11:16]
            oil += [
                {"date": day, "code": "D", "item": "13", "text": f"{cubic_m} m³ bilge water"},
                {"date": day, "code": "D", "item": "14", "text": f"start {start}, stop {stop} (UTC+8)"},
                {
                    "date": day,
                    "code": "D",
                    "item": "15.2",
                    "text": f"to reception facility, {paper['place']}; receipt {number}",
                },
            ]
        elif kind.letter:
            garbage.append(
                without_nothing(
                    {
                        "at": paper["ended_at"],
                        "position": paper["place"],
                        "category": kind.letter,
                        "volume_ml": line.get("volume_ml"),
                        "mass_g": line.get("mass_g"),
                        "remarks": f"{kind.edition} 至接收设施 to reception facility",
                    }
                )
            )
    return without_nothing(
        {
            "case_id": paper["case_id"],
            "handover_number": number,
            "ship": paper["vessel"]["name"],
            "port": f"{paper['place']}，{paper.get('treatment', '')}".rstrip("，"),
            "oil": oil,
            "garbage": garbage,
        }
    )


def manifest(landed: LoadLanded, receipts: Sequence[dict[str, str]]) -> dict[str, Any]:
    """Payload of the land leg's manifest (转移联单), for the hazardous lines of a landing."""
    wastes = []
    for line in landed.lines:
        kind = KINDS[line.kind]
        if not kind.hazardous:
            continue
        category, _, code = kind.cn.partition(" ")
        wastes.append(
            {
                "name": f"{kind.zh} {kind.en}",
                "category": category,
                "code": code,
                "sent_g": weight_g(line.quantity, line.kind),
            }
        )
    return {
        "consignment_id": landed.landing_id,
        "receipts": list(receipts),
        "sender": without_nothing(OPERATOR["receiver"]),
        "carrier": without_nothing(OPERATOR["carrier"]),
        "receiver": without_nothing(OPERATOR["plant"]),
        "departed_at": local(landed.landed_at),
        "wastes": wastes,
    }
