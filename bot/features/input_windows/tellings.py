"""What a window reminds of, as bot/core/telling.py decides upon it: the input of a group, and the outcome it owes."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.core import telling
from bot.core.context import Context, ViewContext
from bot.core.events import GroupReminded
from bot.core.feature import Telling
from bot.core.language import Words
from bot.core.message import Action, RecordMention, Spans, Text
from bot.features.input_windows import rules
from bot.features.input_windows.rooms import Room, head_key, room
from storage import input_windows
from storage.input_windows import CLOSED, OPEN, WindowGroup
from storage.network import Channel
from storage.tellings import Told

REMINDER, OWED = "input_reminder", "outcome_owed"
OWED_FOR = timedelta(days=5)
"""So long a reminder of an owed outcome is worth saying."""


def offer_reminder(ctx: Context, found: Room, asked: WindowGroup, step: str, round: int, next_at: datetime) -> None:
    """A step of reminding a group; not after the next one is due, or the group's time is over.

    `round`: of its deadline, which tells it apart from the same step of a window that was opened again.
    """
    group, latest_at = found.groups[asked.group_id], min(next_at, asked.closes_at)
    telling.offer(
        ctx,
        group,
        REMINDER,
        found.window.about,
        step=f"{step}.{round}",
        latest_at=latest_at,
        name=step,
        next=next_at.isoformat(),
    )


def offer_owed(ctx: Context, found: Room, round: int) -> None:
    """The deciding group owes an outcome."""
    latest_at = ctx.now + OWED_FOR
    telling.offer(ctx, found.deciding, OWED, found.window.about, step=f"{round}", latest_at=latest_at, name=f"{round}")


def _room(ctx: Context | ViewContext, told: Told) -> Room | None:
    return room(ctx.db, ctx.network.id, int(told.about.removeprefix("D-")))


def _is_reminder_wanted(ctx: Context, told: Told) -> bool:
    found = _room(ctx, told)
    asked = found.row(told.group_id) if found else None
    if found is None or asked is None or found.window.state != OPEN:
        return False
    next_at = datetime.fromisoformat(told.args["next"])
    return rules.wants_reminder(asked, found.groups[asked.group_id].state, next_at, ctx.now)


def _is_owed_wanted(ctx: Context, told: Told) -> bool:
    found = _room(ctx, told)
    return found is not None and found.window.state == CLOSED


def _reply(ctx: Context, told: Told, key: str) -> str:
    """A reply in the threads of the group."""
    number = int(told.about.removeprefix("D-"))
    for channel in group_heads(ctx, told.about, told.group_id):
        ctx.say(
            channel,
            told.kind,
            {"number": number, "group_id": told.group_id},
            key=f"{told.about}:{key}:{channel.id}",
            about=told.about,
            thread_of=head_key(number, channel.id),
        )
    return f"{told.about}:{key}"


def group_heads(ctx: Context, about: str, group_id: int) -> list[Channel]:
    """The channels of a group that have a thread of the window."""
    heads = input_windows.head_channels(ctx.db, ctx.network.id, about)
    return [channel for channel in heads if channel.group_id == group_id]


def _remind_alone(ctx: Context, told: Told) -> str:
    return _reply(ctx, told, f"remind:{told.step}")


def _owed_alone(ctx: Context, told: Told) -> str:
    return _reply(ctx, told, f"owed:{told.args['name']}")


def _reminded(ctx: Context, told: Told) -> None:
    number = int(told.about.removeprefix("D-"))
    ctx.publish(GroupReminded(about=told.about, group_id=told.group_id, number=number, step=told.args["name"]))


def _title(ctx: ViewContext, told: Told) -> Spans | None:
    found = _room(ctx, told)
    if found is None:
        return None
    title = found.decision.title or ctx.words("(redacted)")
    return (RecordMention(found.window.about), Text(f" {title}"))


def _reminder_line(ctx: ViewContext, told: Told) -> Spans | None:
    found = _room(ctx, told)
    asked = found.row(told.group_id) if found else None
    if found is None or asked is None or found.window.state != OPEN or asked.heard_at is not None:
        return None
    return ctx.words.line(
        "you have not been heard yet, and there is time until {end}", end=ctx.words.moment(asked.closes_at)
    )


def _owed_line(ctx: ViewContext, told: Told) -> Spans | None:
    found = _room(ctx, told)
    if found is None or found.window.state != CLOSED:
        return None
    return ctx.words.line("it has closed, and those who were asked wait for the outcome")


def _reminder_why(words: Words, told: Told) -> Spans:
    return words.line(
        "a reminder, as {id} asks for its input and nobody of it had given any.", id=RecordMention(told.about)
    )


def _owed_why(words: Words, told: Told) -> Spans:
    return words.line("a reminder, as the outcome of {id} is its to say.", id=RecordMention(told.about))


TELLINGS = {
    REMINDER: Telling(
        is_wanted=_is_reminder_wanted,
        subject=_title,
        line=_reminder_line,
        why=_reminder_why,
        alone=_remind_alone,
        told=_reminded,
        asks="window",
        act=lambda ctx, told: Action(ctx.words("Pass on {id}", id=told.about), f"/pass {told.about}"),
    ),
    OWED: Telling(
        is_wanted=_is_owed_wanted,
        subject=_title,
        line=_owed_line,
        why=_owed_why,
        alone=_owed_alone,
        asks="outcome",
    ),
}
