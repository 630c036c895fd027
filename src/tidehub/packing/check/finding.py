"""A finding: what is wrong with a pack, where, and how to mend it, in both languages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Literal, NamedTuple

import msgspec

from tidehub.capabilities.documents import Template
from tidehub.kernel.errors import Refusal
from tidehub.kernel.facts import Fact
from tidehub.packing.model import Pack

Level = Literal["error", "warning", "info"]


class Finding(msgspec.Struct, frozen=True):
    """Something about a pack that somebody should know.

    Parameters
    ----------
    check
        Name of the check that found it.
    where
        File and place in it, e.g. ``lifecycle.yaml: moves.close``.
    zh, en
        What is so.
    fix_zh, fix_en
        How to mend it; empty where nothing needs to be done.
    level
        ``error`` fails the check, ``warning`` costs a grade, ``info`` is only told.
    """

    check: str
    where: str
    zh: str
    en: str
    fix_zh: str = ""
    fix_en: str = ""
    level: Level = "error"


class House(NamedTuple):
    """What the checks need of the platform around a pack; the command composes it.

    Parameters
    ----------
    version
        The platform's version.
    facts
        Every kind of fact with this pack mounted, by name.
    public
        Names of the SDK, which a pack's code may use.
    draw
        Draws a template's example and reads the text back from the PDF, line by line.
    play
        Plays the pack's stories twice and verifies the data; the problems it met.
    """

    version: str
    facts: Mapping[str, type[Fact]]
    public: frozenset[str] = frozenset()
    draw: Callable[[Template], str] | None = None
    play: Callable[[Pack], Iterable[StoryProblem]] | None = None


class StoryProblem(NamedTuple):
    """What came otherwise in a story than it should."""

    where: str
    zh: str
    en: str


def refused(check: str, where: str, refusal: Refusal) -> Finding:
    """Turn a refusal into a finding; it says itself what to do."""
    place = f"{where}: {refusal.field}" if refusal.field else where
    return Finding(check, place, refusal.text("zh"), refusal.text("en"), refusal.advice("zh"), refusal.advice("en"))
