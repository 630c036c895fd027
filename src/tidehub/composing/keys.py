"""The installation's secret, made at the first start and kept beside the data, readable by its owner alone."""

from __future__ import annotations

import os
import secrets

from tidehub.settings import Settings

_NAME = "installation.key"


def installation_key(settings: Settings) -> bytes:
    """Read the key, or make it. Verification codes of documents are made from it, so it belongs to a backup."""
    if settings.key is not None:
        return settings.key
    path = settings.data / _NAME
    try:
        return bytes.fromhex(path.read_text().strip())
    except FileNotFoundError:
        pass
    key = secrets.token_bytes(32)
    out = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(out, "w") as file:
        file.write(key.hex())
        file.flush()
        os.fsync(file.fileno())
    return key
