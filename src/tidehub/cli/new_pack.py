"""``tidehub new-pack NAME``: make a small pack that already passes its check."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from tidehub import __version__
from tidehub.packing.make import make_pack


def add_to(commands: Any) -> None:
    """Add the command."""
    command = commands.add_parser("new-pack", help="make a new pack that passes its check · 新建场景包")
    command.add_argument("name", help="name of the pack, e.g. village_help")
    command.add_argument("--folder", type=Path, default=Path("packs"), help="where its folder goes (default: packs)")
    command.set_defaults(carry_out=carry_out)


def carry_out(args: argparse.Namespace) -> int:
    """Make it and say what comes next."""
    made = make_pack(args.name, args.folder, __version__)
    print(f"已建 made {made}")
    print(f"检查 check: tidehub check-pack {made}")
    print(f"故事 story: tidehub story {made}")
    return 0
