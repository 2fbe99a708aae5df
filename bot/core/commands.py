"""A command is declared once: `@command` over a handler whose second argument is a pydantic model.

The model's fields, descriptions and constraints give the parser, the help, the forms and the reference page.
"""

from __future__ import annotations

import typing
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import Any

from pydantic import BaseModel, ConfigDict

from bot.core.kinds import Kind
from bot.core.replies import Reply

Handler = Callable[[Any, Any], Reply]


class Who(Enum):
    """Who may use a command: the table in docs/reference.md, checked in dispatch."""

    ALL = "all"
    OWN = "own"
    AFFECTED = "affected"
    AUTHOR = "author"
    RAISER = "raiser"
    PARTY = "party"
    HOST = "host"
    CIRCLE = "circle"
    STEWARD = "steward"
    HOLDER = "holder"


class Args(BaseModel):
    """Base of all command arguments: immutable, and no field that was not declared.

    Its validator is built when the command is first typed: all of them took a twentieth of a start.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True, defer_build=True)


@dataclass(frozen=True, slots=True)
class At:
    """Marks a field that is given by its place: `At()` takes one word, `At(rest=True)` all that are left."""

    rest: bool = False


@dataclass(frozen=True, slots=True)
class Option:
    """Marks a field whose name as typed is not its name here ("as"), or that only buttons use (`is_hidden`)."""

    name: str = ""
    is_hidden: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a declaration, as parser, help and forms need it. `option` is its name as typed after `--`."""

    name: str
    option: str
    kind: Kind
    description: str
    is_required: bool
    default: Any
    at: At | None
    is_hidden: bool = False


@dataclass(frozen=True)
class Command:
    """A declared command. `reads` ones write nothing. `subject` finds what the rights depend on (see permissions).

    `connects`: may be typed in a place of no network; the one argument is a code, and the network is the code's.
    `quoted_into`: wants the message that it answers, whose first line fills this field where nothing is typed.
    `forgets_places`: a place may belong to another group, or to no network, after it.
    """

    name: str
    summary: str
    who: tuple[Who, ...]
    model: type[Args]
    handler: Handler
    examples: tuple[str, ...] = ()
    reads: bool = False
    has_form: bool = True
    subject: Callable[[Any, Any], Any] | None = None
    works_unbound: bool = False
    connects: bool = False
    who_else: Callable[[Any], tuple[Who, ...] | None] | None = None
    quoted_into: str = ""
    forgets_places: bool = False

    def rights(self, args: Args) -> tuple[Who, ...]:
        """Who may use it with these arguments."""
        return (self.who_else(args) if self.who_else else None) or self.who

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        return tuple(_field(name, info) for name, info in self.model.model_fields.items())

    @cached_property
    def by_option(self) -> dict[str, Field]:
        return {f.option: f for f in self.fields}

    @cached_property
    def positional(self) -> tuple[Field, ...]:
        return tuple(f for f in self.fields if f.at is not None)

    @cached_property
    def usage(self) -> str:
        """ "decide TITLE [--why "TEXT"] …"."""
        words = [self.name]
        for f in self.fields:
            if f.is_hidden:
                continue
            if f.at is not None:
                shown = f.option.upper() if f.kind.name in ("word", "text") else f.kind.shown
                words.append(shown if f.is_required else f"[{shown}]")
            else:
                words.append(f"[--{f.option} {f.kind.shown}]".replace(" ]", "]"))
        return " ".join(words)


def _field(name: str, info: Any) -> Field:
    kind = next((x for x in info.metadata if isinstance(x, Kind)), Kind())
    at = next((x for x in info.metadata if isinstance(x, At)), None)
    default = None if info.is_required() else info.get_default(call_default_factory=True)
    option = next((x for x in info.metadata if isinstance(x, Option)), Option())
    typed = option.name or name.replace("_", "-")
    return Field(name, typed, kind, info.description or "", info.is_required(), default, at, option.is_hidden)


def command(
    name: str,
    *,
    summary: str,
    who: Who | tuple[Who, ...],
    examples: tuple[str, ...] = (),
    reads: bool = False,
    has_form: bool = True,
    subject: Callable[[Any, Any], Any] | None = None,
    works_unbound: bool = False,
    connects: bool = False,
    who_else: Callable[[Any], tuple[Who, ...] | None] | None = None,
    quoted_into: str = "",
    forgets_places: bool = False,
) -> Callable[[Handler], Command]:
    """Declares a command over its handler; the arguments' model is read from the handler's annotation.

    `works_unbound`: may be used in a channel that belongs to no group yet. `who_else`: other rights for some arguments.
    """

    def declare(handler: Handler) -> Command:
        model = typing.get_type_hints(handler)[handler.__code__.co_varnames[1]]
        rights = who if isinstance(who, tuple) else (who,)
        return Command(
            *(name, summary, rights, model, handler, examples, reads, has_form, subject, works_unbound),
            connects=connects,
            who_else=who_else,
            quoted_into=quoted_into,
            forgets_places=forgets_places,
        )

    return declare
