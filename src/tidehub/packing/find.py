"""Where packs are: installed ones by entry point, others by the path of their folder."""

from __future__ import annotations

from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path

from tidehub.kernel.errors import refusal_kind

GROUP = "tidehub.packs"

PACK_NOT_FOUND = refusal_kind(
    "pack_not_found",
    zh="找不到场景包“{name}”",
    en="There is no pack '{name}'",
    do_zh="请给出场景包文件夹的路径，或先安装它。已安装：{installed}",
    do_en="Give the path of the pack's folder, or install it. Installed: {installed}",
    category="missing",
)


def installed_packs() -> dict[str, Path]:
    """Folders of the installed packs by name, in the order of their names."""
    found = {}
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        spec = find_spec(point.value)
        if spec is not None and spec.origin is not None:
            found[point.name] = Path(spec.origin).parent
    return found


def find_pack(name: str) -> Path:
    """Find a pack by the path of its folder or by its name.

    Raises
    ------
    Refusal
        ``pack_not_found``.
    """
    folder = Path(name)
    if (folder / "manifest.toml").is_file():
        return folder.resolve()
    installed = installed_packs()
    if name in installed:
        return installed[name]
    raise PACK_NOT_FOUND(None, name=name, installed=", ".join(installed) or "-")
