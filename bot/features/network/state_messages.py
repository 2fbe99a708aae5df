"""How a group stands, as messages: paused, back, merged, split, gone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.core.context import ViewContext
from bot.core.language import Words
from bot.core.message import Action, Actions, Block, Bold, Bullets, Message, Note, Paragraph, Spans, text
from bot.core.presence import is_gone
from storage import directory, group_states
from storage.group_states import PAUSED, Standing
from storage.network import Group


def pause_asked(words: Words, group: Group, until_at: datetime | None, waiting: int, again: str) -> Message:
    """What a pause means, before it begins."""
    blocks: list[Block] = [
        Paragraph(paused_said(words, group, until_at, is_begun=False)),
        Bullets(
            (
                words.line("no input is asked of you, nothing is counted as your silence, nobody reminds you"),
                words.line("you can still read, decide and answer; what others tell you is shown as before"),
                words.line("whoever waits for you is told, and you are asked again when you are back"),
            )
        ),
    ]
    if waiting:
        line = words.plural(
            "{n} decision of others waits for you now.", "{n} decisions of others wait for you now.", waiting
        )
        blocks.append(Note(text(line)))
    blocks.append(Actions((Action(words("Pause {group}", group=group.name), again, "primary"),)))
    return Message(tuple(blocks))


def paused_said(words: Words, group: Group, until_at: datetime | None, *, is_begun: bool) -> Spans:
    """That a group is, or would be, paused and until when."""
    name = Bold(group.name)
    if until_at is None:
        if is_begun:
            return words.line("{group} is paused until somebody of it ends the pause.", group=name)
        return words.line("{group} would be paused until somebody of it ends the pause:", group=name)
    if is_begun:
        return words.line("{group} is paused until {moment}.", group=name, moment=words.moment(until_at))
    return words.line("{group} would be paused until {moment}:", group=name, moment=words.moment(until_at))


def pause_begun(words: Words, group: Group, until_at: datetime | None) -> Message:
    return Message((Paragraph(paused_said(words, group, until_at, is_begun=True)),))


def came_back(words: Words, name: str) -> Spans:
    return words.line("{group} is back: it is asked and reminded again.", group=Bold(name))


def standing_of(ctx: ViewContext, group_id: int) -> tuple[Group | None, Standing | None]:
    """A group and how it stands."""
    group = directory.groups_by_id(ctx.db, ctx.network.id, [group_id]).get(group_id)
    return group, group_states.standings(ctx.db, ctx.network.id, [group_id]).get(group_id)


def _is_that_pause(group: Group, standing: Standing | None, args: Mapping[str, Any]) -> bool:
    """Whether the pause that a message speaks of goes on."""
    return group.state == PAUSED and standing is not None and standing.since.isoformat() == args["since"]


def group_paused(ctx: ViewContext, args: Mapping[str, Any]) -> Message | None:
    """What a group's own homes show of its pause. `args`: group_id, since (ISO 8601)."""
    group, standing = standing_of(ctx, args["group_id"])
    if group is None or standing is None:
        return None
    words = ctx.words
    if not _is_that_pause(group, standing, args):
        return Message((Paragraph(words.line("{group} was paused. That is over.", group=Bold(group.name))),))
    nobody = words.line("Nobody asks or reminds it meanwhile.")
    return Message(
        (
            Paragraph(paused_said(words, group, standing.until_at, is_begun=True)),
            Note(nobody),
            Actions((Action(words("We are back"), "/group-resume"),)),
        )
    )


def paused_told(ctx: ViewContext, args: Mapping[str, Any]) -> Message | None:
    """What those are told who wait for a group that pauses. `args`: group_id, since, numbers of their decisions."""
    group, standing = standing_of(ctx, args["group_id"])
    if group is None or standing is None:
        return None
    words = ctx.words
    ids = ", ".join(f"D-{number}" for number in args["numbers"])
    if not _is_that_pause(group, standing, args):
        if is_gone(group):
            return Message((Paragraph(gone(words, group, standing, _into(ctx, standing))),))
        return Message((Paragraph(came_back(words, group.name)),))
    waits = words.line("You had asked it about {ids}. It is not asked, nor counted as silent, meanwhile.", ids=ids)
    return Message((Paragraph(paused_said(words, group, standing.until_at, is_begun=True)), Note(waits)))


def group_back(ctx: ViewContext, args: Mapping[str, Any]) -> Message | None:
    """The end of a pause, in the group's own homes."""
    group, _ = standing_of(ctx, args["group_id"])
    return Message((Paragraph(came_back(ctx.words, group.name)),)) if group else None


def _into(ctx: ViewContext, standing: Standing) -> Group | None:
    ids = [standing.into_id] if standing.into_id is not None else []
    return next(iter(directory.groups_by_id(ctx.db, ctx.network.id, ids).values()), None)


def gone(words: Words, group: Group, standing: Standing, into: Group | None) -> Spans:
    """What is said of a group that merged or left."""
    day = words.moment(standing.since)
    if into is not None:
        return words.line(
            "{group} is part of {into} since {moment}.", group=Bold(group.name), into=into.name, moment=day
        )
    return words.line("{group} left the network on {moment}.", group=Bold(group.name), moment=day)
