"""Numbers of persons are taken out before a text is kept for training."""

from __future__ import annotations

import re

from tidehub.methods.text.places import PROVINCES

_MASKS = (
    (re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)"), "〔证件号〕"),
    (re.compile(r"(?<!\d)(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)"), "〔手机号〕"),
    (re.compile(r"(?<!\d)0\d{2,3}[- ]?\d{7,8}(?!\d)"), "〔电话〕"),
    (re.compile(rf"[{PROVINCES}][A-Za-z][·. ]?[A-Za-z0-9]{{4,5}}[A-Za-z0-9挂学警]"), "〔车牌〕"),
    (re.compile(r"(?<!\d)\d{16,19}(?!\d)"), "〔账号〕"),
    (re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+"), "〔邮箱〕"),
)


def mask_personal(text: str) -> str:
    """Put a word of kind in place of identity numbers, telephones, plates, accounts and mail addresses.

    Source: 个人信息保护法 articles 6 and 19: no more than the purpose needs.
    """
    for pattern, word in _MASKS:
        text = pattern.sub(word, text)
    return text
