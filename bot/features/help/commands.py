"""`help`: what there is, and how one command is used."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from bot.core.commands import Args, At, Who, command
from bot.core.context import Context
from bot.core.kinds import Kind
from bot.core.language import mark
from bot.core.replies import Answer, Reply
from bot.features.help.messages import all_shown, one_shown


class HelpArgs(Args):
    command: Annotated[str, Kind(), At()] = Field("", description=mark("a command to explain"))


@command(
    "help",
    summary=mark("List the commands, or explain one"),
    who=Who.ALL,
    reads=True,
    works_unbound=True,
    examples=("/help", "/help group"),
)
def help_command(ctx: Context, args: HelpArgs) -> Reply:
    if args.command:
        return Answer(one_shown(ctx.words, ctx.registry.command(args.command.lstrip("/!"))))
    return Answer(all_shown(ctx.words, ctx.registry.features))
