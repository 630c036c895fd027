"""The kinds of waste, from ``kinds.yaml``: names, groups, densities and codes of other systems."""

from __future__ import annotations

from pathlib import Path

import msgspec
import yaml


class Kind(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One kind of waste.

    Parameters
    ----------
    group
        Stream group of the compartments it may go into.
    measure
        Whether it is measured by ``mass`` or ``volume``.
    marpol_annex, letter, edition
        Row of MARPOL; a letter of Annex V means nothing without its edition.
    wdr_row
        Row of the IMO waste delivery receipt.
    ewc, cn
        European Waste Catalogue; 国家危险废物名录.
    """

    zh: str
    en: str
    group: str
    measure: str
    density_kg_m3: int | None = None
    marpol_annex: str = ""
    letter: str = ""
    edition: str = ""
    wdr_row: str = ""
    ewc: str = ""
    cn: str = ""
    hazardous: bool = False


def _read() -> dict[str, Kind]:
    raw = yaml.safe_load((Path(__file__).parent / "kinds.yaml").read_text("utf-8"))
    return msgspec.convert(raw["kinds"], dict[str, Kind], strict=True)


KINDS = _read()
