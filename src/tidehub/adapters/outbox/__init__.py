"""The embedded default: nothing leaves the platform, people read the outbox.

It stands in for every channel that no gateway is set up for, so that a first start works without any.
"""

from __future__ import annotations

from tidehub.capabilities.messages import Contact, Letter, Taken


class Outbox:
    """A carrier that leaves the letter where it is; see :class:`tidehub.capabilities.messages.Carrier`."""

    async def carry(self, letter: Letter, contact: Contact) -> Taken:
        """Leave it: the message stands in the outbox already."""
        return Taken(address=contact.person_id, reference=letter.key, by_outbox=True)


__all__ = ["Outbox"]
