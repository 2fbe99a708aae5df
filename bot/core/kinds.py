"""Kinds of fields that a command can declare; each gives parsing, help, the form's widget and the reference.

A kind is put on a pydantic field with `Annotated`; its `parse` turns what was typed into the value.
It raises UserError and nothing else.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from bot.core import durations
from bot.core.errors import UserError


@dataclass(frozen=True, slots=True)
class Kind:
    """Text of one word. `widget` is what a form shows: text, long_text, number, groups, choice, flag, date, person."""

    name: str = "word"
    widget: str = "text"
    shown: str = "TEXT"

    def parse(self, typed: str) -> Any:
        return typed.strip()

    def format(self, value: Any) -> str:
        return str(value)


@dataclass(frozen=True, slots=True)
class FreeText(Kind):
    """People's own words: unquoted, an option of this kind takes all words up to the next option.

    Long text keeps its lines; what a form has one line for becomes one.
    """

    name: str = "text"
    widget: str = "long_text"
    shown: str = '"TEXT"'

    def parse(self, typed: str) -> str:
        return typed.strip() if self.widget == "long_text" else " ".join(typed.split())


_LONGEST_ITEM = 80
_AROUND = re.compile(r'^[\s"“”„«»‟]+|[\s"“”„«»‟]+$')


@dataclass(frozen=True, slots=True)
class Many(Kind):
    """Comma-separated words, kept in order, without doubles."""

    name: str = "list"
    shown: str = "a,b"
    lower: bool = False

    def parse(self, typed: str) -> tuple[str, ...]:
        words = typed.lower() if self.lower else typed
        items = [_AROUND.sub("", part) for part in re.split(r"[,;]", words)]
        for item in items:
            if len(item) > _LONGEST_ITEM:
                raise UserError(
                    "“{typed}…” is too long for one of a list; put commas between them.", typed=item[:_LONGEST_ITEM]
                )
        return tuple(dict.fromkeys(item for item in items if item))

    def format(self, value: Any) -> str:
        return ",".join(value)


@dataclass(frozen=True, slots=True)
class Choice(Kind):
    """One of several words, which are shown unless `shown` says otherwise."""

    name: str = "choice"
    widget: str = "choice"
    options: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.shown == "TEXT" and self.options:
            object.__setattr__(self, "shown", "|".join(self.options))

    def parse(self, typed: str) -> str:
        value = typed.strip().lower()
        if value not in self.options:
            near = difflib.get_close_matches(value, self.options, n=1)
            raise UserError(
                "“{wrong}” is none of: {options}.",
                wrong=typed.strip(),
                options=", ".join(self.options),
                near=near[0] if near else "",
            )
        return value


@dataclass(frozen=True, slots=True)
class Flag(Kind):
    """There or not; takes no value."""

    name: str = "flag"
    widget: str = "flag"
    shown: str = ""

    def parse(self, typed: str) -> bool:
        return typed.strip().lower() not in ("", "no", "false", "0", "off")


@dataclass(frozen=True, slots=True)
class Id(Kind):
    """A record's id such as D-12; the number alone and other dashes are understood, another letter is not."""

    name: str = "id"
    shown: str = "D-1"
    letter: str = "D"

    def parse(self, typed: str) -> int:
        found = re.fullmatch(r"#?(?:([A-Za-z])\s?[-\u2010-\u2015]?\s?)?(\d{1,9})[.,:]?", typed.strip())
        if found is None or (found[1] or self.letter).upper() != self.letter or int(found[2]) == 0:
            raise UserError(
                "“{typed}” is no id of this kind; it looks like {id}.", typed=typed.strip(), id=f"{self.letter}-12"
            )
        return int(found[2])

    def format(self, value: Any) -> str:
        return f"{self.letter}-{value}"


@dataclass(frozen=True, slots=True)
class Ids(Kind):
    """Several ids, separated by commas."""

    name: str = "ids"
    shown: str = "D-1"
    letter: str = "D"

    def parse(self, typed: str) -> tuple[int, ...]:
        one = Id(letter=self.letter)
        return tuple(dict.fromkeys(one.parse(part) for part in re.split(r"[,;]", typed) if part.strip()))

    def format(self, value: Any) -> str:
        return ",".join(f"{self.letter}-{number}" for number in value)


@dataclass(frozen=True, slots=True)
class PerRecord(Kind):
    """A text for each of several records, from a form alone: its fields are named "answers:3", "answers:5"."""

    name: str = "texts"
    widget: str = "long_text"

    def gathered(self, field: str, texts: Mapping[str, str]) -> dict[str, str]:
        """Text by record, of all form fields that begin with the declared field's name."""
        start = f"{field}:"
        return {name.removeprefix(start): text for name, text in texts.items() if name.startswith(start)}


@dataclass(frozen=True, slots=True)
class AnyId(Kind):
    """An id of several kinds, kept as (letter, number). `bare`: the letter of a number alone, where that is taken."""

    name: str = "id"
    shown: str = "D-1"
    letters: str = "DC"
    bare: str = ""

    def parse(self, typed: str) -> tuple[str, int]:
        letter = typed.strip().removeprefix("#")[:1].upper()
        letter = self.bare if letter.isdigit() else letter
        if not letter or letter not in self.letters:
            ids = " / ".join(f"{x}-12" for x in self.letters)
            raise UserError("“{typed}” is no id of this kind; it looks like {id}.", typed=typed.strip(), id=ids)
        return letter, Id(letter=letter).parse(typed)

    def format(self, value: Any) -> str:
        return f"{value[0]}-{value[1]}"


@dataclass(frozen=True, slots=True)
class DurationKind(Kind):
    name: str = "duration"
    shown: str = "10bd|2w|3d|2h|30min|1mo|2026-12-04"

    def parse(self, typed: str) -> durations.Duration:
        return durations.parse_duration(typed)


@dataclass(frozen=True, slots=True)
class PageNumber(Kind):
    """Which page of a long answer, from 1 on."""

    name: str = "page"
    widget: str = "number"
    shown: str = "2"

    def parse(self, typed: str) -> int:
        if not re.fullmatch(r"\d{1,4}", typed.strip()):
            raise UserError("“{typed}” is no page; pages are numbers.", typed=typed.strip())
        return int(typed)


Word = Annotated[str, Kind()]
Prose = Annotated[str, FreeText()]
Slugs = Annotated[tuple[str, ...], Many(widget="groups", lower=True)]
Tags = Annotated[tuple[str, ...], Many(lower=True)]
Names = Annotated[tuple[str, ...], Many()]
Yes = Annotated[bool, Flag()]
DecisionId = Annotated[int, Id(letter="D")]
DecisionIds = Annotated[tuple[int, ...], Ids()]
ContributionId = Annotated[int, Id(letter="C", shown="C-3")]
Length = Annotated[durations.Duration, DurationKind()]
GroupSlug = Annotated[str, Kind(name="group", widget="group", shown="GROUP")]
PersonName = Annotated[str, Kind(name="person", widget="person", shown="PERSON")]
