"""`help`: what there is, and how one command is used."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from bot.core.commands import Args, At, Who, command
from bot.core.context import Context
from bot.core.kinds import Kind
from bot.core.language import mark
from bot.core.replies import Answer, Reply
from bot.features.help.messages import all_shown, beside, kind_shown, of_kind, one_shown


class HelpArgs(Args):
    command: Annotated[str, Kind(), At(rest=True)] = Field(
        "", description=mark("a command to explain, or a word for several: decisions, windows, groups")
    )


@command(
    "help",
    summary=mark("Name all commands, or explain one or those of a kind"),
    who=Who.ALL,
    reads=True,
    works_unbound=True,
    examples=("/help", "/help decide", "/help windows"),
)
def help_command(ctx: Context, args: HelpArgs) -> Reply:
    words, features = ctx.words, ctx.registry.features
    asked = args.command.lstrip("/!").lower()
    asked = joined if (joined := asked.replace(" ", "-")) in ctx.registry.commands else asked
    if not asked:
        return Answer(all_shown(words, features))
    if asked not in ctx.registry.commands and (meant := of_kind(words, features, asked)) is not None:
        return Answer(kind_shown(words, meant))
    command = ctx.registry.command(asked)
    return Answer(one_shown(words, command, beside(features, command)))
