"""``tidehub reference FOLDER``: write the reference pages and the OpenAPI document from the code itself."""

from __future__ import annotations

import argparse
import inspect
import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from tidehub.api.description import describe
from tidehub.api.serving import build_app
from tidehub.cli.opened import build
from tidehub.kernel.access import Rule
from tidehub.kernel.errors import refusal_kinds
from tidehub.settings import Settings


def add_to(commands: Any) -> None:
    """Add the command."""
    command = commands.add_parser("reference", help="write the reference pages from the code · 生成参考文档")
    command.add_argument("folder", type=Path, help="e.g. docs/reference")
    command.set_defaults(carry_out=carry_out, commands=commands)


def carry_out(args: argparse.Namespace) -> int:
    """Write ``commands.md``, ``facts.md``, ``refusals.md``, ``flows.md``, ``cli.md`` and ``openapi.json``."""
    args.folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages(args.commands.choices).items():
        (args.folder / name).write_text(text, encoding="utf-8")
    return 0


def pages(commands: Mapping[str, argparse.ArgumentParser]) -> dict[str, str]:
    """Every page by its file name; the house tests compare them with what is committed."""
    with tempfile.TemporaryDirectory(prefix="tidehub-reference-") as folder:
        platform = build(Settings(data=Path(folder), key=bytes(32), doors=None))
        document = describe(build_app(platform))
        registry = platform.registry
        return {
            "commands.md": _commands(registry),
            "facts.md": _facts(registry),
            "refusals.md": _refusals(),
            "flows.md": _flows(registry),
            "cli.md": _cli(commands),
            "openapi.json": json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n",
        }


def _first_paragraph(thing: Any) -> str:
    return (inspect.getdoc(thing) or "").partition("\n\n")[0].replace("\n", " ")


def _fields(shape: Any) -> str:
    return ", ".join(f"`{field.name}`" for field in msgspec.structs.fields(shape)) or "–"


def _who(rule: Rule) -> str:
    if rule.everyone:
        return "everyone"
    parts = sorted(rule.roles) + [f"the matter's {one}" for one in sorted(rule.relations)]
    if rule.signed_in:
        parts.append("whoever is signed in")
    return ", ".join(parts) or "the platform alone"


def _commands(registry: Any) -> str:
    lines = ["# Commands", "", "What may be asked, by capability. Written by `tidehub reference`.", ""]
    for capability in registry.capabilities:
        if not capability.handlers:
            continue
        lines += [
            f"## {capability.name}",
            "",
            "| Command | What it asks | Who may | Fields |",
            "|---|---|---|---|",
        ]
        for handler in capability.handlers:
            command = handler.command
            lines.append(
                f"| `{command.__name__}` | {_first_paragraph(command)} | {_who(command.rule)} | {_fields(command)} |"
            )
        lines.append("")
    return "\n".join(lines)


def _facts(registry: Any) -> str:
    lines = ["# Facts", "", "What can have happened, by capability. Written by `tidehub reference`.", ""]
    for capability in registry.capabilities:
        if not capability.facts:
            continue
        lines += [
            f"## {capability.name}",
            "",
            "| Fact | Shape | What happened | Fields |",
            "|---|---|---|---|",
        ]
        for fact in sorted(capability.facts, key=lambda fact: fact.__name__):
            lines.append(f"| `{fact.__name__}` | {fact.shape_version} | {_first_paragraph(fact)} | {_fields(fact)} |")
        lines.append("")
    return "\n".join(lines)


def _refusals() -> str:
    lines = ["# Refusals", "", "Every code with its words. Written by `tidehub reference`.", ""]
    lines += ["| Code | Category | 中文 | English |", "|---|---|---|---|"]
    for code, kind in sorted(refusal_kinds().items()):
        lines.append(f"| `{code}` | {kind.category} | {kind.zh}。{kind.do_zh} | {kind.en}. {kind.do_en} |")
    return "\n".join([*lines, ""])


def _flows(registry: Any) -> str:
    lines = ["# Flows", "", "What follows a fact by itself, in order. Written by `tidehub reference`.", ""]
    lines += ["| Fact | Flows |", "|---|---|"]
    for kind, names in sorted(registry.follows.items()):
        lines.append(f"| `{kind}` | {', '.join(f'`{name}`' for name in names)} |")
    return "\n".join([*lines, ""])


def _cli(commands: Mapping[str, argparse.ArgumentParser]) -> str:
    lines = ["# Command line", "", "Written by `tidehub reference`.", ""]
    for name, command in sorted(commands.items()):
        lines += [f"## tidehub {name}", "", "```text", command.format_help().rstrip(), "```", ""]
    return "\n".join(lines)
