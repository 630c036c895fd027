"""Reading a pack's folder: every file by the capability that owns its form, every fault named by file and field."""

from __future__ import annotations

import importlib
import re
import sys
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import yaml

from tidehub.adapters.pdf import read_template_folder
from tidehub.capabilities.cases import read_lifecycle
from tidehub.capabilities.dispatch import read_dispatch_policies
from tidehub.capabilities.evaluation import Definitions, read_definitions
from tidehub.capabilities.intake import read_catalogue
from tidehub.capabilities.ledger import read_plan, read_tariff
from tidehub.capabilities.messages import MessageTemplate, read_messages
from tidehub.kernel.codec import split_problem
from tidehub.kernel.errors import refusal_kind
from tidehub.packing.chart import read_harbour
from tidehub.packing.model import Manifest, Notice, Pack, PackCode

T = TypeVar("T")
LANGUAGES = ("zh-CN", "en")

PACK_INVALID = refusal_kind(
    "pack_invalid",
    zh="场景包文件 {where} 有误：{problem}",
    en="The pack file {where} is wrong: {problem}",
    do_zh="请改正该文件后重试；用 tidehub check-pack 可列出全部问题。",
    do_en="Correct the file and try again; tidehub check-pack lists everything that is wrong.",
)


def read_pack(folder: Path) -> Pack:
    """Read a pack.

    Raises
    ------
    Refusal
        ``pack_invalid`` or the refusal of the capability whose file it is, naming the file and the field.
    """
    manifest = _manifest(folder / "manifest.toml")
    lifecycle_files = (folder / "lifecycle.yaml", *sorted((folder / "lifecycles").glob("*.yaml")))
    forms = {path.stem: read_yaml(path) for path in sorted((folder / "forms").glob("*.yaml"))}
    return Pack(
        folder=folder,
        manifest=manifest,
        lifecycles=tuple(read_lifecycle(read_yaml(path), path.name) for path in lifecycle_files if path.is_file()),
        catalogue=_read(folder, "categories.yaml", lambda raw, where: read_catalogue(raw, forms, where)),
        policies=_read(folder, "dispatch.yaml", read_dispatch_policies),
        indicators=_read(folder, "indicators.yaml", read_definitions) or Definitions(),
        messages=_messages(folder),
        notices=_read(folder, "notices.yaml", _notices) or (),
        templates=read_template_folder(folder / "documents"),
        tariffs=tuple(read_tariff(read_yaml(path), path.name) for path in sorted((folder / "tariffs").glob("*.yaml"))),
        plan=_read(folder, "accounts.yaml", read_plan),
        harbour=_read(folder, "harbour.yaml", lambda raw, _where: read_harbour(folder, raw)),
        world=read_yaml(folder / "demo" / "world.yaml") if (folder / "demo" / "world.yaml").is_file() else {},
        code=_code(folder),
    )


def read_yaml(path: Path) -> dict[str, Any]:
    """Read a YAML file whose top is a mapping.

    Raises
    ------
    Refusal
        ``pack_invalid`` with the line.
    """
    try:
        read = yaml.load(path.read_text("utf-8"), Loader=_Plain)  # noqa: S506 - a SafeLoader all the same
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise PACK_INVALID(None, where=path.name, problem=str(error)) from None
    if not isinstance(read, dict):
        raise PACK_INVALID(None, where=path.name, problem="the top must be a mapping")
    return read


class _Plain(yaml.SafeLoader):
    """A safe loader that leaves dates as texts and takes only ``true`` and ``false`` for truth (YAML 1.2).

    So ``on`` stays a word, and each shape decides what a date is.
    """


_Plain.yaml_implicit_resolvers = {
    first: [
        (tag, pattern)
        for tag, pattern in resolvers
        if tag not in ("tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:bool")
    ]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Plain.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))


def _read(folder: Path, name: str, read: Callable[[dict[str, Any], str], T]) -> T | None:
    path = folder / name
    return read(read_yaml(path), name) if path.is_file() else None


def _manifest(path: Path) -> Manifest:
    if not path.is_file():
        raise PACK_INVALID(None, where=str(path), problem="there is no manifest.toml")
    try:
        return msgspec.convert(tomllib.loads(path.read_text("utf-8")), Manifest, strict=True)
    except tomllib.TOMLDecodeError as error:
        raise PACK_INVALID(None, where=path.name, problem=str(error)) from None
    except msgspec.ValidationError as error:
        problem, field = split_problem(str(error))
        raise PACK_INVALID(field, where=path.name, problem=problem) from None


def _messages(folder: Path) -> Mapping[str, MessageTemplate]:
    zh, en = (folder / "messages" / f"{language}.yaml" for language in LANGUAGES)
    if not zh.is_file() and not en.is_file():
        return {}
    texts = [read_yaml(path) if path.is_file() else {} for path in (zh, en)]
    return read_messages(texts[0], texts[1], "messages")


def _notices(raw: dict[str, Any], where: str) -> tuple[Notice, ...]:
    try:
        return msgspec.convert(raw.get("notices", []), tuple[Notice, ...], strict=True)
    except msgspec.ValidationError as error:
        problem, field = split_problem(str(error))
        raise PACK_INVALID(field, where=where, problem=problem) from None


def _code(folder: Path) -> PackCode:
    """Import the pack's own code: the module of its folder, which says ``CODE``.

    An installed pack is imported under its own name; one that only lies in a folder through the folder above.
    """
    if not (folder / "__init__.py").is_file():
        return PackCode()
    parts = [folder.name]
    above = folder.parent
    while (above / "__init__.py").is_file():
        parts.insert(0, above.name)
        above = above.parent
    if str(above) not in sys.path:
        sys.path.append(str(above))
    code = getattr(importlib.import_module(".".join(parts)), "CODE", PackCode())
    if not isinstance(code, PackCode):
        raise PACK_INVALID("CODE", where="__init__.py", problem="CODE must be a PackCode")
    return code
