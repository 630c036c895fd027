"""Devices (设备与位置): where everything is, how far that may be relied upon, and what it means."""

from tidehub.capabilities.devices import decide
from tidehub.capabilities.devices.board import GZIP_HEAD, Frame, PositionBoard, Subscriber
from tidehub.capabilities.devices.commands import (
    DropCircle,
    ProveContact,
    RecordCircleEntry,
    RecordExit,
    RecordHeardAgain,
    RecordOutOfLimits,
    RecordPassing,
    RecordRun,
    RecordSilence,
    RecordWithinLimits,
    WatchCircle,
)
from tidehub.capabilities.devices.decide import (
    CIRCLE_INVALID,
    CIRCLE_UNKNOWN,
    CONTACT_INVALID,
    CONTACT_NOT_PROVEN,
)
from tidehub.capabilities.devices.desk import PositionDesk
from tidehub.capabilities.devices.facts import (
    FACTS,
    CircleDropped,
    CircleWatched,
    ContactProven,
    DeviceFellSilent,
    DeviceHeardAgain,
    ReadingOutOfLimits,
    ReadingWithinLimits,
    RunFinished,
    UnitEnteredCircle,
    UnitLeftCircle,
    UnitPassedPerpendicular,
)
from tidehub.capabilities.devices.limits import Limit, default_limits, read_limits
from tidehub.capabilities.devices.model import (
    Aged,
    Circle,
    DeskSettings,
    FixRef,
    KnownDevice,
    LastPosition,
    Reading,
)
from tidehub.capabilities.devices.playback import Played, Stand, played
from tidehub.capabilities.devices.ports import DeviceDirectory
from tidehub.capabilities.devices.queries import (
    Box,
    Count,
    Leg,
    SilentDevice,
    Track,
    aged,
    circles,
    counts,
    identities,
    judge_again,
    last_in_box,
    last_of_claim,
    last_of_unit,
    last_of_units,
    problems,
    raw_fixes,
    silent_devices,
    track_of,
)
from tidehub.capabilities.devices.readings import OnRun, ReadingDesk, readings_between
from tidehub.capabilities.devices.ring import KeptFix
from tidehub.capabilities.devices.runs import Run, RunRule
from tidehub.capabilities.devices.tables import (
    CIRCLE_OVER,
    READS,
    TABLES,
    load_beyond,
    load_circle,
    load_run,
    load_silence,
    load_tracks,
    on_circle_over,
    project,
    timers,
)
from tidehub.hub.registry import Capability, Handler
from tidehub.kernel.access import Subject

__all__ = [
    "CIRCLE_INVALID",
    "CIRCLE_UNKNOWN",
    "CONTACT_INVALID",
    "CONTACT_NOT_PROVEN",
    "FACTS",
    "GZIP_HEAD",
    "Aged",
    "Box",
    "Circle",
    "CircleDropped",
    "CircleWatched",
    "ContactProven",
    "Count",
    "DeskSettings",
    "DeviceDirectory",
    "DeviceFellSilent",
    "DeviceHeardAgain",
    "DropCircle",
    "FixRef",
    "Frame",
    "KeptFix",
    "KnownDevice",
    "LastPosition",
    "Leg",
    "Limit",
    "OnRun",
    "Played",
    "PositionBoard",
    "PositionDesk",
    "ProveContact",
    "Reading",
    "ReadingDesk",
    "ReadingOutOfLimits",
    "ReadingWithinLimits",
    "RecordCircleEntry",
    "RecordExit",
    "RecordHeardAgain",
    "RecordOutOfLimits",
    "RecordPassing",
    "RecordRun",
    "RecordSilence",
    "RecordWithinLimits",
    "Run",
    "RunFinished",
    "RunRule",
    "SilentDevice",
    "Stand",
    "Subscriber",
    "Track",
    "UnitEnteredCircle",
    "UnitLeftCircle",
    "UnitPassedPerpendicular",
    "WatchCircle",
    "aged",
    "capability",
    "circles",
    "counts",
    "default_limits",
    "identities",
    "judge_again",
    "last_in_box",
    "last_of_claim",
    "last_of_unit",
    "last_of_units",
    "played",
    "problems",
    "raw_fixes",
    "read_limits",
    "readings_between",
    "silent_devices",
    "track_of",
]


def _where_asked(_state: object, command: WatchCircle) -> Subject:
    return Subject(command.region_code)


def _where_watched(state: Circle | None, _command: DropCircle) -> Subject:
    return Subject("" if state is None else state.region_code)


def _on_the_unit(_state: object, command: ProveContact) -> Subject:
    return Subject("", (("self", command.unit_id),))


def capability() -> Capability:
    """Make the face that the hub sees."""
    return Capability(
        name="devices",
        handlers=(
            Handler(WatchCircle, load_circle, decide.watch_circle, _where_asked),
            Handler(DropCircle, load_circle, decide.drop_circle, _where_watched),
            Handler(RecordCircleEntry, load_circle, decide.record_entry),
            Handler(RecordExit, load_circle, decide.record_exit),
            Handler(RecordPassing, load_circle, decide.record_passing),
            Handler(ProveContact, load_tracks, decide.decide_contact, _on_the_unit),
            Handler(RecordSilence, load_silence, decide.record_silence),
            Handler(RecordHeardAgain, load_silence, decide.record_heard_again),
            Handler(RecordOutOfLimits, load_beyond, decide.record_out_of_limits),
            Handler(RecordWithinLimits, load_beyond, decide.record_within_limits),
            Handler(RecordRun, load_run, decide.record_run),
        ),
        facts=FACTS,
        project=project,
        tables=TABLES,
        reads=READS,
        timers=timers,
        on_timer={CIRCLE_OVER: on_circle_over},
    )
