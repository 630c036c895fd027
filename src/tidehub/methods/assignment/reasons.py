"""Why a unit cannot go: one maker for each code, so that data and words never disagree.

Times in the words are China Standard Time (UTC+8, no summer time): what a duty officer's clock shows.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from tidehub.methods.assignment.model import Reason

CHINA_TIME = timezone(timedelta(hours=8))

OUT_OF_SERVICE = "out_of_service"
WRONG_KIND = "wrong_kind"
WRONG_WAY = "wrong_way"
MISSING_SKILL = "missing_skill"
OTHER_JURISDICTION = "other_jurisdiction"
PINNED_TO_OTHER = "pinned_to_other"
REFUSED_BEFORE = "refused_before"
FORBIDDEN = "forbidden"
NOT_ANSWERED = "not_answered"
IN_RESERVE = "in_reserve"
NO_POSITION = "no_position"
POSITION_TOO_OLD = "position_too_old"
OFF_SHIFT = "off_shift"
OFFER_PENDING = "offer_pending"
BUSY = "busy"
NO_COMPARTMENT = "no_compartment"
NO_ROOM = "no_room"
UNREACHABLE = "unreachable"
CLOSED = "closed"
BERTH_DRY = "berth_dry"
OUT_OF_RANGE = "out_of_range"
SHIFT_ENDS_BEFORE_DONE = "shift_ends_before_done"
CREW_HOURS_SPENT = "crew_hours_spent"

REASON_CODES = (
    OUT_OF_SERVICE, WRONG_KIND, WRONG_WAY, MISSING_SKILL, OTHER_JURISDICTION, PINNED_TO_OTHER, REFUSED_BEFORE,
    FORBIDDEN, NOT_ANSWERED, IN_RESERVE, NO_POSITION, POSITION_TOO_OLD, OFF_SHIFT, OFFER_PENDING, BUSY, NO_COMPARTMENT,
    NO_ROOM, UNREACHABLE, CLOSED, BERTH_DRY, OUT_OF_RANGE, SHIFT_ENDS_BEFORE_DONE, CREW_HOURS_SPENT,
)  # fmt: skip


def clock_time(at: datetime) -> str:
    """Hour and minute on a duty officer's clock."""
    return at.astimezone(CHINA_TIME).strftime("%H:%M")


def minutes(seconds: float) -> int:
    """Whole minutes, rounded up: nobody is promised a minute too few."""
    return max(0, -(-int(seconds) // 60))


def out_of_service(why: str) -> Reason:
    """It cannot sail at all."""
    return Reason(OUT_OF_SERVICE, f"停用：{why}", f"out of service: {why}", {"why": why})


def wrong_kind(kind: str, wanted: tuple[str, ...]) -> Reason:
    """Not a kind that may come."""
    return Reason(
        WRONG_KIND,
        f"类型 {kind} 不适合，需要 {'、'.join(wanted)}",
        f"kind {kind} does not fit, needed is {' or '.join(wanted)}",
        {"kind": kind},
    )


def wrong_way(mode: str) -> Reason:
    """The place cannot be reached by the way this unit travels."""
    by_zh, by_en = ("水路", "water") if mode == "water" else ("陆路", "road")
    return Reason(WRONG_WAY, f"该地点不能由{by_zh}到达", f"the place cannot be reached by {by_en}", {"mode": mode})


def missing_skill(missing: tuple[str, ...]) -> Reason:
    """It lacks a skill that the job needs."""
    return Reason(
        MISSING_SKILL,
        f"缺少资质：{'、'.join(missing)}",
        f"lacks the skill {', '.join(missing)}",
        {"missing": ",".join(missing)},
    )


def other_jurisdiction(region_code: str) -> Reason:
    """Not entitled in the region of the job."""
    return Reason(
        OTHER_JURISDICTION,
        f"无权在辖区 {region_code} 执行任务",
        f"not entitled in the region {region_code}",
        {"region_code": region_code},
    )


def pinned_to_other(unit_id: str) -> Reason:
    """A duty officer has fixed another unit."""
    return Reason(
        PINNED_TO_OTHER,
        f"值班长已指定由 {unit_id} 承担",
        f"the duty officer has fixed {unit_id} for it",
        {"unit_id": unit_id},
    )


def refused_before(why: str) -> Reason:
    """It has refused this very job and is not asked again."""
    return Reason(REFUSED_BEFORE, f"已拒绝过此单：{why}", f"has refused this job before: {why}", {"why": why})


def forbidden(why: str) -> Reason:
    """A duty officer has ruled it out for this job."""
    return Reason(FORBIDDEN, f"值班员已排除：{why}", f"ruled out by the duty officer: {why}", {"why": why})


def not_answered() -> Reason:
    """It let an offer of this job run out in this round."""
    return Reason(NOT_ANSWERED, "本轮询问未应答", "did not answer when asked in this round")


def in_reserve(why: str, until: datetime | None) -> Reason:
    """Held in reserve."""
    end_zh, end_en = (f"，至 {clock_time(until)}", f" until {clock_time(until)}") if until else ("", "")
    return Reason(IN_RESERVE, f"留作备勤：{why}{end_zh}", f"held in reserve{end_en}: {why}", {"why": why}, until)


def no_position() -> Reason:
    """Nothing was ever heard of where it is."""
    return Reason(NO_POSITION, "没有定位", "no position is known")


def position_too_old(age_s: int, limit_s: int) -> Reason:
    """The last position is too old to be believed."""
    return Reason(
        POSITION_TOO_OLD,
        f"定位已有 {minutes(age_s)} 分钟，超过 {minutes(limit_s)} 分钟的上限",
        f"position {minutes(age_s)} min old, the limit is {minutes(limit_s)} min",
        {"age_s": age_s, "limit_s": limit_s},
    )


def off_shift(next_start: datetime | None) -> Reason:
    """Nobody is on duty when it would have to set out."""
    then_zh, then_en = (
        (f"，下一班 {clock_time(next_start)}", f", the next shift begins at {clock_time(next_start)}")
        if next_start
        else ("", "")
    )
    return Reason(OFF_SHIFT, f"不在班{then_zh}", f"off shift{then_en}", {}, next_start)


def offer_pending(expires_at: datetime) -> Reason:
    """It is being asked about another job."""
    return Reason(
        OFFER_PENDING,
        f"正在被询问另一单，至 {clock_time(expires_at)}",
        f"is being asked about another job until {clock_time(expires_at)}",
        {},
        expires_at,
    )


def busy(job_id: str, stage: str, free_at: datetime | None, queue_full: bool) -> Reason:
    """It is busy with another job."""
    free_zh, free_en = (
        (f"，预计 {clock_time(free_at)} 空闲", f", free at about {clock_time(free_at)}") if free_at else ("", "")
    )
    next_zh, next_en = ("，且已接下一单", " and has taken the next one too") if queue_full else ("", "")
    return Reason(
        BUSY,
        f"正在执行 {job_id}{next_zh}{free_zh}",
        f"busy with {job_id}{next_en}{free_en}",
        {"job_id": job_id, "stage": stage},
        None if queue_full else free_at,
    )


def no_compartment(group: str) -> Reason:
    """It has no compartment that may take this stream group."""
    return Reason(
        NO_COMPARTMENT,
        f"没有可装 {group} 的舱位",
        f"has no compartment that may take {group}",
        {"group": group},
    )


def no_room(group: str, needed: int, free: int, unit: str) -> Reason:
    """Its compartments for this stream group are too full."""
    return Reason(
        NO_ROOM,
        f"{group} 舱位不足：需 {amount_zh(needed, unit)}，余 {amount_zh(free, unit)}",
        f"too little room for {group}: {amount_en(needed, unit)} needed, {amount_en(free, unit)} free",
        {"group": group, "needed": needed, "free": free, "unit": unit},
    )


def unreachable(mode: str) -> Reason:
    """There is no way at all."""
    by_zh, by_en = ("水路", "water") if mode == "water" else ("陆路", "road")
    return Reason(UNREACHABLE, f"没有可走的{by_zh}", f"no way by {by_en}", {"mode": mode})


def closed(opens_at: datetime | None) -> Reason:
    """The way is closed at that time."""
    then_zh, then_en = (f"，{clock_time(opens_at)} 开放", f" until {clock_time(opens_at)}") if opens_at else ("", "")
    return Reason(CLOSED, f"航路封闭{then_zh}", f"the way is closed{then_en}", {}, opens_at)


def berth_dry(
    eta_at: datetime, depth_m: float | None, needed_m: float | None, opens_at: datetime | None, way_s: int
) -> Reason:
    """Too little water at the berth from arrival until the work is done."""
    then_zh, then_en = (
        (f"，{clock_time(opens_at)} 可靠泊", f", it opens at {clock_time(opens_at)}") if opens_at else ("", "")
    )
    depth_zh, depth_en = (
        (f"最浅 {depth_m:.1f} 米，需 {needed_m:.1f} 米", f"{depth_m:.1f} m at least, {needed_m:.1f} m needed")
        if depth_m is not None and needed_m is not None
        else ("水深不足", "too little water")
    )
    return Reason(
        BERTH_DRY,
        f"{clock_time(eta_at)} 到达时泊位{depth_zh}{then_zh}",
        f"at the berth at {clock_time(eta_at)}: {depth_en}{then_en}",
        {"depth_m": depth_m, "needed_m": needed_m, "way_s": way_s},
        opens_at,
    )


def out_of_range(length_m: int, range_m: int) -> Reason:
    """Farther than it may still go."""
    return Reason(
        OUT_OF_RANGE,
        f"航程 {length_m / 1000:.1f} 公里，超过余程 {range_m / 1000:.1f} 公里",
        f"{length_m / 1000:.1f} km to go, {range_m / 1000:.1f} km are left",
        {"length_m": length_m, "range_m": range_m},
    )


def shift_ends_before_done(ends_at: datetime, done_at: datetime, next_start: datetime | None) -> Reason:
    """The shift ends before the work would be done."""
    return Reason(
        SHIFT_ENDS_BEFORE_DONE,
        f"{clock_time(ends_at)} 交班，任务约 {clock_time(done_at)} 才完成",
        f"the shift ends at {clock_time(ends_at)}, the work would last until {clock_time(done_at)}",
        {},
        next_start,
    )


def crew_hours_spent(until: datetime, done_at: datetime) -> Reason:
    """The crew would work longer than they may."""
    return Reason(
        CREW_HOURS_SPENT,
        f"船员工时到 {clock_time(until)} 为止，任务约 {clock_time(done_at)} 才完成",
        f"the crew may work until {clock_time(until)}, the work would last until {clock_time(done_at)}",
    )


def amount_zh(amount: int, unit: str) -> str:
    """Write an amount for people."""
    if unit == "piece":
        return f"{amount} 件"
    return f"{amount / 1000:g} {'千克' if unit == 'g' else '升'}"


def amount_en(amount: int, unit: str) -> str:
    """Write an amount for people."""
    if unit == "piece":
        return f"{amount} pieces"
    return f"{amount / 1000:g} {'kg' if unit == 'g' else 'l'}"
