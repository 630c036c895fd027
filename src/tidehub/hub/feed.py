"""Following the log as it grows: from any place in it, then live, as slowly as the reader likes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

from tidehub.hub.log import FactReader, Reader, Recorded, read_after

RECENT_MAX = 4096
PAGE = 500


class Feed:
    """The newest facts in memory, shared by all who follow; whoever is slower reads the log.

    Memory is bounded by ``RECENT_MAX`` facts, however many follow and however slow they are.
    """

    def __init__(self, reader: Reader, read_fact: FactReader, seq: int) -> None:
        self._reader = reader
        self._read_fact = read_fact
        self._seq = seq
        self._recent: list[Recorded] = []
        self._news = asyncio.Event()
        self._closed = False

    @property
    def seq(self) -> int:
        """Place of the newest fact."""
        return self._seq

    def begin(self, seq: int) -> None:
        """Learn how far the log goes; facts published meanwhile count."""
        self._seq = max(self._seq, seq)

    def publish(self, facts: Sequence[Recorded]) -> None:
        """Take facts that follow those before, and wake whoever waits."""
        if facts[0].seq != self._seq + 1:  # something between was not seen here: the log has it
            self._recent.clear()
        self._recent += facts
        if len(self._recent) > 2 * RECENT_MAX:
            del self._recent[:-RECENT_MAX]
        self._seq = facts[-1].seq
        self._wake()

    def close(self) -> None:
        """End every following."""
        self._closed = True
        self._wake()

    def _wake(self) -> None:
        news, self._news = self._news, asyncio.Event()
        news.set()

    async def follow(self, after_seq: int) -> AsyncIterator[Recorded]:
        """Every fact after a place in the log, in order, without end; ends when the feed is closed.

        Parameters
        ----------
        after_seq
            The last ``seq`` that the reader has dealt with; 0 for everything. Kept by the reader, it
            resumes exactly there.
        """
        seq = after_seq
        while not self._closed:
            news = self._news
            page = self._page_after(seq)
            if page is None:
                page = await read_after(self._reader, seq, PAGE, self._read_fact)
            for fact in page:
                yield fact
                seq = fact.seq
            if not page and seq >= self._seq:
                await news.wait()

    def _page_after(self, seq: int) -> Sequence[Recorded] | None:
        """Return what memory has after a place, or ``None`` where only the log knows."""
        if seq >= self._seq:
            return ()
        first = self._recent[0].seq if self._recent else self._seq + 1
        place = seq + 1 - first
        return None if place < 0 else self._recent[place : place + PAGE]
