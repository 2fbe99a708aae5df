"""Keeps tokens and keys unreadable in the database: all of it hangs on Mycel's secret key."""

from __future__ import annotations

from adapters.matrix.errors import CannotConnect
from bot.core import vault


class Vault:
    """`secret_key` is MYCEL_SECRET_KEY. Different purposes get different keys."""

    def __init__(self, secret_key: bytes) -> None:
        self._vault = vault.Vault(secret_key, "mycel matrix tokens")

    def lock(self, text: str) -> str:
        return self._vault.lock(text)

    def unlock(self, locked: str) -> str:
        """Raises CannotConnect where it was locked with another secret key."""
        try:
            return self._vault.unlock(locked)
        except vault.WrongKey:
            raise CannotConnect(
                "MYCEL_SECRET_KEY is not the one that the Matrix session was stored with.\n"
                "Set the old one again (without the setting it is in data/secret.key), or restore it from the backup."
            ) from None

    def pickle_key(self, user_id: str) -> str:
        """The key of the account's key store in MATRIX_STORE."""
        return self._vault.derive(f"mycel matrix store {user_id}").hex()
