"""Three kinds of error that are never mixed.

A :class:`Refusal` is for a person, who can do something about it: it has a stable code, names the
field and says what to do, in Chinese and English. :class:`Unavailable` is for the hub: the outside is
down, so try again later and show the operator. An ``assert`` is for us: the program is wrong.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Category = Literal[
    "invalid", "missing", "conflict", "forbidden", "unauthenticated", "too_large", "unsupported", "too_many", "gone"
]
Language = Literal["zh", "en"]

_KINDS: dict[str, RefusalKind] = {}


@dataclass(frozen=True)
class RefusalKind:
    """What can be refused, why, and what the person can do, in both languages.

    Parameters
    ----------
    code
        Stable machine name, ``lower_snake``; unique over the platform and its packs.
    zh, en
        What is wrong: ``str.format`` templates over the parameters of the refusal.
    do_zh, do_en
        What to do about it.
    category
        Coarse class from which an edge (HTTP, command line) derives its own status.
    """

    code: str
    zh: str
    en: str
    do_zh: str
    do_en: str
    category: Category = "invalid"

    def __call__(self, field: str | None = None, **params: object) -> Refusal:
        """Make the refusal to raise; ``field`` is the path of what was wrong, e.g. ``lines[0].mass_kg``."""
        return Refusal(self, field, params)


class Refusal(Exception):
    """A request that cannot be carried out as it stands. Nothing was written."""

    def __init__(self, kind: RefusalKind, field: str | None, params: dict[str, object]) -> None:
        super().__init__(kind.code)
        self.kind = kind
        self.field = field
        self.params = params

    @property
    def code(self) -> str:
        """Stable machine name of the kind."""
        return self.kind.code

    def text(self, language: Language = "zh") -> str:
        """What is wrong, in one sentence."""
        return _fill(self.kind.zh if language == "zh" else self.kind.en, self.params)

    def advice(self, language: Language = "zh") -> str:
        """What to do about it, in one sentence."""
        return _fill(self.kind.do_zh if language == "zh" else self.kind.do_en, self.params)

    def __str__(self) -> str:
        where = f" [{self.field}]" if self.field else ""
        return f"{self.code}{where}: {self.text('zh')} / {self.text('en')} {self.advice('zh')} / {self.advice('en')}"


class Unavailable(Exception):
    """The outside is down. The hub tries again and the operator sees it; nobody else is to blame.

    Parameters
    ----------
    what
        The port that did not answer, e.g. ``"sms gateway"``.
    retry_after_s
        When the outside asked to be tried again, in seconds, if it said so.
    """

    def __init__(self, what: str, retry_after_s: int | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.retry_after_s = retry_after_s


def refusal_kind(code: str, *, zh: str, en: str, do_zh: str, do_en: str, category: Category = "invalid") -> RefusalKind:
    """Declare a kind of refusal, once, as a module constant. The generated reference lists them all."""
    kind = RefusalKind(code, zh, en, do_zh, do_en, category)
    known = _KINDS.setdefault(code, kind)
    assert known == kind, f"two refusals share the code {code}"
    return kind


def refusal_kinds() -> dict[str, RefusalKind]:
    """Every declared kind by code, for the generated reference and the house tests."""
    return dict(_KINDS)


class _Missing(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


def _fill(template: str, params: dict[str, object]) -> str:
    return template.format_map(_Missing(params))


MALFORMED = refusal_kind(
    "malformed",
    zh="内容格式不正确：{problem}",
    en="The content is malformed: {problem}",
    do_zh="请按接口说明改正该字段后重新发送。",
    do_en="Correct this field as the interface description says and send it again.",
)
NOT_FOUND = refusal_kind(
    "not_found",
    zh="没有找到{what}：{id}",
    en="No {what} with the id {id}",
    do_zh="请核对编号。",
    do_en="Check the id.",
    category="missing",
)
