"""The rules of groups, roles and linked accounts, without a database."""

import contextlib
import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import parsing
from bot.core.commands import Args
from bot.core.errors import UserError
from bot.features.network import rules
from bot.features.network.fields import RESERVED_SLUGS, GroupArgs, Slug
from bot.features.network.groups import group as group_command
from storage.network import Group, Person
from storage.people import PersonRow

OAKLAND = Group(1, 7, "oakland", "Oakland", "America/Los_Angeles", "US-CA", "mon-fri", "off", "en", "active", ())


def person(*roles: str, group_ids: tuple[int, ...] = ()) -> Person:
    return Person(1, 1, "Ana", None, frozenset(group_ids), frozenset(roles))


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Oakland", "oakland"),
        ("Öko-Büro  São Paulo", "oko-buro-sao-paulo"),
        ("Große Straße 12", "grosse-strasse-12"),
        ("東京", ""),
        ("All", ""),
        ("a" * 60, "a" * 40),
    ],
)
def test_a_slug_is_made_from_a_name(name: str, slug: str) -> None:
    assert rules.slug_of(name) == slug


@given(st.text())
def test_a_made_slug_is_one_that_could_be_typed(name: str) -> None:
    slug = rules.slug_of(name)
    assert slug not in RESERVED_SLUGS
    assert slug == "" or Slug().parse(slug) == slug


@given(st.text(alphabet='abc -–—"“”=,;:0129/é\n', max_size=60))
def test_whatever_is_typed_gives_arguments_or_a_user_error(typed: str) -> None:
    args: Args | None = None
    with contextlib.suppress(UserError):
        args = parsing.parse(group_command, typed)
    if args is not None:
        again = parsing.formatted(group_command, args).removeprefix("group").strip()
        assert parsing.parse(group_command, again) == args


def test_registering_is_for_stewards_or_all_where_the_network_says_so() -> None:
    rules.check_may_register(person("steward"), {}, "Lagos")
    rules.check_may_register(person(), {"open_registration": True}, "Lagos")
    for settings in ({}, {"open_registration": False}, {"open_registration": "yes"}):
        with pytest.raises(UserError, match="registered by a steward"):
            rules.check_may_register(person("facilitator"), settings, "Lagos")


def test_settings_are_changed_by_members_alone() -> None:
    rules.check_may_change(person(group_ids=(7,)), OAKLAND)
    with pytest.raises(UserError, match="Only members of Oakland"):
        rules.check_may_change(person("steward", group_ids=(8,)), OAKLAND)


def test_only_what_was_typed_changes() -> None:
    new, names = rules.changed(OAKLAND, GroupArgs(quiet="18:00-09:00", region="none"))
    assert names == ("region", "quiet")
    assert (new.region, new.quiet, new.zone, new.name) == (None, "18:00-09:00", OAKLAND.zone, "Oakland")
    assert rules.changed(OAKLAND, GroupArgs(quiet="off")) == (OAKLAND, ())


def test_the_last_word_on_a_day_holds() -> None:
    off, _ = rules.changed(OAKLAND, GroupArgs(holiday=("2026-12-24", "2026-12-23")))
    on, _ = rules.changed(off, GroupArgs(workday=("2026-12-24",)))
    assert on.day_overrides == (("2026-12-23", False), ("2026-12-24", True))


@pytest.mark.parametrize("zone", [None, "", "EST", "Atlantis/City"])
def test_a_new_group_needs_a_zone_that_exists(zone: str | None) -> None:
    with pytest.raises(UserError, match="needs the group's time zone"):
        rules.new_group(1, 9, "Lagos", GroupArgs(), zone, "en")
    assert rules.new_group(1, 9, "Lagos", GroupArgs(tz="Africa/Lagos"), zone, "en").zone == "Africa/Lagos"
    assert rules.new_group(1, 9, "Lagos", GroupArgs(), "africa/lagos", "en").zone == "Africa/Lagos"


def test_a_name_is_one_line_of_a_readable_length() -> None:
    assert rules.clean_name("  New \n York ") == "New York"
    with pytest.raises(UserError, match=re.escape("at most 80 characters; this one has 81")):
        rules.clean_name("x" * 81)


@pytest.mark.parametrize(
    ("held", "role", "stewards", "wanted"),
    [
        (set(), "steward", 0, {"steward"}),
        ({"facilitator"}, "steward", 1, {"facilitator", "steward"}),
        ({"facilitator"}, "member", 0, set()),
        ({"steward"}, "facilitator", 1, {"steward", "facilitator"}),
        ({"steward"}, "member", 2, set()),
    ],
)
def test_roles_add_up_and_member_takes_them_away(held: set[str], role: str, stewards: int, wanted: set[str]) -> None:
    assert rules.new_roles(frozenset(held), role, stewards) == wanted


def test_a_network_keeps_a_steward() -> None:
    with pytest.raises(UserError, match="last steward"):
        rules.new_roles(frozenset({"steward"}), "member", 1)


def test_who_was_there_first_stays() -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    first, second = PersonRow(9, "Ana", None, start), PersonRow(3, "Annie", None, start + timedelta(seconds=1))
    assert rules.older_first(first, second) == rules.older_first(second, first) == (first, second)
