"""What has happened, and what may be asked: the two bases of every capability's vocabulary."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from tidehub.kernel.access import PLATFORM_ONLY, Rule


class Fact(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something that has happened. Past tense, versioned, never edited.

    A subclass names its stream (the chain it belongs to) and, after a change of shape, a higher
    ``shape_version`` with an upgrader from the one before.
    """

    shape_version: ClassVar[int] = 1
    opens_stream: ClassVar[bool] = False
    """Whether it is always the first of its chain, which spares looking for the chain's end."""

    @property
    def stream(self) -> str:
        """The chain this fact belongs to, e.g. ``case/3310020001``."""
        raise NotImplementedError


class Command(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something that is asked for. Imperative; carried out or refused, never half.

    ``rule`` stands beside every command: who may ask it.
    """

    rule: ClassVar[Rule] = PLATFORM_ONLY

    @property
    def stream(self) -> str:
        """The chain this command is about; it also decides which writer takes it."""
        raise NotImplementedError
