"""The telegram: ``##``, four digits of length, data, CRC16 in four hexadecimal digits, CR LF."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from tidehub.adapters.hj212.model import SOURCE, SPLIT_BIT, VERSION_2017, Telegram
from tidehub.methods.tracking.model import Problem, keep_raw
from tidehub.methods.tracking.reasons import Reason

DATA_BYTES_MAX = 9999
"""The standard allows 1024; the length field could say 9999, and some instruments do not split."""

_PARTS_MAX = 256
_HEAD = b"##"


def crc16(data: bytes) -> int:
    """CRC of HJ 212 (appendix A): like Modbus, but each byte meets the register's *high* byte, shifted down.

    A usual Modbus CRC gives other values; ``1C80`` belongs to the standard's own example.
    """
    register = 0xFFFF
    for byte in data:
        register = (register >> 8) ^ byte
        for _ in range(8):
            odd = register & 1
            register >>= 1
            if odd:
                register ^= 0xA001
    return register


def encode_telegram(
    *,
    st: str,
    cn: str,
    mn: str,
    pw: str = "123456",
    qn: str | None = None,
    flag: int | None = VERSION_2017,
    cp: Sequence[Mapping[str, str]] = (),
    part: tuple[int, int] | None = None,
) -> bytes:
    """Write one telegram.

    Raises
    ------
    ValueError
        The data are longer than 1024 bytes: use :func:`split_telegram`; or a value holds a separator.
    """
    if part is not None:
        flag = (flag if flag is not None else VERSION_2017) | SPLIT_BIT
    head = [f"QN={qn}"] if qn is not None else []
    head += [f"ST={st}", f"CN={cn}", f"PW={pw}", f"MN={mn}"]
    if flag is not None:
        head.append(f"Flag={flag}")
    if part is not None:
        head += [f"PNUM={part[0]}", f"PNO={part[1]}"]
    for name, value in (pair for group in cp for pair in group.items()):
        if any(sign in name + value for sign in ";,&\r\n#") or "=" in name:
            raise ValueError(f"{name}={value} holds a separator")
    content = ";".join(",".join(f"{name}={value}" for name, value in group.items()) for group in cp)
    data = f"{';'.join(head)};CP=&&{content}&&".encode("gb18030")
    if len(data) > 1024:
        raise ValueError(f"data of {len(data)} bytes must be split")
    return b"##%04d%b%04X\r\n" % (len(data), data, crc16(data))


def split_telegram(
    *,
    st: str,
    cn: str,
    mn: str,
    qn: str,
    pw: str = "123456",
    cp: Sequence[Mapping[str, str]],
    groups_max: int = 12,
) -> list[bytes]:
    """Write content as parts of at most ``groups_max`` groups each (PNUM and PNO), every one a telegram."""
    pieces = [cp[at : at + groups_max] for at in range(0, len(cp), groups_max)] or [[]]
    if len(pieces) == 1:
        return [encode_telegram(st=st, cn=cn, mn=mn, pw=pw, qn=qn, cp=pieces[0])]
    return [
        encode_telegram(st=st, cn=cn, mn=mn, pw=pw, qn=qn, cp=piece, part=(len(pieces), number))
        for number, piece in enumerate(pieces, start=1)
    ]


class Hj212Decoder:
    """Cut one connection's bytes into telegrams, check them, and join the parts of split ones.

    Parameters
    ----------
    assembly_s_max, pending_max
        How long, and how many, unfinished split telegrams are held.
    """

    def __init__(self, *, assembly_s_max: float = 60.0, pending_max: int = 32) -> None:
        self._buffer = b""
        self._assembly = timedelta(seconds=assembly_s_max)
        self._pending_max = pending_max
        self._pending: dict[tuple[str, str | None, str, int], dict[int, Telegram]] = {}

    def feed(self, data: bytes, received_at: datetime) -> tuple[list[Telegram], list[Problem]]:
        """Take bytes as they come.

        Returns
        -------
        list of Telegram, list of Problem
            Telegrams in order. A part (``part`` set) is given at once, because each part is answered; when
            the last one has come, the joined telegram (``part`` ``None``) follows with all the content.
        """
        telegrams: list[Telegram] = []
        problems: list[Problem] = []
        self._expire(received_at, problems)
        self._buffer += data
        while self._next(received_at, telegrams, problems):
            pass
        return telegrams, problems

    def flush(self, received_at: datetime) -> list[Problem]:
        """Report what is unfinished; call it when the connection ends."""
        problems: list[Problem] = []
        if rest := self._buffer.strip():
            self._problem(Reason.TRUNCATED, f"{len(rest)} bytes at the end", rest, received_at, problems)
        self._buffer = b""
        for key in list(self._pending):
            self._give_up(key, received_at, problems)
        return problems

    def _next(self, now: datetime, telegrams: list[Telegram], problems: list[Problem]) -> bool:
        """Take one telegram or one piece of garbage off the buffer; false when more bytes are needed."""
        start = self._buffer.find(_HEAD)
        if start < 0:
            keep = 1 if self._buffer.endswith(b"#") else 0
            self._skip(len(self._buffer) - keep, now, problems)
            return False
        if start > 0:
            self._skip(start, now, problems)
        if len(self._buffer) < 6:
            return False
        digits = self._buffer[2:6]
        if not digits.isdigit():
            self._broken(Reason.LENGTH_WRONG, f"length {digits!r}", now, problems)
            return True
        end = 6 + int(digits) + 4
        if len(self._buffer) < end + 2:
            following = self._buffer.find(b"\r\n##", 6)
            if following >= 0:  # the next telegram begins inside this one: its length is wrong
                self._broken(Reason.LENGTH_WRONG, f"states {int(digits)} bytes", now, problems)
                return True
            return False
        self._telegram(self._buffer[6 : end - 4], end, now, telegrams, problems)
        return True

    def _telegram(
        self, data: bytes, end: int, now: datetime, telegrams: list[Telegram], problems: list[Problem]
    ) -> None:
        stated = self._buffer[end - 4 : end]
        actual = b"%04X" % crc16(data)
        if stated.upper() != actual:
            following = self._buffer.find(b"\r\n##", 6, end)
            reason = Reason.LENGTH_WRONG if following >= 0 else Reason.CHECKSUM_WRONG
            self._broken(reason, f"states {stated!r}, is {actual.decode()}", now, problems)
            return
        whole = self._buffer[:end]
        if self._buffer[end : end + 2] == b"\r\n":
            end += 2
        else:  # the CRC proves the telegram; only its end is missing
            self._problem(Reason.MALFORMED, "no CR LF at the end; the telegram is used", whole, now, problems)
        self._buffer = self._buffer[end:]
        telegram = _parse(data, whole, now)
        if isinstance(telegram, Problem):
            problems.append(telegram)
            return
        telegrams.append(telegram)
        if telegram.part is not None:
            self._join(telegram, now, telegrams, problems)

    def _join(self, telegram: Telegram, now: datetime, telegrams: list[Telegram], problems: list[Problem]) -> None:
        assert telegram.part is not None
        count, number = telegram.part
        key = (telegram.mn, telegram.qn, telegram.cn, count)
        parts = self._pending.get(key)
        if parts is None:
            if len(self._pending) >= self._pending_max:
                self._give_up(next(iter(self._pending)), now, problems)
            parts = self._pending[key] = {}
        parts[number] = telegram
        if len(parts) == count:
            del self._pending[key]
            ordered = [parts[n] for n in range(1, count + 1)]
            telegrams.append(
                Telegram(
                    telegram.st,
                    telegram.cn,
                    telegram.pw,
                    telegram.mn,
                    tuple(group for part in ordered for group in part.cp),
                    now,
                    telegram.qn,
                    telegram.flag,
                    None,
                    keep_raw("".join(part.raw for part in ordered)),
                )
            )

    def _broken(self, reason: Reason, detail: str, now: datetime, problems: list[Problem]) -> None:
        """Report a broken telegram and go on at the next head, so that it costs only itself."""
        following = self._buffer.find(_HEAD, 2)
        cut = following if following >= 0 else len(self._buffer)
        self._problem(reason, detail, self._buffer[:cut], now, problems)
        self._buffer = self._buffer[cut:]

    def _skip(self, length: int, now: datetime, problems: list[Problem]) -> None:
        garbage, self._buffer = self._buffer[:length], self._buffer[length:]
        if garbage.strip(b"\r\n \x00"):  # devices pad between telegrams
            self._problem(Reason.GARBAGE, f"{len(garbage)} bytes outside a telegram", garbage, now, problems)

    def _expire(self, now: datetime, problems: list[Problem]) -> None:
        for key, parts in list(self._pending.items()):
            if now - next(iter(parts.values())).received_at > self._assembly:
                self._give_up(key, now, problems)

    def _give_up(self, key: tuple[str, str | None, str, int], now: datetime, problems: list[Problem]) -> None:
        parts = self._pending.pop(key)
        have = ",".join(str(number) for number in sorted(parts))
        raw = keep_raw("".join(part.raw for part in parts.values()))
        detail = f"have {have} of {key[3]}"
        problems.append(Problem(Reason.PARTS_MISSING, detail, raw, SOURCE, now, f"{SOURCE}:{key[0]}"))

    @staticmethod
    def _problem(reason: Reason, detail: str, raw: bytes, now: datetime, problems: list[Problem]) -> None:
        problems.append(Problem(reason, detail[:120], keep_raw(raw), SOURCE, now))


class _Wrong(Exception):
    """Why checked bytes are not a telegram."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


def _parse(data: bytes, whole: bytes, now: datetime) -> Telegram | Problem:
    raw = keep_raw(whole)
    mn: str | None = None
    try:
        text = data.decode("gb18030")
        head_text, marker, content = text.partition("CP=&&")
        if not marker or not content.endswith("&&"):
            raise _Wrong(Reason.MALFORMED, "no CP=&&...&&")
        head = _head(head_text)
        mn = head.get("MN") or None
        for name in ("ST", "CN", "PW", "MN"):
            if not head.get(name):
                raise _Wrong(Reason.FIELD_MISSING, name)
        flag = _small_number(head["Flag"], 255) if "Flag" in head else None
        part = _part(head, flag)
        groups = _groups(content[:-2])
    except UnicodeDecodeError as error:
        return Problem(Reason.NOT_TEXT, f"byte {error.start}", raw, SOURCE, now)
    except _Wrong as wrong:
        return Problem(wrong.reason, wrong.detail[:120], raw, SOURCE, now, f"{SOURCE}:{mn}" if mn else None)
    return Telegram(head["ST"], head["CN"], head["PW"], head["MN"], groups, now, head.get("QN"), flag, part, raw)


def _head(text: str) -> dict[str, str]:
    head: dict[str, str] = {}
    for pair in text.split(";"):
        name, equals, value = pair.partition("=")
        if equals:
            head[name.strip()] = value.strip()
    return head


def _part(head: dict[str, str], flag: int | None) -> tuple[int, int] | None:
    """Read which part of a split telegram it is; ``None`` for a whole one."""
    if not (flag is not None and flag & SPLIT_BIT) and "PNUM" not in head:
        return None
    for name in ("PNUM", "PNO"):
        if name not in head:
            raise _Wrong(Reason.FIELD_MISSING, name)
    count, number = _small_number(head["PNUM"], _PARTS_MAX), _small_number(head["PNO"], _PARTS_MAX)
    if not 1 <= number <= count:
        raise _Wrong(Reason.FIELD_INVALID, f"part {number} of {count}")
    return None if count == 1 else (count, number)


def _groups(content: str) -> tuple[dict[str, str], ...]:
    groups: list[dict[str, str]] = []
    for group_text in content.split(";"):
        group: dict[str, str] = {}
        for pair in filter(None, group_text.split(",")):
            name, equals, value = pair.partition("=")
            if not equals:
                raise _Wrong(Reason.MALFORMED, f"CP item {pair[:40]!r}")
            group[name.strip()] = value.strip()
        if group:
            groups.append(group)
    return tuple(groups)


def _small_number(text: str, most: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 4 and int(text) <= most):
        raise _Wrong(Reason.FIELD_INVALID, f"not a number up to {most}: {text[:20]!r}")
    return int(text)
