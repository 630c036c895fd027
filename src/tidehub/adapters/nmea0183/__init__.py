"""NMEA 0183 (船载导航设备语句): RMC, GGA, VTG, HDT, DBT, DPT in; position and route sentences out; listeners.

The listeners take AIS sentences on the same wire too, as ship's networks carry both.
Source: IEC 61162-1 (NMEA 0183 v4).
"""

from tidehub.adapters.nmea0183.decode import NmeaDecoder
from tidehub.adapters.nmea0183.encode import (
    encode_apb,
    encode_gga,
    encode_rmb,
    encode_rmc,
    encode_rte,
    encode_wpl,
    encode_xte,
)
from tidehub.adapters.nmea0183.feed import FeedDecoder
from tidehub.adapters.nmea0183.listeners import NmeaTcpServer, NmeaUdpListener
from tidehub.adapters.nmea0183.sentence import build_sentence, checksum

__all__ = [
    "FeedDecoder",
    "NmeaDecoder",
    "NmeaTcpServer",
    "NmeaUdpListener",
    "build_sentence",
    "checksum",
    "encode_apb",
    "encode_gga",
    "encode_rmb",
    "encode_rmc",
    "encode_rte",
    "encode_wpl",
    "encode_xte",
]
