"""The event hub: an append-only log of facts, one way to write it, and what follows, durably."""
