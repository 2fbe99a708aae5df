"""What conflicts ask of a person: those told to them in confidence, those they host, and those of their groups."""

from __future__ import annotations

from bot.core.audience import Reader
from bot.core.context import Context, ViewContext
from bot.core.events import OwedAsked
from bot.core.language import Words
from bot.core.message import Block, Bold, Bullets, Code, Paragraph, RecordMention, Spans, Text
from bot.features.conflicts.loading import Case, is_readable, loaded
from bot.features.conflicts.messages import age
from storage import conflicts
from storage.conflicts import CONFIDED

MOST = 10


def in_mine(ctx: Context | ViewContext, asked: OwedAsked) -> tuple[Block, ...]:
    """The oldest first, each with what one can do next; whoever hosts one is asked as its host."""
    reader = Reader(frozenset(asked.group_ids), asked.is_circle)
    found = conflicts.owed(ctx.db, ctx.network.id, asked.person_id, asked.group_ids, MOST)
    cases = [loaded(ctx.db, conflict) for conflict in found]
    lines = [_line(ctx, asked, one) for one in cases if is_readable(one, reader, asked.person_id)]
    return (Paragraph((Bold(ctx.words("Conflicts in which a word is yours")),)), Bullets(tuple(lines))) if lines else ()


def _line(ctx: Context | ViewContext, asked: OwedAsked, found: Case) -> Spans:
    """ "X-1 on D-1 and D-2 (9 days): you host it, /log X-1 …"."""
    words = ctx.words
    title = words.line(
        "{conflict} on {decisions} ({age})",
        conflict=RecordMention(found.about),
        decisions=words.listed([decision.id for decision in found.decisions]),
        age=age(words, max(0, (ctx.now - found.conflict.raised_at).days)),
    )
    return (*title, Text(": "), *_next(words, found, asked.person_id))


def _next(words: Words, found: Case, person_id: int) -> Spans:
    conflict, id = found.conflict, found.about
    if conflict.state == CONFIDED:
        return words.line("told to you in confidence, {command}", command=Code(f"/conflicts {id}"))
    if conflict.host_id == person_id:
        return words.line("you host it, {command}", command=Code(f"/log {id} …"))
    if conflict.ending:
        return words.line("an end waits for your group, {command}", command=Code(f"/confirm {id}"))
    return (Code(f"/log {id} …"),)
