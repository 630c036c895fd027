"""Verifiers that need no tree, no database and no network, and name the first thing that fails."""

from __future__ import annotations

from typing import Literal

import msgspec

from tidehub.methods.merkle.tree import Hash, node_hash, sha256

Failure = Literal[
    "index_outside_tree",
    "hash_length",
    "path_too_short",
    "path_too_long",
    "root_differs",
    "first_size_zero",
    "sizes_in_wrong_order",
    "path_not_empty",
    "equal_sizes_differ",
    "first_root_differs",
    "second_root_differs",
]


class InclusionProof(msgspec.Struct, frozen=True):
    """That an entry is the ``index``-th of a tree of ``size`` (RFC 9162, 2.1.3)."""

    index: int
    size: int
    path: tuple[bytes, ...]


class ConsistencyProof(msgspec.Struct, frozen=True):
    """That the tree of ``second`` entries begins with that of ``first`` (RFC 9162, 2.1.4)."""

    first: int
    second: int
    path: tuple[bytes, ...]


def check_inclusion(proof: InclusionProof, leaf: bytes, root: bytes, hash_: Hash = sha256) -> Failure | None:
    """Verify by RFC 9162, 2.1.3.2.

    Parameters
    ----------
    leaf
        The entry's leaf hash.
    root
        Of the tree of ``proof.size``, from a signed head.

    Returns
    -------
    Failure or None
        The first thing that fails; ``None`` when the proof holds.
    """
    if not 0 <= proof.index < proof.size:
        return "index_outside_tree"
    if _odd_length(hash_, leaf, root, *proof.path):
        return "hash_length"
    fn, sn, result = proof.index, proof.size - 1, leaf
    for node in proof.path:
        if sn == 0:
            return "path_too_long"
        if fn & 1 or fn == sn:
            result = node_hash(node, result, hash_)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            result = node_hash(result, node, hash_)
        fn, sn = fn >> 1, sn >> 1
    if sn:
        return "path_too_short"
    return None if result == root else "root_differs"


def check_consistency(
    proof: ConsistencyProof, first_root: bytes, second_root: bytes, hash_: Hash = sha256
) -> Failure | None:
    """Verify by RFC 9162, 2.1.4.2: the log was only added to.

    Returns
    -------
    Failure or None
        The first thing that fails; ``None`` when the proof holds. Equal sizes need an empty path and equal
        roots; a first size of zero is an error, because nothing can be proved of an empty tree.
    """
    if proof.first < 1:
        return "first_size_zero"
    if proof.first > proof.second:
        return "sizes_in_wrong_order"
    if _odd_length(hash_, first_root, second_root, *proof.path):
        return "hash_length"
    if proof.first == proof.second:
        if proof.path:
            return "path_not_empty"
        return None if first_root == second_root else "equal_sizes_differ"
    return _walk(proof, first_root, second_root, hash_)


def _walk(proof: ConsistencyProof, first_root: bytes, second_root: bytes, hash_: Hash) -> Failure | None:
    path = list(proof.path)
    if not path:
        return "path_too_short"
    if proof.first & (proof.first - 1) == 0:  # an exact power of two: its root is a node of the other tree
        path.insert(0, first_root)
    fn, sn = proof.first - 1, proof.second - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    first = second = path[0]
    for node in path[1:]:
        if sn == 0:
            return "path_too_long"
        if fn & 1 or fn == sn:
            first, second = node_hash(node, first, hash_), node_hash(node, second, hash_)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            second = node_hash(second, node, hash_)
        fn, sn = fn >> 1, sn >> 1
    if sn:
        return "path_too_short"
    if first != first_root:
        return "first_root_differs"
    return None if second == second_root else "second_root_differs"


def _odd_length(hash_: Hash, *hashes: bytes) -> bool:
    width = len(hash_(b""))
    return any(len(one) != width for one in hashes)
