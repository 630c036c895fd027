"""Who is responsible for a point: areas with GB/T 2260 codes, their tree and their history."""

from __future__ import annotations

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import shapely

from tidehub.kernel.geometry import Position
from tidehub.registers.model import Entry, Jurisdiction

if TYPE_CHECKING:
    from numpy.typing import NDArray

_DEPTH = {"province": 1, "city": 2, "county": 3, "town": 4, "village": 5, "grid": 6}
_PREFIX_LENGTHS = (2, 4, 6, 9, 12)
_PERIODS_KEPT = 4
_CELLS_MAX = 200_000
_CELL_MIN_DEG, _CELL_MAX_DEG = 1e-5, 1.0


class Areas(Protocol):
    """What the map reads from: the register of jurisdictions."""

    changes: int

    def get(self, id_: str, at: datetime | None = None) -> Jurisdiction | None:
        """Return one area by code."""
        ...

    def entries(self, at: datetime | None = None, **equal: Any) -> Iterator[Entry]:
        """Everything in force at an instant."""
        ...

    def bounds(self) -> list[datetime]:
        """Every instant at which something comes into or goes out of force, ascending."""
        ...

    def history(self, id_: str) -> Any:
        """Every version of one area."""
        ...


def shape_of(area: Jurisdiction) -> shapely.MultiPolygon:
    """Build the geometry of an area; its validity is checked when it is recorded."""
    return shapely.MultiPolygon([shapely.Polygon(rings[0], rings[1:]) for rings in area.polygons])


class _Period:
    """The index of one stretch of time in which no area changes.

    The plane is cut into cells that are looked at when first asked about: most lie wholly in one area, and
    there a point costs one look-up; the others keep the few areas that touch them.
    """

    def __init__(self, entries: Iterable[Entry], shape: Callable[[Entry], shapely.MultiPolygon]) -> None:
        areas = [entry for entry in entries if entry.body.polygons and entry.body.level in _DEPTH]
        sizes = {entry.id: shape(entry).area for entry in areas}
        # The order of preference: deeper level first, then smaller area, then lower code.
        areas.sort(key=lambda entry: (-_DEPTH[entry.body.level], sizes[entry.id], entry.id))
        self.codes = [entry.id for entry in areas]
        self.depths = [_DEPTH[entry.body.level] for entry in areas]
        self.shapes: NDArray[Any] = np.array([shape(entry) for entry in areas], dtype=object)
        shapely.prepare(self.shapes)
        self.tree = shapely.STRtree(self.shapes)
        self.bounds: list[tuple[float, ...]] = [tuple(bounds) for bounds in shapely.bounds(self.shapes).tolist()]
        self.cell_deg = _CELL_MAX_DEG
        if areas:
            bounds = shapely.bounds(self.shapes)
            widths = np.maximum(bounds[:, 2] - bounds[:, 0], bounds[:, 3] - bounds[:, 1])
            self.cell_deg = float(np.clip(np.median(widths) / 4, _CELL_MIN_DEG, _CELL_MAX_DEG))
        self.cells: dict[tuple[int, int], str | tuple[int, ...]] = {}

    def find(self, lon: float, lat: float) -> str:
        key = (int(lon // self.cell_deg), int(lat // self.cell_deg))
        cell = self.cells.get(key)
        if cell is None:
            if len(self.cells) >= _CELLS_MAX:
                self.cells.clear()
            cell = self.cells[key] = self._look_at(key)
        return cell if isinstance(cell, str) else self._among(cell, lon, lat)

    def _look_at(self, key: tuple[int, int]) -> str | tuple[int, ...]:
        west, south = key[0] * self.cell_deg, key[1] * self.cell_deg
        margin = self.cell_deg * 1e-6  # so that a point on the rim of a cell, as floats see it, is still inside
        box = shapely.box(west - margin, south - margin, west + self.cell_deg + margin, south + self.cell_deg + margin)
        touching = sorted(int(place) for place in self.tree.query(box, predicate="intersects"))
        if not touching:
            return ""
        if shapely.contains_properly(self.shapes[touching[0]], box):
            return self.codes[touching[0]]
        return tuple(touching)

    def _among(self, places: tuple[int, ...], lon: float, lat: float) -> str:
        on_border: list[str] = []
        depth = 0
        for place in places:
            if self.depths[place] != depth:
                if on_border:
                    break
                depth = self.depths[place]
            west, south, east, north = self.bounds[place]
            if not (west <= lon <= east and south <= lat <= north):
                continue
            if shapely.contains_xy(self.shapes[place], lon, lat):
                return self.codes[place]
            if shapely.intersects_xy(self.shapes[place], lon, lat):
                on_border.append(self.codes[place])
        return min(on_border, default="")


class RegionMap:
    """Point to code at any instant; one spatial index for each stretch of time that is asked about.

    Parameters
    ----------
    areas
        The register of jurisdictions.
    """

    def __init__(self, areas: Areas) -> None:
        self._areas = areas
        self._changes = -1
        self._bounds: list[datetime] = []
        self._periods: OrderedDict[int, _Period] = OrderedDict()
        self._shapes: dict[tuple[str, datetime], tuple[Jurisdiction, shapely.MultiPolygon]] = {}

    def region_of(self, position: Position, at: datetime) -> str:
        """Return the code of the deepest area that holds the point; see :meth:`Registers.region_of`."""
        return self._period(at).find(position.lon, position.lat)

    def path(self, code: str, at: datetime) -> tuple[str, ...]:
        """Walk up from an area: to the parent it names, else to the shorter code. A circle ends the walk."""
        walked: list[str] = []
        current: str | None = code
        while current and current not in walked:
            walked.append(current)
            area = self._areas.get(current, at)
            current = (area.parent_code if area is not None else None) or _shorter(current)
        return tuple(reversed(walked))

    def today(self, code: str, now: datetime) -> tuple[str, ...]:
        """Follow the recorded changes of a code to those in force; a code nobody knows is left as it is."""
        seen: set[str] = set()
        answer: list[str] = []
        waiting = [code]
        while waiting:
            current = waiting.pop()
            if current in seen:
                continue
            seen.add(current)
            versions = self._areas.history(current)
            if self._areas.get(current, now) is None and versions and versions[-1].body.became:
                waiting += versions[-1].body.became
            else:
                answer.append(current)
        return tuple(sorted(answer))

    def _period(self, at: datetime) -> _Period:
        if self._changes != self._areas.changes:
            self._changes = self._areas.changes
            self._bounds = self._areas.bounds()
            self._periods.clear()
        place = bisect_right(self._bounds, at)
        period = self._periods.get(place)
        if period is None:
            since = self._bounds[place - 1] if place else datetime.min.replace(tzinfo=UTC)
            period = self._periods[place] = self._build(since)
            if len(self._periods) > _PERIODS_KEPT:
                self._periods.popitem(last=False)
        else:
            self._periods.move_to_end(place)
        return period

    def _build(self, since: datetime) -> _Period:
        entries = list(self._areas.entries(since))
        shapes = {}
        for entry in entries:  # after a change, only what changed is made anew
            key = (entry.id, entry.valid_from)
            known = self._shapes.get(key)
            shapes[key] = known if known and known[0] is entry.body else (entry.body, shape_of(entry.body))
        self._shapes = shapes
        return _Period(entries, lambda entry: shapes[entry.id, entry.valid_from][1])


def _shorter(code: str) -> str | None:
    return next((code[:length] for length in reversed(_PREFIX_LENGTHS) if length < len(code)), None)
