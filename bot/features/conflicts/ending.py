"""settle, differ, value-conflict, confirm, dismiss, reopen: how a conflict ends, by its parties' own word."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Annotated

from pydantic import Field

from bot.core import forms
from bot.core.calendars import calendar_of
from bot.core.commands import At, Option, Who, command
from bot.core.context import Context
from bot.core.durations import Duration, ends_at
from bot.core.errors import UserError
from bot.core.events import ConflictEnded, ConflictReopened
from bot.core.kinds import DurationKind, FreeText, GroupSlug
from bot.core.language import mark
from bot.core.message import Message, Paragraph, RecordMention
from bot.core.replies import Answer, Reply
from bot.features.conflicts import messages, rules, telling
from bot.features.conflicts.loading import Case, acting_party, loaded, readable_case, subject
from bot.features.conflicts.raising import AboutConflict, announce
from storage import conflicts
from storage.conflicts import DIFFERING, DISMISSED, OF_VALUES, OPEN, SETTLED, SUGGESTED, Conflict, Party

As = Annotated[GroupSlug, Option("as")]


class Settle(AboutConflict):
    text: Annotated[str, FreeText(), At(rest=True)] = Field(
        "", max_length=8000, description=mark("What the groups have agreed on")
    )
    as_group: As = Field("", description=mark("For which of your groups, if not this channel's"))


class Differ(AboutConflict):
    until: Annotated[Duration | None, DurationKind(shown="90d"), At()] = Field(
        None, description=mark("When to look at it again")
    )
    text: Annotated[str, FreeText(), At(rest=True)] = Field(
        "", max_length=8000, description=mark("How each group goes its own way meanwhile")
    )
    as_group: As = Field("", description=mark("For which of your groups, if not this channel's"))


class CallOfValues(AboutConflict):
    text: Annotated[str, FreeText(), At(rest=True)] = Field(
        "", max_length=8000, description=mark("Which values pull in two directions")
    )
    as_group: As = Field("", description=mark("For which of your groups, if not this channel's"))


class Confirm(AboutConflict):
    as_group: As = Field("", description=mark("For which of your groups, if not this channel's"))


class Dismiss(AboutConflict):
    reason: Annotated[str, FreeText(), At(rest=True)] = Field("", max_length=1000, description=mark("Why it is none"))


class Reopen(AboutConflict):
    why: Annotated[str, FreeText(), At(rest=True)] = Field(
        "", max_length=1000, description=mark("What has come up again")
    )


@command(
    "settle",
    summary=mark("Propose how a conflict is settled; each of its groups confirms"),
    who=(Who.HOST, Who.PARTY),
    subject=subject,
    examples=("/settle X-1 Nairobi has the hall on Fridays, Oakland on Sundays",),
)
def settle(ctx: Context, args: Settle) -> Reply:
    found = _open_case(ctx, args.conflict)
    if not args.text:
        title = ctx.words("How is {id} settled?", id=found.about)
        form = forms.form(ctx, settle, {"conflict": found.about, "as_group": args.as_group})
        return forms.narrowed(form, "text", title=title, typed=f"/settle {found.about} …")
    return _propose(ctx, found, SETTLED, args.text, None)


@command(
    "differ",
    summary=mark("Propose to agree to differ, until a date; each of its groups confirms"),
    who=(Who.HOST, Who.PARTY),
    subject=subject,
    examples=("/differ X-1 90d Each group keeps its own app until spring",),
)
def differ(ctx: Context, args: Differ) -> Reply:
    found = _open_case(ctx, args.conflict)
    if args.until is None or not args.text:
        title = ctx.words("Agree to differ on {id}: until when?", id=found.about)
        known = {"conflict": found.about, "text": args.text, "as_group": args.as_group}
        known["until"] = str(args.until) if args.until else ""
        form = forms.form(ctx, differ, known)
        return forms.narrowed(form, "until", "text", title=title, typed=f"/differ {found.about} 90d …")
    calendar = calendar_of(found.party_groups[0])
    return _propose(ctx, found, DIFFERING, args.text, ends_at(args.until, ctx.now, calendar))


@command(
    "value-conflict",
    summary=mark("Propose that it is a conflict of values, which calls a coherence conversation; each group confirms"),
    who=(Who.HOST, Who.PARTY),
    subject=subject,
    examples=("/value-conflict X-1 Openness against the safety of our members",),
)
def value_conflict(ctx: Context, args: CallOfValues) -> Reply:
    found = _open_case(ctx, args.conflict)
    if not args.text:
        title = ctx.words("Which values pull apart in {id}?", id=found.about)
        form = forms.form(ctx, value_conflict, {"conflict": found.about, "as_group": args.as_group})
        return forms.narrowed(form, "text", title=title, typed=f"/value-conflict {found.about} …")
    return _propose(ctx, found, OF_VALUES, args.text, None)


def _open_case(ctx: Context, id: int) -> Case:
    found = readable_case(ctx, id)
    rules.check_open(found.conflict)
    return found


def _propose(ctx: Context, found: Case, ending: str, text: str, review_at: datetime | None) -> Reply:
    """The proposal is a new reply in every party's channels; who proposes for a party has confirmed for it."""
    proposer = acting_party(ctx, found)
    conflict = rules.proposed(found.conflict, ending, text, ctx.actor.id, ctx.now, review_at)
    parties = rules.asked_anew(found.parties, proposer, ctx.actor.id, ctx.now)
    position = conflicts.write(ctx.db, conflict, ending, ctx.now, text=text, by_id=ctx.actor.id, group_id=proposer)
    _store(ctx, conflict, parties)
    now = loaded(ctx.db, conflict)
    telling.tell_parties(ctx, now, "conflict_ending", f"log:{position}", position=position)
    return _end_if_agreed(ctx, now)


def _store(ctx: Context, conflict: Conflict, parties: tuple[Party, ...]) -> None:
    conflicts.update(ctx.db, conflict)
    for party in parties:
        conflicts.set_party(ctx.db, ctx.network.id, conflict.id, party)
    ctx.touch(conflict.about)


def _end_if_agreed(ctx: Context, found: Case) -> Reply:
    conflict = rules.ended_if_all_agree(found.conflict, found.parties, ctx.now)
    if conflict.state == OPEN:
        return Answer(messages.waiting_for(ctx.words, found))
    conflicts.update(ctx.db, conflict)
    ended(ctx, loaded(ctx.db, conflict))
    return Answer(messages.has_ended(ctx.words, loaded(ctx.db, conflict)))


def ended(ctx: Context, found: Case) -> None:
    """It has ended: nothing more falls due but its review, all who were told know, and the fact is on the record."""
    conflict = found.conflict
    telling.stop_clock(ctx, found)
    if conflict.review_at is not None:
        ctx.due(conflict.review_at, telling.REVIEW, found.about, round=conflict.round)
    telling.tell_parties(ctx, found, "conflict_ended", f"end:{conflict.round}")
    ctx.publish(
        ConflictEnded(
            about=found.about,
            conflict=conflict.id,
            state=conflict.state,
            numbers=conflict.numbers,
            party_ids=tuple(sorted(found.party_ids)),
        )
    )
    ctx.touch(found.about)


@command(
    "confirm",
    summary=mark("Confirm for your group how a conflict ends, or that a suggested one is one"),
    who=(Who.CIRCLE, Who.PARTY, Who.RAISER),
    subject=subject,
    examples=("/confirm X-1",),
)
def confirm(ctx: Context, args: Confirm) -> Reply:
    found = readable_case(ctx, args.conflict)
    if found.conflict.state == SUGGESTED:
        return _confirm_suggestion(ctx, found)
    if found.party_ids.isdisjoint(ctx.actor.group_ids):
        raise UserError("This is for members of the groups that are part of the conflict.")
    here = ctx.acting_as.id if ctx.acting_as else None
    party = rules.confirming_party(found.conflict, found.parties, ctx.actor.group_ids, here)
    agreed = Party(party.group_id, ctx.now, ctx.actor.id)
    conflicts.write(ctx.db, found.conflict, "confirmed", ctx.now, by_id=ctx.actor.id, group_id=party.group_id)
    _store(ctx, replace(found.conflict, changed_at=ctx.now), (agreed,))
    return _end_if_agreed(ctx, loaded(ctx.db, replace(found.conflict, changed_at=ctx.now)))


def _confirm_suggestion(ctx: Context, found: Case) -> Reply:
    conflict = rules.confirmed_suggestion(found.conflict, ctx.actor.id, acting_party(ctx, found), ctx.now)
    conflicts.update(ctx.db, conflict)
    conflicts.write(ctx.db, conflict, "raised", ctx.now, by_id=ctx.actor.id, group_id=conflict.raiser_group_id)
    return Answer(messages.raised(ctx.words, announce(ctx, conflict)), found.about)


@command(
    "dismiss",
    summary=mark("Say that a suggested conflict is none, or take back your own before others took it up"),
    who=(Who.CIRCLE, Who.PARTY, Who.RAISER),
    subject=subject,
    examples=("/dismiss X-1 One is for alerts, the other for photos",),
)
def dismiss(ctx: Context, args: Dismiss) -> Reply:
    found = readable_case(ctx, args.conflict)
    # What may not be dismissed is refused before anybody types a reason.
    taken_up = found.conflict.host_id is not None or any(entry.kind != "raised" for entry in found.log)
    conflict = rules.dismissed(found.conflict, ctx.actor.id, ctx.now, was_taken_up=taken_up)
    if not args.reason:
        title = ctx.words("Why is {id} none?", id=found.about)
        form = forms.form(ctx, dismiss, {"conflict": found.about})
        return forms.narrowed(form, "reason", title=title, typed=f"/dismiss {found.about} …")
    close_dismissed(ctx, found, conflict, args.reason, ctx.actor.id)
    line = ctx.words.line("{id} is dismissed. It can be opened again.", id=RecordMention(found.about))
    return Answer(Message((Paragraph(line),)), is_secret=conflict.is_private)


def close_dismissed(ctx: Context, found: Case, conflict: Conflict, reason: str, by_id: int | None) -> None:
    """Stores a dismissal. Of what was in confidence nobody is told."""
    conflicts.update(ctx.db, conflict)
    group_id = acting_party(ctx, found) if by_id else None
    conflicts.write(ctx.db, conflict, DISMISSED, ctx.now, text=reason, by_id=by_id, group_id=group_id)
    telling.stop_clock(ctx, found)
    if not conflict.is_private:
        ctx.publish(ConflictEnded(about=found.about, conflict=conflict.id, state=DISMISSED, numbers=conflict.numbers))
        ctx.touch(found.about)


@command(
    "reopen",
    summary=mark("Open a conflict again that has ended"),
    who=(Who.PARTY, Who.RAISER),
    subject=subject,
    examples=("/reopen X-1 The hall is double-booked again",),
)
def reopen(ctx: Context, args: Reopen) -> Reply:
    found = readable_case(ctx, args.conflict)
    rules.check_can_reopen(found.conflict)
    for decision in found.decisions:
        rules.check_decision(decision)
    if found.conflict.is_private:
        return _reopen_in_confidence(ctx, found)
    conflict = open_again(ctx, found, args.why, is_review=False)
    line = ctx.words.line("{id} is open again, and its groups are told.", id=RecordMention(conflict.about))
    return Answer(Message((Paragraph(line),)), conflict.about)


def _reopen_in_confidence(ctx: Context, found: Case) -> Reply:
    """What was never in the open comes back as it was: nobody is told."""
    conflict = rules.confided_again(found.conflict, ctx.actor.id, ctx.now)
    conflicts.update(ctx.db, conflict)
    return Answer(messages.confided(ctx.words, loaded(ctx.db, conflict)), is_secret=True)


def open_again(ctx: Context, found: Case, why: str, *, is_review: bool) -> Conflict:
    """It is open again: by a party's word, or because the date has come."""
    conflict = rules.opened(found.conflict, ctx.now)
    for party in found.parties:
        conflicts.set_party(ctx.db, ctx.network.id, conflict.id, Party(party.group_id))
    conflicts.update(ctx.db, conflict)
    by_id = None if is_review else ctx.actor.id
    group_id = None if is_review else acting_party(ctx, found)
    kind = "came-back" if is_review else "reopened"
    position = conflicts.write(ctx.db, conflict, kind, ctx.now, text=why, by_id=by_id, group_id=group_id)
    now = loaded(ctx.db, conflict)
    telling.post_heads(ctx, now)
    telling.start_clock(ctx, now)
    telling.tell_parties(ctx, now, "conflict_reopened", f"log:{position}", position=position)
    ctx.publish(ConflictReopened(about=now.about, conflict=conflict.id, is_review=is_review))
    return conflict
