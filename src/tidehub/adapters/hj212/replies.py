"""Who answers what: the platform answers uploads (9013, 9014), a device answers commands (9011, 9012)."""

from __future__ import annotations

from tidehub.adapters.hj212.model import ANSWER_BIT, SPLIT_BIT, VERSION_2017, Telegram
from tidehub.adapters.hj212.telegram import encode_telegram

REQUEST_REPLY = "9011"
EXECUTION_REPLY = "9012"
NOTICE_REPLY = "9013"
DATA_REPLY = "9014"

READY = 1  # QnRtn: 1 ready, 2 refused, 3 wrong password, 4 wrong MN, 5 wrong ST, 6 wrong Flag, 7 wrong QN,
WRONG_PASSWORD = 3  # 8 wrong CN, 9 wrong CRC, 100 unknown (HJ 212-2017, table of request results)

_EXCHANGE = "91"
_NOTICES = frozenset({"1013"})  # the device asks for the time: a notice, not data


def reply_to(telegram: Telegram) -> bytes | None:
    """Give the platform's answer to what a device uploaded, or ``None`` when it wants none.

    Every part of a split telegram is answered by itself; answers (90xx) are never answered.
    """
    if not telegram.wants_answer or telegram.cn.startswith("90"):
        return None
    return data_reply(telegram, NOTICE_REPLY if telegram.cn in _NOTICES else DATA_REPLY)


def data_reply(telegram: Telegram, cn: str = DATA_REPLY) -> bytes:
    """Confirm an upload (9014) or a notice (9013)."""
    return _answer(telegram, cn, {})


def request_reply(telegram: Telegram, result: int = READY) -> bytes:
    """Tell the platform whether its command is taken (9011), as a simulated device does."""
    return _answer(telegram, REQUEST_REPLY, {"QnRtn": str(result)})


def execution_reply(telegram: Telegram, result: int = 1) -> bytes:
    """Tell the platform how its command ended (9012): 1 done, 2 failed, 100 no data."""
    return _answer(telegram, EXECUTION_REPLY, {"ExeRtn": str(result)})


def _answer(telegram: Telegram, cn: str, content: dict[str, str]) -> bytes:
    version = (telegram.flag if telegram.flag is not None else VERSION_2017) & ~(ANSWER_BIT | SPLIT_BIT)
    return encode_telegram(
        st=_EXCHANGE,
        cn=cn,
        pw=telegram.pw,
        mn=telegram.mn,
        qn=telegram.qn,
        flag=version,
        cp=[content] if content else [],
    )
