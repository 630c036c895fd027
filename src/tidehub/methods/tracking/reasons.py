"""The words for what is wrong or doubtful about a position, for people in Chinese and English."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """Why something that arrived is not a fix. Stable codes: operators count and filter by them."""

    LINE_TOO_LONG = "line_too_long"
    NOT_TEXT = "not_text"
    TRUNCATED = "truncated"
    CHECKSUM_MISSING = "checksum_missing"
    CHECKSUM_WRONG = "checksum_wrong"
    MALFORMED = "malformed"
    FIELD_INVALID = "field_invalid"
    FIELD_MISSING = "field_missing"
    LENGTH_WRONG = "length_wrong"
    UNSUPPORTED = "unsupported"
    ENCRYPTED = "encrypted"
    POSITION_MISSING = "position_missing"
    POSITION_IMPOSSIBLE = "position_impossible"
    DATUM_UNKNOWN = "datum_unknown"
    TIME_INVALID = "time_invalid"
    DEVICE_MISSING = "device_missing"
    PARTS_MISSING = "parts_missing"
    PARTS_CONFLICT = "parts_conflict"
    NOT_AUTHENTICATED = "not_authenticated"
    TOO_MANY_CONNECTIONS = "too_many_connections"
    SILENT_CONNECTION = "silent_connection"
    GARBAGE = "garbage"


class Flag(StrEnum):
    """What is noteworthy about a fix that is kept. The first group comes from the device, the second from
    us."""

    AID_TO_NAVIGATION = "aid_to_navigation"
    VIRTUAL_AID = "virtual_aid"
    OFF_POSITION = "off_position"
    AT_ANCHOR = "at_anchor"
    MOORED = "moored"
    DEAD_RECKONED = "dead_reckoned"
    MANUAL_POSITION = "manual_position"
    NOT_LOCATED = "not_located"
    COARSE = "coarse"
    ALARM = "alarm"
    BACKFILLED = "backfilled"
    LAST_KNOWN = "last_known"

    JUMP_SPEED = "jump_speed"
    JUMP_REPORTED = "jump_reported"
    SPLIT_SPEED = "split_speed"
    SPLIT_GAP = "split_gap"
    CLOCK_IN_FUTURE = "clock_in_future"
    STALE = "stale"
    DUPLICATE = "duplicate"
    OUT_OF_ORDER = "out_of_order"
    NULL_ISLAND = "null_island"
    COLLAPSED = "collapsed"
    LEFT_ANCHORAGE = "left_anchorage"


REASON_TEXTS: dict[Reason, tuple[str, str]] = {
    Reason.LINE_TOO_LONG: ("报文超长，已截断保留", "The message is too long; its beginning is kept"),
    Reason.NOT_TEXT: ("报文不是可识别的文本", "The message is not readable text"),
    Reason.TRUNCATED: ("报文不完整", "The message stops before its end"),
    Reason.CHECKSUM_MISSING: ("报文没有校验码", "The message carries no checksum"),
    Reason.CHECKSUM_WRONG: ("校验码不符", "The checksum does not match"),
    Reason.MALFORMED: ("报文结构不正确", "The message is not built as the protocol says"),
    Reason.FIELD_INVALID: ("字段取值不正确", "A field has a value it cannot have"),
    Reason.FIELD_MISSING: ("缺少必要字段", "A necessary field is missing"),
    Reason.LENGTH_WRONG: ("长度与声明不符", "The length is not the one stated"),
    Reason.UNSUPPORTED: ("暂不支持的报文类型", "This kind of message is not supported"),
    Reason.ENCRYPTED: ("报文已加密，没有密钥", "The message is encrypted and there is no key"),
    Reason.POSITION_MISSING: ("设备没有定位", "The device has no position"),
    Reason.POSITION_IMPOSSIBLE: ("坐标不可能存在", "The coordinates are impossible"),
    Reason.DATUM_UNKNOWN: ("坐标系缺失或无法识别", "The datum is missing or unknown"),
    Reason.TIME_INVALID: ("时间不正确", "The time is not valid"),
    Reason.DEVICE_MISSING: ("没有设备标识", "The message does not say which device sent it"),
    Reason.PARTS_MISSING: ("分包未到齐", "Some parts of a split message never came"),
    Reason.PARTS_CONFLICT: ("分包互相矛盾", "The parts of a split message contradict each other"),
    Reason.NOT_AUTHENTICATED: ("设备未通过鉴权", "The device has not been authenticated"),
    Reason.TOO_MANY_CONNECTIONS: ("连接数超限", "Too many connections"),
    Reason.SILENT_CONNECTION: (
        "连接长时间无数据，已断开",
        "The connection was silent for too long and was closed",
    ),
    Reason.GARBAGE: ("无法识别的字节，已跳过", "Bytes that belong to no message were skipped"),
}

FLAG_TEXTS: dict[Flag, tuple[str, str]] = {
    Flag.AID_TO_NAVIGATION: ("航标", "Aid to navigation"),
    Flag.VIRTUAL_AID: ("虚拟航标", "Virtual aid to navigation"),
    Flag.OFF_POSITION: ("航标移位", "The aid is off its position"),
    Flag.AT_ANCHOR: ("自报锚泊", "Says it is at anchor"),
    Flag.MOORED: ("自报系泊", "Says it is moored"),
    Flag.DEAD_RECKONED: ("推算船位", "Dead reckoned, not measured"),
    Flag.MANUAL_POSITION: ("人工输入船位", "Entered by hand"),
    Flag.NOT_LOCATED: ("未定位（沿用旧值）", "Not located; an old value repeated"),
    Flag.COARSE: ("粗略船位", "Coarse position"),
    Flag.ALARM: ("设备报警", "The device raises an alarm"),
    Flag.BACKFILLED: ("盲区补报", "Stored while out of coverage and sent later"),
    Flag.LAST_KNOWN: ("最近一次已知位置", "The last known position"),
    Flag.JUMP_SPEED: ("漂移：推算航速超过船型上限", "Jump: implied speed exceeds what its class can do"),
    Flag.JUMP_REPORTED: (
        "漂移：推算航速与自报航速严重不符",
        "Jump: implied speed contradicts the reported speed",
    ),
    Flag.SPLIT_SPEED: ("航迹分段：推算航速过大", "New segment: implied speed too high"),
    Flag.SPLIT_GAP: ("航迹分段：间隔过长", "New segment: gap too long"),
    Flag.CLOCK_IN_FUTURE: ("设备时钟超前", "The device's clock runs ahead"),
    Flag.STALE: ("到达时已过时", "Old when it arrived"),
    Flag.DUPLICATE: ("重复", "Duplicate"),
    Flag.OUT_OF_ORDER: ("乱序", "Out of order"),
    Flag.NULL_ISLAND: ("零经纬度", "Zero longitude and latitude"),
    Flag.COLLAPSED: ("锚泊抖动，已合并", "Swing at anchor, collapsed"),
    Flag.LEFT_ANCHORAGE: ("离开锚位", "Left its anchorage"),
}
