"""Reading and writing XML safely: no entities, no document types, no surprises in size."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree  # builds and serialises only; parsing is defused
from typing import NoReturn

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from tidehub.adapters.routes.model import ROUTE_FILE_INVALID, RouteProblem
from tidehub.kernel.errors import Refusal

Element = ElementTree.Element


class XmlRejected(Exception):
    """A document that was not even parsed, with the reason."""

    def __init__(self, problem: RouteProblem) -> None:
        super().__init__(problem.code)
        self.problem = problem


def parse(raw: bytes, bytes_max: int) -> Element:
    """Parse a document.

    Raises
    ------
    XmlRejected
        ``too_large``, ``dtd_forbidden`` (also for entities and external references) or ``xml_broken``.
    """
    if len(raw) > bytes_max:
        raise XmlRejected(
            RouteProblem(
                "too_large",
                "",
                f"文件有 {len(raw)} 字节，最多 {bytes_max} 字节",
                f"The file has {len(raw)} bytes; at most {bytes_max} are allowed",
            )
        )
    try:
        root: Element = fromstring(raw, forbid_dtd=True)
    except DefusedXmlException:
        raise XmlRejected(
            RouteProblem(
                "dtd_forbidden",
                "",
                "文件含有文档类型、实体或外部引用",
                "The file has a document type, an entity or an external reference",
            )
        ) from None
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise XmlRejected(RouteProblem("xml_broken", "", f"XML 有误：{error}", f"Broken XML: {error}")) from None
    return root


def split_name(tag: str) -> tuple[str, str]:
    """Namespace and local name of a tag or attribute as ElementTree writes it."""
    if tag.startswith("{"):
        namespace, _, name = tag[1:].partition("}")
        return namespace, name
    return "", tag


def serialise(root: Element, namespace: str) -> bytes:
    """Write a document in UTF-8 with ``namespace`` as the default one."""
    ElementTree.indent(root)
    root.set("xmlns", namespace)
    body: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=False)
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + body + b"\n"


def refusal(problems: list[RouteProblem]) -> Refusal:
    """Make the refusal of a file: the first problem in words, all of them as parameters."""
    first = problems[0]
    return ROUTE_FILE_INVALID(
        first.where or None,
        count=len(problems),
        where=first.where or "-",
        problem_zh=first.zh,
        problem=first.en,
        problems=tuple(problems),
    )


def refuse(problems: list[RouteProblem]) -> NoReturn:
    """Raise :func:`refusal`."""
    raise refusal(problems)


def text(value: float, digits: int = 8) -> str:
    """A number without exponent and without trailing zeros."""
    written = f"{value:.{digits}f}".rstrip("0").rstrip(".")
    return "0" if written in ("-0", "") else written


def clean(value: str) -> str:
    """Text without the control characters that XML 1.0 cannot hold."""
    return "".join(c for c in value if c in "\t\n\r" or (c >= " " and c not in "\ufffe\uffff"))
