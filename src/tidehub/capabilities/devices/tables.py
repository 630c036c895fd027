"""Tables that facts make: watched circles, silent devices, factors beyond their limits, recorded runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import BigInteger, Column, Float, Index, Integer, Table, Text

from tidehub.capabilities.devices.commands import (
    DropCircle,
    ProveContact,
    RecordCircleEntry,
    RecordExit,
    RecordHeardAgain,
    RecordOutOfLimits,
    RecordPassing,
    RecordRun,
    RecordSilence,
    RecordWithinLimits,
    WatchCircle,
)
from tidehub.capabilities.devices.decide import Beyond, Silence, Tracks, examine
from tidehub.capabilities.devices.facts import (
    CircleDropped,
    CircleWatched,
    DeviceFellSilent,
    DeviceHeardAgain,
    ReadingOutOfLimits,
    ReadingWithinLimits,
    RunFinished,
    UnitEnteredCircle,
    UnitLeftCircle,
    UnitPassedPerpendicular,
)
from tidehub.capabilities.devices.model import Circle
from tidehub.capabilities.devices.ring import points_between
from tidehub.hub.log import Reader, Recorded
from tidehub.hub.registry import CancelTimer, DueTimer, SetTimer
from tidehub.hub.schema import metadata
from tidehub.hub.statement import Write, sql
from tidehub.kernel.codec import canonical_json, decode
from tidehub.kernel.facts import Command
from tidehub.kernel.geometry import Position
from tidehub.kernel.instants import from_us, to_us

circle_table = Table(
    "devices_circle",
    metadata,
    Column("circle_id", Text, primary_key=True),
    Column("unit_id", Text, nullable=False),
    Column("case_id", Text),
    Column("job_id", Text),
    Column("region_code", Text, nullable=False),
    Column("lon", Float(53), nullable=False),
    Column("lat", Float(53), nullable=False),
    Column("radius_m", Float(53), nullable=False),
    Column("dwell_s", Float(53), nullable=False),
    Column("speed_mps_max", Float(53)),
    Column("from_lon", Float(53)),
    Column("from_lat", Float(53)),
    Column("watched_us", BigInteger, nullable=False),
    Column("entered_us", BigInteger),
    Column("entered_by", Text),
    Column("passed", Integer, nullable=False),
    Column("changed_us", BigInteger),
    Index("ix_devices_circle_unit_id", "unit_id"),
    Index("ix_devices_circle_case_id", "case_id"),
)

silence_table = Table(
    "devices_silence",
    metadata,
    Column("device_id", Text, primary_key=True),
    Column("unit_id", Text),
    Column("region_code", Text, nullable=False),
    Column("heard_us", BigInteger),
    Column("since_us", BigInteger, nullable=False),
    Index("ix_devices_silence_since_us", "since_us"),
)

beyond_table = Table(
    "devices_beyond",
    metadata,
    Column("device_id", Text, primary_key=True),
    Column("factor", Text, primary_key=True),
    Column("unit_id", Text),
    Column("value", Text, nullable=False),
    Column("limit_value", Text, nullable=False),
    Column("measure", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("beyond", Integer, nullable=False),
    Column("changed_us", BigInteger, nullable=False),
)

run_table = Table(
    "devices_run",
    metadata,
    Column("run_id", Text, primary_key=True),
    Column("device_id", Text, nullable=False),
    Column("started_us", BigInteger, nullable=False),
    Column("ended_us", BigInteger, nullable=False),
    Column("volume_ml", BigInteger, nullable=False),
    Index("ix_devices_run_device_id_started_us", "device_id", "started_us"),
)

TABLES = (circle_table, silence_table, beyond_table, run_table)
READS = frozenset({"CaseClosed"})
CIRCLE_OVER = "devices_circle_over"

CIRCLE_COLUMNS = (
    "circle_id, unit_id, case_id, job_id, region_code, lon, lat, radius_m, dwell_s, speed_mps_max,"
    " from_lon, from_lat, watched_us, entered_us, entered_by, passed, changed_us"
)
_CIRCLE = sql(f"SELECT {CIRCLE_COLUMNS} FROM devices_circle WHERE circle_id = :circle_id", short=True)
_CIRCLES = sql(f"SELECT {CIRCLE_COLUMNS} FROM devices_circle ORDER BY circle_id")
_WATCH = sql(
    "INSERT INTO devices_circle (circle_id, unit_id, case_id, job_id, region_code, lon, lat, radius_m,"
    " dwell_s, speed_mps_max, from_lon, from_lat, watched_us, entered_us, entered_by, passed)"
    " VALUES (:circle_id, :unit_id, :case_id, :job_id, :region_code, :lon, :lat, :radius_m, :dwell_s,"
    " :speed_mps_max, :from_lon, :from_lat, :watched_us, NULL, NULL, 0)"
    " ON CONFLICT (circle_id) DO UPDATE SET unit_id = excluded.unit_id, case_id = excluded.case_id,"
    " job_id = excluded.job_id, region_code = excluded.region_code, lon = excluded.lon, lat = excluded.lat,"
    " radius_m = excluded.radius_m, dwell_s = excluded.dwell_s, speed_mps_max = excluded.speed_mps_max,"
    " from_lon = excluded.from_lon, from_lat = excluded.from_lat, watched_us = excluded.watched_us,"
    " entered_us = NULL, entered_by = NULL, passed = 0, changed_us = NULL"
)
_DROP = sql("DELETE FROM devices_circle WHERE circle_id = :circle_id")
_DROP_OF_CASE = sql("DELETE FROM devices_circle WHERE case_id = :case_id")
_ENTERED = sql(
    "UPDATE devices_circle SET entered_us = :entered_us, entered_by = :entered_by, changed_us = :changed_us"
    " WHERE circle_id = :circle_id"
)
_PASSED = sql("UPDATE devices_circle SET passed = 1 WHERE circle_id = :circle_id")
_SILENT = sql("SELECT heard_us FROM devices_silence WHERE device_id = :device_id", short=True)
_SET_SILENT = sql(
    "INSERT INTO devices_silence (device_id, unit_id, region_code, heard_us, since_us)"
    " VALUES (:device_id, :unit_id, :region_code, :heard_us, :since_us) ON CONFLICT (device_id) DO NOTHING"
)
_END_SILENT = sql("DELETE FROM devices_silence WHERE device_id = :device_id")
_ALL_SILENT = sql("SELECT device_id FROM devices_silence")
_BEYOND = sql(
    "SELECT beyond, changed_us FROM devices_beyond WHERE device_id = :device_id AND factor = :factor",
    short=True,
)
_SET_BEYOND = sql(
    "INSERT INTO devices_beyond (device_id, factor, unit_id, value, limit_value, measure, source, beyond,"
    " changed_us)"
    " VALUES (:device_id, :factor, :unit_id, :value, :limit_value, :measure, :source, 1, :changed_us)"
    " ON CONFLICT (device_id, factor) DO UPDATE SET unit_id = excluded.unit_id, value = excluded.value,"
    " limit_value = excluded.limit_value, measure = excluded.measure, source = excluded.source, beyond = 1,"
    " changed_us = excluded.changed_us"
)
_END_BEYOND = sql(
    "UPDATE devices_beyond SET value = :value, beyond = 0, changed_us = :changed_us"
    " WHERE device_id = :device_id AND factor = :factor"
)
_ALL_BEYOND = sql("SELECT device_id, factor FROM devices_beyond WHERE beyond = 1")
_RUN = sql("SELECT run_id FROM devices_run WHERE run_id = :run_id", short=True)
_SET_RUN = sql(
    "INSERT INTO devices_run (run_id, device_id, started_us, ended_us, volume_ml)"
    " VALUES (:run_id, :device_id, :started_us, :ended_us, :volume_ml) ON CONFLICT (run_id) DO NOTHING"
)


def circle_of(row: Any) -> Circle:
    """Read a circle from its row (:data:`CIRCLE_COLUMNS`)."""
    return Circle(
        circle_id=row["circle_id"],
        unit_id=row["unit_id"],
        centre=Position(row["lon"], row["lat"]),
        radius_m=row["radius_m"],
        watched_at=from_us(row["watched_us"]),
        dwell_s=row["dwell_s"],
        speed_mps_max=row["speed_mps_max"],
        from_position=None if row["from_lon"] is None else Position(row["from_lon"], row["from_lat"]),
        case_id=row["case_id"],
        job_id=row["job_id"],
        region_code=row["region_code"],
        entered_at=None if row["entered_us"] is None else from_us(row["entered_us"]),
        entered_by=row["entered_by"],
        passed=bool(row["passed"]),
        changed_at=None if row["changed_us"] is None else from_us(row["changed_us"]),
    )


CircleCommand = WatchCircle | DropCircle | RecordCircleEntry | RecordExit | RecordPassing


async def load_circle(reader: Reader, command: CircleCommand) -> Circle | None:
    """Read the circle a command is about."""
    row = await reader.fetch_one(_CIRCLE, circle_id=command.circle_id)
    return None if row is None else circle_of(row)


async def load_circles(reader: Reader) -> list[Circle]:
    """Read every watched circle; there are as many as jobs under way."""
    return [circle_of(row) for row in await reader.fetch(_CIRCLES)]


async def load_tracks(reader: Reader, command: ProveContact) -> Tracks:
    """Read the judged points of both units from the ring."""
    examine(command)
    own = await points_between(reader, command.unit_id, command.since, command.until)
    if command.other_unit_id is None:
        return Tracks(own, ())
    return Tracks(own, await points_between(reader, command.other_unit_id, command.since, command.until))


async def load_silence(reader: Reader, command: RecordSilence | RecordHeardAgain) -> Silence | None:
    """Read whether a device is silent already."""
    row = await reader.fetch_one(_SILENT, device_id=command.device_id)
    if row is None:
        return None
    return Silence(None if row["heard_us"] is None else from_us(row["heard_us"]))


async def load_silent_ids(reader: Reader) -> set[str]:
    """Read which devices are silent."""
    return {row["device_id"] for row in await reader.fetch(_ALL_SILENT)}


async def load_beyond(reader: Reader, command: RecordOutOfLimits | RecordWithinLimits) -> Beyond | None:
    """Read how a factor stands to its limit, as recorded last."""
    row = await reader.fetch_one(_BEYOND, device_id=command.device_id, factor=command.factor)
    return None if row is None else Beyond(bool(row["beyond"]), from_us(row["changed_us"]))


async def load_all_beyond(reader: Reader) -> set[tuple[str, str]]:
    """Read every (device, factor) beyond its limit."""
    return {(row["device_id"], row["factor"]) for row in await reader.fetch(_ALL_BEYOND)}


async def load_run(reader: Reader, command: RecordRun) -> bool:
    """Read whether a run is recorded already."""
    return await reader.fetch_one(_RUN, run_id=command.run_id) is not None


def project(recorded: Recorded) -> Iterator[Write]:
    """Bring the tables up to date with one fact."""
    fact: Any = recorded.fact
    if recorded.kind == "CaseClosed":
        yield Write(_DROP_OF_CASE, {"case_id": fact.case_id})
    elif isinstance(fact, CircleWatched):
        yield Write(_WATCH, _circle_params(fact, to_us(recorded.at)))
    elif isinstance(fact, CircleDropped):
        yield Write(_DROP, {"circle_id": fact.circle_id})
    elif isinstance(fact, UnitEnteredCircle):
        entered = {
            "entered_us": to_us(fact.since_at),
            "entered_by": fact.device_claim,
            "changed_us": to_us(fact.at),
        }
        yield Write(_ENTERED, {"circle_id": fact.circle_id, **entered})
    elif isinstance(fact, UnitLeftCircle):
        left = {"entered_us": None, "entered_by": None, "changed_us": to_us(fact.at)}
        yield Write(_ENTERED, {"circle_id": fact.circle_id, **left})
    elif isinstance(fact, UnitPassedPerpendicular):
        yield Write(_PASSED, {"circle_id": fact.circle_id})
    else:
        yield from _project_device(recorded, fact)


def _project_device(recorded: Recorded, fact: Any) -> Iterator[Write]:
    if isinstance(fact, DeviceFellSilent):
        yield Write(
            _SET_SILENT,
            {
                "device_id": fact.device_id,
                "unit_id": fact.unit_id,
                "region_code": fact.region_code,
                "heard_us": None if fact.heard_at is None else to_us(fact.heard_at),
                "since_us": to_us(recorded.at),
            },
        )
    elif isinstance(fact, DeviceHeardAgain):
        yield Write(_END_SILENT, {"device_id": fact.device_id})
    elif isinstance(fact, ReadingOutOfLimits):
        yield Write(
            _SET_BEYOND,
            {
                "device_id": fact.device_id,
                "factor": fact.factor,
                "unit_id": fact.unit_id,
                "value": fact.value,
                "limit_value": fact.limit,
                "measure": fact.measure,
                "source": fact.source,
                "changed_us": to_us(fact.at),
            },
        )
    elif isinstance(fact, ReadingWithinLimits):
        within = {"value": fact.value, "changed_us": to_us(fact.at)}
        yield Write(_END_BEYOND, {"device_id": fact.device_id, "factor": fact.factor, **within})
    elif isinstance(fact, RunFinished):
        yield Write(
            _SET_RUN,
            {
                "run_id": fact.run_id,
                "device_id": fact.device_id,
                "started_us": to_us(fact.started_at),
                "ended_us": to_us(fact.ended_at),
                "volume_ml": fact.volume_ml,
            },
        )


def _circle_params(fact: CircleWatched, watched_us: int) -> dict[str, Any]:
    return {
        "circle_id": fact.circle_id,
        "unit_id": fact.unit_id,
        "case_id": fact.case_id,
        "job_id": fact.job_id,
        "region_code": fact.region_code,
        "lon": fact.centre.lon,
        "lat": fact.centre.lat,
        "radius_m": fact.radius_m,
        "dwell_s": fact.dwell_s,
        "speed_mps_max": fact.speed_mps_max,
        "from_lon": None if fact.from_position is None else fact.from_position.lon,
        "from_lat": None if fact.from_position is None else fact.from_position.lat,
        "watched_us": watched_us,
    }


def timers(recorded: Recorded) -> Iterable[SetTimer | CancelTimer]:
    """End a watch that has an end."""
    fact = recorded.fact
    if isinstance(fact, CircleWatched):
        key = f"devices/circle/{fact.circle_id}"
        if fact.until is None:
            yield CancelTimer(key)
        else:
            told = {"circle_id": fact.circle_id, "unit_id": fact.unit_id, "case_id": fact.case_id}
            yield SetTimer(key, CIRCLE_OVER, fact.stream, fact.until, canonical_json(told).decode())
    elif isinstance(fact, CircleDropped):
        yield CancelTimer(f"devices/circle/{fact.circle_id}")


def on_circle_over(due: DueTimer) -> list[Command]:
    """Ask to drop the circle whose time is over."""
    told = decode(due.payload, dict)
    return [DropCircle(**told)]
