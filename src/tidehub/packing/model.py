"""What a pack is, once read: typed data of each capability, and the code that only a scene can bring."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from tidehub.capabilities.cases import Lifecycle
from tidehub.capabilities.dispatch import DispatchPolicies
from tidehub.capabilities.documents import Template
from tidehub.capabilities.evaluation import Definitions
from tidehub.capabilities.intake import PackCatalogue
from tidehub.capabilities.ledger import AccountPlan
from tidehub.capabilities.messages import MessageTemplate
from tidehub.hub.log import Recorded
from tidehub.hub.registry import Capability
from tidehub.kernel.facts import Command
from tidehub.methods.subsidy import Tariff
from tidehub.packing.chart import Harbour

RunFlow = Callable[[Recorded, Any], Awaitable[Sequence[Command]]]


class Text(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A text in both languages."""

    zh: str
    en: str


class DataFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A data file that a pack ships, with where it comes from and under which licence."""

    file: str
    source: str
    licence: str


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``manifest.toml``: what the pack is.

    Parameters
    ----------
    id
        Folder name and entry point.
    platform
        Range of platform versions it works with.
    scene
        The scene of the reform it carries.
    region
        GB/T 2260 code of the county of its demo.
    """

    id: str
    version: str
    platform: str
    scene: str
    region: str
    title: Text
    data: tuple[DataFile, ...] = ()


class Notice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who is told what, after which fact: a row of ``notices.yaml``.

    Parameters
    ----------
    when, where
        Kind of the fact, and attribute paths with the values of which each must have one.
    lifecycle
        Only for cases under it.
    to
        ``reporter``, ``unit`` (the fact's ``unit_id``), ``assignee`` or ``responsible_unit`` of the case.
    template
        Key of the message; its placeholders are filled from the fact and the case. Empty takes the fact's own
        ``message`` (a clock's signal names it).
    """

    when: str
    to: str
    template: str
    lifecycle: str = ""
    where: dict[str, tuple[str, ...]] = {}


@dataclass(frozen=True)
class Flow:
    """What follows a fact: ``run(recorded, context)`` answers with the commands to ask for."""

    name: str
    on: tuple[str, ...]
    run: RunFlow


@dataclass(frozen=True)
class PackCode:
    """What a pack brings as code: its module's ``CODE``.

    Parameters
    ----------
    capabilities
        Capabilities of the scene's own domain.
    flows
        What follows facts, beside the platform's flows.
    hooks
        Named functions that the platform's flows call for this scene, e.g. how a handover becomes the payload
        of a receipt.
    """

    capabilities: tuple[Capability, ...] = ()
    flows: tuple[Flow, ...] = ()
    hooks: Mapping[str, Callable[..., Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class Pack:
    """A scene as read from its folder.

    Parameters
    ----------
    folder
        Where it lies.
    catalogue
        ``categories.yaml`` with its forms; ``None`` where the pack has none.
    notices
        Who is told what, after which fact.
    harbour
        Chart and tide, where the scene has boats.
    world
        ``demo/world.yaml``: what an empty installation is filled with.
    """

    folder: Path
    manifest: Manifest
    lifecycles: tuple[Lifecycle, ...] = ()
    catalogue: PackCatalogue | None = None
    policies: DispatchPolicies | None = None
    indicators: Definitions = field(default_factory=Definitions)
    messages: Mapping[str, MessageTemplate] = field(default_factory=dict)
    notices: tuple[Notice, ...] = ()
    templates: tuple[Template, ...] = ()
    tariffs: tuple[Tariff, ...] = ()
    plan: AccountPlan | None = None
    harbour: Harbour | None = None
    world: Mapping[str, Any] = field(default_factory=dict)
    code: PackCode = field(default_factory=PackCode)
