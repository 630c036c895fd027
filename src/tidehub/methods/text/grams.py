"""Characters rather than words: what is left of a message when courtesy, width and case are folded away.

Character n-grams beat a word segmenter on civic messages (0.808 against 0.737 of right categories, developers'
measurement) and need no dictionary that a town would have to keep.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# What every letter to an office says; it would make strangers alike.
_COURTESY = re.compile(
    "您好|你好|领导|尊敬的|谢谢|多谢|感谢|麻烦|请求|请问|请|希望|尽快|有关部门|相关部门|政府|部门|处理一下|处理|解决一下|解决|"
    "反映|投诉|举报|市民|来电|致电|称|本人|我是|我们|咨询|建议|求助|关于|问题|情况|管一管|管管|没人管|赶紧|赶快|快点|马上|"
    "有没有人|帮忙|帮帮|核实|回复|予以|督促|协调|一直|现在|目前|刚刚|刚才|今天|昨天|已经|这里|那里|附近|旁边"
)
_SPACE = re.compile(r"\s+")
_NOT_TEXT = re.compile(r"[^0-9a-z\u4e00-\u9fff]+")
_LEVEL_1_FIRST, _LEVEL_1_LAST = 0xB0, 0xD7
SAME_SOUND_REACH = 9


@lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """Fold width and case (NFKC, lower), drop control characters, make every white space one blank."""
    folded = unicodedata.normalize("NFKC", text).lower()
    folded = "".join(
        character for character in folded if unicodedata.category(character)[0] != "C" or character in "\n\t"
    )
    return _SPACE.sub(" ", folded).strip()


def bare(text: str) -> str:
    """Keep letters, digits and Chinese characters of a folded text: what two copies of a message share."""
    return _NOT_TEXT.sub("", fold(text))


def plain(text: str) -> str:
    """Take the courtesy out of a folded text and mark every gap with one blank."""
    return _NOT_TEXT.sub(" ", _COURTESY.sub(" ", fold(text))).strip()


def grams(text: str, low: int = 2, high: int = 3) -> dict[str, int]:
    """Count the character n-grams, ``low`` to ``high`` long, that cross no gap.

    Parameters
    ----------
    text
        Already plain (:func:`plain`); blanks separate.
    low, high
        Shortest and longest gram, in characters.

    Returns
    -------
    dict
        Gram to count, in order of first appearance.
    """
    found: dict[str, int] = {}
    for run in text.split(" "):
        for size in range(low, high + 1):
            for start in range(len(run) - size + 1):
                gram = run[start : start + size]
                found[gram] = found.get(gram, 0) + 1
    return found


@lru_cache(maxsize=65536)
def _place_in_gb2312(character: str) -> int | None:
    try:
        raw = character.encode("gb2312")
    except UnicodeEncodeError:
        return None
    if len(raw) != 2 or not _LEVEL_1_FIRST <= raw[0] <= _LEVEL_1_LAST:
        return None
    return (raw[0] - _LEVEL_1_FIRST) * 94 + raw[1] - 0xA1


def sounds_alike(a: str, b: str) -> bool:
    """Whether two characters are likely typed for one another: same, or neighbours in GB 2312.

    The first level of GB 2312 (3,755 characters) is ordered by pinyin, so characters of one syllable stand side
    by side; a distance of nine places finds most homophones without a table of sounds, and takes a few near
    syllables with it. Source: GB/T 2312-1980.
    """
    if a == b:
        return True
    first, second = _place_in_gb2312(a), _place_in_gb2312(b)
    return first is not None and second is not None and abs(first - second) <= SAME_SOUND_REACH
