"""settle, differ, value-conflict by the host, confirm and reopen by the groups; dismiss, take-back: how one ends."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from bot.core.calendars import calendar_of
from bot.core.commands import At, Command, Option, Who, command
from bot.core.context import Context
from bot.core.durations import Duration, ends_at
from bot.core.kinds import DurationKind, FreeText, GroupSlug
from bot.core.language import mark
from bot.core.message import Message, Paragraph, RecordMention
from bot.core.replies import Answer, Reply
from bot.features.conflicts import ending, messages, rules
from bot.features.conflicts.loading import Case, acting_party, hosts_subject, parties_subject, readable_case, subject
from bot.features.conflicts.raising import AboutConflict, announce, ask
from storage import conflicts
from storage.conflicts import DIFFERING, OF_VALUES, OPEN, SETTLED, SUGGESTED, Party

As = Annotated[GroupSlug, Option("as"), Field(description=mark("For which of your groups, if not this channel's"))]


class Settle(AboutConflict):
    text: Annotated[str, FreeText(), At(rest=True)] = Field(
        "", max_length=8000, description=mark("What the groups have agreed on")
    )


class Differ(AboutConflict):
    until: Annotated[Duration | None, DurationKind(shown="90d"), At()] = Field(
        None, description=mark("When to look at it again")
    )
    text: Annotated[str, FreeText(), At(rest=True)] = Field(
        "", max_length=8000, description=mark("How each group goes its own way meanwhile")
    )


class CallOfValues(AboutConflict):
    text: Annotated[str, FreeText(), At(rest=True)] = Field(
        "", max_length=8000, description=mark("Which values pull in two directions")
    )


class Confirm(AboutConflict):
    as_group: As = ""


class Dismiss(AboutConflict):
    reason: Annotated[str, FreeText(), At(rest=True)] = Field("", max_length=1000, description=mark("Why it is none"))


class TakeBack(AboutConflict):
    why: Annotated[str, FreeText(), At(rest=True)] = Field("", max_length=1000, description=mark("Why it is none"))


class Reopen(AboutConflict):
    why: Annotated[str, FreeText(), At(rest=True)] = Field(
        "", max_length=1000, description=mark("What has come up again")
    )


@command(
    "settle",
    summary=mark("Propose how a conflict is settled; each of its groups confirms"),
    who=Who.HOST,
    subject=hosts_subject,
    examples=("/settle X-1 Nairobi has the hall on Fridays, Oakland on Sundays",),
)
def settle(ctx: Context, args: Settle) -> Reply:
    found = _open_case(ctx, args)
    return _proposed(ctx, found, settle, args, ctx.words("How is {id} settled?", id=found.about), SETTLED)


@command(
    "differ",
    summary=mark("Propose to agree to differ, until a date; each of its groups confirms"),
    who=Who.HOST,
    subject=hosts_subject,
    examples=("/differ X-1 90d Each group keeps its own app until spring",),
)
def differ(ctx: Context, args: Differ) -> Reply:
    found = _open_case(ctx, args)
    if args.until is None or not args.text:
        title = ctx.words("Agree to differ on {id}: until when?", id=found.about)
        return ask(ctx, differ, args, title, "until", "text", typed=f"/differ {found.about} 90d …")
    until = ends_at(args.until, ctx.now, calendar_of(found.party_groups[0]))
    return _asked(ctx, ending.propose(ctx, found, DIFFERING, args.text, until))


@command(
    "value-conflict",
    summary=mark("Propose that it is a conflict of values, which calls a coherence conversation; each group confirms"),
    who=Who.HOST,
    subject=hosts_subject,
    examples=("/value-conflict X-1 Openness against the safety of our members",),
)
def value_conflict(ctx: Context, args: CallOfValues) -> Reply:
    found = _open_case(ctx, args)
    title = ctx.words("Which values pull apart in {id}?", id=found.about)
    return _proposed(ctx, found, value_conflict, args, title, OF_VALUES)


@command(
    "confirm",
    summary=mark("Confirm for your group how a conflict ends, or that a suggested one is one"),
    who=Who.PARTY,
    subject=parties_subject,
    examples=("/confirm X-1",),
)
def confirm(ctx: Context, args: Confirm) -> Reply:
    found = readable_case(ctx, args.conflict)
    if found.conflict.state == SUGGESTED:
        return _confirm_suggestion(ctx, found)
    here = ctx.acting_as.id if ctx.acting_as else None
    party = rules.confirming_party(found.conflict, found.parties, ctx.actor.group_ids, here)
    agreed = Party(party.group_id, ctx.now, ctx.actor.id)
    now = ending.agree(ctx, replace(found.conflict, changed_at=ctx.now), agreed)
    show = messages.waiting_for if now.conflict.state == OPEN else messages.has_ended
    return Answer(show(ctx.words, now))


@command(
    "dismiss",
    summary=mark("Say that a suggested conflict is none"),
    who=(Who.CIRCLE, Who.PARTY),
    subject=subject,
    examples=("/dismiss X-1 One is for alerts, the other for photos",),
)
def dismiss(ctx: Context, args: Dismiss) -> Reply:
    found = readable_case(ctx, args.conflict)
    # What may not be dismissed is refused before anybody types a reason.
    conflict = rules.dismissed(found.conflict, ctx.now)
    if not args.reason:
        return ask(ctx, dismiss, args, ctx.words("Why is {id} none?", id=found.about), "reason")
    ending.dismiss(ctx, conflict, args.reason, ctx.actor.id)
    line = ctx.words.line("{id} is dismissed. It can be opened again.", id=RecordMention(found.about))
    return Answer(Message((Paragraph(line),)))


@command(
    "take-back",
    summary=mark("Take back a conflict that you raised, before others took it up"),
    who=Who.RAISER,
    subject=subject,
    examples=("/take-back X-1 We have talked, and it was a misunderstanding",),
)
def take_back(ctx: Context, args: TakeBack) -> Reply:
    found = readable_case(ctx, args.conflict)
    taken_up = rules.was_taken_up(found.conflict, found.log)
    conflict = rules.taken_back(found.conflict, ctx.now, was_taken_up=taken_up)
    if not args.why:
        return ask(ctx, take_back, args, ctx.words("Why is {id} none?", id=found.about), "why")
    ending.dismiss(ctx, conflict, args.why, ctx.actor.id, as_kind="taken-back")
    line = ctx.words.line("{id} is taken back.", id=RecordMention(found.about))
    return Answer(Message((Paragraph(line),)), is_secret=conflict.is_private)


@command(
    "reopen",
    summary=mark("Open a conflict again that has ended"),
    who=Who.PARTY,
    subject=parties_subject,
    examples=("/reopen X-1 The hall is double-booked again",),
)
def reopen(ctx: Context, args: Reopen) -> Reply:
    found = readable_case(ctx, args.conflict)
    rules.check_can_reopen(found.conflict)
    for decision in found.decisions:
        rules.check_decision(decision)
    conflict = ending.open_again(ctx, found, args.why)
    line = ctx.words.line("{id} is open again, and its groups are told.", id=RecordMention(conflict.about))
    return Answer(Message((Paragraph(line),)), conflict.about)


def _open_case(ctx: Context, args: AboutConflict) -> Case:
    found = readable_case(ctx, args.conflict)
    rules.check_open(found.conflict)
    return found


def _proposed(ctx: Context, found: Case, own: Command, args: Settle | CallOfValues, title: str, state: str) -> Reply:
    """Asks for the words under `title` where there are none."""
    if not args.text:
        return ask(ctx, own, args, title, "text")
    return _asked(ctx, ending.propose(ctx, found, state, args.text))


def _asked(ctx: Context, found: Case) -> Reply:
    return Answer(messages.waiting_for(ctx.words, found))


def _confirm_suggestion(ctx: Context, found: Case) -> Reply:
    conflict = rules.confirmed_suggestion(found.conflict, ctx.actor.id, acting_party(ctx, found), ctx.now)
    conflicts.update(ctx.db, conflict)
    conflicts.write(ctx.db, conflict, "raised", ctx.now, by_id=ctx.actor.id, group_id=conflict.raiser_group_id)
    return Answer(messages.raised(ctx.words, announce(ctx, conflict)), found.about)
