"""HJ 212-2017 (污染物在线监控系统数据传输标准): telegrams of the quay's treatment unit, both ways.

Source: HJ 212-2017, clause 6 (telegram, appendix A for the CRC) and appendices B and C (commands, examples).
"""

from tidehub.adapters.hj212.model import Telegram
from tidehub.adapters.hj212.readings import FLAG_TEXTS, readings_of, telegrams_to
from tidehub.adapters.hj212.replies import data_reply, execution_reply, reply_to, request_reply
from tidehub.adapters.hj212.server import Hj212Server
from tidehub.adapters.hj212.telegram import Hj212Decoder, crc16, encode_telegram, split_telegram

__all__ = [
    "FLAG_TEXTS",
    "Hj212Decoder",
    "Hj212Server",
    "Telegram",
    "crc16",
    "data_reply",
    "encode_telegram",
    "execution_reply",
    "readings_of",
    "reply_to",
    "request_reply",
    "split_telegram",
    "telegrams_to",
]
