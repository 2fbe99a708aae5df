"""What the circle sees of silence: groups that stay silent though they, and then a neighbour, were asked."""

from __future__ import annotations

from bot.core.calendars import calendar_of
from bot.core.context import Context, ViewContext
from bot.core.events import DigestAsked
from bot.core.message import Block, Bold, Bullets, GroupMention, Paragraph, Spans, Text
from bot.features.nudges import rules
from storage import activity, directory, nudges
from storage.network import Group
from storage.nudges import Silence


def silent_groups(ctx: Context | ViewContext, asked: DigestAsked) -> tuple[Block, ...]:
    """For the digest of those who host; a group itself has seen its own figures long before."""
    if not asked.is_circle:
        return ()
    found = nudges.staying_silent(ctx.db, ctx.network.id, rules.STAYS_STEP)
    groups = directory.groups_by_id(ctx.db, ctx.network.id, [s.group_id for s in found])
    lines = tuple(
        _line(ctx, groups[s.group_id], s)
        for s in found
        if s.group_id in groups and groups[s.group_id].state == "active" and _is_silent(ctx, s)
    )[: asked.most]
    return (Paragraph((Bold(ctx.words("Groups that stay silent")),)), Bullets(lines)) if lines else ()


def _is_silent(ctx: Context | ViewContext, silence: Silence) -> bool:
    spoke_at = activity.last_at(ctx.db, ctx.network.id, silence.group_id, "")
    return spoke_at is None or silence.nudged_at is None or spoke_at <= silence.nudged_at


def _line(ctx: Context | ViewContext, group: Group, silence: Silence) -> Spans:
    words = ctx.words
    spoke_at = activity.last_at(ctx.db, ctx.network.id, group.id, "") or silence.begun_at
    n = rules.quiet_for(calendar_of(group), spoke_at, ctx.now)
    days = words.plural("{n} working day", "{n} working days", n)
    line = words.line("{group}, for {days}", group=GroupMention(group.name, group.slug), days=days)
    asked = directory.groups_by_id(ctx.db, ctx.network.id, list(silence.neighbours))
    names = sorted(g.name for g in asked.values())
    if not names:
        return line
    by = asked.get(silence.called_by) if silence.called_by else None
    more = (
        words("reached by {group}", group=by.name)
        if by
        else words("asked to call: {groups}", groups=words.listed(names))
    )
    return (*line, Text(f" ({more})"))
