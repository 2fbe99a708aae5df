"""The one place where it is decided which new messages wait until a group's quiet hours are over.

A new message into a channel of a group that has quiet hours now waits for their end, and shows then what holds then.
At once comes what is urgent (and says so), and what is said in the very channel in which somebody acts: they are awake,
and so is what they act upon. A change of what is shown already waits for nothing, as it notifies nobody.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from bot.core.calendars import calendar_of
from bot.core.working_time import is_quiet, quiet_ends
from storage import directory, held_messages
from storage.held_messages import Held
from storage.network import Channel, Group

if TYPE_CHECKING:
    from bot.core.context import Context


@dataclass(frozen=True, slots=True)
class Said:
    """A message that is wanted: its row, and where. `is_urgent`: quiet hours or not."""

    row: dict[str, Any]
    channel: Channel
    is_urgent: bool


def ready_at(group: Group, now: datetime, ahead: timedelta) -> datetime:
    """When a message wanted at `now` (the real clock) may come to a group whose clock is `ahead` of it. Pure."""
    return quiet_ends(calendar_of(group), now + ahead) - ahead


def may_wait(ctx: Context, channel: Channel) -> bool:
    """Whether what is said in this channel now would wait if its group had quiet hours."""
    return channel.group_id is not None and channel.id != _here(ctx) and channel.platform not in ctx.registry.sleepless


def _here(ctx: Context) -> int | None:
    """The channel in which somebody acts now."""
    return ctx.channel.id if ctx.channel is not None and ctx.who is not None and ctx.acts_now else None


def hold(ctx: Context, said: Sequence[Said], touched: Iterable[str]) -> None:
    """Sets when each new message may be sent, and lets go what waits for those who are awake now."""
    here = _here(ctx)
    kept = [one for one in said if not one.is_urgent and may_wait(ctx, one.channel)]
    if kept:
        groups = _groups(ctx, {one.channel.group_id for one in kept if one.channel.group_id})
        times = {id: ready_at(group, ctx.real_now, ctx.network.clock_ahead) for id, group in groups.items()}
        for one in kept:
            one.row["ready_at"] = times.get(one.channel.group_id or 0, ctx.real_now)
    _let_go(ctx, said, touched, here)


def _groups(ctx: Context, ids: Collection[int]) -> dict[int, Group]:
    """The groups of these ids; those of the command itself are known already."""
    ctx.know(group for group in (ctx.group, ctx.acting_as) if group is not None)
    missing = [id for id in ids if id not in ctx.known_groups]
    return ctx.known_groups | directory.groups_by_id(ctx.db, ctx.network.id, missing)


def _let_go(ctx: Context, said: Sequence[Said], touched: Iterable[str], here: int | None) -> None:
    """Who acts in quiet hours sees what they act upon; and a reply that is not held needs the root of its thread."""
    roots: dict[int, dict[str, None]] = {}
    for one in said:
        if one.row["thread_of"] and one.row["ready_at"] <= ctx.real_now and (one.is_urgent or one.channel.id == here):
            roots.setdefault(one.channel.id, {})[one.row["thread_of"]] = None
    subjects: set[str] = set()
    if here is not None and ctx.group is not None and is_quiet(calendar_of(ctx.group), ctx.now):
        subjects = {*touched, *(one.row["about"] for one in said if one.channel.id == here)} - {""}
    else:
        roots.pop(here or 0, None)
    if subjects:
        held_messages.let_go(ctx.db, ctx.network.id, here or 0, subjects, roots.pop(here or 0, {}), ctx.real_now)
    for channel_id, keys in roots.items():
        held_messages.let_go(ctx.db, ctx.network.id, channel_id, (), keys, ctx.real_now)


def resume(ctx: Context) -> None:
    """Mycel runs again: what should have gone out meanwhile does not come in the quiet hours that may be now."""
    overdue = held_messages.overdue(ctx.db, ctx.network.id, ctx.real_now)
    groups = directory.groups_by_id(ctx.db, ctx.network.id, sorted({group_id for _, group_id in overdue}))
    times = {id: ready_at(group, ctx.real_now, ctx.network.clock_ahead) for id, group in groups.items()}
    moved = [replace(one, ready_at=times[group_id]) for one, group_id in overdue if group_id in times]
    held_messages.hold_until(ctx.db, ctx.network.id, moved)


def hours_changed(ctx: Context, group: Group) -> None:
    """The group's quiet hours are others now: what waited for their end waits for the new one, or not at all."""
    homes = {channel.id for channel in directory.homes(ctx.db, ctx.network.id, [group.id])}
    at = ready_at(group, ctx.real_now, ctx.network.clock_ahead)
    waiting = held_messages.held(ctx.db, ctx.network.id, ctx.real_now)
    moved = [Held(one.channel_id, one.key, at) for one in waiting if one.channel_id in homes]
    held_messages.hold_until(ctx.db, ctx.network.id, moved)
