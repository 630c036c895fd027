"""The words everyone shares: ids, instants, money, quantities, codec, errors."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from fractions import Fraction
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidehub.kernel.codec import canonical_json, decode, sha256_hex
from tidehub.kernel.errors import MALFORMED, NOT_FOUND, Refusal, Unavailable, refusal_kind, refusal_kinds
from tidehub.kernel.ids import derived_id, new_ulid
from tidehub.kernel.instants import format_instant, from_us, parse_instant, refuse_future, to_us
from tidehub.kernel.money import format_yuan, round_half_up
from tidehub.kernel.quantities import Quantity, mass_g

instants = st.integers(to_us(datetime(1900, 1, 1, tzinfo=UTC)), to_us(datetime(2200, 1, 1, tzinfo=UTC))).map(from_us)


# -- ids ------------------------------------------------------------------------------------------------


@given(st.lists(st.text(st.characters(exclude_characters="\x1f", exclude_categories=["Cs"])), min_size=1, max_size=4))
def test_an_id_is_derived_from_its_parts_alone(parts: list[str]) -> None:
    """The same parts give the same id; joined differently they give another."""
    assert derived_id("case-", *parts) == derived_id("case-", *parts)
    assert derived_id("case-", *parts, "x") != derived_id("case-", *parts[:-1], parts[-1] + "x")
    assert len(derived_id("c", *parts)) == 21


def test_ids_sort_by_time() -> None:
    """A ULID made later is greater, and is 26 characters of Crockford's alphabet."""
    first = new_ulid(datetime(2026, 1, 1, tzinfo=UTC), b"\xff" * 10)
    second = new_ulid(datetime(2026, 1, 1, 0, 0, 0, 1000, tzinfo=UTC), b"\x00" * 10)
    assert first < second
    assert len(first) == 26
    assert not set(first) & set("ILOU")


# -- instants -------------------------------------------------------------------------------------------


@given(instants)
def test_an_instant_survives_tables_and_the_wire(at: datetime) -> None:
    """To microseconds and back, to RFC 3339 and back, exactly."""
    assert from_us(to_us(at)) == at
    assert parse_instant(format_instant(at)) == at


@given(instants, st.integers(-14 * 60, 14 * 60))
def test_a_zone_is_only_another_way_to_say_it(at: datetime, minutes: int) -> None:
    """The same instant in another zone is the same instant."""
    local = at.astimezone(timezone(timedelta(minutes=minutes)))
    assert parse_instant(local.isoformat()) == at
    assert to_us(local) == to_us(at)


@pytest.mark.parametrize(
    "text",
    [
        "2026-06-01T08:30:00",  # no zone
        "2026-06-01",
        "2026-13-01T00:00:00Z",
        "2026-02-30T00:00:00Z",
        "2026-06-01T25:00:00Z",
        "2026-06-01T08:30:00+0800",
        "0001-01-01T00:00:00+14:00",  # before the first day there is
        "1780000000",
        "",
        "2026-06-01T08:30:00Z\n",
        "２０２６-06-01T08:30:00Z",
    ],
)
def test_what_is_no_instant_is_refused(text: str) -> None:
    """Nothing is guessed, least of all a zone."""
    with pytest.raises(Refusal) as refused:
        parse_instant(text, "happened_at")
    assert (refused.value.code, refused.value.field) == ("instant_invalid", "happened_at")


def test_fractions_of_a_second_are_read_as_far_as_they_are_kept() -> None:
    """Up to nine digits come in; microseconds are kept, the rest is cut."""
    assert parse_instant("2026-06-01T08:30:00.123456789+08:00") == datetime(2026, 6, 1, 0, 30, 0, 123456, tzinfo=UTC)
    assert parse_instant("2026-06-01t00:30:00.5z") == datetime(2026, 6, 1, 0, 30, 0, 500000, tzinfo=UTC)


def test_a_device_may_be_a_little_ahead() -> None:
    """Within the allowed difference an instant in the future passes, beyond it is refused."""
    now = datetime(2026, 6, 1, tzinfo=UTC)
    refuse_future(now + timedelta(seconds=60), now, allowed_s=60)
    with pytest.raises(Refusal):
        refuse_future(now + timedelta(seconds=61), now, allowed_s=60)


# -- money and quantities -------------------------------------------------------------------------------


@given(st.integers(-(10**15), 10**15), st.integers(1, 10**6))
def test_rounding_is_half_away_from_zero(numerator: int, denominator: int) -> None:
    """As near as can be, and a half goes away from zero (四舍五入)."""
    rounded = round_half_up(numerator, denominator)
    exact = Fraction(numerator, denominator)
    assert abs(rounded - exact) <= Fraction(1, 2)
    if abs(rounded - exact) == Fraction(1, 2):
        assert abs(rounded) > abs(exact)
    assert round_half_up(-numerator, denominator) == -rounded


@given(st.integers(-(10**12), 10**12))
def test_yuan_read_back_are_the_same_fen(amount_fen: int) -> None:
    """What is written can be read back exactly."""
    text = format_yuan(amount_fen)
    assert int(text.replace(",", "").replace(".", "")) == amount_fen
    assert text[-3] == "."


def test_a_volume_needs_its_density() -> None:
    """1.5 l at 900 kg/m3 weigh 1,350 g; without a density nothing is guessed."""
    assert mass_g(Quantity(1500, "ml", "metered", density_kg_m3=900)) == 1350
    assert mass_g(Quantity(20_000, "g", "weighed")) == 20_000
    with pytest.raises(Refusal) as refused:
        mass_g(Quantity(1500, "ml", "metered"))
    assert refused.value.code == "density_missing"


# -- codec ----------------------------------------------------------------------------------------------

scalars = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(st.characters(exclude_categories=["Cs"]))
json_values: Any = st.deferred(
    lambda: scalars | st.lists(json_values, max_size=3) | st.dictionaries(st.text(max_size=5), json_values, max_size=3)
)


@given(json_values)
def test_equal_values_are_equal_bytes(value: Any) -> None:
    """Read and written again the bytes are the same; the order in which keys came does not matter."""
    raw = canonical_json(value)
    assert canonical_json(msgspec.json.decode(raw)) == raw
    if isinstance(value, dict):
        assert canonical_json(dict(reversed(value.items()))) == raw


class Line(msgspec.Struct, forbid_unknown_fields=True):
    """A line of a form."""

    mass_kg: int


class Form(msgspec.Struct, forbid_unknown_fields=True):
    """A form."""

    lines: list[Line]


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        (b'{"lines":[{"mass_kg":"3"}]}', "lines[0].mass_kg"),
        (b'{"lines":[{"mass_kg":1},{}]}', "lines[1].mass_kg"),
        (b'{"lines":[{"mass_kg":1,"extra":2}]}', "lines[0].extra"),
        (b'{"lines":7}', "lines"),
        (b"{}", "lines"),
        (b"[]", None),
        (b'{"lines":[', None),
        (b'{"lines":[{"mass_kg":1,"\xff":2}]}', None),
        (b"[" * 100_000, None),
        (b"", None),
    ],
)
def test_what_is_wrong_is_named_by_its_path(raw: bytes, field: str | None) -> None:
    """Wrong type, missing, unknown, broken: refused, never passed over, and the field is named."""
    with pytest.raises(Refusal) as refused:
        decode(raw, Form)
    assert (refused.value.kind, refused.value.field) == (MALFORMED, field)


def test_a_hash_is_written_in_hexadecimal() -> None:
    """The test vector of FIPS 180-4."""
    assert sha256_hex(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


# -- errors ---------------------------------------------------------------------------------------------


def test_a_refusal_speaks_both_languages() -> None:
    """What is wrong and what to do, in Chinese and English, with its parameters."""
    refusal = NOT_FOUND("case_id", what="case", id="C-1")
    assert "C-1" in refusal.text("zh")
    assert "C-1" in refusal.text("en")
    assert refusal.advice("zh") != refusal.advice("en") != ""
    assert (refusal.code, refusal.field) == ("not_found", "case_id")
    assert "not_found [case_id]" in str(refusal)


def test_a_parameter_that_was_forgotten_does_not_break_the_telling() -> None:
    """The place of a forgotten parameter is shown instead."""
    assert "{id}" in NOT_FOUND(None, what="case").text("en")


def test_a_code_is_given_once() -> None:
    """Two refusals may not share a code; declaring the same again is no mistake."""
    known = refusal_kinds()["not_found"]
    again = refusal_kind(
        "not_found",
        zh=known.zh,
        en=known.en,
        do_zh=known.do_zh,
        do_en=known.do_en,
        category=known.category,
    )
    assert again == known
    with pytest.raises(AssertionError):
        refusal_kind("not_found", zh="另", en="other", do_zh="无", do_en="none")


def test_the_outside_may_say_when_to_come_back() -> None:
    """What is down, and after how many seconds to try again if it said so."""
    assert Unavailable("sms gateway", 30).retry_after_s == 30
    assert Unavailable("sms gateway").retry_after_s is None
