"""``tidehub route water --land FILE.geojson < pairs.jsonl``, ``tidehub route road --osm FILE.pbf < pairs.jsonl``:
ways by water and by road, one JSON object per line.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def add_to(commands: Any) -> None:
    """Add the command."""
    command = commands.add_parser("route", help="find ways by water and by road · 规划航路与道路路线")
    kinds = command.add_subparsers(dest="kind", required=True)
    water = kinds.add_parser("water", help="shortest ways by water; pairs on standard input")
    water.add_argument("--land", type=Path, required=True, help="land polygons, GeoJSON in WGS 84")
    water.add_argument("--fairways", type=Path, help="polygons that re-open water")
    water.add_argument("--clearance-m", type=float, default=0.0, help="keep this far off land outside fairways")
    water.add_argument("--snap-m", type=float, default=50.0, help="how far a place ashore may be moved to reach water")
    water.add_argument(
        "--repair", action="store_true", help="fill coastlines that cross themselves instead of refusing them"
    )
    water.set_defaults(carry_out=by_water)
    road = kinds.add_parser("road", help="quickest ways by road; pairs on standard input")
    road.add_argument("--osm", type=Path, help="OSM file (PBF); without it synthetic roads, labelled as such")
    road.add_argument("--snap-m", type=float, default=500.0, help="how far a place may lie from the road")
    road.add_argument("--height-m", type=float, help="height of the vehicle")
    road.add_argument("--weight-t", type=float, help="weight of the vehicle")
    road.add_argument("--emergency", action="store_true", help="an emergency vehicle: private gates are open to it")
    road.set_defaults(carry_out=by_road)


def by_water(args: argparse.Namespace) -> int:
    """Answer each line; a bad line is answered too, and the rest goes on."""
    from tidehub.adapters.routes import route_stream

    fairways = _bytes(args.fairways, "fairways") if args.fairways else None
    answers = route_stream(
        _bytes(args.land, "land"),
        sys.stdin,
        fairways_geojson=fairways,
        clearance_m=args.clearance_m,
        snap_m=args.snap_m,
        repair=args.repair,
        note=lambda text: print(text, file=sys.stderr),
    )
    return _print(answers)


def by_road(args: argparse.Namespace) -> int:
    """Answer each line; the first line on the error stream says which roads these are."""
    from tidehub.adapters.osm import read_roads, road_stream
    from tidehub.methods.routing.road import RoadRouter, Vehicle, build_graph
    from tidehub.methods.routing.road.synthetic import synthetic_roads

    vehicle = Vehicle(args.height_m, args.weight_t, args.emergency)
    router = RoadRouter(build_graph(read_roads(args.osm) if args.osm else synthetic_roads()))
    for text in (router.graph.source, *router.graph.notes):
        print(text, file=sys.stderr)
    return _print(road_stream(router, sys.stdin, vehicle=vehicle, snap_m=args.snap_m))


def _bytes(path: Path, field: str) -> bytes:
    from tidehub.kernel.errors import MALFORMED

    try:
        return path.read_bytes()
    except OSError as error:
        raise MALFORMED(field, problem=f"{path.name}: {error.strerror}") from None


def _print(answers: Iterator[str]) -> int:
    """Print answers as they come; whole blocks where nobody waits for the single line."""
    waits = sys.stdin.isatty() or sys.stdout.isatty()
    for answer in answers:
        sys.stdout.write(answer + "\n")
        if waits:
            sys.stdout.flush()
    sys.stdout.flush()
    return 0
