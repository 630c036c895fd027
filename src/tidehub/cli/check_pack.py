"""``tidehub check-pack PACK``: prove a pack by its files, its documents and its story."""

from __future__ import annotations

import argparse
import asyncio
import io
import json
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec

from tidehub import __version__, sdk
from tidehub.adapters.pdf import PdfRenderer, find_fonts, specimen
from tidehub.app import Platform
from tidehub.capabilities.documents import Template
from tidehub.capabilities.evaluation import Definitions
from tidehub.hub.clock import SystemClock
from tidehub.hub.verify import problems_of, verify
from tidehub.packing import Pack, find_pack, mount, read_pack
from tidehub.packing.check import Finding, House, StoryProblem, check_pack, snapshot_of, stories_of
from tidehub.settings import Settings
from tidehub.testkit.story import tell
from tidehub.worker import Follower

PUBLIC_URL = "https://tidehub.example"
"""Address in the codes of drawn examples: the same on every machine."""
PROBLEMS_SHOWN = 10


def add_to(commands: Any) -> None:
    """Add the command."""
    command = commands.add_parser("check-pack", help="prove a pack · 检查场景包")
    command.add_argument("pack", help="name or folder of the pack")
    command.add_argument("--json", action="store_true", help="print one JSON object")
    command.add_argument("--fast", action="store_true", help="draw no documents and play no story")
    command.add_argument(
        "--accept", action="store_true", help="write the documents' text snapshots as they are drawn now"
    )
    command.set_defaults(carry_out=carry_out)


def carry_out(args: argparse.Namespace) -> int:
    """Check it; 1 when it has errors."""
    folder = find_pack(args.pack)
    accepted = accept(folder) if args.accept else []
    findings = check_pack(folder, house_of, fast=args.fast)
    counts = Counter(finding.level for finding in findings)
    errors, warnings = counts["error"], counts["warning"]
    if args.json:
        told = {"pack": folder.name, "errors": errors, "warnings": warnings, "accepted": accepted}
        print(json.dumps({**told, "findings": msgspec.to_builtins(findings)}, ensure_ascii=False))
    else:
        for name in accepted:
            print(f"写入 written: {name}")
        for finding in findings:
            print("\n".join(lines_of(finding)))
        zh = "通过" if not errors else f"{errors} 处错误"
        print(f"{folder.name}: {zh} · {errors} errors, {warnings} warnings, {counts['info']} notes")
    return 1 if errors else 0


def lines_of(finding: Finding) -> Iterator[str]:
    """Write a finding as two lines, one for each language."""
    mark = "" if finding.level == "error" else f" ({finding.level})"
    for text, fix in ((finding.zh, finding.fix_zh), (finding.en, finding.fix_en)):
        yield f"[{finding.check}]{mark} {finding.where}: {text}" + (f" — {fix}" if fix else "")


def house_of(pack: Pack) -> House:
    """Compose the platform around a pack: its facts by name, a renderer, a player of its stories."""
    bare = replace(
        pack,
        lifecycles=(),
        catalogue=None,
        notices=(),
        indicators=Definitions(),
        code=replace(pack.code, flows=()),
    )  # what names a fact that nobody records is for the checks to say
    with tempfile.TemporaryDirectory(prefix="tidehub-check-") as folder:
        settings = Settings(data=Path(folder), key=bytes(32), doors=None)
        facts = dict(Platform(settings, mount([bare]), SystemClock()).registry.fact_types)
    renderer = PdfRenderer(find_fonts(), PUBLIC_URL)
    return House(__version__, facts, frozenset(sdk.__all__), lambda template: text_of(renderer, template), play)


def text_of(renderer: PdfRenderer, template: Template) -> str:
    """Draw a template's example and read the text back, line by line."""
    from pypdf import PdfReader  # only here: reading PDF back is for the check alone

    reader = PdfReader(io.BytesIO(renderer.render(specimen(template))))
    lines = [line.strip() for page in reader.pages for line in page.extract_text().splitlines()]
    return "\n".join(line for line in lines if line) + "\n"


def accept(folder: Path) -> list[str]:
    """Write the text snapshots of a pack's documents; the files that changed."""
    renderer, written = PdfRenderer(find_fonts(), PUBLIC_URL), []
    for template in read_pack(folder).templates:
        path, text = snapshot_of(folder, template), text_of(renderer, template)
        if not path.is_file() or path.read_text("utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
            written.append(str(path.relative_to(folder)))
    return written


def play(pack: Pack) -> Iterator[StoryProblem]:
    """Play every story of a pack twice; the same hash must come of it, and sound data."""
    for path in stories_of(pack.folder):
        where = str(path.relative_to(pack.folder))
        hashes = []
        for _ in range(2):
            with tempfile.TemporaryDirectory(prefix="tidehub-story-") as folder:
                try:
                    outcome = asyncio.run(tell(str(pack.folder), Path(folder), story=path))
                except Exception as failed:  # a pack's own code may fail in any way
                    said = str(failed) or type(failed).__name__
                    yield StoryProblem(where, f"故事未如预期：{said}", f"the story failed: {said}")
                    break
                hashes.append(outcome["hash"])
                if len(hashes) == 2:
                    yield from asyncio.run(_unsound(pack, Path(folder), where))
        if len(set(hashes)) > 1:
            yield StoryProblem(where, "演示两次，记录的散列不同", "played twice, the hash of the log differs")


async def _unsound(pack: Pack, folder: Path, where: str) -> list[StoryProblem]:
    """Verify the data of a run, figures included: kept up step by step equals computed again from nothing."""
    platform = Platform(Settings(data=folder, doors=None, key=bytes(32)), mount([pack]), SystemClock())
    await platform.hub.open()
    try:
        await Follower(platform.hub).catch_up()
        report = await verify(platform.hub.store, platform.files)
    finally:
        await platform.hub.close()
    return [
        StoryProblem(where, f"数据与记录不符：{line}", f"the data are not as they were written: {line}")
        for line in list(problems_of(report))[:PROBLEMS_SHOWN]
    ]
