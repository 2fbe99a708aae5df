"""What Slack refuses, as the sender's retry rules understand it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from bot.core.errors import ABSENT, FORBIDDEN, GONE, OFF, DeliveryError

UNCLEAR = frozenset(("fatal_error", "internal_error", "request_timeout", "service_unavailable"))
"""Slack's own troubles: what was asked for may have been done."""
ENDED = frozenset(("account_inactive", "invalid_auth", "not_authed", "token_expired", "token_revoked"))
"""The token is over; a new one may come by rotation or by installing again."""
PASSING = ENDED | {"access_denied", "accesslimited", "channel_not_found", "ekm_access_denied", "missing_scope"}
PASSING |= {"not_in_channel", "team_access_not_granted"}
"""Somebody can mend these: invite the bot, give it a scope, install it again. Nothing was done."""
NOT_FOUND = frozenset(("message_not_found", "thread_not_found"))
LIMITED = frozenset(("rate_limited", "ratelimited"))
CAUSES = dict.fromkeys((*ENDED, "missing_scope", "team_access_not_granted", "org_login_required"), OFF)
CAUSES |= dict.fromkeys(("channel_not_found", "not_in_channel"), ABSENT) | {"is_archived": GONE}
CAUSES |= dict.fromkeys(("access_denied", "restricted_action", "restricted_action_read_only_channel"), FORBIDDEN)
"""What a person is told of a message that was given up."""


class SlackError(DeliveryError):
    """A call that was not answered with success. `code` is Slack's word for why, "" where there was no answer."""

    def __init__(
        self,
        reason: str,
        *,
        code: str = "",
        permanent: bool = False,
        unclear: bool = False,
        retry_after: timedelta | None = None,
    ) -> None:
        super().__init__(
            reason, permanent=permanent, unclear=unclear, retry_after=retry_after, cause=CAUSES.get(code, "")
        )
        self.code = code


class CannotConnect(Exception):
    """Slack cannot be used as it is set up; the message says why and what to do."""


def refusal(method: str, status: int, headers: Mapping[str, str], code: str) -> SlackError:
    """The error for an answer that is no success: 429 was not done, 5xx may have been, what is refused stays so."""
    reason = f"{method}: {code or status}"
    if status == 429 or code in LIMITED:
        return SlackError(reason, code=code, retry_after=_retry_after(headers))
    if status >= 500 or code in UNCLEAR or not code:
        return SlackError(reason, code=code, unclear=True)
    return SlackError(reason, code=code, permanent=code not in PASSING)


def _retry_after(headers: Mapping[str, str]) -> timedelta:
    said = next((value for name, value in headers.items() if name.lower() == "retry-after"), "").strip()
    return timedelta(seconds=int(said) if said.isdigit() else 30)
