"""Codes that people read off one screen and type on another."""

from __future__ import annotations

_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: nothing that looks like something else
_LENGTH = 10
RANDOM_BYTES = 8
"""How much randomness a code wants."""


def code_text(randomness: bytes) -> str:
    """A code such as "K7QMP-2RXVT" (50 bits) from RANDOM_BYTES of a secure source; ValueError for fewer."""
    if len(randomness) < RANDOM_BYTES:
        raise ValueError(f"a code needs {RANDOM_BYTES} random bytes")
    number = int.from_bytes(randomness)
    letters = "".join(_LETTERS[(number >> (5 * i)) % 32] for i in range(_LENGTH))
    return f"{letters[:5]}-{letters[5:]}"
