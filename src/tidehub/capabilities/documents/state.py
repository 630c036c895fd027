"""What decisions about documents are made on."""

from __future__ import annotations

import msgspec

from tidehub.capabilities.documents.model import Document, Reserved, Template


class Issuing(msgspec.Struct, frozen=True):
    """Before a document is issued.

    Parameters
    ----------
    known
        The document of this very id, if it exists.
    valid
        The valid document of the same kind and subject, if there is one.
    reserved
        The reserved number that the command names.
    serials
        Last serial by year, read under the lock of the kind and region.
    """

    template: Template
    known: Document | None
    valid: Document | None
    reserved: Reserved | None
    serials: dict[int, int]


class Replacing(msgspec.Struct, frozen=True):
    """Before a document is corrected; ``successor`` is the document of the new id, if it exists already."""

    document: Document
    successor: Document | None
    template: Template
    serials: dict[int, int]


class Rendering(msgspec.Struct, frozen=True):
    """Before a drawn file is noted; ``log_size`` is how many entries the public log has."""

    document: Document
    log_size: int


class Reserving(msgspec.Struct, frozen=True):
    """Before numbers are set aside; ``known`` are those of this very range."""

    template: Template
    known: tuple[Reserved, ...]
    serials: dict[int, int]


class Returning(msgspec.Struct, frozen=True):
    """Before numbers are given back."""

    numbers: tuple[Reserved, ...]
