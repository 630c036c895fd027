"""How one installation is set."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Doors:
    """Ports at which devices come in; 0 takes a free one, ``None`` keeps the door shut.

    ``signalk`` are addresses of boats' Signal K servers (``ws://host:3000/signalk/v1/stream?subscribe=none``)
    that are followed.
    """

    nmea_tcp: int | None = 10110
    nmea_udp: int | None = 10110
    jtt808_tcp: int | None = 10808
    hj212_tcp: int | None = 10212
    host: str = "127.0.0.1"
    signalk: tuple[str, ...] = ()


@dataclass(frozen=True)
class Settings:
    """What the composition root builds from.

    Parameters
    ----------
    data
        Folder of the embedded store, of files and of keys.
    postgresql
        Address of a PostgreSQL database to use instead of SQLite.
    packs
        Names or folders of the packs to mount; empty mounts all that are installed.
    public_url
        Address under which people reach the platform; stands in the QR of documents.
    seed
        Whether to fill an empty installation with the packs' demo world.
    osrm_url
        An OSRM server to ask for times by road instead of a graph of our own.
    road_pbf
        OSM file with the roads of the county; without it times by road are flagged estimates.
    key
        The installation's secret; without it one is made and kept beside the data. For stories.
    """

    data: Path = Path("data")
    postgresql: str | None = None
    packs: tuple[str, ...] = ()
    public_url: str = "http://127.0.0.1:8310"
    seed: bool = True
    key: bytes | None = None
    secure_cookies: bool = False
    road_pbf: Path | None = None
    osrm_url: str | None = None
    doors: Doors | None = field(default_factory=Doors)
