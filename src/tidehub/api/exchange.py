"""Bodies, queries, answers, ETags, cursors and keys: how every family reads and writes HTTP."""

from __future__ import annotations

import base64
import re
from typing import Any, TypeVar

import msgspec
from litestar import Request, Response

from tidehub.api.errors import TOO_LARGE, UNSUPPORTED_MEDIA
from tidehub.api.services import services_of
from tidehub.kernel.codec import canonical_json, decode, split_problem
from tidehub.kernel.errors import MALFORMED, refusal_kind

T = TypeVar("T")
Q = TypeVar("Q", bound=msgspec.Struct)
AnyRequest = Request[Any, Any, Any]

CURSOR_INVALID = refusal_kind(
    "cursor_invalid",
    zh="翻页标记无效",
    en="The cursor is not one of ours",
    do_zh="请从第一页重新开始。",
    do_en="Begin again from the first page.",
)
IF_MATCH_MISSING = refusal_kind(
    "if_match_missing",
    zh="修改需要带上 If-Match",
    en="A change needs If-Match",
    do_zh="请先读取，再把其 ETag 放入 If-Match。",
    do_en="Read it first and send its ETag as If-Match.",
    category="conflict",
)
KEY_INVALID = refusal_kind(
    "idempotency_key_invalid",
    zh="Idempotency-Key 不符合要求",
    en="The Idempotency-Key is not allowed",
    do_zh="请使用 8 到 128 个可见字符。",
    do_en="Use 8 to 128 visible characters.",
)

PAGE_MAX = 500
_KEY = re.compile(r"[\x21-\x7e]{8,128}")
_ETAG = re.compile(r'(?:W/)?"v(\d{1,9})"')


class Page(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How to page: ``limit`` items after ``cursor``, which the page before gave as ``next``."""

    limit: int = 50
    cursor: str | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.limit <= PAGE_MAX:
            raise ValueError(f"limit lies in 1..{PAGE_MAX}")


async def read_json(request: AnyRequest, shape: type[T], *, bytes_max: int | None = None) -> T:
    """Read a JSON body strictly into ``shape``; an unknown field or a wrong type is refused by its path."""
    media_type = request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    if media_type != "application/json" and not media_type.endswith("+json"):
        raise UNSUPPORTED_MEDIA(None, media_type=media_type[:80], wanted="application/json")
    return decode(await read_bytes(request, bytes_max), shape)


async def read_bytes(request: AnyRequest, bytes_max: int | None = None) -> bytes:
    """Read a body that is not too large; one that says so beforehand is not read at all."""
    limit = bytes_max or services_of(request).settings.body_bytes_max
    said = request.headers.get("content-length", "0")
    if said.isdigit() and int(said) > limit:
        raise TOO_LARGE(None, max=limit)
    parts: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            raise TOO_LARGE(None, max=limit)
        parts.append(chunk)
    return b"".join(parts)


def read_query(request: AnyRequest, shape: type[Q]) -> Q:
    """Read the query into ``shape``; an empty parameter counts as absent, an unknown one is refused."""
    told: dict[str, Any] = {key: value for key, value in request.query_params.items() if value != ""}
    try:
        return msgspec.convert(told, shape, strict=False)
    except msgspec.ValidationError as error:
        wrong, field = split_problem(str(error))
        raise MALFORMED(field, problem=wrong) from None


def answer(
    value: Any, *, status: int = 200, headers: dict[str, str] | None = None, version: int | None = None
) -> Response[bytes]:
    """Answer with JSON; ``version`` of the matter's chain becomes its ETag."""
    sent = dict(headers or {})
    if version is not None:
        sent["etag"] = etag(version)
    return Response(canonical_json(value), status_code=status, media_type="application/json", headers=sent)


def no_content() -> Response[None]:
    """Answer that it is done, with nothing to say."""
    return Response(None, status_code=204)


def etag(version: int) -> str:
    """ETag of a chain's version."""
    return f'"v{version}"'


def expected_version(request: AnyRequest, *, required: bool = False) -> int | None:
    """Which version the sender has seen, from ``If-Match``; ``*``, or nothing unless required, is any."""
    told = request.headers.get("if-match", "").strip()
    if not told:
        if required:
            raise IF_MATCH_MISSING("If-Match")
        return None
    if told == "*":
        return None
    found = _ETAG.fullmatch(told)
    if found is None:
        raise MALFORMED("If-Match", problem="not an ETag of ours")
    return int(found.group(1))


def is_unchanged(request: AnyRequest, version: int) -> bool:
    """Whether the sender has this very version already (``If-None-Match``)."""
    told = [part.strip().removeprefix("W/") for part in request.headers.get("if-none-match", "").split(",")]
    return etag(version) in told or "*" in told


def idempotency_key(request: AnyRequest) -> str | None:
    """Key under which a repeated send is the same send; it goes into the command as its source key."""
    key = request.headers.get("idempotency-key")
    if key is not None and not _KEY.fullmatch(key):
        raise KEY_INVALID("Idempotency-Key")
    return key


def write_cursor(*parts: str | int) -> str:
    """Write the last row's keys down as a cursor."""
    return base64.urlsafe_b64encode(canonical_json(parts)).decode().rstrip("=")


def read_cursor(text: str | None, shape: type[T]) -> T | None:
    """Read a cursor back into its keys, a tuple type such as ``tuple[int, str]``.

    Raises
    ------
    Refusal
        ``cursor_invalid``.
    """
    if text is None:
        return None
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        return msgspec.json.decode(raw, type=shape, strict=True)
    except (ValueError, msgspec.MsgspecError):
        raise CURSOR_INVALID("cursor") from None


def page_of(items: list[Any], next_cursor: str | None) -> dict[str, Any]:
    """Shape of every list: ``{"items": [...], "next": cursor or null}``."""
    return {"items": items, "next": next_cursor}
