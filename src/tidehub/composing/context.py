"""What flows are handed: everything that any of them may need, under one roof."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tidehub.capabilities.cases import Lifecycles
from tidehub.capabilities.dispatch import DispatchPolicies
from tidehub.capabilities.documents import Renderer, Templates
from tidehub.capabilities.intake import Catalogue
from tidehub.capabilities.messages import Carrier, Contacts, MessageTemplate
from tidehub.flows.context import Positions, Ways
from tidehub.hub.files import Files
from tidehub.hub.hub import Hub
from tidehub.hub.log import Reader
from tidehub.kernel.instants import Clock
from tidehub.packing import Mounted, Notice
from tidehub.registers import Registers


@dataclass(frozen=True)
class Context:
    """See :class:`tidehub.flows.context.FlowContext`; each flow names the part that it needs."""

    reader: Reader
    hub: Hub
    files: Files
    registers: Registers
    positions: Positions
    ways: Ways
    clock: Clock
    mounted: Mounted
    renderer: Renderer
    contacts: Contacts
    carriers: Mapping[str, Carrier]

    @property
    def policies(self) -> DispatchPolicies:
        """Dispatch policies of every pack."""
        return self.mounted.policies

    @property
    def catalogue(self) -> Catalogue:
        """Services of every pack."""
        return self.mounted.catalogue

    @property
    def lifecycles(self) -> Lifecycles:
        """Lifecycles of every pack."""
        return self.mounted.lifecycles

    @property
    def templates(self) -> Templates:
        """Document templates of every pack."""
        return self.mounted.templates

    @property
    def notices(self) -> tuple[Notice, ...]:
        """Who is told what."""
        return self.mounted.notices

    @property
    def messages(self) -> Mapping[str, MessageTemplate]:
        """Message templates of every pack."""
        return self.mounted.messages
