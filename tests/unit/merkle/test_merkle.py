"""Merkle trees by the letter of RFC 9162: roots, proofs, and that nothing altered is ever accepted."""

from __future__ import annotations

import hashlib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidehub.methods.merkle import (
    ConsistencyProof,
    InclusionProof,
    MerkleTree,
    check_consistency,
    check_inclusion,
    leaf_hash,
    node_hash,
    tree_hash,
)

SIZES = st.integers(1, 70)


def entries(count: int) -> list[bytes]:
    return [f"entry {place}".encode() for place in range(count)]


def root_by_definition(leaves: list[bytes]) -> bytes:
    """The recursive definition of 2.1.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    left, right = root_by_definition(leaves[:k]), root_by_definition(leaves[k:])
    return hashlib.sha256(b"\x01" + left + right).digest()


def path_by_definition(m: int, leaves: list[bytes]) -> list[bytes]:
    """PATH(m, D_n) of 2.1.3.1, word for word."""
    if len(leaves) == 1:
        return []
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if m < k:
        return [*path_by_definition(m, leaves[:k]), root_by_definition(leaves[k:])]
    return [*path_by_definition(m - k, leaves[k:]), root_by_definition(leaves[:k])]


def subproof_by_definition(m: int, leaves: list[bytes], whole: bool) -> list[bytes]:
    """SUBPROOF(m, D_n, b) of 2.1.4.1, word for word."""
    if m == len(leaves):
        return [] if whole else [root_by_definition(leaves)]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if m <= k:
        return [*subproof_by_definition(m, leaves[:k], whole), root_by_definition(leaves[k:])]
    return [*subproof_by_definition(m - k, leaves[k:], False), root_by_definition(leaves[:k])]


def test_the_empty_tree_is_the_hash_of_nothing() -> None:
    """RFC 9162, 2.1.1: MTH({}) = HASH()."""
    assert tree_hash([]).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_one_empty_leaf_has_the_published_hash() -> None:
    """The leaf hash of an empty entry, as every transparency log publishes it."""
    expected = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert leaf_hash(b"").hex() == expected
    assert tree_hash([b""]).hex() == expected


def test_seven_entries_give_the_paths_that_the_standard_draws() -> None:
    """The example of 2.1.5: seven leaves, the paths of d0, d3, d4 and d6, three consistency proofs."""
    leaves = entries(7)
    tree = MerkleTree(leaves)
    a, b, c, d, e, f, j = (leaf_hash(leaf) for leaf in leaves)
    g, h, i = node_hash(a, b), node_hash(c, d), node_hash(e, f)
    k, el = node_hash(g, h), node_hash(i, j)
    assert tree.root() == node_hash(k, el)
    assert tree.inclusion_path(0) == [b, h, el]
    assert tree.inclusion_path(3) == [c, g, el]
    assert tree.inclusion_path(4) == [f, j, k]
    assert tree.inclusion_path(6) == [i, k]
    assert tree.consistency_path(3) == [c, d, g, el]
    assert tree.consistency_path(4) == [el]
    assert tree.consistency_path(6) == [i, j, k]


@given(SIZES)
def test_every_root_and_proof_equals_the_definition(size: int) -> None:
    """The quick tree and the slow definition agree for every index and every earlier size."""
    leaves = entries(size)
    tree = MerkleTree(leaves)
    assert tree.root() == root_by_definition(leaves)
    for index in range(size):
        assert tree.inclusion_path(index) == path_by_definition(index, leaves)
    for first in range(1, size + 1):
        assert tree.root(first) == root_by_definition(leaves[:first])
        assert tree.consistency_path(first) == subproof_by_definition(first, leaves, True)


@given(SIZES, st.data())
def test_every_valid_proof_is_accepted(size: int, data: st.DataObject) -> None:
    """Inclusion and consistency hold for any index and any earlier size."""
    tree = MerkleTree(entries(size + 5))
    index, first = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    inclusion = InclusionProof(index, size, tuple(tree.inclusion_path(index, size)))
    assert check_inclusion(inclusion, leaf_hash(entries(size)[index]), tree.root(size)) is None
    consistency = ConsistencyProof(first, size, tuple(tree.consistency_path(first, size)))
    assert check_consistency(consistency, tree.root(first), tree.root(size)) is None


def flipped(one: bytes, bit: int) -> bytes:
    changed = bytearray(one)
    changed[bit // 8 % len(changed)] ^= 1 << bit % 8
    return bytes(changed)


def altered_paths(data: st.DataObject, path: tuple[bytes, ...]) -> tuple[bytes, ...]:
    how = data.draw(st.sampled_from(["flip", "drop", "add", "swap", "shorten"] if path else ["add"]))
    place = data.draw(st.integers(0, max(0, len(path) - 1)))
    nodes = list(path)
    if how == "flip":
        nodes[place] = flipped(nodes[place], data.draw(st.integers(0, 255)))
    elif how == "drop":
        del nodes[place]
    elif how == "add":
        nodes.insert(data.draw(st.integers(0, len(path))), data.draw(st.binary(min_size=32, max_size=32)))
    elif how == "shorten":
        nodes[place] = nodes[place][:-1]
    else:
        other = data.draw(st.integers(0, len(path) - 1))
        nodes[place], nodes[other] = nodes[other], nodes[place]
    return tuple(nodes)


@given(SIZES, st.data())
def test_no_altered_inclusion_proof_is_accepted(size: int, data: st.DataObject) -> None:
    """Any change of path, leaf, root or index is rejected, and the first failure has a name."""
    tree = MerkleTree(entries(size))
    index = data.draw(st.integers(0, size - 1))
    proof = InclusionProof(index, size, tuple(tree.inclusion_path(index)))
    leaf, root = leaf_hash(entries(size)[index]), tree.root()
    path = altered_paths(data, proof.path)
    if path != proof.path:
        assert check_inclusion(InclusionProof(index, size, path), leaf, root) is not None
    bit = data.draw(st.integers(0, 255))
    assert check_inclusion(proof, flipped(leaf, bit), root) == "root_differs"
    assert check_inclusion(proof, leaf, flipped(root, bit)) == "root_differs"
    other = data.draw(st.integers(0, size - 1).filter(lambda one: one != index) | st.just(size))
    assert check_inclusion(msgspec.structs.replace(proof, index=other), leaf, root) is not None


@given(st.integers(2, 70), st.data())
def test_no_altered_consistency_proof_is_accepted(size: int, data: st.DataObject) -> None:
    """Any change of path, of either root or of the first size is rejected."""
    tree = MerkleTree(entries(size))
    first = data.draw(st.integers(1, size - 1))
    proof = ConsistencyProof(first, size, tuple(tree.consistency_path(first)))
    roots = tree.root(first), tree.root()
    path = altered_paths(data, proof.path)
    if path != proof.path:
        assert check_consistency(ConsistencyProof(first, size, path), *roots) is not None
    bit = data.draw(st.integers(0, 255))
    assert check_consistency(proof, flipped(roots[0], bit), roots[1]) is not None
    assert check_consistency(proof, roots[0], flipped(roots[1], bit)) is not None
    other = data.draw(st.integers(1, size).filter(lambda one: one != first))
    assert check_consistency(msgspec.structs.replace(proof, first=other), *roots) is not None


@given(st.integers(2, 40), st.data())
def test_a_rewritten_log_has_no_consistency_proof(size: int, data: st.DataObject) -> None:
    """A log whose old entry was changed cannot prove that it grew from the one that was signed."""
    first = data.draw(st.integers(1, size - 1))
    changed = entries(size)
    changed[data.draw(st.integers(0, first - 1))] = b"rewritten"
    honest, rewritten = MerkleTree(entries(size)), MerkleTree(changed)
    proof = ConsistencyProof(first, size, tuple(rewritten.consistency_path(first)))
    assert check_consistency(proof, honest.root(first), rewritten.root()) is not None


@pytest.mark.parametrize(
    ("proof", "expected"),
    [
        (InclusionProof(3, 3, ()), "index_outside_tree"),
        (InclusionProof(-1, 3, ()), "index_outside_tree"),
        (InclusionProof(0, 3, (bytes(32),)), "path_too_short"),
        (InclusionProof(0, 1, (bytes(32),)), "path_too_long"),
        (InclusionProof(0, 2, (bytes(31),)), "hash_length"),
    ],
)
def test_the_first_thing_wrong_with_an_inclusion_proof_is_named(proof: InclusionProof, expected: str) -> None:
    """Index, length of the path and length of a hash are told apart."""
    assert check_inclusion(proof, bytes(32), bytes(32)) == expected


@pytest.mark.parametrize(
    ("proof", "expected"),
    [
        (ConsistencyProof(0, 3, ()), "first_size_zero"),
        (ConsistencyProof(4, 3, ()), "sizes_in_wrong_order"),
        (ConsistencyProof(3, 3, (bytes(32),)), "path_not_empty"),
        (ConsistencyProof(2, 3, ()), "path_too_short"),
        (ConsistencyProof(1, 2, (bytes(32), bytes(32))), "path_too_long"),
        (ConsistencyProof(1, 2, (bytes(5),)), "hash_length"),
    ],
)
def test_the_first_thing_wrong_with_a_consistency_proof_is_named(proof: ConsistencyProof, expected: str) -> None:
    """Sizes and lengths are told apart."""
    assert check_consistency(proof, bytes(32), bytes(32)) == expected


def test_equal_sizes_need_equal_roots() -> None:
    """Two heads of one size with different roots are a split view."""
    assert check_consistency(ConsistencyProof(3, 3, ()), bytes(32), b"\x01" * 32) == "equal_sizes_differ"


def test_a_size_that_the_tree_never_had_is_an_error() -> None:
    """Asking for a proof that cannot exist is the asker's mistake."""
    tree = MerkleTree(entries(3))
    for ask in (lambda: tree.root(4), lambda: tree.inclusion_path(3), lambda: tree.consistency_path(0)):
        with pytest.raises(ValueError, match=r"entries|entry|proof"):
            ask()
