"""host and log: a facilitator takes it on or hands it back, and what was tried is kept. Nobody decides for a group."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from bot.core.commands import At, Who, command
from bot.core.context import Context
from bot.core.errors import UserError
from bot.core.events import ConflictHosted
from bot.core.kinds import FreeText, Yes
from bot.core.language import mark
from bot.core.message import Actions, Code, Message, Note, Paragraph, RecordMention
from bot.core.replies import Answer, Reply
from bot.features.conflicts import rules, telling, ways
from bot.features.conflicts.loading import Case, acting_party, loaded, readable_case, subject
from bot.features.conflicts.messages import days_old
from bot.features.conflicts.raising import AboutConflict, ask
from storage import circles, conflicts
from storage.conflicts import OPEN, Conflict


class Host(AboutConflict):
    leave: Yes = Field(False, description=mark("Hand it back to the circle"))


class Log(AboutConflict):
    text: Annotated[str, FreeText(), At(rest=True)] = Field(
        "", max_length=8000, description=mark("What was tried and came of it, or what your group would agree to")
    )


@command(
    "host",
    summary=mark("Host a conflict: bring its groups together, without deciding for them"),
    who=Who.CIRCLE,
    subject=subject,
    examples=("/host X-1", "/host X-1 --leave"),
)
def host(ctx: Context, args: Host) -> Reply:
    found = readable_case(ctx, args.conflict)
    if args.leave:
        return _hand_back(ctx, found)
    facilitators = circles.facilitators(ctx.db, ctx.network.id)
    others = sum(groups.isdisjoint(found.party_ids) for groups in facilitators.values())
    rules.check_can_host(found.conflict, ctx.actor.group_ids, found.parties, others=others)
    hosted = replace(found.conflict, host_id=ctx.actor.id, changed_at=ctx.now)
    conflicts.update(ctx.db, hosted)
    position = conflicts.write(ctx.db, hosted, "hosted", ctx.now, by_id=ctx.actor.id)
    ctx.publish(ConflictHosted(about=found.about, conflict=hosted.id, host_id=ctx.actor.id))
    telling.tell_parties(ctx, loaded(ctx.db, hosted), "conflict_hosted", f"log:{position}", position=position)
    ctx.touch(found.about)
    words = ctx.words
    line = words.line(
        "You host {id}. Bring its groups together; write down what was tried: {command}",
        id=RecordMention(found.about),
        command=Code(f"/log {found.about} …"),
    )
    hint = words.line("Once you see how it could end, propose that: it holds when each of its groups has confirmed.")
    return Answer(Message((Paragraph(line), Note(hint), Actions(tuple(ways.of_host(words, found.about))))))


def _hand_back(ctx: Context, found: Case) -> Reply:
    if found.conflict.host_id != ctx.actor.id:
        raise UserError("You do not host {id}.", f"/conflicts {found.about}", id=found.about)
    release(ctx, found.conflict)
    line = ctx.words.line("{id} is back with the circle.", id=RecordMention(found.about))
    return Answer(Message((Paragraph(line),)))


def release(ctx: Context, conflict: Conflict) -> None:
    """It has no host any more; if it is open, it is offered to the circle again."""
    by_id = conflict.host_id
    free = replace(conflict, host_id=None, changed_at=ctx.now)
    conflicts.update(ctx.db, free)
    conflicts.write(ctx.db, free, "handed-back", ctx.now, by_id=by_id)
    ctx.publish(ConflictHosted(about=free.about, conflict=free.id))
    ctx.touch(free.about)
    if free.state == OPEN:
        found = loaded(ctx.db, free)
        days = days_old(found, ctx.now)
        telling.tell_circle(ctx, found, "conflict_offered", f"offered:{len(found.log)}", days=days)


@command(
    "log",
    summary=mark("Write down what was tried in a conflict"),
    who=(Who.HOST, Who.PARTY),
    subject=subject,
    examples=("/log X-1 We met on Tuesday; both need the hall for their elders",),
)
def log(ctx: Context, args: Log) -> Reply:
    found = readable_case(ctx, args.conflict)
    rules.check_open(found.conflict)
    if not args.text:
        return ask(ctx, log, args, ctx.words("What was tried in {id}?", id=found.about), "text")
    conflicts.update(ctx.db, replace(found.conflict, changed_at=ctx.now))
    group_id = acting_party(ctx, found)
    conflicts.write(ctx.db, found.conflict, "tried", ctx.now, text=args.text, by_id=ctx.actor.id, group_id=group_id)
    ctx.touch(found.about)
    line = ctx.words.line("It stands in the log of {id}.", id=RecordMention(found.about))
    return Answer(Message((Paragraph(line),)), found.about)
