"""Options that several commands share."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from tidehub.settings import Settings


def add_place(command: argparse.ArgumentParser) -> None:
    """Add where the data are and which packs are mounted."""
    command.add_argument(
        "--data",
        type=Path,
        default=Path(os.environ.get("TIDEHUB_DATA", "data")),
        help="folder of the embedded store and of the files (TIDEHUB_DATA)",
    )
    command.add_argument(
        "--postgresql",
        metavar="DSN",
        default=os.environ.get("TIDEHUB_POSTGRESQL"),
        help="use this PostgreSQL database instead of SQLite (TIDEHUB_POSTGRESQL)",
    )
    command.add_argument(
        "--road-pbf",
        type=Path,
        metavar="FILE",
        default=Path(os.environ["TIDEHUB_ROAD_PBF"]) if os.environ.get("TIDEHUB_ROAD_PBF") else None,
        help="OSM file (PBF) with the roads; without it times by road are flagged estimates (TIDEHUB_ROAD_PBF)",
    )
    command.add_argument(
        "--osrm",
        metavar="URL",
        default=os.environ.get("TIDEHUB_OSRM"),
        help="ask this OSRM server for times by road instead (TIDEHUB_OSRM); it knows no closures of the register",
    )
    command.add_argument(
        "--pack",
        action="append",
        default=[],
        metavar="PACK",
        help="name or folder of a pack; may be repeated; default: all installed",
    )


def settings_of(args: argparse.Namespace) -> Settings:
    """Make the platform's settings from the options."""
    return Settings(
        data=args.data, postgresql=args.postgresql, packs=tuple(args.pack), road_pbf=args.road_pbf, osrm_url=args.osrm
    )
