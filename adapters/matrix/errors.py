"""What a homeserver refuses, as the sender's retry rules understand it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from bot.core.errors import FORBIDDEN, OFF, DeliveryError

ENDED = ("M_UNKNOWN_TOKEN", "M_MISSING_TOKEN", "M_USER_DEACTIVATED", "M_USER_LOCKED", "M_USER_SUSPENDED")
"""The session is over; no request of it will ever be answered again."""
CAUSES = dict.fromkeys(ENDED, OFF) | {"M_FORBIDDEN": FORBIDDEN}
"""What a person is told of a message that was given up."""


class MatrixError(DeliveryError):
    """A request that was not answered with success: `status` 0 where there was no answer at all."""

    def __init__(
        self,
        reason: str,
        *,
        status: int = 0,
        code: str = "",
        permanent: bool = False,
        unclear: bool = False,
        retry_after: timedelta | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> None:
        cause = CAUSES.get(code, "")
        super().__init__(reason, permanent=permanent, unclear=unclear, retry_after=retry_after, cause=cause)
        self.status, self.code, self.body = status, code, body or {}

    @property
    def is_end_of_session(self) -> bool:
        return self.code in ENDED


class CannotConnect(Exception):
    """This account cannot be used as it is set up; the message says why and what to do."""


class SessionEnded(CannotConnect):
    """The homeserver ended the session; the message says what to do."""


def session_ended(user_id: str, error: MatrixError) -> SessionEnded:
    """What the host of the bot has to read when the homeserver does not know the session any more."""
    if error.code in ("M_USER_DEACTIVATED", "M_USER_LOCKED", "M_USER_SUSPENDED"):
        return SessionEnded(f"The homeserver has closed the account {user_id} ({error.reason}). Ask who runs it.")
    return SessionEnded(
        f"The homeserver does not know the session of {user_id} any more ({error.reason}).\n"
        "It was logged out there, or its token has expired. With MATRIX_PASSWORD, start Mycel again: it logs in with "
        "the same device. With MATRIX_ACCESS_TOKEN, set a new token of the same device; on matrix.org it has to be a "
        "compatibility token, others expire within hours."
    )


def refusal(status: int, headers: Mapping[str, str], body: Mapping[str, Any]) -> MatrixError:
    """The error for an answer that is no success.

    429 was not done and may come again; 5xx may have been done; everything else stays refused.
    """
    code = str(body.get("errcode", ""))
    reason = f"{status} {code} {body.get('error', '')}".strip()
    if status == 429 or code == "M_LIMIT_EXCEEDED":
        return MatrixError(reason, status=status, code=code, retry_after=_retry_after(headers, body))
    if status >= 500:
        return MatrixError(reason, status=status, code=code, unclear=True)
    # A dead session says nothing about the message: it goes out when somebody has logged in again.
    return MatrixError(reason, status=status, code=code, permanent=code not in ENDED, body=body)


def _retry_after(headers: Mapping[str, str], body: Mapping[str, Any]) -> timedelta:
    """`Retry-After` (whole seconds) before `retry_after_ms`, which newer servers leave out."""
    said = headers.get("Retry-After", "").strip()
    if said.isdigit():
        return timedelta(seconds=int(said))
    milliseconds = body.get("retry_after_ms")
    return timedelta(milliseconds=milliseconds if isinstance(milliseconds, int | float) else 5000)
