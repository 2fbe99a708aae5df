"""The key that encrypts stored tokens and signs links: set, or made on the first start and kept in the data folder."""

from __future__ import annotations

import os
from collections.abc import Callable

from bot.settings import Settings

NAME = "secret.key"


def kept_key(settings: Settings) -> bytes | None:
    """The key that there is, None before the first start. Raises OSError."""
    if settings.mycel_secret_key is not None:
        return settings.mycel_secret_key.get_secret_value().encode()
    path = settings.data_folder / NAME
    return path.read_bytes() if path.exists() else None


def secret_key(settings: Settings, new_key: Callable[[], str]) -> bytes:
    """MYCEL_SECRET_KEY, or what the data folder keeps, or a new one from `new_key`, kept from now on (mode 0600).

    Losing it loses what it encrypts. Raises OSError where the folder cannot be used.
    """
    if settings.mycel_secret_key is not None:
        return settings.mycel_secret_key.get_secret_value().encode()
    path = settings.data_folder / NAME
    if path.exists():
        path.chmod(0o600)
        return path.read_bytes()
    path.parent.mkdir(parents=True, exist_ok=True)
    # Written beside and moved, so that a stop on the way leaves no half of a key.
    new = path.with_suffix(".new")
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(new_key())
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
    return path.read_bytes()
