"""Time limits: work calendars as data, counted time, and the clock ledger. Pure; the caller brings every
date.

``data/cn_holidays.json`` holds the statutory holidays of China with their notices; the caller reads the file
(``importlib.resources``) and hands it to :func:`read_holidays`.
"""

from tidehub.methods.clocks.arithmetic import (
    Counted,
    Moment,
    add,
    add_counted,
    elapsed,
    is_open,
    limit_us,
    nominal_us,
    open_intervals,
)
from tidehub.methods.clocks.ledger import (
    Light,
    Line,
    Row,
    Standing,
    advance,
    counted,
    due_at,
    explain,
    light,
    reaches,
    remaining_us,
    standing_of,
)
from tidehub.methods.clocks.model import (
    CALENDAR_INVALID,
    Basis,
    Duration,
    HolidayTable,
    TimeUnit,
    WorkCalendar,
    YearHolidays,
    read_calendar,
    read_holidays,
)

__all__ = [
    "CALENDAR_INVALID",
    "Basis",
    "Counted",
    "Duration",
    "HolidayTable",
    "Light",
    "Line",
    "Moment",
    "Row",
    "Standing",
    "TimeUnit",
    "WorkCalendar",
    "YearHolidays",
    "add",
    "add_counted",
    "advance",
    "counted",
    "due_at",
    "elapsed",
    "explain",
    "is_open",
    "light",
    "limit_us",
    "nominal_us",
    "open_intervals",
    "reaches",
    "read_calendar",
    "read_holidays",
    "remaining_us",
    "standing_of",
]
