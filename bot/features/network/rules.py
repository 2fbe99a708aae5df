"""What a group, its settings, roles and linked accounts may become. Pure."""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from collections.abc import Collection
from datetime import timedelta
from typing import Any

from bot.core.cleaning import name_of
from bot.core.errors import UserError
from bot.core.permissions import ROLES, STEWARD
from bot.core.working_time import parse_region, parse_zone
from bot.features.network.fields import LONGEST_SLUG, RESERVED_SLUGS, GroupArgs
from storage.network import Group, Person
from storage.people import PersonRow

MEMBER = "member"
ROLE_CHOICES = (MEMBER, *ROLES)
LONGEST_NAME = 80
DEFAULT_DAYS, DEFAULT_QUIET = "mon-fri", "18:00-09:00"
HOME_ASKED_FOR = timedelta(days=3)
LINK_CODE_FOR = timedelta(minutes=15)
INVITATION_FOR = timedelta(days=7)


def slug_of(name: str) -> str:
    """The short name made from a name: "Öko-Büro São Paulo" → "oko-buro-sao-paulo"; "" where no letter fits."""
    plain = unicodedata.normalize("NFKD", name.lower().replace("ß", "ss")).encode("ascii", "ignore").decode()
    slug = "-".join(re.findall(r"[a-z0-9]+", plain))[:LONGEST_SLUG].strip("-")
    return "" if slug in RESERVED_SLUGS else slug


def clean_name(typed: str) -> str:
    """A group's name in one line. UserError for one that is too long."""
    name = name_of(typed)
    if len(name) > LONGEST_NAME:
        raise UserError(
            "A group's name has at most {most} characters; this one has {n}.", most=LONGEST_NAME, n=len(name)
        )
    return name


def alike(name: str) -> str:
    """What is the same in all names that only look different to a program."""
    return unicodedata.normalize("NFKC", name).casefold()


def check_may_register(person: Person, settings: dict[str, Any], name: str) -> None:
    """A new group: a steward's to register, or anybody's where the network says so."""
    if STEWARD not in person.roles and settings.get("open_registration") is not True:
        raise UserError(
            "A new group is registered by a steward; “roles” shows who they are. Ask one of them to type it here.",
            f"/group {name} --tz Area/City",
        )


def check_may_bind(person: Person, *, may_arrange: bool) -> None:
    """Whose home a channel is say those who run it: nobody makes others members of a group over their heads."""
    if STEWARD not in person.roles and not may_arrange:
        raise UserError(
            "Whoever may change this room's name says whose home it is. Ask one of them, or a steward, to type it here."
        )


def check_may_change(person: Person, group: Group) -> None:
    """A group's settings are its own."""
    if group.id not in person.group_ids:
        raise UserError(
            "Only members of {group} change what is set for it. They do so in its own channel.",
            "/group",
            group=group.name,
        )


def has_settings(typed: GroupArgs) -> bool:
    """Whether more was typed than a name."""
    return bool(typed.model_fields_set - {"name"})


def new_group(network_id: int, id: int, name: str, typed: GroupArgs, known_zone: str | None, language: str) -> Group:
    """A group as it begins; its zone is the one typed, else its founder's. UserError if neither is known."""
    slug = typed.slug or slug_of(name)
    if not slug:
        raise UserError("Give the group a short name of letters a to z as well.", f"/group {name} --slug short-name")
    blank = Group(
        network_id,
        id,
        slug,
        clean_name(name),
        typed.tz or _valid_zone(known_zone, name),
        None,
        DEFAULT_DAYS,
        DEFAULT_QUIET,
        language,
        "active",
        (),
    )
    return changed(blank, typed)[0]


def changed(group: Group, typed: GroupArgs) -> tuple[Group, tuple[str, ...]]:
    """The group with what was typed, and the names of the fields that are new."""
    wanted: dict[str, Any] = {
        "name": clean_name(typed.rename) or group.name,
        "slug": typed.slug or group.slug,
        "zone": typed.tz or group.zone,
        "region": parse_region(typed.region) if typed.region else group.region,
        "working_days": typed.days or group.working_days,
        "quiet": typed.quiet or group.quiet,
        "language": typed.language or group.language,
        "day_overrides": _overrides(group, typed.holiday, typed.workday),
    }
    names = tuple(name for name, value in wanted.items() if getattr(group, name) != value)
    return dataclasses.replace(group, **wanted), names


def _overrides(group: Group, holidays: Collection[str], workdays: Collection[str]) -> tuple[tuple[str, bool], ...]:
    both = sorted(set(holidays) & set(workdays))
    if both:
        raise UserError("{day} cannot be worked and off at once.", day=both[0])
    known = dict(group.day_overrides) | dict.fromkeys(holidays, False) | dict.fromkeys(workdays, True)
    return tuple(sorted(known.items()))


def _valid_zone(zone: str | None, name: str) -> str:
    example = f"/group {name} --tz Africa/Nairobi"
    if not zone:
        raise UserError("Mycel needs the group's time zone.", example)
    try:
        return parse_zone(zone)
    except UserError as error:
        raise UserError("Mycel needs the group's time zone.", example) from error


def check_role(role: str) -> None:
    if not role:
        raise UserError("Say which role as well: member, facilitator or steward.", "/roles @ana facilitator")


def new_roles(held: frozenset[str], role: str, stewards: int) -> frozenset[str]:
    """What somebody holds after they were given a role; "member" takes the others away. A network keeps a steward."""
    wanted = frozenset() if role == MEMBER else held | {role}
    if STEWARD in held and STEWARD not in wanted and stewards <= 1:
        raise UserError(
            "They are the last steward, and a network needs one. Give somebody else the role first.",
            "/roles PERSON steward",
        )
    return wanted


def older_first(one: PersonRow, other: PersonRow) -> tuple[PersonRow, PersonRow]:
    """Of two people who are one: (who stays, who is merged into them)."""
    first, second = sorted((one, other), key=lambda row: (row.created_at, row.id))
    return first, second


def is_last_steward(person: Person, stewards: int) -> bool:
    return STEWARD in person.roles and stewards <= 1
