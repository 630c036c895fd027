"""The public log over all documents: tree heads, and the proof that a document stands in it.

The log is a table that follows from facts (``DocumentLogged``); the tree over it is kept in memory and grows
with it, so that a proof needs no walk over the table.
"""

from __future__ import annotations

import asyncio
from datetime import datetime

import msgspec

from tidehub.hub.log import Reader
from tidehub.hub.statement import sql
from tidehub.kernel.instants import from_us
from tidehub.methods.merkle import MerkleTree

_PAGE = 5000
_LEAVES = sql(
    "SELECT log_index, leaf_sha256, logged_us FROM documents_log WHERE log_index >= :size"
    " ORDER BY log_index LIMIT :limit"
)
_ENTRY = sql("SELECT log_index, entry, leaf_sha256 FROM documents_log WHERE document_id = :document_id", short=True)


class TreeHead(msgspec.Struct, frozen=True):
    """Size and root of the log, hexadecimal; ``at`` is when its last entry was made."""

    size: int
    root_sha256: str
    at: datetime | None


class LogProof(msgspec.Struct, frozen=True):
    """That a document stands in the log: ``check_inclusion`` over these, by anyone, without us (RFC 9162)."""

    index: int
    entry: str
    leaf_sha256: str
    path: tuple[str, ...]
    head: TreeHead


class TransparencyLog:
    """Reads the log of one store; one instance for each process."""

    def __init__(self) -> None:
        self._tree = MerkleTree()
        self._at: datetime | None = None
        self._growing = asyncio.Lock()

    async def head(self, reader: Reader) -> TreeHead:
        """The newest head."""
        await self._grow(reader)
        return TreeHead(self._tree.size, self._tree.root().hex(), self._at)

    async def proof(self, reader: Reader, document_id: str) -> LogProof | None:
        """Inclusion of a document in the newest head; ``None`` until its file is drawn and logged."""
        row = await reader.fetch_one(_ENTRY, document_id=document_id)
        if row is None:
            return None
        head = await self.head(reader)
        if row["log_index"] >= head.size:  # another reader is behind; the next ask has it
            return None
        path = self._tree.inclusion_path(row["log_index"], head.size)
        return LogProof(row["log_index"], row["entry"], row["leaf_sha256"], tuple(node.hex() for node in path), head)

    async def consistency(self, reader: Reader, first: int, second: int) -> tuple[str, ...]:
        """Proof that the log of ``first`` entries is the beginning of the one of ``second``, for auditors.

        Raises
        ------
        ValueError
            Unless ``0 < first <= second <= size``.
        """
        await self._grow(reader)
        return tuple(node.hex() for node in self._tree.consistency_path(first, second))

    async def _grow(self, reader: Reader) -> None:
        async with self._growing:
            while True:
                rows = await reader.fetch(_LEAVES, size=self._tree.size, limit=_PAGE)
                for row in rows:
                    assert row["log_index"] == self._tree.size, "the public log has a gap"
                    self._tree.append_hash(bytes.fromhex(row["leaf_sha256"]))
                    self._at = from_us(row["logged_us"])
                if len(rows) < _PAGE:
                    return
