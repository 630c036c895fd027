"""The tracking rules: jumps, segments, anchorages, arrival, freshness, contact; and the same answer twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidehub.methods.tracking import (
    BOAT,
    FISHING_BOAT,
    FLAG_TEXTS,
    REASON_TEXTS,
    TRUCK,
    ArrivalKind,
    ArrivalState,
    ArrivalWatch,
    ContactRule,
    Fix,
    Flag,
    FreshnessState,
    Reason,
    Timeouts,
    TrackPoint,
    TrackState,
    advance,
    evidence,
    freshness,
    judge,
    keep_raw,
    next_change_at,
    prove_contact,
    prove_presence,
    watch_arrival,
)

T0 = datetime(2026, 6, 1, 4, 0, tzinfo=UTC)
LON, LAT = 121.45, 28.67
M_LAT = 1 / 111_195.0
KNOT = 1852 / 3600


def at(seconds: float) -> datetime:
    return T0 + timedelta(seconds=seconds)


def fix(seconds: float, metres_north: float, *, sog: float | None = None, received_s: float | None = None) -> Fix:
    received = at(seconds if received_s is None else received_s)
    return Fix("ais", "mmsi:412345678", LON, LAT + metres_north * M_LAT, received, at(seconds), sog)


def point(seconds: float, metres_north: float, *, sog: float | None = 0.1, flags: tuple[str, ...] = ()) -> TrackPoint:
    return TrackPoint(at(seconds), LON, LAT + metres_north * M_LAT, sog, None, 5.0, flags, 1, True, True)


# -- jumps and segments --------------------------------------------------------------------------------------


def test_a_steady_boat_is_one_segment_without_flags() -> None:
    """Five knots, a fix every ten seconds."""
    speed = 5 * KNOT
    state, verdicts = judge([fix(10 * n, 10 * n * speed, sog=speed) for n in range(30)])
    assert all(verdict.flags == () and verdict.segment == 1 for verdict in verdicts)
    assert state.leader is not None
    assert state.leader.length_m == pytest.approx(290 * speed, rel=1e-3)


def test_implied_speed_against_reported_speed_is_a_jump() -> None:
    """Two independent signals: it says 2 m/s and moves 14 m/s. The fix is kept, flagged."""
    _, verdicts = judge([fix(0, 0, sog=2.0), fix(60, 120, sog=2.0), fix(120, 960, sog=2.0)])
    assert verdicts[1].flags == ()
    assert verdicts[2].flags == (Flag.JUMP_REPORTED,)
    assert verdicts[2].accepted and verdicts[2].segment == 1


def test_more_than_thirty_knots_splits_the_track() -> None:
    """A spoofed spot a hundred miles off becomes a segment of its own, and the boat stays where it is."""
    track = [fix(0, 0, sog=2.0), fix(60, 120, sog=2.0), fix(90, 180_000, sog=2.0), fix(120, 240, sog=2.0)]
    state, verdicts = judge(track)
    assert [verdict.segment for verdict in verdicts] == [1, 1, 2, 1]
    assert Flag.SPLIT_SPEED in verdicts[2].flags and Flag.JUMP_SPEED in verdicts[2].flags
    assert not verdicts[2].leads and verdicts[3].leads
    assert verdicts[3].flags == ()
    assert state.leader is not None and state.leader.number == 1


def test_thirty_knots_is_the_edge() -> None:
    """29.9 kn goes on, 30.1 kn does not."""
    for knots, segment in ((29.9, 1), (30.1, 2)):
        speed = knots * KNOT
        _, verdicts = judge([fix(0, 0, sog=speed), fix(600, 600 * speed, sog=speed)])
        assert verdicts[1].segment == segment


def test_a_day_of_silence_splits_the_track() -> None:
    """Whatever happened in more than 24 hours is not one track."""
    _, verdicts = judge([fix(0, 0), fix(86_400, 50), fix(3 * 86_400, 100)])
    assert [verdict.segment for verdict in verdicts] == [1, 1, 2]
    assert Flag.SPLIT_GAP in verdicts[2].flags


def test_two_boats_that_share_a_number_are_two_segments() -> None:
    """Interleaved under one MMSI, each keeps its own track, whatever the order in which they speak."""
    one = [fix(30 * n, 30 * n * 2.0, sog=2.0) for n in range(20)]
    other = [fix(30 * n + 7, 50_000 + 30 * n * 3.0, sog=3.0) for n in range(20)]
    state, verdicts = judge(sorted(one + other, key=lambda f: f.received_at))
    assert [verdict.segment for verdict in verdicts] == [1, 2] * 20
    assert [segment.fix_count for segment in state.segments] == [20, 20]
    assert sum(verdict.leads for verdict in verdicts) == 20


def test_another_segment_leads_after_three_in_a_row() -> None:
    """When the old boat has fallen silent and another speaks, it becomes the one that is shown."""
    track = [fix(30 * n, 0, sog=0.0) for n in range(3)]
    track += [fix(90 + 30 * n, 60_000, sog=0.0) for n in range(3)]
    state, verdicts = judge(track)
    assert [verdict.leads for verdict in verdicts] == [True, True, True, False, False, True]
    assert state.leading == 2


@pytest.mark.parametrize(("lon", "lat"), [(181.0, 91.0), (float("nan"), 28.0), (121.0, -90.1), (-180.1, 0.0)])
def test_only_impossible_coordinates_are_rejected_with_a_count(lon: float, lat: float) -> None:
    """Everything else is kept and flagged."""
    state, verdict = advance(TrackState(), Fix("ais", "mmsi:1", lon, lat, T0))
    assert not verdict.accepted and verdict.reason is Reason.POSITION_IMPOSSIBLE
    assert state.rejected == {"position_impossible": 1}
    assert state.segments == ()


def test_null_island_is_kept_and_proves_nothing() -> None:
    """Zero, zero is a place in the Atlantic; here it is a device without a fix."""
    _, verdict = advance(TrackState(), Fix("ais", "mmsi:1", 0.0, 0.0, T0))
    assert verdict.accepted and Flag.NULL_ISLAND in verdict.flags
    assert verdict.point is not None and evidence([verdict.point]) == []


def test_a_repeated_delivery_is_a_duplicate() -> None:
    """The same instant, place and number again moves nothing."""
    state, verdicts = judge([fix(0, 0), fix(0, 0), fix(10, 20)])
    assert verdicts[1].flags == (Flag.DUPLICATE,) and verdicts[1].segment is None
    assert state.fix_count == 3


def test_late_fixes_go_into_their_segment_without_moving_it() -> None:
    """A terminal empties its queue: the past is added, the present stays."""
    state, verdicts = judge([fix(0, 0), fix(600, 1200), fix(300, 600, received_s=610)])
    assert Flag.OUT_OF_ORDER in verdicts[2].flags and not verdicts[2].moves_track
    assert state.leader is not None and state.leader.last.at == at(600)
    assert state.leader.fix_count == 3


def test_clocks_ahead_and_old_news_are_flagged() -> None:
    """A clock that runs ahead is replaced by ours; what arrives late says so and keeps its time."""
    ahead = Fix("ais", "mmsi:1", LON, LAT, at(0), at(61))
    old = Fix("ais", "mmsi:1", LON, LAT, at(601), at(0))
    assert advance(TrackState(), ahead)[1].at == at(0)
    assert Flag.CLOCK_IN_FUTURE in advance(TrackState(), ahead)[1].flags
    assert advance(TrackState(), old)[1].at == at(0)
    assert Flag.STALE in advance(TrackState(), old)[1].flags


def test_each_class_of_craft_has_its_own_limits() -> None:
    """35 knots are a jump for a trawler, a new segment for a boat, and nothing for a truck."""
    speed = 35 * KNOT
    track = [fix(0, 0, sog=speed), fix(60, 60 * speed, sog=speed)]
    assert Flag.JUMP_SPEED in judge(track, FISHING_BOAT)[1][1].flags
    assert judge(track, BOAT)[1][1].flags == (Flag.SPLIT_SPEED,)
    assert judge(track, TRUCK)[1][1].flags == ()


# -- at anchor ----------------------------------------------------------------------------------------------


def test_swing_at_anchor_is_collapsed_and_leaving_is_seen() -> None:
    """After ten minutes within sixty metres it lies at anchor; a moored boat that moves is shown moving."""
    swing = [fix(60 * n, 20 if n % 2 else -20, sog=0.1) for n in range(20)]
    away = [fix(1200 + 60 * n, 150 + 120 * n, sog=2.0) for n in range(3)]
    _, verdicts = judge(swing + away)
    assert not any(Flag.COLLAPSED in verdict.flags for verdict in verdicts[:10])
    assert all(Flag.COLLAPSED in verdict.flags and verdict.anchored for verdict in verdicts[12:20])
    assert Flag.LEFT_ANCHORAGE in verdicts[20].flags
    assert not verdicts[20].anchored and not verdicts[22].anchored


def test_a_slow_drift_does_not_drag_the_anchorage_along() -> None:
    """Two metres a minute: after the radius it has left, however slowly."""
    _, verdicts = judge([fix(60 * n, 2.0 * n, sog=0.05) for n in range(60)])
    assert any(Flag.LEFT_ANCHORAGE in verdict.flags for verdict in verdicts)


# -- judged again -------------------------------------------------------------------------------------------

_tracks = st.lists(
    st.tuples(
        st.floats(0, 4000, allow_nan=False),
        st.floats(-300_000, 300_000, allow_nan=False),
        st.one_of(st.none(), st.floats(0, 20, allow_nan=False)),
    ),
    max_size=30,
)


@given(_tracks, st.integers(0, 30))
def test_judged_again_from_a_stored_state_gives_the_same(
    steps: list[tuple[float, float, float | None]], cut: int
) -> None:
    """Stopped anywhere, stored as JSON, and gone on: the same verdicts as without a stop."""
    fixes = [fix(seconds, metres, sog=sog) for seconds, metres, sog in steps]
    _, whole = judge(fixes)
    state, first = judge(fixes[:cut])
    state = msgspec.json.decode(msgspec.json.encode(state), type=TrackState)
    _, rest = judge(fixes[cut:], state=state)
    assert first + rest == whole


@given(_tracks)
def test_every_fix_is_accounted_for(steps: list[tuple[float, float, float | None]]) -> None:
    """Accepted fixes are in a segment, or marked as a repetition; nothing disappears."""
    fixes = [fix(seconds, metres, sog=sog) for seconds, metres, sog in steps]
    state, verdicts = judge(fixes)
    assert len(verdicts) == len(fixes)
    assert state.fix_count + sum(state.rejected.values()) == len(fixes)
    assert all(verdict.segment is not None or Flag.DUPLICATE in verdict.flags for verdict in verdicts)
    assert len(state.segments) <= BOAT.segments_max


# -- arrival ------------------------------------------------------------------------------------------------

WATCH = ArrivalWatch(LON, LAT, 100.0, 60.0, 0.5)


def run(points: list[TrackPoint], watch: ArrivalWatch = WATCH) -> list[tuple[ArrivalKind, datetime]]:
    state, told = ArrivalState(), []
    for one in points:
        state, news = watch_arrival(state, one, watch)
        told += [(change.kind, change.at) for change in news]
    return told


def test_arrival_needs_place_speed_and_time() -> None:
    """Inside, slow, and long enough: the promised minutes end when the stay began."""
    state, told = ArrivalState(), []
    for one in (point(0, 300, sog=3), point(30, 90, sog=3), point(60, 50), point(90, 50), point(120, 50)):
        state, news = watch_arrival(state, one, WATCH)
        told += news
    assert [change.kind for change in told] == [ArrivalKind.ENTERED, ArrivalKind.ARRIVED]
    assert told[1].at == at(120) and told[1].since_at == at(60) and told[1].fix_count == 3


def test_passing_through_is_no_arrival() -> None:
    """A boat that crosses the circle at speed entered and left, and did not arrive."""
    told = run([point(n * 10, 200 - n * 40, sog=4.0) for n in range(11)])
    assert [kind for kind, _ in told] == [ArrivalKind.ENTERED, ArrivalKind.LEFT]


def test_hysteresis_of_speed_and_rim() -> None:
    """Once slow, a gust does not break the dwell; once inside, a swing on the rim is not leaving."""
    told = run(
        [
            point(0, 95, sog=0.4),
            point(30, 110, sog=0.7),
            point(60, 95, sog=0.4),
            point(90, 115),
            point(120, 125),
        ]
    )
    assert [kind for kind, _ in told] == [ArrivalKind.ENTERED, ArrivalKind.ARRIVED, ArrivalKind.LEFT]
    assert told[2][1] == at(120)
    fast = run([point(0, 50, sog=0.4), point(30, 50, sog=0.8), point(60, 50, sog=0.4), point(90, 50, sog=0.4)])
    assert [kind for kind, _ in fast] == [ArrivalKind.ENTERED]


def test_silence_proves_no_dwell() -> None:
    """Two fixes six minutes apart do not say what was between them."""
    assert [kind for kind, _ in run([point(0, 10), point(360, 10)])] == [ArrivalKind.ENTERED]


def test_doubtful_fixes_prove_nothing() -> None:
    """A spoofed spot in the circle is no arrival."""
    assert run([point(n * 30, 0, flags=(Flag.JUMP_SPEED,)) for n in range(5)]) == []
    moved = TrackPoint(at(0), LON, LAT, 0.0, None, None, (), 2, False, True)
    assert run([moved]) == []


def test_without_a_reported_speed_motion_is_derived() -> None:
    """A telephone without speed: 0.2 m/s between two fixes is slow enough, 2 m/s is not."""
    slow = run([point(0, 20, sog=None), point(30, 26, sog=None), point(60, 20, sog=None), point(90, 26, sog=None)])
    assert ArrivalKind.ARRIVED in [kind for kind, _ in slow]
    quick = run([point(30 * n, 60 * (n % 2), sog=None) for n in range(5)])
    assert ArrivalKind.ARRIVED not in [kind for kind, _ in quick]


def test_no_dwell_and_no_speed_is_a_plain_fence() -> None:
    """The first fix inside is the arrival, even the very first of all and without a speed."""
    plain = ArrivalWatch(LON, LAT, 100.0, 0.0, float("inf"))
    assert [kind for kind, _ in run([point(0, 10, sog=None)], plain)] == [
        ArrivalKind.ENTERED,
        ArrivalKind.ARRIVED,
    ]


def test_the_perpendicular_advances_the_leg_and_proves_no_arrival() -> None:
    """Passing abeam of the berth, a mile off, ends the leg; nobody has arrived."""
    leg = ArrivalWatch(LON, LAT, 100.0, 60.0, 0.5, from_lon=LON, from_lat=LAT - 0.05)
    east = [
        TrackPoint(at(60 * n), LON + 0.02, LAT + (n - 2) * 0.01, 4.0, None, None, (), 1, True, True) for n in range(5)
    ]
    assert [kind for kind, _ in run(east, leg)] == [ArrivalKind.PERPENDICULAR_PASSED]


# -- freshness ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("age_s", "state", "keep"),
    [
        (0, FreshnessState.FRESH, True),
        (120, FreshnessState.FRESH, True),
        (121, FreshnessState.STALE, True),
        (600, FreshnessState.STALE, True),
        (601, FreshnessState.TIMED_OUT, True),
        (3601, FreshnessState.TIMED_OUT, False),
    ],
)
def test_freshness_has_edges(age_s: float, state: FreshnessState, keep: bool) -> None:
    """The last value is given with its age in every state."""
    told = freshness(4.2, T0, at(age_s), Timeouts())
    assert (told.state, told.keep, told.value, told.age_s) == (state, keep, 4.2, age_s)


def test_an_anchored_boat_does_not_flicker_out() -> None:
    """A moored vessel stays on the map for a week."""
    told = freshness(4.2, T0, at(86_400), Timeouts(), anchored=True)
    assert (told.state, told.keep) == (FreshnessState.TIMED_OUT, True)


def test_what_never_came_is_timed_out() -> None:
    """No value, no age."""
    told = freshness(None, None, T0, Timeouts())
    assert (told.state, told.value, told.age_s) == (FreshnessState.TIMED_OUT, None, None)


@given(st.floats(0, 5000, allow_nan=False), st.booleans())
def test_the_next_change_is_exactly_a_change(age_s: float, anchored: bool) -> None:
    """At the instant given the state is another, just before it is not."""
    now = at(age_s)
    change = next_change_at(T0, now, Timeouts(), anchored=anchored)
    state = freshness(1, T0, now, Timeouts(), anchored=anchored).state
    if change is None:
        assert state is FreshnessState.TIMED_OUT
    else:
        before = change - timedelta(microseconds=1)
        assert freshness(1, T0, before, Timeouts(), anchored=anchored).state is state
        assert freshness(1, T0, change, Timeouts(), anchored=anchored).state is not state


# -- contact ------------------------------------------------------------------------------------------------


def test_two_tracks_within_reach_long_enough_are_a_contact() -> None:
    """The fixes need no common instants; the nearest approach lies between them."""
    one = [point(30 * n, 0) for n in range(10)]
    other = [point(15 + 30 * n, 200 - 40 * n) for n in range(10)]
    (contact,) = prove_contact(one, other, ContactRule(radius_m=50.0, duration_s=60.0))
    assert contact.distance_min_m == pytest.approx(0.0, abs=1.0)
    assert contact.duration_s >= 60.0 and not contact.one_sided
    assert contact.fix_count_a >= 2 and contact.fix_count_b >= 2 and contact.accuracy_max_m == 5.0


def test_too_short_or_too_far_is_none() -> None:
    """Passing by at thirty metres for a moment is no meeting."""
    one = [point(30 * n, 0) for n in range(10)]
    passing = [point(30 * n, 500 - 100 * n, sog=3.3) for n in range(10)]
    assert prove_contact(one, passing) == []
    assert prove_contact(one, [point(30 * n, 60) for n in range(10)]) == []
    assert prove_contact(one, []) == []


def test_a_gap_is_not_bridged() -> None:
    """Where one was silent for more than five minutes, nobody knows."""
    one = [point(30 * n, 0) for n in range(30)]
    other = [point(0, 10), point(850, 10)]
    assert prove_contact(one, other) == []


def test_presence_at_a_place_is_one_sided() -> None:
    """With one track only the proof says so."""
    (stay,) = prove_presence([point(30 * n, 10) for n in range(10)], LON, LAT)
    assert stay.one_sided and stay.fix_count_b == 0 and stay.duration_s == 270.0


@given(_tracks, _tracks)
def test_contact_is_symmetric(
    a: list[tuple[float, float, float | None]], b: list[tuple[float, float, float | None]]
) -> None:
    """Who meets whom does not matter: same beginnings, ends and distances."""
    rule = ContactRule(radius_m=5000.0, duration_s=0.0, silence_s_max=1000.0)

    def points(steps: list[tuple[float, float, float | None]]) -> list[TrackPoint]:
        by_time = {round(seconds): point(round(seconds), metres / 10, sog=sog) for seconds, metres, sog in steps}
        return [by_time[key] for key in sorted(by_time)]

    one, other = prove_contact(points(a), points(b), rule), prove_contact(points(b), points(a), rule)
    assert [(c.start_at, c.end_at) for c in one] == [(c.start_at, c.end_at) for c in other]
    assert [c.distance_min_m for c in one] == pytest.approx([c.distance_min_m for c in other], abs=1.0)


# -- words --------------------------------------------------------------------------------------------------


def test_every_reason_and_flag_has_its_words() -> None:
    """People see Chinese and English, never a code alone."""
    assert set(REASON_TEXTS) == set(Reason)
    assert set(FLAG_TEXTS) == set(Flag)


@given(st.one_of(st.text(max_size=5000), st.binary(max_size=12_000)))
def test_raw_is_kept_within_bounds(raw: str | bytes) -> None:
    """What arrived is kept as text or hexadecimal, at most 2048 characters, and a cut says so."""
    text = keep_raw(raw)
    assert len(text) <= 2048
    if len(raw) > 9000:
        assert text.endswith(f"…[{len(raw)}]")
