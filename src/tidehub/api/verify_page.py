"""The page behind the QR of a paper: plain HTML, no script, both languages, readable on any telephone."""

from __future__ import annotations

from datetime import datetime
from html import escape
from zoneinfo import ZoneInfo

from tidehub.capabilities.documents import Verification

_TOWN = ZoneInfo("Asia/Shanghai")
# sign, colour, ground, headline, what it means
_STATUS = {
    "valid": (
        "✓", "#0b6b3a", "#e7f6ec", "有效", "Valid",
        "此单证由本平台签发，目前有效。请核对下列内容与您手中的单证是否一致。",
        "This document was issued by this platform and is valid. Compare what follows with your paper.",
    ),
    "replaced": (
        "↻", "#8a5a00", "#fff4dc", "已被新版取代", "Replaced",
        "此单证已由新的单证更正取代，请以新单证为准。",
        "This document was corrected by a newer one; the newer one counts.",
    ),
    "withdrawn": (
        "✕", "#a11212", "#fdeaea", "已作废", "Withdrawn",
        "此单证已作废，不能再使用。",
        "This document was withdrawn and must not be used.",
    ),
    "differs": (
        "!", "#a11212", "#fdeaea", "内容不一致", "Differs",
        "此纸质单证与平台登记的内容不一致，请联系签发单位。",
        "This paper says something else than what is registered; ask the office that issued it.",
    ),
    "not_received": (
        "…", "#8a5a00", "#fff4dc", "尚未上传", "Not received yet",
        "此编号已分配给现场设备，设备联网后单证才会上传。请稍后再查。",
        "The number belongs to a device in the field whose paper has not come in yet. Look again later.",
    ),
    "void": (
        "✕", "#a11212", "#fdeaea", "空号", "Void number",
        "此编号未被使用且已交回，带有此编号的单证无效。",
        "The number was given back unused; a paper that bears it is not valid.",
    ),
    "unknown": (
        "?", "#a11212", "#fdeaea", "查无此单证", "Unknown code",
        "没有单证使用此核验码。请核对是否输错；如来自二维码，请警惕伪造。",
        "No document bears this code. Check the spelling; if it came from a QR code, beware of a forgery.",
    ),
}  # fmt: skip
_STYLE = """
:root{color-scheme:light}*{box-sizing:border-box}
body{margin:0;font:17px/1.55 system-ui,-apple-system,"PingFang SC","Microsoft YaHei",
"Noto Sans CJK SC",sans-serif;
background:#eef3f6;color:#14232d}
main{max-width:42rem;margin:0 auto;padding:1rem}
header{padding:.5rem 0 1rem;font-weight:600;color:#0d4f6c}
.card{background:#fff;border-radius:16px;padding:1.1rem 1.2rem;margin:0 0 1rem;box-shadow:0 1px 3px #0d2b3a22}
.status{display:flex;gap:1rem;align-items:center;border-left:10px solid}
.sign{font-size:2.4rem;line-height:1;width:2.6rem;text-align:center;font-weight:700}
h1{font-size:1.5rem;margin:0}h2{font-size:1.05rem;margin:0 0 .6rem}
p{margin:.35rem 0}.en{color:#4a5d69;font-size:.92em}
dl{margin:0}dl div{padding:.5rem 0;border-top:1px solid #e3eaee}dl div:first-child{border-top:0}
dt{color:#4a5d69;font-size:.88rem}dd{margin:0;font-weight:600;overflow-wrap:anywhere}
.hash{font:500 .85rem/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
a{color:#0d5c86}footer{color:#4a5d69;font-size:.85rem;padding:.5rem 0 2rem}
"""


def verification_page(found: Verification | None, code: str) -> str:
    """Write the page; ``None`` where no paper bears the code."""
    status = found.status if found is not None else "unknown"
    sign, colour, ground, zh, en, meaning_zh, meaning_en = _STATUS[status]
    look = f"border-color:{colour};background:{ground};color:{colour}"
    parts = [
        (
            f'<section class="card status" style="{look}" role="status">'
            f'<div class="sign" aria-hidden="true">{sign}</div>'
            f'<div><h1>{zh} <span lang="en">{en}</span></h1></div></section>'
        ),
        f'<section class="card"><p>{meaning_zh}</p><p class="en" lang="en">{meaning_en}</p></section>',
    ]
    if found is None:
        parts.append(_section("核验码", "Code", [("核验码", "Code", escape(code[:64]), True)]))
    else:
        parts += _parts_of(found)
    return (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta name="robots" content="noindex">'
        f"<title>{zh} {en} - 潮汇 Tidehub</title><style>{_STYLE}</style></head><body><main>"
        "<header>潮汇 Tidehub · 单证核验 Document verification</header>"
        f"{''.join(parts)}"
        "<footer>本页不含个人信息。 This page shows no personal data.</footer></main></body></html>"
    )


_Line = tuple[str, str, str, bool]
"""Label in both languages, the value as HTML, and whether it is a code or hash."""


def _parts_of(found: Verification) -> list[str]:
    facts: list[_Line] = [
        (
            "单证",
            "Document",
            f"{escape(found.title_zh)} <span class='en'>{escape(found.title_en)}</span>",
            False,
        ),
        ("编号", "Number", escape(found.number), False),
    ]
    if found.document_number is not None and found.document_number != found.number:
        facts.append(("登记编号", "Registered as", escape(found.document_number), False))
    for zh, en, at in (
        ("签发时间", "Issued", found.issued_at),
        ("签署时间", "Signed", found.signed_at),
        ("失效时间", "Ended", found.ended_at),
    ):
        if at is not None:
            facts.append((zh, en, _local(at), False))
    if found.replaced_by is not None:
        number, code = found.replaced_by
        facts.append(("新单证", "Newer document", f'<a href="/v/{escape(code)}">{escape(number)}</a>', False))
    parts = [_section("单证信息", "The document", facts)]
    if found.shown:
        shown = [(line.zh, line.en, escape(line.value), False) for line in found.shown]
        parts.append(_section("请与纸面核对", "Compare with the paper", shown))
    hashes = [
        ("核验码", "Code", found.code),
        ("内容哈希 SHA-256", "Hash of the content", found.payload_sha256),
        ("文件哈希 SHA-256", "Hash of the PDF", found.pdf_sha256),
        ("记录链哈希", "Hash in the chain of records", found.fact_sha256),
    ]
    lines: list[_Line] = [(zh, en, escape(value), True) for zh, en, value in hashes if value]
    if found.log is not None:
        place = f"{found.log.index + 1} / {found.log.head.size}"
        lines.append(("公开日志位置", "Place in the public log", place, True))
        lines.append(("公开日志根哈希", "Root of the public log", escape(found.log.head.root_sha256), True))
    parts.append(_section("防伪校验", "For checking", lines))
    return parts


def _section(zh: str, en: str, lines: list[_Line]) -> str:
    rows = "".join(
        f"<div><dt>{escape(label_zh)} <span lang='en'>{escape(label_en)}</span></dt>"
        f"<dd{' class=hash' if is_hash else ''}>{value}</dd></div>"
        for label_zh, label_en, value, is_hash in lines
    )
    return f'<section class="card"><h2>{zh} <span class="en" lang="en">{en}</span></h2><dl>{rows}</dl></section>'


def _local(at: datetime) -> str:
    return at.astimezone(_TOWN).strftime("%Y-%m-%d %H:%M:%S (UTC+8)")
