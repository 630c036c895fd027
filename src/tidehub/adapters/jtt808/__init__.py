"""JT/T 808 (道路运输车辆卫星定位系统终端通讯协议): trucks and handhelds, editions 2011, 2013 and 2019.

Source: JT/T 808-2011, -2013 and -2019, clauses 4 (frame), 8 and 9 (messages).
"""

from tidehub.adapters.jtt808.bodies import Authentication, Registration
from tidehub.adapters.jtt808.decode import Incoming, Jtt808Decoder
from tidehub.adapters.jtt808.encode import (
    encode_authentication,
    encode_batch,
    encode_heartbeat,
    encode_location,
    encode_platform_reply,
    encode_register,
    encode_register_reply,
)
from tidehub.adapters.jtt808.frame import Message, encode_frame
from tidehub.adapters.jtt808.server import Admission, Jtt808Server, SecretAdmission

__all__ = [
    "Admission",
    "Authentication",
    "Incoming",
    "Jtt808Decoder",
    "Jtt808Server",
    "Message",
    "Registration",
    "SecretAdmission",
    "encode_authentication",
    "encode_batch",
    "encode_frame",
    "encode_heartbeat",
    "encode_location",
    "encode_platform_reply",
    "encode_register",
    "encode_register_reply",
]
