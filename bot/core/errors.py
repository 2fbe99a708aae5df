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


class DeliveryError(Exception):
    """A platform did not take a message.

    `permanent`: trying again cannot help. `unclear`: it may have been posted all the same (timeout, reset, 5xx).
    `retry_after`: the platform's own word on when to come back; it holds for the whole place.
    """

    def __init__(
        self, reason: str, *, permanent: bool = False, unclear: bool = False, retry_after: timedelta | None = None
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.permanent = permanent
        self.unclear = unclear
        self.retry_after = retry_after
