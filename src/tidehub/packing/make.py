"""Making a new pack from the skeleton that the platform ships."""

from __future__ import annotations

import re
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from tidehub.kernel.errors import refusal_kind

_NAME = re.compile(r"[a-z][a-z0-9_]{1,39}")

PACK_NAME_INVALID = refusal_kind(
    "pack_name_invalid",
    zh="“{name}”不能作为场景包的名称",
    en="'{name}' cannot be the name of a pack",
    do_zh="请用小写字母开头，2 到 40 个小写字母、数字或下划线，例如 village_help。",
    do_en="Use 2 to 40 lower-case letters, digits or underscores, a letter first, e.g. village_help.",
)
PACK_FOLDER_TAKEN = refusal_kind(
    "pack_folder_taken",
    zh="文件夹 {folder} 已存在且不是空的",
    en="The folder {folder} exists and is not empty",
    do_zh="请换一个名称，或用 --folder 指定别处。",
    do_en="Take another name, or another place with --folder.",
    category="conflict",
)


def make_pack(name: str, folder: Path, version: str) -> Path:
    """Write a small pack that passes its check; the folder it lies in.

    Parameters
    ----------
    name
        Name of the pack, its folder, its service and its lifecycle.
    folder
        Where its folder goes.
    version
        The platform's version; the pack says that it works with this and its later fixes.

    Raises
    ------
    Refusal
        ``pack_name_invalid``, ``pack_folder_taken``.
    """
    if not _NAME.fullmatch(name):
        raise PACK_NAME_INVALID("name", name=name)
    target = folder / name
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise PACK_FOLDER_TAKEN("folder", folder=str(target))
    _copy(files("tidehub.packing") / "skeleton", target, {"@name@": name, "@platform@": fitting(version)})
    return target


def fitting(version: str) -> str:
    """Range of the platform versions that a pack made today is meant for: ``>=0.1,<0.2``."""
    major, minor = (int(part) for part in version.split(".")[:2])
    return f">={major}.{minor},<{major}.{minor + 1}"


def _copy(source: Traversable, target: Path, words: dict[str, str]) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for entry in source.iterdir():
        if entry.is_dir():
            if entry.name != "__pycache__":
                _copy(entry, target / entry.name, words)
            continue
        text = entry.read_text("utf-8")
        for mark, word in words.items():
            text = text.replace(mark, word)
        (target / entry.name.removesuffix(".in")).write_text(text, "utf-8")
