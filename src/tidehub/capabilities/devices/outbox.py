"""What telemetry meant, on its way to the hub: asked in order, kept until it is carried out."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterable, Sequence

import msgspec

from tidehub.capabilities.devices import commands as ask
from tidehub.hub.handle import Job
from tidehub.hub.log import Recorded
from tidehub.hub.store import Store
from tidehub.kernel.access import platform_actor
from tidehub.kernel.errors import Refusal, Unavailable
from tidehub.kernel.facts import Command

_LOG = logging.getLogger(__name__)
ACTOR = platform_actor("device/telemetry")
_TOGETHER = 100
_COMMANDS: dict[str, type[Command]] = {
    shape.__name__: shape
    for shape in (
        ask.RecordCircleEntry,
        ask.RecordExit,
        ask.RecordPassing,
        ask.RecordHeardAgain,
        ask.RecordSilence,
    )
}


class Outbox:
    """Commands that wait for the hub.

    A command stays until the hub has carried it out or refused it, so that a saved state includes it; the
    decisions add nothing when they are asked twice.

    Parameters
    ----------
    store
        Where they are carried out.
    notice
        Told of the facts.

    Attributes
    ----------
    refused_count
        Commands that no longer mattered (a circle dropped meanwhile).
    """

    def __init__(self, store: Store, notice: Callable[[Sequence[Recorded]], None]) -> None:
        self._store = store
        self._notice = notice
        self._waiting: deque[Command] = deque()
        self._submitting = asyncio.Lock()
        self.refused_count = 0

    def __len__(self) -> int:
        return len(self._waiting)

    def extend(self, commands: Iterable[Command]) -> None:
        """Add commands in order."""
        self._waiting.extend(commands)

    def silent_ids(self) -> set[str]:
        """Give the devices whose silence waits to be recorded."""
        return {command.device_id for command in self._waiting if isinstance(command, ask.RecordSilence)}

    def dump(self) -> list[tuple[str, Command]]:
        """Give what waits, to be saved as JSON."""
        return [(type(command).__name__, command) for command in self._waiting]

    def load(self, saved: str) -> None:
        """Take up what was saved by :meth:`dump`."""
        for name, raw in msgspec.json.decode(saved, type=list[tuple[str, msgspec.Raw]]):
            self._waiting.append(msgspec.json.decode(raw, type=_COMMANDS[name]))

    async def submit(self) -> None:
        """Ask the hub for all that waits; what it is too busy for stays for the next time.

        What concerns one chain goes one after another, different chains side by side.
        """
        async with self._submitting:
            while self._waiting:
                commands = [self._waiting[place] for place in range(min(len(self._waiting), _TOGETHER))]
                chains: dict[str, list[Command]] = {}
                for command in commands:
                    chains.setdefault(command.stream, []).append(command)
                answers = await asyncio.gather(*(self._submit_chain(chain) for chain in chains.values()))
                if not all(answers):
                    return
                for _ in commands:
                    self._waiting.popleft()

    async def _submit_chain(self, chain: Sequence[Command]) -> bool:
        for command in chain:
            try:
                self._notice(await self._store.submit(Job((command,), ACTOR)))
            except Refusal as refusal:
                if refusal.kind.category in ("conflict", "too_many"):
                    return False
                self.refused_count += 1
                _LOG.info("%s was refused: %s", type(command).__name__, refusal)
            except Unavailable as error:
                _LOG.warning("%s waits: %s", type(command).__name__, error)
                return False
        return True
