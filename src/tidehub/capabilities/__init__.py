"""Independent siblings: each owns a part of the vocabulary. They meet only in `flows`."""
