"""Merkle trees of RFC 9162, section 2: tree hash, inclusion and consistency proofs, and their verifiers."""

from tidehub.methods.merkle.tree import MerkleTree, leaf_hash, node_hash, sha256, tree_hash
from tidehub.methods.merkle.verify import ConsistencyProof, InclusionProof, check_consistency, check_inclusion

__all__ = [
    "ConsistencyProof",
    "InclusionProof",
    "MerkleTree",
    "check_consistency",
    "check_inclusion",
    "leaf_hash",
    "node_hash",
    "sha256",
    "tree_hash",
]
