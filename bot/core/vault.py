"""Keeps tokens and keys unreadable in the database: all of it hangs on Mycel's secret key."""

from __future__ import annotations

from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


class WrongKey(Exception):
    """It was locked with another secret key, for another purpose, or too long ago."""


class Vault:
    """`secret_key` is MYCEL_SECRET_KEY. Different purposes get different keys."""

    def __init__(self, secret_key: bytes, purpose: str) -> None:
        self._secret_key = secret_key
        self._fernet = Fernet(urlsafe_b64encode(self.derive(purpose)))

    def lock(self, text: str) -> str:
        return self._fernet.encrypt(text.encode()).decode()

    def unlock(self, locked: str, within_s: int | None = None) -> str:
        """Raises WrongKey, also for what was locked more than `within_s` seconds ago."""
        try:
            return self._fernet.decrypt(locked.encode(), within_s).decode()
        except InvalidToken:
            raise WrongKey from None

    def derive(self, purpose: str) -> bytes:
        """32 bytes that only this secret key gives for this purpose."""
        return HKDF(SHA256(), 32, salt=None, info=purpose.encode()).derive(self._secret_key)
