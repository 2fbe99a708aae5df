"""What of the desk goes into digests: everything that waits for those who host, and a group's own conflicts."""

from __future__ import annotations

from bot.core.context import Context, ViewContext
from bot.core.events import DigestAsked
from bot.core.message import Block, Bold, Bullets, Code, Paragraph, RecordMention, Spans, Text
from bot.features.conflicts.loading import loaded
from bot.features.conflicts.messages import decision_title, title
from storage import decisions, desk, undelivered
from storage.audiences import Eyes
from storage.desk import CONCERN, CONFLICT, Waiting


def in_digest(ctx: Context | ViewContext, asked: DigestAsked) -> tuple[Block, ...]:
    """The oldest first; what was told in confidence is in no digest."""
    groups = frozenset() if asked.is_circle or asked.group_id is None else frozenset((asked.group_id,))
    eyes = Eyes(ctx.network.id, groups, asked.is_circle)
    wanted = desk.Wanted(group_id=None if asked.is_circle else asked.group_id, kinds=desk.OF_GROUPS)
    found = desk.page(ctx.db, eyes, wanted, asked.most * 4)
    shown = [waiting for waiting in found if asked.is_circle or waiting.kind == CONFLICT][: asked.most]
    lost = _undelivered(ctx) if asked.is_circle else ()
    if not shown:
        return lost
    lines = [_line(ctx, waiting) for waiting in shown]
    if asked.is_circle and len(found) > len(shown):
        lines.append((Text(ctx.words("and more: {command}", command="/conflicts")),))
    title = ctx.words("On the desk, the oldest first") if asked.is_circle else ctx.words("Conflicts of your group")
    return (Paragraph((Bold(title),)), Bullets(tuple(lines)), *lost)


def _undelivered(ctx: Context | ViewContext) -> tuple[Block, ...]:
    """What was given up is never swallowed: those who host know that somebody does not see what they should."""
    count = undelivered.count(ctx.db, ctx.network.id)
    if not count:
        return ()
    lost = ctx.words.plural("{n} message could not be delivered", "{n} messages could not be delivered", count)
    line = ctx.words.line("{messages}: {command}", messages=lost, command=Code("/conflicts undelivered"))
    return (Paragraph(line),)


def _line(ctx: Context | ViewContext, waiting: Waiting) -> Spans:
    words = ctx.words
    days = words.plural("{n} day", "{n} days", max(0, (ctx.now - waiting.since).days))
    if waiting.conflict is not None:
        found = loaded(ctx.db, waiting.conflict)
        host = found.name(found.conflict.host_id)
        hosted = words("hosted by {name}", name=host) if host else words("no host")
        return words.line("{conflict} – {host}, for {days}", conflict=title(words, found), host=hosted, days=days)
    found_decision = decisions.find(ctx.db, ctx.network.id, waiting.number)
    decision: Spans = (RecordMention(f"D-{waiting.number}"),)
    if found_decision is not None:
        decision = decision_title(words, found_decision)
    if waiting.kind == CONCERN:
        concern = RecordMention(f"C-{waiting.id}")
        return words.line(
            "{concern} on {decision} – without an answer for {days}", concern=concern, decision=decision, days=days
        )
    return words.line("{decision} – without an outcome for {days}", decision=decision, days=days)
