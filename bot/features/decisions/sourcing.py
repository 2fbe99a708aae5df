"""The message that a decision is made from: kept with its text, since platforms forget; a redaction reaches it."""

from __future__ import annotations

from dataclasses import replace

from bot.core.context import Context
from bot.core.conversation import MessageRedacted
from storage import decision_sources, people
from storage.decision_sources import Source

_LONGEST = 8000


def quoted(ctx: Context) -> Source | None:
    """The message that the command answers, if it answers one; its decision has no number yet."""
    said = ctx.quoted
    if said is None or ctx.channel is None:
        return None
    who = said.actor
    person_id = people.with_account(ctx.db, ctx.network.id, who.platform, who.workspace, who.user)
    name = "" if person_id else who.name[:200]
    text = said.text[:_LONGEST]
    return Source(ctx.network.id, 0, ctx.channel.id, said.message_id[:255], person_id, name, text, said.at)


def keep(ctx: Context, source: Source | None, number: int) -> None:
    """Keeps what a decision was made from."""
    if source is not None:
        decision_sources.add(ctx.db, replace(source, number=number))


def listen(ctx: Context, incoming: object) -> None:
    """A message was taken back: its words go from the decisions made from it. Others are asked about it too."""
    if not isinstance(incoming, MessageRedacted) or ctx.channel is None:
        return
    for number in decision_sources.redact(ctx.db, ctx.network.id, ctx.channel.id, incoming.message_id, ctx.now):
        ctx.touch(f"D-{number}")
    ctx.flush()
