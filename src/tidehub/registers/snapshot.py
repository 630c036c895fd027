"""All registers in memory: loaded at the start, kept current from commits, read without a wait.

Slow data of some thousand entries, asked for at every dispatch and every report. Nothing that is decided
inside a writing transaction rests on this: a flow reads here and puts what it found into its command.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, Generic, TypeVar

import msgspec

from tidehub.hub.log import Reader, Recorded
from tidehub.hub.statement import sql
from tidehub.kernel.geometry import Position
from tidehub.kernel.instants import Clock, from_us
from tidehub.registers.facts import EntryRecorded, EntryRetired
from tidehub.registers.model import (
    BODIES,
    Calendar,
    Category,
    ClosedRoad,
    Craft,
    Device,
    Entry,
    Jurisdiction,
    Person,
    Place,
    RegisterBody,
    Unit,
)
from tidehub.registers.regions import RegionMap

B = TypeVar("B", bound=RegisterBody)

_LOAD = sql(
    "SELECT register, id, valid_from_us, valid_to_us, body FROM registers_entry ORDER BY register, id, valid_from_us"
)


class Register(Generic[B]):
    """One register: every version of every thing, by id.

    Parameters
    ----------
    body
        The struct of its entries.
    clock
        Gives the instant meant where none is named.
    """

    def __init__(self, body: type[B], clock: Clock) -> None:
        self.body = body
        self.changes = 0
        self._clock = clock
        self._versions: dict[str, list[Entry]] = {}

    def entry(self, id_: str, at: datetime | None = None) -> Entry | None:
        """Return the version in force at an instant (now, if none is named), with its envelope."""
        at = at or self._clock.now()
        for version in reversed(self._versions.get(id_, ())):
            if version.valid_from <= at:
                return version if version.in_force(at) else None
        return None

    def get(self, id_: str, at: datetime | None = None) -> B | None:
        """Return what is in force at an instant (now, if none is named), or ``None``."""
        found = self.entry(id_, at)
        return None if found is None else found.body

    def all(self, at: datetime | None = None, **equal: Any) -> dict[str, B]:
        """Everything in force, by id and in the order of ids; ``all(kind="truck")`` keeps what fits.

        A value compared with a field that is a tuple fits when it is contained in it.
        """
        return {entry.id: entry.body for entry in self.entries(at, **equal)}

    def entries(self, at: datetime | None = None, **equal: Any) -> Iterator[Entry]:
        """Like :meth:`all`, with the envelopes."""
        at = at or self._clock.now()
        for id_ in sorted(self._versions):
            found = self.entry(id_, at)
            if found is not None and all(_fits(getattr(found.body, name), value) for name, value in equal.items()):
                yield found

    def history(self, id_: str) -> Sequence[Entry]:
        """Every version of one thing, oldest first."""
        return tuple(self._versions.get(id_, ()))

    def ever(self) -> Iterator[Entry]:
        """Every version of everything."""
        return (version for of_one in self._versions.values() for version in of_one)

    def bounds(self) -> list[datetime]:
        """Every instant at which something comes into or goes out of force, ascending."""
        versions = list(self.ever())
        ends = {version.valid_to for version in versions if version.valid_to is not None}
        return sorted({version.valid_from for version in versions} | ends)

    def __contains__(self, id_: str) -> bool:
        return self.entry(id_) is not None

    def record(self, entry: Entry) -> None:
        """Take a version in; one from the same instant replaces it. The one before ends where it begins."""
        versions = [other for other in self._versions.get(entry.id, ()) if other.valid_from != entry.valid_from]
        versions.append(entry)
        self._versions[entry.id] = sorted(versions, key=lambda version: version.valid_from)
        self.changes += 1

    def retire(self, id_: str, at: datetime) -> None:
        """End a thing: later versions go, the one in force ends at ``at``."""
        kept = [version for version in self._versions.get(id_, ()) if version.valid_from < at]
        if kept and (kept[-1].valid_to is None or kept[-1].valid_to > at):
            kept[-1] = msgspec.structs.replace(kept[-1], valid_to=at)
        if kept:
            self._versions[id_] = kept
        else:
            self._versions.pop(id_, None)
        self.changes += 1


def _fits(have: Any, wanted: Any) -> bool:
    return wanted in have if isinstance(have, tuple) and not isinstance(wanted, tuple) else bool(have == wanted)


class Registers:
    """Every register; ``registers.units.get("u-kui8")``.

    Parameters
    ----------
    clock
        Gives the instant meant where none is named.
    """

    def __init__(self, clock: Clock) -> None:
        self.people = Register(Person, clock)
        self.units = Register(Unit, clock)
        self.craft = Register(Craft, clock)
        self.places = Register(Place, clock)
        self.road_closures = Register(ClosedRoad, clock)
        self.jurisdictions = Register(Jurisdiction, clock)
        self.categories = Register(Category, clock)
        self.calendars = Register(Calendar, clock)
        self.devices = Register(Device, clock)
        self._clock = clock
        self._regions = RegionMap(self.jurisdictions)
        self._claims: dict[str, str] = {}
        self._claims_of = -1
        self._before: dict[str, set[str]] = {}
        self._before_of = -1

    def register(self, name: str) -> Register[Any]:
        """Find a register by its name; a name nobody knows is our own mistake."""
        assert name in BODIES, f"there is no register {name}"
        found: Register[Any] = getattr(self, name)
        return found

    # -- filling ----------------------------------------------------------------------------------------

    async def load(self, reader: Reader) -> None:
        """Read everything; at the start of a process."""
        for row in await reader.fetch(_LOAD):
            body_type = BODIES[row["register"]]
            self.register(row["register"]).record(
                Entry(
                    row["register"],
                    row["id"],
                    from_us(row["valid_from_us"]),
                    None if row["valid_to_us"] is None else from_us(row["valid_to_us"]),
                    msgspec.json.decode(row["body"], type=body_type),
                )
            )

    def committed(self, facts: Iterable[Recorded]) -> None:
        """Follow the log: give this every commit, in order."""
        for recorded in facts:
            fact = recorded.fact
            if isinstance(fact, EntryRecorded):
                body = msgspec.convert(fact.body, BODIES[fact.register])
                entry = Entry(fact.register, fact.id, fact.valid_from, fact.valid_to, body)
                self.register(fact.register).record(entry)
            elif isinstance(fact, EntryRetired):
                self.register(fact.register).retire(fact.id, fact.at)

    # -- questions that span entries --------------------------------------------------------------------

    def region_of(self, position: Position, at: datetime | None = None) -> str:
        """Return the code of the smallest area a point lies in, ``""`` where it lies in none.

        Of equally small ones, and on a border, the lower code. Microseconds, whatever the number of areas.
        """
        return self._regions.region_of(position, at or self._clock.now())

    def region_path(self, code: str, at: datetime | None = None) -> tuple[str, ...]:
        """Codes from the province down to the area itself, by the tree in force (``33, 3310, 331002``)."""
        return self._regions.path(code, at or self._clock.now())

    def region_today(self, code: str) -> tuple[str, ...]:
        """Codes that have followed a code that is no longer in force; itself, while it is."""
        return self._regions.today(code, self._clock.now())

    def formerly(self, code: str) -> tuple[str, ...]:
        """Codes that a code has followed, all the way back: what its officers were responsible for before."""
        if self._before_of != self.jurisdictions.changes:
            self._before = {}
            for entry in self.jurisdictions.ever():
                for after in entry.body.became:
                    self._before.setdefault(after, set()).add(entry.id)
            self._before_of = self.jurisdictions.changes
        seen: set[str] = set()
        waiting = [code]
        while waiting:
            fresh = self._before.get(waiting.pop(), set()) - seen
            seen |= fresh
            waiting += fresh
        return tuple(sorted(seen - {code}))

    def device_of(self, claim: str) -> tuple[str, Device] | None:
        """Find the device that comes in under a claim (``mmsi:412345678``): its id and what is known."""
        if self._claims_of != self.devices.changes:
            self._claims = {name: entry.id for entry in self.devices.entries() for name in reversed(entry.body.claims)}
            self._claims_of = self.devices.changes
        id_ = self._claims.get(claim)
        device = None if id_ is None else self.devices.get(id_)
        return None if id_ is None or device is None else (id_, device)

    def craft_of(self, unit_id: str, at: datetime | None = None) -> Craft | None:
        """Return the craft a unit goes with."""
        unit = self.units.get(unit_id, at)
        return None if unit is None or unit.craft_id is None else self.craft.get(unit.craft_id, at)
