"""Where everything was in a past span, thinned for a screen that plays it again: read from the ring of fixes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec

from tidehub.capabilities.devices.queries import scoped
from tidehub.capabilities.devices.ring import read_kept
from tidehub.hub.log import Reader
from tidehub.hub.statement import sql
from tidehub.kernel.access import Scope
from tidehub.kernel.instants import to_us

LOOK_BACK = timedelta(minutes=30)
"""How far before the span a last position is looked for, for what does not speak at its beginning."""
SUBJECTS_MAX = 2_000
FIXES_MAX = 200_000

_FIXES = sql(
    "SELECT id, subject, fix, judged FROM devices_fix WHERE subject = ANY(:subjects)"
    " AND at_us >= :since_us AND at_us <= :until_us ORDER BY subject, at_us, id LIMIT :limit"
)


class Stand(msgspec.Struct, frozen=True, array_like=True):
    """Where a craft was at an instant; ``at_ms`` milliseconds since 1970."""

    at_ms: int
    lon: float
    lat: float
    sog_mps: float | None
    cog_deg: float | None


class Played(msgspec.Struct, frozen=True):
    """One craft through the span: its unit's id, or its claim where it belongs to none."""

    id: str
    title: str
    stands: list[Stand]


async def played(
    reader: Reader, scope: Scope, since: datetime, until: datetime, step_s: float
) -> tuple[list[Played], bool]:
    """Give every craft that one may see, with a stand at most each ``step_s``, and whether that was all.

    What the rules of tracking rejected, and what proves no place, is left out. The first stand may lie up to
    :data:`LOOK_BACK` before ``since``.
    """
    parts, params = ["heard_us >= :heard_us"], dict[str, Any](limit=SUBJECTS_MAX + 1)
    params["heard_us"] = to_us(since - LOOK_BACK)
    scoped(scope, parts, params)
    text = f"SELECT claim, unit_id, body FROM devices_last WHERE {' AND '.join(parts)} ORDER BY claim LIMIT :limit"
    rows = await reader.fetch(sql(text), **params)
    titles = {row["unit_id"] or row["claim"]: _title(row["body"]) for row in rows[:SUBJECTS_MAX]}
    fixes = await reader.fetch(
        _FIXES,
        subjects=sorted(titles),
        since_us=to_us(since - LOOK_BACK),
        until_us=to_us(until),
        limit=FIXES_MAX,
    )
    stands: dict[str, list[Stand]] = {}
    for row in fixes:
        kept = read_kept(row)
        if kept.judged.reason is not None or kept.judged.segment is None:
            continue
        fix, at_ms = kept.fix, int(kept.judged.at.timestamp() * 1000)
        here = Stand(at_ms, round(fix.lon, 6), round(fix.lat, 6), fix.sog_mps, fix.cog_deg)
        before = stands.setdefault(row["subject"], [])
        if before and before[-1].at_ms <= since.timestamp() * 1000 and at_ms <= since.timestamp() * 1000:
            before[-1] = here  # of what lies before the span only the last counts
        elif not before or at_ms - before[-1].at_ms >= step_s * 1000:
            before.append(here)
    found = [Played(subject, titles[subject], one) for subject, one in stands.items()]
    return found, len(rows) > SUBJECTS_MAX or len(fixes) >= FIXES_MAX


class _Titled(msgspec.Struct, array_like=False):
    title: str = ""


_read_title = msgspec.json.Decoder(_Titled).decode


def _title(body: str) -> str:
    return _read_title(body).title
