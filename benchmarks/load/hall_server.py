"""The real application with a fleet in its register and open cases on its map: what ``benchmarks.hall`` watches.

It says on one line of JSON where it listens and with which tokens, and ends when its input does.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.load.places import OFFICER, REGION
from benchmarks.load.server import BY, build_platform, make_tokens, profiled, serve

from tidehub.api.app import build_api
from tidehub.api.serving import services_for
from tidehub.app import Platform
from tidehub.capabilities import cases
from tidehub.kernel.geometry import Position
from tidehub.registers import RecordEntry

TOGETHER = 500
WEST, SOUTH, WIDE, HIGH = 121.3, 28.25, 0.8, 0.6
_PLASTIC = 1.324717957244746
"""Root of x^3 = x + 1: its powers spread points evenly in two dimensions; the golden ratio's lie on a line."""


def place_of(number: int) -> tuple[float, float]:
    """Spread places evenly over the bay, the same in every run."""
    return WEST + WIDE * (number / _PLASTIC % 1), SOUTH + HIGH * (number / _PLASTIC**2 % 1)


def _fleet(craft: int) -> Iterator[RecordEntry]:
    for number in range(craft):
        name = f"b{number:05d}"
        unit = {"name": f"船{number:05d}", "kind": "shuttle_boat", "region_code": REGION}
        device = {"kind": "ais", "claims": [f"osmand:{name}"], "unit_id": name, "region_code": REGION}
        yield RecordEntry(register="units", id=name, body=unit)
        yield RecordEntry(register="devices", id=f"d-{name}", body=device)


def _cases(count: int, lifecycle: str) -> Iterator[cases.OpenCase]:
    for number in range(count):
        lon, lat = place_of(number)
        yield cases.OpenCase(
            case_id=f"m-{number:06d}",
            lifecycle=lifecycle,
            category="complaint",
            title=f"投诉 {number:06d}",
            region_code=REGION,
            position=Position(lon, lat),
            priority=number % 40 == 0,
        )


async def _say(platform: Platform, commands: Iterator[Any]) -> None:
    waiting: list[Any] = []
    for command in commands:
        waiting.append((command, BY))
        if len(waiting) == TOGETHER:
            await _each(platform, waiting)
            waiting = []
    await _each(platform, waiting)


async def _each(platform: Platform, asked: list[Any]) -> None:
    for answer in await platform.hub.handle_each(asked) if asked else ():
        if isinstance(answer, BaseException):
            raise answer


async def serve_hall(folder: Path, craft: int, open_cases: int) -> None:
    """Fill the register and the map, then serve with the desk of positions and its board running."""
    platform = build_platform(folder)
    await platform.open()
    try:
        tokens = await make_tokens(platform)
        await _say(platform, _fleet(craft))
        lifecycle = next(iter(platform.mounted.lifecycles)).lifecycle
        await _say(platform, _cases(open_cases, lifecycle))
        services = services_for(platform)
        await platform.board.start()
        await serve(build_api(services), {"tokens": tokens | {"hall": tokens[OFFICER]}})
    finally:
        await platform.board.stop()
        await platform.desk.stop()
        await platform.hub.close()


def main() -> None:
    """Read what to serve."""
    options = argparse.ArgumentParser()
    options.add_argument("--folder", type=Path, required=True)
    options.add_argument("--craft", type=int, default=500)
    options.add_argument("--cases", type=int, default=0)
    options.add_argument("--profile")
    args = options.parse_args()
    profiled(lambda: serve_hall(args.folder, args.craft, args.cases), args.profile)


if __name__ == "__main__":
    main()
