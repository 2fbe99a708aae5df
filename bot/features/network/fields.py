"""What is set for a group: the kinds of its fields, each read as the canonical text that the group's record keeps."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from pydantic import Field

from bot.core import working_time as wt
from bot.core.commands import Args, At
from bot.core.errors import UserError
from bot.core.kinds import FreeText, Kind, Many
from bot.core.language import languages, mark

LONGEST_SLUG = 40
RESERVED_SLUGS = ("all", "none", "mine", "off")


@dataclass(frozen=True, slots=True)
class Slug(Kind):
    name: str = "slug"
    shown: str = "short-name"

    def parse(self, typed: str) -> str:
        slug = typed.strip().lower()
        if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug) or len(slug) > LONGEST_SLUG:
            raise UserError(
                "“{typed}” is no short name: letters a to z, digits and single dashes, at most {most}.",
                typed=wt.shortened(typed),
                most=LONGEST_SLUG,
            )
        if slug in RESERVED_SLUGS:
            raise UserError("“{typed}” means something else in commands. Choose another short name.", typed=slug)
        return slug


@dataclass(frozen=True, slots=True)
class Zone(Kind):
    name: str = "zone"
    shown: str = "Area/City"

    def parse(self, typed: str) -> str:
        return wt.parse_zone(typed)


@dataclass(frozen=True, slots=True)
class Region(Kind):
    name: str = "region"
    shown: str = "CC[-SUB]"

    def parse(self, typed: str) -> str:
        return wt.format_region(wt.parse_region(typed))


@dataclass(frozen=True, slots=True)
class WorkingDays(Kind):
    name: str = "days"
    shown: str = "mon-fri"

    def parse(self, typed: str) -> str:
        return wt.format_working_days(wt.parse_working_days(typed))


@dataclass(frozen=True, slots=True)
class Quiet(Kind):
    name: str = "hours"
    shown: str = "18:00-09:00"

    def parse(self, typed: str) -> str:
        return wt.format_quiet(*wt.parse_quiet(typed))


@dataclass(frozen=True, slots=True)
class Language(Kind):
    name: str = "language"
    shown: str = "en"

    def parse(self, typed: str) -> str:
        language = typed.strip().lower()
        if language not in languages():
            raise UserError(
                "Mycel does not speak “{typed}” yet. It speaks: {known}.",
                typed=wt.shortened(typed),
                known=", ".join(languages()),
            )
        return language


@dataclass(frozen=True, slots=True)
class Dates(Many):
    """ISO dates, comma-separated."""

    name: str = "dates"
    shown: str = "2026-12-24,…"

    def parse(self, typed: str) -> tuple[str, ...]:
        return tuple(_day(item) for item in Many.parse(self, typed))


def _day(typed: str) -> str:
    try:
        return date.fromisoformat(typed).isoformat()
    except ValueError:
        raise UserError("“{typed}” is no date. Type for example 2026-12-24.", typed=wt.shortened(typed)) from None


class GroupArgs(Args):
    """What `group` takes: a name, and what is set for the group; what is empty was not typed."""

    name: Annotated[str, Kind(), At(rest=True)] = Field(
        "", description=mark("the group's name; without it, the group of this channel is shown")
    )
    slug: Annotated[str, Slug()] = Field(
        "", description=mark("the short name for --affects and links; made from the name if not given")
    )
    tz: Annotated[str, Zone()] = Field("", description=mark("its time zone"))
    region: Annotated[str, Region()] = Field(
        "", description=mark("whose public holidays are off: a country, or a part of one; none for nobody's")
    )
    days: Annotated[str, WorkingDays()] = Field("", description=mark("its working days"))
    quiet: Annotated[str, Quiet()] = Field(
        "", description=mark("when Mycel stays silent in its channels; off for never")
    )
    language: Annotated[str, Language()] = Field("", description=mark("in which language Mycel speaks to it"))
    holiday: Annotated[tuple[str, ...], Dates()] = Field(
        (), description=mark("days off of this group, whatever its region says")
    )
    workday: Annotated[tuple[str, ...], Dates()] = Field(
        (), description=mark("days that this group works, whatever its region says")
    )
    rename: Annotated[str, FreeText()] = Field("", description=mark("a new name for the group"))
    contact: Annotated[str, Kind(name="person", widget="person", shown="PERSON")] = Field(
        "", description=mark("whom the network turns to when the group is silent; none for nobody")
    )
    rotate: Annotated[str, Kind(shown="1mo|off")] = Field(
        "", description=mark("the contact goes round, fairly, in terms of this length")
    )
