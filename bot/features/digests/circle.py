"""The digest of those who host: once a week in each circle's own channel, what waits, the oldest first."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any

from bot.core.context import Context, ViewContext
from bot.core.events import DigestAsked
from bot.core.message import Heading, Message, Note, Paragraph
from bot.features.digests.schedule import monday_of, week_after, week_of
from storage import circles, deadlines
from storage.deadlines import Deadline

KIND, VIEW, ABOUT = "circle_digest", "circle_digest", "digest:circle"
HOUR = time(12, tzinfo=UTC)
"""On Mondays: people of a circle live in many zones, and at noon in London most of them are awake."""
MOST = 15


def begin(ctx: Context) -> None:
    """The next week's is set; set again it stays as it is."""
    _set(ctx, week_after(week_of(ctx.now, "UTC")))


def _set(ctx: Context, week: int) -> None:
    deadlines.drop_ended(ctx.db, ctx.network.id, ABOUT, KIND, 0, week)
    ctx.due(datetime.combine(monday_of(week), HOUR), KIND, ABOUT, round=week)


def fire(ctx: Context, deadline: Deadline) -> None:
    """Sends that of this week, once, however late; sets the next one."""
    week = week_of(ctx.now, "UTC")
    for channel in circles.meeting_places(ctx.db, ctx.network.id):
        args = {"since": (ctx.now - timedelta(days=7)).isoformat(), "until": ctx.now.isoformat()}
        ctx.say(channel, VIEW, args, key=f"{ABOUT}:{week}:{channel.id}", about=f"{ABOUT}:{week}")
    _set(ctx, week_after(week))


def circle_digest(ctx: ViewContext, args: Mapping[str, Any]) -> Message | None:
    """What waits; one line where nothing does. Facilitators host, they do not decide."""
    words = ctx.words
    since, until = datetime.fromisoformat(args["since"]), datetime.fromisoformat(args["until"])
    asked = DigestAsked(about=ABOUT, since=since, until=until, is_circle=True, most=MOST)
    blocks = ctx.ask(asked)
    if not blocks:
        return Message((Paragraph(words.line("Nothing waits for the circle.")),))
    hosts = Note(words.line("You host and remind; each group decides for itself."))
    return Message(
        (Heading(words.line("What waits for the circle, {moment}", moment=words.moment(until))), *blocks, hosts)
    )
