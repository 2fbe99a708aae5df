"""What can go wrong, by whom it is read: UserError by a person, DeliveryError by the sender's retry rules."""

from __future__ import annotations

from datetime import timedelta


class UserError(Exception):
    """Shown to the person who asked; nothing they asked for is stored.

    `message` says what happened and why. It is a catalogue text: `{name}` in it stands for `values[name]`, so that it
    can be said in the reader's language. `example` is a corrected command to type instead.
    """

    def __init__(self, message: str, example: str = "", **values: object) -> None:
        self.template = message
        self.values = values
        self.message = message.format(**values) if values else message
        self.example = example
        super().__init__(self.message)


ABSENT, GONE, FORBIDDEN, OFF, UNREACHED, REFUSED = "absent", "gone", "forbidden", "off", "unreached", "refused"
"""Why a message was given up: Mycel is not in the channel; the channel is gone; Mycel may not write there; its account
cannot be used; nobody answered for a day; the message itself was refused."""


class DeliveryError(Exception):
    """A platform did not take a message.

    `permanent`: trying again cannot help. `unclear`: it may have been posted all the same (timeout, reset, 5xx).
    `retry_after`: the platform's own word on when to come back; it holds for the whole place. `cause`: one of the words
    above, as far as the platform says it.
    """

    def __init__(
        self,
        reason: str,
        *,
        permanent: bool = False,
        unclear: bool = False,
        retry_after: timedelta | None = None,
        cause: str = "",
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.permanent = permanent
        self.unclear = unclear
        self.retry_after = retry_after
        self.cause = cause or (REFUSED if permanent else UNREACHED)
