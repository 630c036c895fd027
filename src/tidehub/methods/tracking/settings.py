"""The numbers of the tracking rules, each with its reason; a pack may replace any of them."""

from __future__ import annotations

import msgspec

KNOT_MPS = 1852.0 / 3600.0


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How one class of craft or vehicle is judged.

    Parameters
    ----------
    class_speed_max_mps
        Nothing of this class goes faster; an implied speed above it is flagged.
    jump_ratio, jump_margin_mps
        A fix is flagged when the implied speed exceeds ``ratio * reported + margin``.
    split_speed_mps, split_gap_s
        A segment ends above this implied speed or after this silence.
    noise_m
        Movement below this never counts as a jump or split: two receivers, two antennas, rounding.
    future_allowed_s, stale_after_s
        How far a device clock may run ahead, and how late a fix may arrive before it is flagged.
    recent_max
        How many last fixes are remembered to recognise a duplicate.
    segments_max
        How many interleaved tracks under one claim are followed at once.
    lead_after
        So many fixes in a row make another segment the leading one (a spoofed spot does not move the boat).
    anchor_radius_m, anchor_after_s, anchor_speed_max_mps
        A track that stays within the radius so long, and not faster, lies at anchor; its swing is collapsed.
    """

    class_speed_max_mps: float = 50.0 * KNOT_MPS  # fast ferries and patrol boats reach 40-45 kn
    jump_ratio: float = 3.0
    jump_margin_mps: float = 5.0
    split_speed_mps: float = 30.0 * KNOT_MPS  # public AIS track segmentation practice: 30 kn
    split_gap_s: float = 86_400.0  # and 24 h
    noise_m: float = 30.0
    future_allowed_s: float = 60.0
    stale_after_s: float = 600.0
    recent_max: int = 16
    segments_max: int = 4
    lead_after: int = 3
    anchor_radius_m: float = 60.0
    anchor_after_s: float = 600.0
    anchor_speed_max_mps: float = 0.75


BOAT = Settings()
"""Shuttle boats, fishing boats and whatever else AIS shows."""

FISHING_BOAT = Settings(class_speed_max_mps=20.0 * KNOT_MPS)
"""A steel trawler makes 10-14 kn."""

TRUCK = Settings(
    class_speed_max_mps=160.0 / 3.6,
    split_speed_mps=160.0 / 3.6,
    split_gap_s=14_400.0,
    anchor_radius_m=40.0,
    anchor_after_s=300.0,
)
"""Road vehicles: above any legal speed, so that a motorway trip stays one segment."""

ON_FOOT = Settings(
    class_speed_max_mps=12.0,
    split_speed_mps=40.0,  # people also ride
    split_gap_s=14_400.0,
    noise_m=60.0,  # a telephone between houses
    anchor_radius_m=80.0,
    anchor_after_s=300.0,
)
"""Handhelds of inspectors and grid workers."""
