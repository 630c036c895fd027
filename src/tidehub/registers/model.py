"""What the registers hold: one frozen struct for each, by whose shape every entry is checked.

Units stand in the names; positions are WGS 84; region codes are GB/T 2260 prefixes (33, 3310, 331002,
331002001). What the platform does not know of a thing it does not ask for: ``notes`` takes the rest.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any, ClassVar, Literal
from zoneinfo import ZoneInfo

import msgspec

from tidehub.kernel.geometry import Position
from tidehub.methods.assignment.model import Compartment, Shift

RegionCode = Annotated[str, msgspec.Meta(pattern=r"^\d{2}(\d{2}(\d{2}(\d{3}(\d{3})?)?)?)?$")]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=120)]
Mmsi = Annotated[str, msgspec.Meta(pattern=r"^\d{9}$")]
ClockTime = Annotated[str, msgspec.Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$|^24:00$")]
Metres = Annotated[float, msgspec.Meta(ge=0.0, le=1000.0)]
AccessWay = Literal["boat", "truck"]


class RegisterBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Base of every register's struct; ``register`` is the name it is found under."""

    register: ClassVar[str] = ""
    notes: str = ""

    @property
    def region(self) -> str:
        """Where the thing lies, for who may change it; empty where it lies nowhere."""
        return str(getattr(self, "region_code", ""))


class Person(RegisterBody, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A person the platform knows by name (人员), who acts as ``person/<id>``. Posts are granted elsewhere.

    Parameters
    ----------
    name, phone, id_number
        Personal data: masked wherever they are read without a purpose.
    unit_ids
        Units the person belongs to.
    skills
        What the person may do, by code, with no date of expiry known.
    """

    register: ClassVar[str] = "people"
    name: Name
    name_en: str = ""
    phone: Annotated[str, msgspec.Meta(pattern=r"^(\+?\d[\d -]{4,20})?$")] = ""
    id_number: Annotated[str, msgspec.Meta(pattern=r"^(\d{17}[\dX])?$")] = ""
    unit_ids: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    region_code: RegionCode | Literal[""] = ""
    language: Literal["zh", "en"] = "zh"


class ShiftPattern(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Duty that comes back every week, in local time; what ends before it begins ends next day.

    Parameters
    ----------
    days
        ISO weekdays on which it begins, Monday 1.
    """

    days: tuple[Annotated[int, msgspec.Meta(ge=1, le=7)], ...]
    starts: ClockTime
    ends: ClockTime
    zone: str = "Asia/Shanghai"


class Unit(RegisterBody, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whoever can be given a job (队伍/船/车): a boat with its crew, a patrol, a truck, an office.

    Parameters
    ----------
    kind
        ``shuttle_boat``, ``truck``, ``patrol`` ...: the pack's own word, which dispatch filters by.
    craft_id
        The craft or vehicle it goes with, where it has one; ``None`` goes on foot or not at all.
    home_place_id, home
        Where it waits.
    skills
        Codes all of which a job may ask for.
    shifts
        Weekly duty; ``None`` keeps no shifts (always there), empty means never.
    crew
        Person ids.
    jurisdictions
        Region prefixes it may work in, lent ones included; ``("",)`` is everywhere.
    parent_id
        The unit it belongs to.
    """

    register: ClassVar[str] = "units"
    name: Name
    name_en: str = ""
    kind: Name
    region_code: RegionCode | Literal[""] = ""
    parent_id: str | None = None
    craft_id: str | None = None
    home_place_id: str | None = None
    home: Position | None = None
    skills: tuple[str, ...] = ()
    shifts: tuple[ShiftPattern, ...] | None = None
    crew: tuple[str, ...] = ()
    jurisdictions: tuple[RegionCode | Literal[""], ...] = ("",)
    contact_phone: str = ""
    out_of_service: str | None = None


class Craft(RegisterBody, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A boat or vehicle (船/车): what it is, carries and measures, whoever crews it today.

    Parameters
    ----------
    mode
        How it travels.
    draught_m, beam_m, length_m
        Metres; the draught is the loaded one, which the tide band is reckoned with.
    cruise_mps
        Cruising speed, metres a second.
    compartments
        Tanks, holds, racks: one stream group each, capacity in grams, millilitres or pieces.
    equipment
        Code to capability (``{"pump_l_per_min": 120}``).
    """

    register: ClassVar[str] = "craft"
    name: Name
    name_en: str = ""
    kind: Name
    mode: Literal["water", "road"] = "water"
    region_code: RegionCode | Literal[""] = ""
    mmsi: Mmsi | None = None
    imo: Annotated[str, msgspec.Meta(pattern=r"^\d{7}$")] | None = None
    call_sign: str = ""
    fishing_code: str = ""
    plate: str = ""
    owner_id: str | None = None
    gross_tonnage: float | None = None
    length_m: Metres | None = None
    beam_m: Metres | None = None
    draught_m: Metres | None = None
    cruise_mps: Annotated[float, msgspec.Meta(gt=0.0, le=60.0)] | None = None
    range_m: Annotated[int, msgspec.Meta(ge=0)] | None = None
    compartments: tuple[Compartment, ...] = ()
    equipment: dict[str, str | int | float | bool] = {}


class Place(RegisterBody, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A place with a name (地点): berth 泊位, quay 码头, anchorage 锚地, warehouse 云仓, plant 处理厂.

    Parameters
    ----------
    position
        WGS 84; a file in another datum is converted when it is imported.
    charted_depth_m
        Depth at chart datum in metres; negative dries.
    dries
        Whether it falls dry at low water.
    depth_datum
        What the depth is measured from, e.g. ``LAT`` or ``theoretical`` (理论最低潮面).
    access
        By what it can be reached.
    gln, unlocode
        GS1 and UN/LOCODE names, for documents.
    """

    register: ClassVar[str] = "places"
    name: Name
    name_en: str = ""
    kind: Name
    position: Position
    region_code: RegionCode | Literal[""] = ""
    address: str = ""
    parent_id: str | None = None
    unit_id: str | None = None
    charted_depth_m: Annotated[float, msgspec.Meta(ge=-30.0, le=11000.0)] | None = None
    dries: bool = False
    depth_datum: str = ""
    access: tuple[AccessWay, ...] = ("truck",)
    capacities: tuple[Compartment, ...] = ()
    opening: tuple[ShiftPattern, ...] | None = None
    gln: str = ""
    unlocode: str = ""


class ClosedRoad(RegisterBody, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A road that nobody may enter (道路封闭): a landslide, a market street, a burst main.

    It is closed while the entry is in force, so that a closure announced for tomorrow counts tomorrow.

    Parameters
    ----------
    position
        WGS 84. Every road within ``radius_m`` of it is closed.
    way_id
        Only this way of the road file; ``None``: all roads there.
    """

    register: ClassVar[str] = "road_closures"
    name: Name
    name_en: str = ""
    position: Position
    radius_m: Annotated[float, msgspec.Meta(gt=0.0, le=2000.0)] = 15.0
    way_id: int | None = None
    reason: str = ""
    region_code: RegionCode | Literal[""] = ""


Ring = tuple[tuple[float, float], ...]


class Jurisdiction(RegisterBody, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An area with a GB/T 2260 code (辖区): province, city, county, town, village or grid.

    Its id is the code. Codes come and go: 临平区 330113 exists since 2021, carved out of 余杭区.

    Parameters
    ----------
    polygons
        WGS 84, ``polygons[i][0]`` the outer ring and the others holes, closed, as in GeoJSON. May be empty
        for an area that only has a place in the tree.
    parent_code
        The area it belongs to, where that is not its own prefix.
    became
        Codes that follow it once its time is over; access to old records follows them.
    """

    register: ClassVar[str] = "jurisdictions"
    name: Name
    name_en: str = ""
    level: Literal["province", "city", "county", "town", "village", "grid", "zone"]
    polygons: tuple[tuple[Ring, ...], ...] = ()
    parent_code: RegionCode | None = None
    unit_id: str | None = None
    became: tuple[RegionCode, ...] = ()
    source: str = ""


class Category(RegisterBody, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What can be reported (类别), as a tree by ``/`` in the id; packs bring theirs.

    Parameters
    ----------
    responsible
        Region prefix to unit id: the longest prefix that fits is responsible.
    lifecycle
        The lifecycle a case of it goes through.
    """

    register: ClassVar[str] = "categories"
    name: Name
    name_en: str = ""
    lifecycle: str = ""
    form: str = ""
    keywords: tuple[str, ...] = ()
    responsible: dict[str, str] = {}
    pack: str = ""
    source: str = ""

    def responsible_unit(self, region_code: str) -> str | None:
        """Who is responsible in a region: the longest prefix wins."""
        fits = [prefix for prefix in self.responsible if region_code.startswith(prefix)]
        return self.responsible[max(fits, key=len)] if fits else None


class Hours(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A stretch of working time within one day, local."""

    starts: ClockTime
    ends: ClockTime


class Calendar(RegisterBody, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A work calendar (工作日历) as data: the week, holidays, make-up days, and the years that are published.

    Parameters
    ----------
    week
        ISO weekday (``"1"`` Monday) to working hours; a day that is left out is free.
    holidays, workdays
        Days off; days worked although they are weekends (调休). Each with its name.
    published_years
        Years whose holiday notice is out. A clock that runs into another year says "not published yet".
    source
        The State Council's notice.
    """

    register: ClassVar[str] = "calendars"
    name: Name
    name_en: str = ""
    zone: str = "Asia/Shanghai"
    week: dict[Literal["1", "2", "3", "4", "5", "6", "7"], tuple[Hours, ...]] = {}
    holidays: dict[str, str] = {}
    workdays: dict[str, str] = {}
    published_years: tuple[int, ...] = ()
    source: str = ""


class Device(RegisterBody, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A device that speaks for a unit, craft or place (设备).

    Parameters
    ----------
    claims
        Under which names it comes in: ``mmsi:412345678``, ``imei:86...``, ``jtt808:13800000000``,
        ``hj212:MN...``, ``signalk:urn...``, ``osmand:...``.
    unit_id, craft_id, place_id
        What it stands for.
    calibrated_on
        Last calibration; weighing and metering devices need one.
    """

    register: ClassVar[str] = "devices"
    name: str = ""
    kind: Name
    claims: tuple[Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9_]{2,20}:.{1,100}$")], ...]
    unit_id: str | None = None
    craft_id: str | None = None
    place_id: str | None = None
    region_code: RegionCode | Literal[""] = ""
    calibrated_on: date | None = None
    calibration_valid_until: date | None = None
    maker: str = ""
    serial: str = ""


BODIES: dict[str, type[RegisterBody]] = {
    body.register: body for body in (Person, Unit, Craft, Place, ClosedRoad, Jurisdiction, Category, Calendar, Device)
}


class Entry(msgspec.Struct, frozen=True):
    """One version of one thing in one register, with the time it is in force.

    Parameters
    ----------
    valid_from, valid_to
        In force from the first instant on and before the second; ``None`` is open.
    body
        An instance of the register's struct.
    """

    register: str
    id: str
    valid_from: datetime
    valid_to: datetime | None
    body: Any

    def in_force(self, at: datetime) -> bool:
        """Whether this version counts at an instant."""
        return self.valid_from <= at and (self.valid_to is None or at < self.valid_to)


def shifts_between(patterns: tuple[ShiftPattern, ...], begin: datetime, end: datetime) -> tuple[Shift, ...]:
    """Spell weekly duty out as stretches that touch ``[begin, end)``, oldest first, in UTC."""
    stretches = []
    for pattern in patterns:
        zone = ZoneInfo(pattern.zone)
        day = begin.astimezone(zone).date() - timedelta(days=1)
        last = end.astimezone(zone).date()
        while day <= last:
            if day.isoweekday() in pattern.days:
                starts_at, ends_at = _local(day, pattern.starts, zone), _local(day, pattern.ends, zone)
                if ends_at <= starts_at:
                    ends_at = _local(day + timedelta(days=1), pattern.ends, zone)
                if ends_at > begin and starts_at < end:
                    stretches.append(Shift(starts_at, ends_at))
            day += timedelta(days=1)
    return tuple(sorted(stretches, key=lambda shift: (shift.starts_at, shift.ends_at)))


def _local(day: date, clock_time: str, zone: ZoneInfo) -> datetime:
    if clock_time == "24:00":
        day, clock_time = day + timedelta(days=1), "00:00"
    return datetime.combine(day, time.fromisoformat(clock_time), zone).astimezone(UTC)
