"""What decisions ask of a person's groups beside input and reviews: what came of one, and whether one is to go on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

from bot.core.audience import Reader
from bot.core.context import Context, ViewContext
from bot.core.events import OwedAsked
from bot.core.message import Block, Bold, Bullets, Code, Paragraph, Spans, Text
from bot.features.decisions import messages
from bot.features.decisions.loading import readable
from storage import decisions, owed
from storage.decisions import Decision
from storage.owed import Due

MOST = 10
AHEAD = timedelta(days=7)


def in_mine(ctx: Context | ViewContext, asked: OwedAsked) -> tuple[Block, ...]:
    """Only what the person may read, the oldest question and the next end first."""
    words, groups = ctx.words, asked.group_ids
    checks = owed.unanswered(ctx.db, ctx.network.id, groups, MOST)
    ends = owed.ending(ctx.db, ctx.network.id, groups, ctx.now, ctx.now + AHEAD, MOST)

    def question(decision: Decision, _due: Due) -> Spans:
        title, command = messages.title(words, decision), Code(f"/carried-out {decision.id} as-is")
        return (*title, Text(": "), command)

    def end(decision: Decision, due: Due) -> Spans:
        return words.line(
            "{decision}, on {until}: {command}",
            decision=messages.title(words, decision),
            until=words.moment(due.at),
            command=Code(f"/renew {decision.id}"),
        )

    return (
        *_section(ctx, asked, words("Did your group carry it out?"), checks, question),
        *_section(ctx, asked, words("Ends unless your group renews it"), ends, end),
    )


def _section(
    ctx: Context | ViewContext,
    asked: OwedAsked,
    title: str,
    found: Sequence[Due],
    line: Callable[[Decision, Due], Spans],
) -> tuple[Block, ...]:
    reader = Reader(frozenset(asked.group_ids), asked.is_circle)
    shown = []
    for due in found:
        decision = decisions.find(ctx.db, ctx.network.id, due.number)
        if decision is not None and readable(decision, reader):
            shown.append(line(decision, due))
    return (Paragraph((Bold(title),)), Bullets(tuple(shown))) if shown else ()
