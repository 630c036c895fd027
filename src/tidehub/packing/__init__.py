"""Packs (场景包): reads, checks and mounts the scenes. The platform finds them by entry point and imports none."""

from tidehub.packing.find import find_pack, installed_packs
from tidehub.packing.model import Flow, Manifest, Notice, Pack, PackCode
from tidehub.packing.mount import Mounted, mount
from tidehub.packing.read import PACK_INVALID, read_pack

__all__ = [
    "PACK_INVALID",
    "Flow",
    "Manifest",
    "Mounted",
    "Notice",
    "Pack",
    "PackCode",
    "find_pack",
    "installed_packs",
    "mount",
    "read_pack",
]
