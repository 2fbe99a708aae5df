"""When a group may pause, come back, become part of another, split or leave. Pure; times are aware UTC."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.core.errors import UserError
from bot.core.presence import is_here
from storage.group_states import PAUSED
from storage.network import Group

LONGEST_PAUSE = timedelta(days=366)
CHANGE_ASKED_FOR = timedelta(days=7)
EXPORT_KEPT_FOR = timedelta(days=30)


def check_may_pause(group: Group, until_at: datetime | None, now: datetime) -> None:
    """A group that is active pauses for a year at most; without an end until it comes back."""
    if group.state == PAUSED:
        raise UserError("{group} is paused already.", "/group resume", group=group.name)
    check_is_here(group)
    if until_at is not None and not now < until_at <= now + LONGEST_PAUSE:
        raise UserError("A pause ends within a year. Without an end it lasts until you end it.", "/group pause 2w")


def check_may_resume(group: Group) -> None:
    if group.state != PAUSED:
        raise UserError("{group} is not paused.", "/group", group=group.name)


def check_is_here(group: Group) -> None:
    """What has left, or is part of another, changes nothing any more."""
    if not is_here(group):
        raise UserError("{group} is no group of this network any more.", "/groups", group=group.name)


def check_may_merge(group: Group, into: Group) -> None:
    check_is_here(group)
    if into.id == group.id:
        raise UserError("Say which other group {group} becomes part of.", "/groups", group=group.name)
    if into.state == PAUSED:
        raise UserError("{group} is paused; ask again when it is back.", "/groups", group=into.name)
    check_is_here(into)


def check_second(asked_by: int, actor_id: int, members: int) -> None:
    """What cannot be taken back takes two of a group; who is alone in it decides alone."""
    if asked_by == actor_id and members > 1:
        raise UserError("Somebody else of the group has to agree: this takes two.")


def check_was_here(since: datetime | None, expires_at: datetime) -> None:
    """Who agrees was of the group before it was asked: an account that came for it does not count."""
    if since is None or since > expires_at - CHANGE_ASKED_FOR:
        raise UserError("Somebody has to agree who was of the group before it was asked.", "/whoami")
