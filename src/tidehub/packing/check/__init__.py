"""Proving a pack: one module for each concern, each a function from the pack to what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from tidehub.packing.check import (
    accounts,
    code,
    dispatch,
    docs,
    documents,
    forms,
    harbour,
    indicators,
    lifecycle,
    manifest,
    messages,
    notices,
    quality,
    story,
    tariffs,
    world,
)
from tidehub.packing.check.documents import snapshot_of
from tidehub.packing.check.finding import Finding, House, StoryProblem
from tidehub.packing.check.manifest import version_fits
from tidehub.packing.check.reading import read_or_tell
from tidehub.packing.check.story import stories_of
from tidehub.packing.model import Pack

__all__ = [
    "CHECKS",
    "Finding",
    "House",
    "StoryProblem",
    "check_pack",
    "snapshot_of",
    "stories_of",
    "version_fits",
]

Check = Callable[[Pack, House], Iterable[Finding]]

CHECKS: Mapping[str, Check] = {
    "manifest": manifest.check,
    "lifecycle": lifecycle.check,
    "forms": forms.check,
    "dispatch": dispatch.check,
    "documents": documents.check,
    "messages": messages.check,
    "notices": notices.check,
    "indicators": indicators.check,
    "tariffs": tariffs.check,
    "accounts": accounts.check,
    "harbour": harbour.check,
    "world": world.check,
    "code": code.check,
    "docs": docs.check,
    "story": story.check,
}
"""Every check by its name, in the order in which they are told; ``quality`` judges them and comes last."""


def check_pack(folder: Path, house_of: Callable[[Pack], House], *, fast: bool = False) -> list[Finding]:
    """Check a pack.

    Parameters
    ----------
    folder
        Where it lies.
    house_of
        Composes the platform around the pack, once it can be read.
    fast
        Whether nothing is drawn or played.

    Returns
    -------
    list
        In the order of the checks. A pack that cannot be read is told by its broken files alone.
    """
    pack, findings = read_or_tell(folder)
    if pack is None:
        return findings
    house = house_of(pack)
    if fast:
        house = house._replace(draw=None, play=None)
    for check in CHECKS.values():
        findings.extend(check(pack, house))
    left_out = frozenset({"story", "documents"} if fast else ())
    findings.extend(quality.check(pack, findings, left_out))
    return findings
