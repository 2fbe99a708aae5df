"""The message that a decision is made from: kept with its text, since platforms forget; a redaction reaches it."""

from __future__ import annotations

from bot.core.context import Context
from bot.core.conversation import MessageRedacted
from storage import decision_sources, people
from storage.decision_sources import Source
from storage.decisions import Decision


def keep(ctx: Context, decision: Decision) -> None:
    """Keeps the message that the command answers, if it answers one."""
    quoted = ctx.quoted
    if quoted is None or ctx.channel is None:
        return
    who = quoted.actor
    person_id = people.with_account(ctx.db, ctx.network.id, who.platform, who.workspace, who.user)
    decision_sources.add(
        ctx.db,
        Source(
            *(ctx.network.id, decision.number, ctx.channel.id, quoted.message_id[:255], person_id),
            *("" if person_id else who.name[:200], quoted.text[:8000], quoted.at),
        ),
    )


def listen(ctx: Context, incoming: object) -> None:
    """A message was taken back: its words go from the decisions made from it. Others are asked about it too."""
    if not isinstance(incoming, MessageRedacted) or ctx.channel is None:
        return
    for number in decision_sources.redact(ctx.db, ctx.network.id, ctx.channel.id, incoming.message_id, ctx.now):
        ctx.touch(f"D-{number}")
    ctx.flush()
