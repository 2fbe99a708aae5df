"""What a handler answers: said at once, to the one who asked, and at most once. All else is delivered from rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.core.message import Message


@dataclass(frozen=True, slots=True)
class Answer:
    """Shown to the person who asked, to them alone where the platform can.

    `subject` is the record that came of it ("D-12"): the same command sent again within two minutes is told of it.
    `is_secret`: nobody else may see it; a platform that cannot show it to one person alone gives it in private.
    """

    message: Message
    subject: str = ""
    is_secret: bool = False


@dataclass(frozen=True, slots=True)
class FormField:
    """One field to fill in. `options` are (value, label) pairs for choices, people and groups."""

    name: str
    label: str
    hint: str
    widget: str
    value: str = ""
    is_required: bool = False
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Form:
    """A form for a command; what is already known stands in the fields. `typed` does the same as text."""

    command: str
    title: str
    fields: tuple[FormField, ...]
    hidden: Mapping[str, str] = field(default_factory=dict)
    typed: str = ""


@dataclass(frozen=True, slots=True)
class Invalid:
    """Nothing was stored: what was understood, what is wrong and what to type instead.

    `errors` are by field name where a field is at fault, so that a form can show each at its place.
    """

    message: Message
    errors: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Nothing:
    """No answer: the channel shows what came of it, or it was a duplicate."""


Reply = Answer | Form | Invalid | Nothing
