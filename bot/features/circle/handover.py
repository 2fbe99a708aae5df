"""The handover note: all that is open, so that nothing is lost with whoever goes."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from bot.core.audience import person_reader
from bot.core.context import Context
from bot.core.language import Words
from bot.core.message import (
    Action,
    Actions,
    Block,
    Bold,
    Bullets,
    Code,
    Message,
    Note,
    Paragraph,
    RecordMention,
    Spans,
    Text,
)
from storage import conflicts, decisions, desk, directory
from storage.audiences import Eyes
from storage.desk import CONCERN, CONFLICT, Waiting, Wanted

SHOWN = 15


def note_for_person(ctx: Context) -> Message:
    """All that is open, as the one who asks may read it."""
    reader = person_reader(ctx.actor)
    # Not as themselves: what they were told in confidence is no part of what is handed over.
    return note(ctx.db, ctx.words, Eyes(ctx.network.id, reader.group_ids, reader.is_circle), ctx.now)


def note(db: sa.Connection, words: Words, eyes: Eyes, now: datetime) -> Message:
    """All that is open for these eyes, the oldest first; the first ones by name, all of them counted."""
    found = desk.page(db, eyes, Wanted(kinds=desk.OF_GROUPS), SHOWN)
    heading = Paragraph((Bold(words("Handover: all that is open")),))
    n = desk.numbers(db, eyes)
    lost = [Note(_not_reached(words, n[desk.UNDELIVERED]))] if n[desk.UNDELIVERED] else []
    if not found:
        nothing = words.line("Nothing is open: no conflict, no concern, no owed outcome.")
        return Message((heading, Paragraph(nothing), *lost))
    counted = [
        words.plural("{n} conflict", "{n} conflicts", n[CONFLICT]),
        words.plural("{n} unanswered concern", "{n} unanswered concerns", n[CONCERN]),
        words.plural("{n} owed outcome", "{n} owed outcomes", n[desk.OUTCOME]),
    ]
    blocks: list[Block] = [heading, Paragraph((Text(words.listed(counted)),))]
    blocks.append(Bullets(tuple(_line(db, words, eyes.network_id, waiting, now) for waiting in found)))
    blocks += lost
    blocks.append(
        Note(words.line("What somebody told in confidence is not here: its raiser chooses whom to tell next."))
    )
    blocks.append(Actions((Action(words("All of it"), "/conflicts"),)))
    return Message(tuple(blocks))


def _not_reached(words: Words, count: int) -> Spans:
    channels = words.plural("{n} channel not reached", "{n} channels not reached", count)
    return words.line("{channels}: {command}", channels=channels, command=Code("/conflicts undelivered"))


def _line(db: sa.Connection, words: Words, network_id: int, waiting: Waiting, now: datetime) -> Spans:
    days = (now - waiting.since).days
    age = words.plural("{n} day", "{n} days", days) if days else words("today")
    about = _about(db, words, network_id, waiting)
    if waiting.conflict is not None:
        host = waiting.conflict.host_id
        ids = [party.group_id for party in conflicts.parties(db, network_id, waiting.id)]
        groups = words.listed([group.name for group in directory.groups_by_id(db, network_id, ids).values()])
        hosted = words("no host")
        if host is not None:
            hosted = words("hosted by {name}", name=directory.person_names(db, network_id, [host]).get(host, "?"))
        id = RecordMention(waiting.conflict.about)
        return words.line(
            "{id} on {about} – {groups}, {host}, {age}", id=id, about=about, groups=groups, host=hosted, age=age
        )
    if waiting.kind == CONCERN:
        id = RecordMention(f"C-{waiting.id}")
        return words.line("{id} on {about} – not answered, {age}", id=id, about=about, age=age)
    return words.line("{about} – outcome owed, {age}", about=about, age=age)


def _about(db: sa.Connection, words: Words, network_id: int, waiting: Waiting) -> Spans:
    decision = decisions.find(db, network_id, waiting.number)
    title = decision.title if decision is not None and decision.redacted_at is None else words("(redacted)")
    return (RecordMention(f"D-{waiting.number}"), Text(f" {title}"))
