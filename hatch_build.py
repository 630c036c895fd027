"""Build hooks: the dependencies come from ``requirements.in``, and the wheel carries the built pages."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.metadata.plugin.interface import MetadataHookInterface

ROOT = Path(__file__).parent


class Dependencies(MetadataHookInterface):
    """``requirements.in`` is the one list of what Tidehub needs."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Fill ``dependencies``."""
        lines = (ROOT / "requirements.in").read_text("utf-8").splitlines()
        metadata["dependencies"] = [line.strip() for line in lines if line.strip() and not line.startswith("#")]


class Pages(BuildHookInterface):
    """Builds the pages and the font for a wheel, unless they are there; an editable install needs neither."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Run ``npm ci`` and the build where the pages are missing."""
        static = ROOT / "src" / "tidehub" / "static"
        if version == "editable" or (static / "index.html").is_file():
            return
        web = ROOT / "web"
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=web, check=True)
        subprocess.run(["npm", "run", "build"], cwd=web, check=True)
        font = ROOT / "src" / "tidehub" / "fonts" / "NotoSansSC-Regular.ttf"
        source = web / "node_modules" / "@fontsource" / "noto-sans-sc"
        subprocess.run(
            [sys.executable, str(ROOT / "src/tidehub/adapters/pdf/build_font.py"), str(source), str(font)], check=True
        )
