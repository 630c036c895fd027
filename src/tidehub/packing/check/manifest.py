"""``manifest.toml``: what the pack says of itself, and where its data come from."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tidehub.packing.check.finding import Finding, House
from tidehub.packing.model import Pack

FILE = "manifest.toml"
_VERSION = re.compile(r"\d+\.\d+\.\d+")
_CLAUSE = re.compile(r"(>=|<=|==|<|>)\s*(\d+(?:\.\d+)*)")


def check(pack: Pack, house: House) -> Iterator[Finding]:
    """Fields, the range of platform versions, and each data file with its source and licence."""
    manifest = pack.manifest
    if manifest.id != pack.folder.name:
        yield Finding(
            "manifest",
            f"{FILE}: id",
            f"id“{manifest.id}”与文件夹名“{pack.folder.name}”不同",
            f"the id '{manifest.id}' is not the name of the folder '{pack.folder.name}'",
            "使二者一致",
            "give both the same name",
        )
    if not _VERSION.fullmatch(manifest.version):
        yield Finding(
            "manifest",
            f"{FILE}: version",
            f"版本号“{manifest.version}”不是 主.次.修订",
            f"the version '{manifest.version}' is not MAJOR.MINOR.PATCH",
            "例如 0.1.0",
            "for example 0.1.0",
        )
    if not re.fullmatch(r"\d{6}", manifest.region):
        yield Finding(
            "manifest",
            f"{FILE}: region",
            f"“{manifest.region}”不是六位行政区划代码",
            f"'{manifest.region}' is not a county's code of six digits",
            "填写 GB/T 2260 县级代码",
            "give the GB/T 2260 code of the county",
        )
    yield from _range(manifest.platform, house.version)
    yield from _titles(pack)
    yield from _data(pack)


def _range(wanted: str, version: str) -> Iterator[Finding]:
    fits = version_fits(wanted, version)
    if fits is None:
        yield Finding(
            "manifest",
            f"{FILE}: platform",
            f"看不懂平台版本范围“{wanted}”",
            f"the range of platform versions '{wanted}' cannot be read",
            "例如 >=0.1,<0.2",
            "for example >=0.1,<0.2",
        )
    elif not fits:
        yield Finding(
            "manifest",
            f"{FILE}: platform",
            f"平台版本 {version} 不在“{wanted}”之内",
            f"the platform is {version}, which is not within '{wanted}'",
            "在该版本上验证后放宽范围",
            "prove the pack on this version, then widen the range",
        )


def version_fits(wanted: str, version: str) -> bool | None:
    """Whether a version lies in a range such as ``>=0.1,<0.2``; ``None`` where the range cannot be read."""
    here = _parts(version)
    fits = True
    for clause in wanted.split(","):
        found = _CLAUSE.fullmatch(clause.strip())
        if found is None:
            return None
        there = _parts(found[2])
        fits = (
            fits
            and {
                ">=": here >= there,
                "<=": here <= there,
                "==": here == there,
                "<": here < there,
                ">": here > there,
            }[found[1]]
        )
    return fits


def _parts(version: str) -> tuple[int, ...]:
    numbers = [int(part) for part in re.findall(r"\d+", version)[:3]]
    return tuple(numbers + [0] * (3 - len(numbers)))


def _titles(pack: Pack) -> Iterator[Finding]:
    title = pack.manifest.title
    if not title.zh.strip() or not title.en.strip() or not pack.manifest.scene.strip():
        yield Finding(
            "manifest",
            f"{FILE}: title",
            "缺少场景名称或中英文标题",
            "the scene, or the title in one of the two languages, is empty",
            "补上 scene、title.zh、title.en",
            "fill in scene, title.zh and title.en",
        )


def _data(pack: Pack) -> Iterator[Finding]:
    listed = {entry.file: entry for entry in pack.manifest.data}
    for name, entry in listed.items():
        if not (pack.folder / name).is_file():
            yield Finding(
                "manifest",
                f"{FILE}: data {name}",
                f"没有数据文件 {name}",
                f"there is no data file {name}",
                "补上文件，或从清单删去",
                "add the file, or take it off the list",
            )
        if not entry.source.strip() or not entry.licence.strip():
            yield Finding(
                "manifest",
                f"{FILE}: data {name}",
                f"{name} 没有写明来源或许可",
                f"the source or the licence of {name} is empty",
                "写明来源和许可（SPDX 名称）",
                "name the source and the licence (its SPDX name)",
            )
    for path in sorted((pack.folder / "data").glob("*")):
        name = f"data/{path.name}"
        if path.is_file() and path.suffix != ".md" and name not in listed:
            yield Finding(
                "manifest",
                f"{FILE}: data",
                f"{name} 没有列入清单，来源和许可不明",
                f"{name} is not listed: nobody knows its source and licence",
                "在 [[data]] 中列出 file、source、licence",
                "list it under [[data]] with file, source and licence",
            )
