"""Work calendars of the installation: the statutory holidays of China and ordinary office hours, as data."""

from __future__ import annotations

from importlib.resources import files

from tidehub.capabilities.cases import CalendarTable
from tidehub.kernel.codec import decode
from tidehub.methods.clocks import read_calendar, read_holidays

_DATA = "tidehub.methods.clocks"


def work_calendars() -> CalendarTable:
    """Calendars by name: ``office`` (Monday to Friday, holidays and make-up days) and ``always``."""
    holidays = read_holidays(
        decode((files(_DATA) / "data" / "cn_holidays.json").read_bytes(), dict), "cn_holidays.json"
    )
    found = {}
    for path in sorted((files(_DATA) / "data").iterdir(), key=lambda path: path.name):
        if path.name.startswith("calendar_") and path.name.endswith(".json"):
            calendar = read_calendar(decode(path.read_bytes(), dict), path.name, holidays)
            found[calendar.name] = calendar
    return CalendarTable(found)
