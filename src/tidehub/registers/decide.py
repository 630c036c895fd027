"""What the registers and the granting of posts allow. Pure."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
import shapely

from tidehub.kernel.access import Actor, Role, Subject
from tidehub.kernel.codec import canonical_json, split_problem
from tidehub.kernel.errors import NOT_FOUND, refusal_kind
from tidehub.kernel.geometry import POSITION_OUT_OF_RANGE
from tidehub.registers.commands import (
    GrantRoles,
    NotePersonalDataRead,
    RecordEntry,
    RetireEntry,
    RevokeRoles,
)
from tidehub.registers.facts import (
    EntryRecorded,
    EntryRetired,
    PersonalDataRead,
    RolesGranted,
    RolesRevoked,
)
from tidehub.registers.model import BODIES, Calendar, ClosedRoad, Jurisdiction, Person, Place, RegisterBody, Unit
from tidehub.registers.personal import MASK, PEOPLE_FIELDS
from tidehub.registers.regions import shape_of
from tidehub.registers.tables import Grants, Versions

REGISTER_UNKNOWN = refusal_kind(
    "register_unknown",
    zh="没有名为“{register}”的登记册",
    en="There is no register called '{register}'",
    do_zh="可用的登记册：{known}。",
    do_en="The registers are: {known}.",
)
ENTRY_ID_INVALID = refusal_kind(
    "entry_id_invalid",
    zh="编号“{id}”不符合要求",
    en="The id '{id}' is not allowed",
    do_zh="请使用 1 到 80 个小写字母、数字或 . _ / -；辖区请使用 GB/T 2260 代码。",
    do_en="Use 1 to 80 lower-case letters, digits or . _ / -; for an area its GB/T 2260 code.",
)
ENTRY_INVALID = refusal_kind(
    "entry_invalid",
    zh="登记内容不正确：{problem}",
    en="The entry is wrong: {problem}",
    do_zh="请按登记册说明改正该字段。",
    do_en="Correct this field as the description of the register says.",
)
POLYGON_INVALID = refusal_kind(
    "polygon_invalid",
    zh="多边形不正确：{problem}",
    en="The polygon is wrong: {problem}",
    do_zh="请检查边界是否闭合、是否自相交，坐标是否为经度在前。",
    do_en="Check that it is closed, does not cross itself and has the longitude first.",
)
VALIDITY_INVALID = refusal_kind(
    "validity_invalid",
    zh="有效期的结束不晚于开始",
    en="The validity ends before it begins",
    do_zh="请改正 valid_from 或 valid_to。",
    do_en="Correct valid_from or valid_to.",
)
CHANGED_MEANWHILE = refusal_kind(
    "changed_meanwhile",
    zh="您看到的是第 {expected} 版，现在已是第 {actual} 版",
    en="You have seen version {expected}, but it is now at version {actual}",
    do_zh="请重新读取后再修改。",
    do_en="Read it again, then make your change.",
    category="conflict",
)
ROLE_UNKNOWN = refusal_kind(
    "role_unknown",
    zh="没有名为“{role}”的岗位可以授予",
    en="There is no post '{role}' to grant",
    do_zh="可授予的岗位：{known}。",
    do_en="Posts that can be granted: {known}.",
)
REGION_INVALID = refusal_kind(
    "region_invalid",
    zh="“{region}”不是 GB/T 2260 代码或其前缀",
    en="'{region}' is no GB/T 2260 code or prefix of one",
    do_zh="请填写 2、4、6、9 或 12 位数字，全域填空字符串。",
    do_en="Give 2, 4, 6, 9 or 12 digits, or an empty text for everywhere.",
)
GRANT_TO_ONESELF = refusal_kind(
    "grant_to_oneself",
    zh="不能给自己授予岗位",
    en="Nobody grants a post to himself",
    do_zh="请由另一位管理员办理。",
    do_en="Ask another administrator.",
    category="forbidden",
)
GRANT_DIFFERS = refusal_kind(
    "grant_differs",
    zh="授权 {grant_id} 已存在，内容不同",
    en="The grant {grant_id} exists with another content",
    do_zh="请使用新的授权编号。",
    do_en="Use a new id for another grant.",
    category="conflict",
)
POSTS_CONFLICT = refusal_kind(
    "posts_conflict",
    zh="审计与系统管理不能由同一人担任",
    en="One person cannot be both auditor and administrator",
    do_zh="请先撤销另一岗位（三员分立）。",
    do_en="Revoke the other post first (separation of duties).",
    category="conflict",
)
PURPOSE_MISSING = refusal_kind(
    "purpose_missing",
    zh="查看个人信息需要说明用途",
    en="Reading personal data needs a purpose",
    do_zh="请用一句话说明用途。",
    do_en="Say in one sentence what for.",
)

MASKED_TEXT = refusal_kind(
    "masked_text",
    zh="内容带有掩码，保存会丢失真实数据",
    en="The text is masked: saving it would wipe the real data",
    do_zh="请填写真实内容，或不改动该字段。",
    do_en="Give the real text, or leave the field as it is.",
)

_ID = re.compile(r"[a-z0-9][a-z0-9._/-]{0,79}")
_REGION = re.compile(r"|\d{2}|\d{4}|\d{6}|\d{9}|\d{12}")
_GRANTABLE = frozenset(get_args(Role)) - {"system"}
_PURPOSE_MIN, _PURPOSE_MAX = 2, 500


def read_body(register: str, body: dict[str, Any], field: str = "body") -> RegisterBody:
    """Check an entry's content by its register's struct.

    Raises
    ------
    Refusal
        ``register_unknown``; ``entry_invalid`` or ``polygon_invalid``, naming the field.
    """
    shape = BODIES.get(register)
    if shape is None:
        raise REGISTER_UNKNOWN("register", register=register[:40], known=", ".join(BODIES))
    try:
        read = msgspec.convert(body, shape, strict=True)
    except msgspec.ValidationError as error:
        problem, path = split_problem(str(error))
        raise ENTRY_INVALID(f"{field}.{path}" if path else field, problem=problem) from None
    if isinstance(read, Person):
        for name in PEOPLE_FIELDS:
            if MASK in getattr(read, name):
                raise MASKED_TEXT(f"{field}.{name}")
    _check_references(read, field)
    return read


def plain_body(read: RegisterBody) -> dict[str, Any]:
    """Write an entry's content as plain JSON, with what has its usual value left out."""
    plain: dict[str, Any] = msgspec.json.decode(canonical_json(read))
    return plain


def _check_references(read: RegisterBody, field: str) -> None:
    if isinstance(read, Jurisdiction):
        _check_polygons(read, f"{field}.polygons")
    elif isinstance(read, Place | Unit | ClosedRoad):
        at = read.home if isinstance(read, Unit) else read.position
        if at is not None and not (-180.0 <= at.lon <= 180.0 and -90.0 <= at.lat <= 90.0):
            raise POSITION_OUT_OF_RANGE(
                f"{field}.{'home' if isinstance(read, Unit) else 'position'}", lon=at.lon, lat=at.lat
            )
    elif isinstance(read, Calendar):
        _check_calendar(read, field)


def _check_calendar(read: Calendar, field: str) -> None:
    try:
        ZoneInfo(read.zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise ENTRY_INVALID(f"{field}.zone", problem=f"unknown zone {read.zone[:40]!r}") from None
    for name in ("holidays", "workdays"):
        for day in getattr(read, name):
            try:
                datetime.strptime(day, "%Y-%m-%d")  # noqa: DTZ007 - a day, not an instant
            except ValueError:
                raise ENTRY_INVALID(f"{field}.{name}", problem=f"{day[:40]!r} is not a date") from None


def _check_polygons(read: Jurisdiction, field: str) -> None:
    for number, rings in enumerate(read.polygons):
        where = f"{field}[{number}]"
        if not rings:
            raise POLYGON_INVALID(where, problem="no ring / 没有边界")
        for place, ring in enumerate(rings):
            if len(ring) < 4 or ring[0] != ring[-1]:
                raise POLYGON_INVALID(f"{where}[{place}]", problem="not closed / 未闭合")
            for lon, lat in ring:
                if not (-180.0 <= lon <= 180.0 and -90.0 <= lat <= 90.0):
                    raise POSITION_OUT_OF_RANGE(f"{where}[{place}]", lon=lon, lat=lat)
    if read.polygons:
        shape = shape_of(read)
        if not shapely.is_valid(shape):
            raise POLYGON_INVALID(field, problem=shapely.is_valid_reason(shape))


def record_entry(state: Versions, command: RecordEntry, now: datetime) -> list[EntryRecorded]:
    """Record a version; one that says what is already in force changes nothing."""
    _check_id(command.register, command.id)
    plain = plain_body(read_body(command.register, command.body))
    _check_chain(state, command.expects)
    valid_from = command.valid_from or now
    if command.valid_to is not None and command.valid_to <= valid_from:
        raise VALIDITY_INVALID("valid_to")
    for begins, ends, body in state.versions:
        same_time = begins == valid_from or (command.valid_from is None and begins <= now and ends is None)
        if same_time and ends == command.valid_to and body == plain and state.versions[-1][0] == begins:
            return []
    return [
        EntryRecorded(
            register=command.register,
            id=command.id,
            valid_from=valid_from,
            valid_to=command.valid_to,
            body=plain,
        )
    ]


def retire_entry(state: Versions, command: RetireEntry, now: datetime) -> list[EntryRetired]:
    """End a thing; one that has ended already is left alone."""
    at = command.at or now
    if not state.versions:
        raise NOT_FOUND("id", what=command.register, id=command.id)
    _check_chain(state, command.expects)
    begins, ends, _ = state.versions[-1]
    if begins < at and ends is not None and ends <= at:
        return []
    return [EntryRetired(register=command.register, id=command.id, at=at, reason=command.reason)]


def entry_subject(state: Versions, command: RecordEntry | RetireEntry) -> Subject:
    """Where the thing lies: a keeper changes only what lies, before and after, in his region."""
    regions = [_region(command.register, command.id, body) for _, _, body in state.versions[-1:]]
    if isinstance(command, RecordEntry):
        regions.append(_region(command.register, command.id, command.body))
    common = min(regions, key=len, default="")
    return Subject(common if all(region.startswith(common) for region in regions) else "")


def _region(register: str, id_: str, body: dict[str, Any]) -> str:
    if register == "jurisdictions":
        return id_
    code = body.get("region_code", "")
    return code if isinstance(code, str) else ""


def _check_id(register: str, id_: str) -> None:
    wanted = _REGION if register == "jurisdictions" else _ID
    if not id_ or not wanted.fullmatch(id_) or (register == "people" and id_ == "anonymous"):
        raise ENTRY_ID_INVALID("id", id=id_[:80])


def _check_chain(state: Versions | Grants, expects: int | None) -> None:
    if expects is not None and expects != state.chain:
        raise CHANGED_MEANWHILE(None, expected=expects, actual=state.chain)


def grant_roles(state: Grants, command: GrantRoles, now: datetime) -> list[RolesGranted]:
    """Give posts; the same grant sent again changes nothing."""
    if command.asked_by == f"person/{command.person_id}":
        raise GRANT_TO_ONESELF("person_id")
    for number, role in enumerate(command.roles):
        if role not in _GRANTABLE:
            raise ROLE_UNKNOWN(f"roles[{number}]", role=role[:40], known=", ".join(sorted(_GRANTABLE)))
    for number, region in enumerate(command.regions):
        if not _REGION.fullmatch(region):
            raise REGION_INVALID(f"regions[{number}]", region=region[:40])
    if command.until is not None and command.until <= now:
        raise VALIDITY_INVALID("until")
    _check_chain(state, command.expects)
    held = state.by_id.get(command.grant_id)
    if held is not None:
        if held != command.roles:
            raise GRANT_DIFFERS("grant_id", grant_id=command.grant_id)
        return []
    roles = {role for of_grant in state.by_id.values() for role in of_grant} | set(command.roles)
    if {"auditor", "administrator"} <= roles:
        raise POSTS_CONFLICT("roles")
    return [
        RolesGranted(
            person_id=command.person_id,
            grant_id=command.grant_id,
            roles=command.roles,
            regions=command.regions,
            units=command.units,
            until=command.until,
            reason=command.reason,
        )
    ]


def admit_granter(_state: Grants, command: GrantRoles, actor: Actor) -> None:
    """Refuse whoever grants to himself, whatever the command says of who asks."""
    if actor.id == f"person/{command.person_id}":
        raise GRANT_TO_ONESELF("person_id")


def grant_subject(_state: Grants, command: GrantRoles) -> Subject:
    """A granter gives no more than he holds: all of the regions must lie in his."""
    regions = command.regions or ("",)
    common = min(regions, key=len)
    return Subject(common if all(region.startswith(common) for region in regions) else "")


def revoke_roles(state: Grants, command: RevokeRoles, _now: datetime) -> list[RolesRevoked]:
    """End a grant; one that is gone already is left alone."""
    _check_chain(state, command.expects)
    if command.grant_id not in state.by_id:
        return []
    return [RolesRevoked(person_id=command.person_id, grant_id=command.grant_id, reason=command.reason)]


def note_personal_data_read(_state: None, command: NotePersonalDataRead, _now: datetime) -> list[PersonalDataRead]:
    """Log the read; without a purpose there is none."""
    purpose = command.purpose.strip()
    if not _PURPOSE_MIN <= len(purpose) <= _PURPOSE_MAX:
        raise PURPOSE_MISSING("purpose")
    return [
        PersonalDataRead(
            who=command.who,
            whose=command.whose,
            fields=command.fields,
            purpose=purpose,
            case_id=command.case_id,
        )
    ]
