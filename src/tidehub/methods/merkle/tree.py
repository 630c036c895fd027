"""A Merkle tree that only grows, and the proofs it gives (RFC 9162, 2.1.1 to 2.1.4).

The hashes of all full subtrees are kept, level by level, so that appending costs O(1) on average and a root
or a proof of any past size costs O(log² n).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable

Hash = Callable[[bytes], bytes]


def sha256(data: bytes) -> bytes:
    """SHA-256 (FIPS 180-4), the hash of RFC 9162; another of 32 bytes, such as SM3, may take its place."""
    return hashlib.sha256(data).digest()


def leaf_hash(entry: bytes, hash_: Hash = sha256) -> bytes:
    """``HASH(0x00 || entry)``."""
    return hash_(b"\x00" + entry)


def node_hash(left: bytes, right: bytes, hash_: Hash = sha256) -> bytes:
    """``HASH(0x01 || left || right)``."""
    return hash_(b"\x01" + left + right)


def tree_hash(entries: Iterable[bytes], hash_: Hash = sha256) -> bytes:
    """Root of the tree over some entries; ``HASH("")`` over none."""
    return MerkleTree(entries, hash_).root()


class MerkleTree:
    """A growing tree.

    Parameters
    ----------
    entries
        What it begins with; their bytes are not kept, only hashes.
    hash_
        The hash, fixed for the life of a log.
    """

    def __init__(self, entries: Iterable[bytes] = (), hash_: Hash = sha256) -> None:
        self._hash = hash_
        self._levels: list[list[bytes]] = [[]]
        for entry in entries:
            self.append(entry)

    @property
    def size(self) -> int:
        """Number of entries."""
        return len(self._levels[0])

    def append(self, entry: bytes) -> int:
        """Add an entry; its index."""
        return self.append_hash(leaf_hash(entry, self._hash))

    def append_hash(self, leaf: bytes) -> int:
        """Add an entry of which only the leaf hash is known; its index."""
        index = len(self._levels[0])
        place, level, node = index, 0, leaf
        self._levels[0].append(leaf)
        while place & 1:
            node = node_hash(self._levels[level][place - 1], node, self._hash)
            place, level = place >> 1, level + 1
            if level == len(self._levels):
                self._levels.append([])
            self._levels[level].append(node)
        return index

    def root(self, size: int | None = None) -> bytes:
        """Root as it is, or as it was at a size."""
        size = self._size(size)
        return self._range(0, size) if size else self._hash(b"")

    def inclusion_path(self, index: int, size: int | None = None) -> list[bytes]:
        """``PATH(index, D_size)`` (2.1.3.1): from the leaf's sibling up."""
        size = self._size(size)
        if not 0 <= index < size:
            raise ValueError(f"no entry {index} in a tree of {size}")
        path: list[bytes] = []
        low, high = 0, size
        while high - low > 1:
            middle = low + _split(high - low)
            if index < middle:
                path.append(self._range(middle, high))
                high = middle
            else:
                path.append(self._range(low, middle))
                low = middle
        return path[::-1]

    def consistency_path(self, first: int, second: int | None = None) -> list[bytes]:
        """``PROOF(first, D_second)`` (2.1.4.1); defined for ``0 < first <= second``."""
        second = self._size(second)
        if not 0 < first <= second:
            raise ValueError(f"no proof between sizes {first} and {second}")
        path: list[bytes] = []
        low, high, whole = 0, second, True
        while first < high:
            middle = low + _split(high - low)
            if first <= middle:
                path.append(self._range(middle, high))
                high = middle
            else:
                path.append(self._range(low, middle))
                low, whole = middle, False
        if not whole:
            path.append(self._range(low, high))
        return path[::-1]

    def _size(self, size: int | None) -> int:
        size = self.size if size is None else size
        if not 0 <= size <= self.size:
            raise ValueError(f"the tree has {self.size} entries, not {size}")
        return size

    def _range(self, low: int, high: int) -> bytes:
        width = high - low
        level = width.bit_length() - 1
        if width == 1 << level:  # the recursion begins each part at a multiple of its width
            return self._levels[level][low >> level]
        middle = low + (1 << level)
        return node_hash(self._range(low, middle), self._range(middle, high), self._hash)


def _split(size: int) -> int:
    """Largest power of two strictly smaller than ``size``."""
    return 1 << ((size - 1).bit_length() - 1)
