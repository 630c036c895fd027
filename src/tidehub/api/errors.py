"""Errors as ``application/problem+json`` (RFC 9457), in both languages, the preferred one first."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping
from typing import Any

from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.types import ExceptionHandlersMap

from tidehub.kernel.codec import canonical_json
from tidehub.kernel.errors import MALFORMED, NOT_FOUND, Refusal, RefusalKind, Unavailable, refusal_kind

log = logging.getLogger("tidehub.api")

PROBLEM_JSON = "application/problem+json"
STATUS = {
    "invalid": 422,
    "missing": 404,
    "conflict": 409,
    "forbidden": 403,
    "unauthenticated": 401,
    "too_large": 413,
    "unsupported": 415,
    "too_many": 429,
    "gone": 410,
}
# A body that cannot be read is another thing than one that cannot be accepted; so is a failed If-Match.
STATUS_OF_CODE = {
    "malformed": 400,
    "changed_meanwhile": 412,
    "method_not_allowed": 405,
    "not_acceptable": 406,
    "cloudevent_invalid": 400,
    "cloudevent_malformed": 400,
    "cloudevent_version_unknown": 400,
    "cap_unreadable": 400,
    "csv_unreadable": 400,
}
RETRY_AFTER_S = 5

METHOD_NOT_ALLOWED = refusal_kind(
    "method_not_allowed",
    zh="此地址不支持该方法",
    en="This address does not take that method",
    do_zh="请查看接口说明 /api/v1/openapi.json。",
    do_en="See the description of the interface, /api/v1/openapi.json.",
)
TOO_LARGE = refusal_kind(
    "body_too_large",
    zh="内容过大，最多 {max} 字节",
    en="The body is too large; at most {max} bytes",
    do_zh="请压缩或分批发送。",
    do_en="Send it smaller or in parts.",
    category="too_large",
)
UNSUPPORTED_MEDIA = refusal_kind(
    "unsupported_media",
    zh="不支持内容类型“{media_type}”",
    en="The content type '{media_type}' is not supported",
    do_zh="请使用 {wanted}。",
    do_en="Send {wanted}.",
    category="unsupported",
)
BROKEN = refusal_kind(
    "internal_error",
    zh="平台内部出错，编号 {incident}",
    en="Something is broken inside, incident {incident}",
    do_zh="请把编号告诉管理员；内容可以重新发送，不会重复登记。",
    do_en="Tell the administrator the number; what you sent may be sent again and is not registered twice.",
)
UNAVAILABLE = refusal_kind(
    "unavailable",
    zh="{what} 暂不可用",
    en="{what} is not available at the moment",
    do_zh="请稍后重试。",
    do_en="Try again later.",
)


def status_of(kind: RefusalKind) -> int:
    """HTTP status of a kind of refusal."""
    return STATUS_OF_CODE.get(kind.code) or STATUS[kind.category]


def problem(refusal: Refusal, accept_language: str = "", status: int | None = None) -> dict[str, Any]:
    """Write a refusal as the members of RFC 9457.

    ``title`` and ``detail`` are Chinese, ``title_en`` and ``detail_en`` English. When English is preferred,
    ``title`` and ``detail`` are English and ``title_zh`` and ``detail_zh`` hold the Chinese.
    """
    first = "en" if prefers_english(accept_language) else "zh"
    other = "zh" if first == "en" else "en"
    body: dict[str, Any] = {
        "type": f"urn:tidehub:problem:{refusal.code}",
        "status": status or status_of(refusal.kind),
        "code": refusal.code,
        "title": refusal.text("en" if first == "en" else "zh"),
        f"title_{other}": refusal.text("en" if other == "en" else "zh"),
        "detail": refusal.advice("en" if first == "en" else "zh"),
        f"detail_{other}": refusal.advice("en" if other == "en" else "zh"),
    }
    if refusal.field is not None:
        body["field"] = refusal.field
    return body


def prefers_english(accept_language: str) -> bool:
    """Whether English comes before Chinese in ``Accept-Language`` (RFC 9110, 12.5.4); Chinese is usual."""
    best: dict[str, float] = {}
    for part in accept_language.lower().split(",")[:20]:
        tag, _, weight = part.strip().partition(";q=")
        try:
            quality = float(weight) if weight else 1.0
        except ValueError:
            quality = 0.0
        best[tag[:2]] = max(best.get(tag[:2], 0.0), quality)
    return best.get("en", 0.0) > best.get("zh", 0.0)


def answer_refusal(refusal: Refusal, headers: Mapping[str, str], status: int | None = None) -> Response[bytes]:
    """Answer a refusal, with the headers its status asks for."""
    body = problem(refusal, headers.get("accept-language", ""), status)
    extra = {"cache-control": "no-store", "vary": "accept-language"}
    if body["status"] == 401:
        extra["www-authenticate"] = 'Bearer realm="tidehub"'
    if body["status"] == 429:
        extra["retry-after"] = str(refusal.params.get("retry_after_s", RETRY_AFTER_S))
    return Response(canonical_json(body), status_code=body["status"], media_type=PROBLEM_JSON, headers=extra)


def _refused(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    assert isinstance(error, Refusal)
    return answer_refusal(error, request.headers)


def _unavailable(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    assert isinstance(error, Unavailable)
    log.warning("unavailable: %s", error.what)
    response = answer_refusal(UNAVAILABLE(None, what=error.what), request.headers, 503)
    response.headers["retry-after"] = str(error.retry_after_s or RETRY_AFTER_S)
    return response


def _framework(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    assert isinstance(error, HTTPException)
    if error.status_code == 404:
        refusal = NOT_FOUND(None, what="resource", id=request.url.path[:200])
    elif error.status_code == 405:
        refusal = METHOD_NOT_ALLOWED(None)
        response = answer_refusal(refusal, request.headers)
        if error.headers and "allow" in {name.lower() for name in error.headers}:
            response.headers.update(error.headers)
        return response
    elif error.status_code == 413:
        refusal = TOO_LARGE(None, max="?")
    elif error.status_code < 500:
        refusal = MALFORMED(None, problem=str(error.detail)[:200])
        return answer_refusal(refusal, request.headers, error.status_code)
    else:
        return _broken(request, error)
    return answer_refusal(refusal, request.headers)


def broken(method: str, path: str, error: Exception) -> Refusal:
    """Write down what broke under a number, and give the refusal that tells only the number."""
    incident = secrets.token_hex(6)
    log.error("incident %s at %s %s", incident, method, path, exc_info=error)
    return BROKEN(None, incident=incident)


def _broken(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    refusal = broken(str(request.scope.get("method")), request.url.path, error)
    return answer_refusal(refusal, request.headers, 500)


HANDLERS: ExceptionHandlersMap = {
    Refusal: _refused,
    Unavailable: _unavailable,
    HTTPException: _framework,
    Exception: _broken,
}
