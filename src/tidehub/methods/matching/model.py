"""The words of correlation: a report to be placed, a term of a score card, a link with its terms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Band = Literal["attach", "suggest", "separate"]


@dataclass(frozen=True)
class Report:
    """What somebody, or a camera, brings to notice.

    Parameters
    ----------
    id
        Unique among all reports.
    at_s
        When it happened or was noticed, seconds since 1970 UTC.
    text, subject
        As sent; may be empty for a camera's alert.
    lon, lat
        WGS 84 degrees, or both ``None``.
    accuracy_m
        Standard error of the position in metres; 0 where unknown, then the source decides.
    category
        What the sender's system calls it; free text, may be wrong, may be empty.
    source
        Through which door: ``camera``, ``app``, ``hotline``, ``patrol`` or what the system calls itself.
    reporter
        A hash or key of who sent it, never shown; empty where unknown.
    """

    id: str
    at_s: float
    text: str = ""
    subject: str = ""
    lon: float | None = None
    lat: float | None = None
    accuracy_m: float = 0.0
    category: str = ""
    source: str = ""
    reporter: str = ""


@dataclass(frozen=True)
class Term:
    """One line of a score card.

    Parameters
    ----------
    name
        ``place``, ``names``, ``time``, ``category``, ``words``, ``copy``, ``details``, ``reporter`` or ``base``.
    points
        What it adds, in natural log-odds.
    zh, en
        What it rests on, for people.
    """

    name: str
    points: float
    zh: str
    en: str


@dataclass(frozen=True)
class Link:
    """Two reports and how likely they mean one thing."""

    a: str
    b: str
    score: float
    probability: float
    band: Band
    terms: tuple[Term, ...]
