"""HJ 212-2017: the standard's own example, split telegrams, data marks and damage."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidehub.adapters.hj212 import (
    Hj212Decoder,
    crc16,
    data_reply,
    encode_telegram,
    execution_reply,
    readings_of,
    reply_to,
    request_reply,
    split_telegram,
    telegrams_to,
)
from tidehub.methods.tracking import Reason

AT = datetime(2026, 6, 1, 4, 0, 40, tzinfo=UTC)
MN = "010000A8900016F000169DC0"

# HJ 212-2017, appendix A: the telegram whose CRC the standard states as 1C80.
EXAMPLE = (
    b"##0101QN=20160801085857223;ST=32;CN=1062;PW=100000;MN=010000A8900016F000169DC0;Flag=5;"
    b"CP=&&RtdInterval=30&&1C80\r\n"
)


def data_telegram(**options: object) -> bytes:
    told: dict[str, object] = {
        "st": "32",
        "cn": "2011",
        "mn": MN,
        "pw": "100000",
        "qn": "20260601120035000",
        "flag": 5,
        "cp": [
            {"DataTime": "20260601120030"},
            {"w22001-Rtd": "12.50", "w22001-Flag": "N"},
            {"w00000-Rtd": "3.1", "w00000-Flag": "M"},
        ],
    }
    return encode_telegram(**(told | options))  # type: ignore[arg-type]


def test_crc_of_the_standards_example() -> None:
    """1C80 is what appendix A states; a usual Modbus CRC gives something else."""
    assert crc16(EXAMPLE[6:107]) == 0x1C80
    (telegram,), problems = Hj212Decoder().feed(EXAMPLE, AT)
    assert problems == []
    assert (telegram.cn, telegram.mn, telegram.cp) == ("1062", MN, ({"RtdInterval": "30"},))
    assert telegram.wants_answer


def test_readings_are_exact_with_their_mark_and_time() -> None:
    """12.50 stays 12.50; the time is China's; the mark tells maintenance from work."""
    (telegram,), _ = Hj212Decoder().feed(data_telegram(), AT)
    readings, problems = readings_of(telegram)
    assert problems == []
    oil, flow = readings
    assert (oil.factor, oil.number("Rtd"), oil.state) == ("w22001", Decimal("12.50"), "N")
    assert oil.values["Rtd"] == "12.50"
    assert oil.at == datetime(2026, 6, 1, 4, 0, 30, tzinfo=UTC)
    assert flow.state == "M" and not flow.is_valid and oil.is_valid


def test_a_reading_without_a_time_is_no_reading() -> None:
    """When a value was measured is part of what it means."""
    for cp, reason in (
        ([{"w22001-Rtd": "1"}], Reason.FIELD_MISSING),
        ([{"DataTime": "20261301"}, {"w22001-Rtd": "1"}], Reason.TIME_INVALID),
    ):
        (telegram,), _ = Hj212Decoder().feed(data_telegram(cp=cp), AT)
        readings, problems = readings_of(telegram)
        assert readings == [] and [problem.reason for problem in problems] == [reason]


def test_a_value_that_is_no_number_costs_only_itself() -> None:
    """The other values of the factor are kept."""
    cp = [{"DataTime": "20260601120030"}, {"w22001-Avg": "NaN", "w22001-Max": "14.2"}]
    (telegram,), _ = Hj212Decoder().feed(data_telegram(cn="2051", cp=cp), AT)
    readings, problems = readings_of(telegram)
    assert readings[0].values == {"Max": "14.2"}
    assert [problem.reason for problem in problems] == [Reason.FIELD_INVALID]


def test_split_telegram_is_joined_and_each_part_given() -> None:
    """Parts are answered one by one; the whole follows the last."""
    groups = [{"DataTime": "20260601120030"}] + [{f"w{n:05d}-Rtd": str(n)} for n in range(30)]
    parts = split_telegram(st="32", cn="2011", mn=MN, qn="20260601120035000", cp=groups)
    assert len(parts) == 3
    telegrams, problems = Hj212Decoder().feed(b"".join(parts), AT)
    assert [telegram.part for telegram in telegrams] == [(3, 1), (3, 2), (3, 3), None]
    assert problems == []
    assert len(telegrams[-1].cp) == 31
    assert len(readings_of(telegrams[-1])[0]) == 30
    assert readings_of(telegrams[0]) == ([], [])


def test_missing_parts_are_reported() -> None:
    """After a minute, and at the end of the connection."""
    groups = [{"DataTime": "20260601120030"}] + [{f"w{n:05d}-Rtd": str(n)} for n in range(30)]
    parts = split_telegram(st="32", cn="2011", mn=MN, qn="20260601120035000", cp=groups)
    decoder = Hj212Decoder()
    decoder.feed(parts[0], AT)
    _, problems = decoder.feed(EXAMPLE, AT + timedelta(seconds=61))
    assert [problem.reason for problem in problems] == [Reason.PARTS_MISSING]
    decoder.feed(parts[0], AT)
    assert [problem.reason for problem in decoder.flush(AT)] == [Reason.PARTS_MISSING]


def test_replies_repeat_the_number_and_are_never_answered() -> None:
    """9014 confirms data, 9013 a notice; an answer to an answer would never end."""
    (telegram,), _ = Hj212Decoder().feed(data_telegram(), AT)
    reply = reply_to(telegram)
    assert reply is not None
    (answer,), _ = Hj212Decoder().feed(reply, AT)
    assert (answer.st, answer.cn, answer.qn, answer.mn) == ("91", "9014", telegram.qn, MN)
    assert not answer.wants_answer and reply_to(answer) is None
    (notice,), _ = Hj212Decoder().feed(data_telegram(cn="1013", cp=[]), AT)
    assert b"CN=9013" in (reply_to(notice) or b"")
    (quiet,), _ = Hj212Decoder().feed(data_telegram(flag=4), AT)
    assert reply_to(quiet) is None
    for reply in (request_reply(telegram), execution_reply(telegram), data_reply(telegram)):
        assert Hj212Decoder().feed(reply, AT)[1] == []


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (EXAMPLE.replace(b"1C80", b"1C81"), Reason.CHECKSUM_WRONG),
        (b"##01x1" + EXAMPLE[6:], Reason.LENGTH_WRONG),
        (b"hello\r\n" + EXAMPLE, Reason.GARBAGE),
        (EXAMPLE.replace(b"\r\n", b"##"), Reason.MALFORMED),
        (encode_telegram(st="32", cn="2011", mn=MN, pw=""), Reason.FIELD_MISSING),
        (encode_telegram(st="32", cn="2011", mn=MN, part=(2, 3)), Reason.FIELD_INVALID),
    ],
)
def test_damage_is_a_problem_with_its_reason(data: bytes, reason: Reason) -> None:
    """A wrong CRC, a wrong length, noise between telegrams."""
    decoder = Hj212Decoder()
    _, problems = decoder.feed(data, AT)
    assert reason in [problem.reason for problem in problems]


def test_one_broken_telegram_costs_only_itself() -> None:
    """The next head begins anew, whether the CRC or the length was damaged."""
    for broken in (EXAMPLE.replace(b"1C80", b"1C81"), EXAMPLE.replace(b"##0101", b"##0150")):
        telegrams, problems = Hj212Decoder().feed(EXAMPLE + broken + EXAMPLE, AT)
        assert len(telegrams) == 2
        assert len(problems) == 1


@given(st.integers(1, 40))
def test_bytes_may_come_in_any_pieces(size: int) -> None:
    """TCP cuts where it likes; nothing is lost or doubled."""
    data = EXAMPLE + data_telegram() + EXAMPLE
    decoder = Hj212Decoder()
    cns, wrong = [], []
    for at in range(0, len(data), size):
        telegrams, problems = decoder.feed(data[at : at + size], AT)
        cns += [telegram.cn for telegram in telegrams]
        wrong += problems
    assert cns == ["1062", "2011", "1062"]
    assert wrong == [] and decoder.flush(AT) == []


_word = st.text(alphabet="ABCDEFwxyz0123456789.-", min_size=1, max_size=12)


@given(
    cn=st.sampled_from(["2011", "2051", "2061", "2031", "1013"]),
    cp=st.lists(st.dictionaries(_word, _word, min_size=1, max_size=3), max_size=5),
)
def test_telegram_round_trip(cn: str, cp: list[dict[str, str]]) -> None:
    """Whatever content is written is read back."""
    (telegram,), problems = Hj212Decoder().feed(data_telegram(cn=cn, cp=cp), AT)
    assert problems == []
    assert list(telegram.cp) == cp


@given(st.binary(max_size=400))
def test_garbage_never_raises_and_is_never_lost(data: bytes) -> None:
    """Any bytes give telegrams or problems; only padding says nothing."""
    decoder = Hj212Decoder()
    telegrams, problems = decoder.feed(data, AT)
    problems += decoder.flush(AT)
    assert bool(telegrams or problems) == bool(data.strip(b"\r\n \x00"))


@given(st.binary(max_size=100))
def test_checked_nonsense_never_raises(data: bytes) -> None:
    """A right length and CRC over nonsense is a problem."""
    whole = b"##%04d%b%04X\r\n" % (len(data), data, crc16(data))
    telegrams, problems = Hj212Decoder().feed(whole, AT)
    assert len(telegrams) + len(problems) == 1


def test_a_separator_in_a_value_is_our_mistake() -> None:
    """A simulated device cannot send what would be read as something else."""
    with pytest.raises(ValueError, match="separator"):
        encode_telegram(st="32", cn="2011", mn=MN, cp=[{"a": "1;b=2"}])


def test_telegrams_go_to_the_desk_as_readings() -> None:
    """Notices are passed over, readings and problems handed on together."""
    import asyncio

    got: list[tuple[int, int]] = []

    async def accept(readings: list[object], problems: list[object]) -> None:
        got.append((len(readings), len(problems)))

    async def run() -> None:
        door = telegrams_to(accept)  # type: ignore[arg-type]
        for data in (data_telegram(), data_telegram(cn="1013", cp=[]), data_telegram(cp=[{"w1-Rtd": "1"}])):
            telegrams, problems = Hj212Decoder().feed(data, AT)
            await door(telegrams, problems)

    asyncio.run(run())
    assert got == [(2, 0), (0, 1)]
