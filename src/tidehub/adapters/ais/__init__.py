"""AIS (船舶自动识别系统): AIVDM/AIVDO sentences to fixes and identity claims, and back for simulated boats.

Source: ITU-R M.1371-5 (messages), IEC 61162-1 (sentences). Bits are read by the pyais package.
"""

from tidehub.adapters.ais.decode import AisDecoder
from tidehub.adapters.ais.encode import (
    encode_aid,
    encode_long_range,
    encode_position_a,
    encode_position_b,
    encode_static_a,
    encode_static_b,
)

__all__ = [
    "AisDecoder",
    "encode_aid",
    "encode_long_range",
    "encode_position_a",
    "encode_position_b",
    "encode_static_a",
    "encode_static_b",
]
