"""From the content of a telegram to readings: one per factor, exact decimals, with the device's own mark."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from tidehub.adapters.hj212.model import CHINA_TIME, SOURCE, Telegram
from tidehub.capabilities.devices.model import Reading
from tidehub.methods.tracking.model import Problem
from tidehub.methods.tracking.reasons import Reason

DATA_COMMANDS = frozenset({"2011", "2031", "2051", "2061"})
"""Commands whose content is readings: real time, day, minutes, hour."""

FLAG_TEXTS: dict[str, tuple[str, str]] = {  # HJ 212-2017, table 8 (data marks)
    "N": ("在线监控（监测）仪器仪表工作正常", "working normally"),
    "F": ("在线监控（监测）仪器仪表停运", "stopped"),
    "M": ("在线监控（监测）仪器仪表处于维护期间产生的数据", "under maintenance"),
    "S": ("手工输入的设定值", "set by hand"),
    "D": ("在线监控（监测）仪器仪表故障", "faulty"),
    "C": ("在线监控（监测）仪器仪表处于校准状态", "being calibrated"),
    "T": ("在线监控（监测）仪器仪表采样数值超过测量上限", "above its measuring range"),
    "B": ("在线监控（监测）仪器仪表与数采仪通讯异常", "not reachable by the data logger"),
}

_DECIMAL = re.compile(r"[+-]?\d{1,15}(\.\d{1,12})?")


def read_local_time(text: str) -> datetime | None:
    """Read ``YYYYMMDDhhmmss`` (more digits are milliseconds) of UTC+8 as UTC; ``None`` when it is no time."""
    if not (text.isascii() and text.isdigit() and 14 <= len(text) <= 17):
        return None
    try:
        local = datetime.strptime(text[:14], "%Y%m%d%H%M%S").replace(tzinfo=CHINA_TIME)
        return local.astimezone(UTC).replace(microsecond=int(f"{text[14:]:0<3}") * 1000)
    except (ValueError, OverflowError):
        return None


def readings_of(telegram: Telegram) -> tuple[list[Reading], list[Problem]]:
    """Take the readings out of a data telegram (2011, 2031, 2051, 2061); other commands have none.

    A value that is no decimal gives a problem and is left out; the other values of the factor are kept. A
    telegram without a valid ``DataTime`` gives one problem and no reading: when a value was measured is part
    of what it means.
    """
    if telegram.cn not in DATA_COMMANDS or telegram.part is not None:
        return [], []
    problems: list[Problem] = []

    def problem(reason: Reason, detail: str) -> None:
        problems.append(
            Problem(reason, detail[:120], telegram.raw, SOURCE, telegram.received_at, telegram.device_claim)
        )

    stamp = next((group["DataTime"] for group in telegram.cp if "DataTime" in group), None)
    at = read_local_time(stamp) if stamp else None
    if at is None:
        problem(Reason.TIME_INVALID if stamp else Reason.FIELD_MISSING, f"DataTime {stamp}")
        return [], problems
    values: dict[str, dict[str, str]] = {}
    states: dict[str, str] = {}
    for name, value in (pair for group in telegram.cp for pair in group.items()):
        factor, dash, kind = name.partition("-")
        if not dash:
            continue  # DataTime, RtdInterval and the like
        if kind == "Flag":
            states[factor] = value
        elif kind == "SampleTime":
            values.setdefault(factor, {})
        elif _DECIMAL.fullmatch(value):
            values.setdefault(factor, {})[kind] = value
        else:
            problem(Reason.FIELD_INVALID, f"{name}={value}")
    readings = [
        Reading(
            telegram.device_claim,
            telegram.st,
            telegram.cn,
            factor,
            at,
            telegram.received_at,
            numbers,
            states.get(factor),
        )
        for factor, numbers in values.items()
    ]
    return readings, problems


AcceptReadings = Callable[[list[Reading], list[Problem]], Awaitable[None]]
"""The desk of readings."""


def telegrams_to(accept: AcceptReadings) -> Callable[[list[Telegram], list[Problem]], Awaitable[None]]:
    """Make of a desk for readings what :class:`Hj212Server` hands telegrams to.

    Telegrams without readings (notices, answers) are passed over: the server has answered them.
    """

    async def accept_telegrams(telegrams: list[Telegram], problems: list[Problem]) -> None:
        readings: list[Reading] = []
        problems = list(problems)
        for telegram in telegrams:
            told, wrong = readings_of(telegram)
            readings += told
            problems += wrong
        if readings or problems:
            await accept(readings, problems)

    return accept_telegrams
