"""Keeps tokens and keys unreadable in the database: all of it hangs on Mycel's secret key."""

from __future__ import annotations

from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from adapters.matrix.errors import CannotConnect


class Vault:
    """`secret_key` is MYCEL_SECRET_KEY. Different purposes get different keys."""

    def __init__(self, secret_key: bytes) -> None:
        self._secret_key = secret_key
        self._fernet = Fernet(urlsafe_b64encode(self._derive("mycel matrix tokens")))

    def lock(self, text: str) -> str:
        return self._fernet.encrypt(text.encode()).decode()

    def unlock(self, locked: str) -> str:
        """Raises CannotConnect where it was locked with another secret key."""
        try:
            return self._fernet.decrypt(locked.encode()).decode()
        except InvalidToken:
            raise CannotConnect(
                "MYCEL_SECRET_KEY is not the one that the Matrix session was stored with.\n"
                "Set the old one again (without the setting it is in data/secret.key), or restore it from the backup."
            ) from None

    def pickle_key(self, user_id: str) -> str:
        """The key of the account's key store in MATRIX_STORE."""
        return self._derive(f"mycel matrix store {user_id}").hex()

    def _derive(self, purpose: str) -> bytes:
        return HKDF(SHA256(), 32, salt=None, info=purpose.encode()).derive(self._secret_key)
