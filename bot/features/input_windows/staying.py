"""Words that stay in the channel where they were said, until their author lets them out."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from bot.core.commands import Args, At, Who, command
from bot.core.context import Context
from bot.core.errors import UserError
from bot.core.kinds import Choice, ContributionId
from bot.core.language import Words, mark
from bot.core.message import Action, Actions, Block, Message, Note, Paragraph, RecordMention
from bot.core.replies import Answer, Reply
from bot.features.input_windows.giving import publish_change
from bot.features.input_windows.rooms import readable_room, said_subject
from storage import contributions, window_channels
from storage.contributions import Contribution
from storage.network import Channel

ON, OFF = "on", "off"


def keeps_words(ctx: Context, channel: Channel | None) -> bool:
    """Whether what is said here stays here: an encrypted or restricted place, or one that has chosen so."""
    if ctx.where is not None and ctx.where.is_restricted:
        return True
    return channel is not None and window_channels.choice(ctx.db, ctx.network.id, channel.id).keeps_words


def kept_note(words: Words, given: Contribution) -> tuple[Block, ...]:
    """For the author of what stays: what others see, and how to let it out."""
    if not given.stays_home or not given.text:
        return ()
    note = words.line("Other channels see only that it was said, and of which kind. Your words stay in this one.")
    return (Note(note), Actions((Action(words("Let the words out"), f"/let-out C-{given.id}"),)))


class KeepWords(Args):
    choice: Annotated[str, Choice(options=(ON, OFF)), At()] = Field(
        "", description=mark("Whether they stay; without it: what is set")
    )


@command(
    "keep-words",
    summary=mark("Whether what people say in this channel's threads stays in this channel"),
    who=Who.OWN,
    has_form=False,
    examples=("/keep-words on",),
)
def keep_words(ctx: Context, args: KeepWords) -> Reply:
    if ctx.channel is None or ctx.group is None:
        raise UserError("This is set in a channel of your group, for that channel.", "/keep-words on")
    chosen = window_channels.choice(ctx.db, ctx.network.id, ctx.channel.id)
    if args.choice:
        chosen = replace(chosen, keeps_words=args.choice == ON)
        window_channels.choose(ctx.db, ctx.network.id, ctx.channel.id, chosen)
    if chosen.keeps_words or (ctx.where is not None and ctx.where.is_restricted):
        line = ctx.words.line(
            "What is said in this channel's threads stays here: other channels see kind and count, "
            "unless its author lets the words out."
        )
    else:
        line = ctx.words.line("What is said in this channel's threads is shown in the other channels of each window.")
    return Answer(Message((Paragraph(line),)))


class LetOut(Args):
    contribution: Annotated[ContributionId, At()] = Field(description=mark("Its number"))


@command(
    "let-out",
    summary=mark("Show your words in all channels of a window, and not only where you said them"),
    who=Who.RAISER,
    subject=said_subject,
    examples=("/let-out C-3",),
)
def let_out(ctx: Context, args: LetOut) -> Reply:
    given = contributions.contribution(ctx.db, ctx.network.id, args.contribution)
    assert given is not None  # the subject found it
    readable_room(ctx, given.number)
    id = RecordMention(f"C-{given.id}")
    if not given.stays_home:
        raise UserError("The words of {id} are shown in all channels of its window already.", id=id.id)
    free = replace(given, stays_home=False)
    contributions.change(ctx.db, free)
    publish_change(ctx, free)
    line = ctx.words.line("The words of {id} are shown in all channels of its window now.", id=id)
    return Answer(Message((Paragraph(line),)), id.id)
