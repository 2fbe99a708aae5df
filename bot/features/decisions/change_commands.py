"""edit, redact, link and the answer to an asked link: decisions change only by their own group's hand, with history."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from bot.core.audience import person_reader
from bot.core.calendars import calendar_of
from bot.core.commands import Args, At, Who, command
from bot.core.context import Context
from bot.core.durations import ends_at
from bot.core.errors import UserError
from bot.core.events import ConflictRedacted, ContributionRedacted, DecisionEdited, DecisionRedacted, LinkAnswered
from bot.core.kinds import Choice, DecisionId
from bot.core.language import mark
from bot.core.message import Message, Paragraph
from bot.core.permissions import Subject
from bot.core.replies import Answer, Reply
from bot.features.decisions import messages, rules, storing
from bot.features.decisions.declarations import EditDecision, LinkDecisions, Redact
from bot.features.decisions.loading import readable, seen, subject_of
from storage import (
    decision_index,
    decision_sources,
    decision_terms,
    decision_versions,
    decisions,
    directory,
    inbox,
    input_windows,
    links,
)
from storage.decisions import Decision


@command(
    "edit",
    summary=mark("Change a decision; what it said before is kept"),
    who=(Who.AUTHOR, Who.OWN),
    examples=(
        '/edit D-12 --why "WhatsApp shares our numbers" --note "asked for the reason"',
        "/edit D-12 --review 90d",
    ),
    subject=lambda ctx, args: subject_of(seen(ctx, args.decision)),
)
def edit(ctx: Context, args: EditDecision) -> Reply:
    old = seen(ctx, args.decision)
    group = directory.groups_by_id(ctx.db, ctx.network.id, [old.group_id])[old.group_id]
    review_at = ends_at(args.review, ctx.now, calendar_of(group)) if args.review else None
    new = rules.edited(old, args, review_at)
    decision_versions.keep(ctx.db, old, ctx.now, ctx.actor.id, args.note)
    decisions.update(ctx.db, new)
    if args.position:
        storing.set_position(ctx, new.number, is_position=args.position == "yes")
    decision_index.renew(ctx.db, new.network_id, new.number)
    if args.review:
        ctx.undue(new.id, "decision_review")
        storing.set_review(ctx, new)
    is_substance = not args.wording and (new.title, new.why) != (old.title, old.why)
    fact = DecisionEdited(
        about=new.id, group_id=new.group_id, number=new.number, version=new.version, is_substance=is_substance
    )
    more = ctx.publish(fact)
    storing.touch_with_links(ctx, new.number)
    line = ctx.words.line("{id} is changed (version {n}). “show” has the earlier ones.", id=new.id, n=new.version)
    return Answer(Message((Paragraph(line), *more)))


@command(
    "redact",
    summary=mark("Take words back everywhere: from the record, its versions and every channel"),
    who=(Who.AUTHOR, Who.RAISER, Who.STEWARD),
    examples=("/redact D-12", "/redact C-3", "/redact X-1"),
    subject=lambda ctx, args: _redaction_subject(ctx, args),
)
def redact(ctx: Context, args: Redact) -> Reply:
    letter, number = args.record
    if letter == "C":
        return _redact_contribution(ctx, number)
    if letter == "X":
        gone = ctx.publish(ConflictRedacted(about=f"X-{number}", conflict=number))
        return Answer(Message(gone), is_secret=True)
    decision = seen(ctx, number)
    if decision.redacted_at is not None:
        raise UserError("{id} is redacted already.", id=decision.id)
    decisions.update(ctx.db, rules.redacted(decision, ctx.now))
    decision_versions.blank(ctx.db, decision.network_id, decision.number)
    decisions.blank_people(ctx.db, decision.network_id, decision.number)
    decision_terms.blank(ctx.db, decision.network_id, decision.number)
    decision_sources.blank(ctx.db, decision.network_id, decision.number, ctx.now)
    decision_index.drop(ctx.db, decision.network_id, decision.number)
    inbox.forget_subject(ctx.db, decision.network_id, decision.id)
    ctx.due(ctx.now, "words_forgotten", decision.id)
    ctx.publish(DecisionRedacted(about=decision.id, group_id=decision.group_id, number=decision.number))
    storing.touch_with_links(ctx, decision.number)
    line = ctx.words.line(
        "The words of {id} are gone, here and in every channel. That it was there stays.", id=decision.id
    )
    return Answer(Message((Paragraph(line),)))


def _redact_contribution(ctx: Context, id: int) -> Reply:
    contribution = input_windows.contribution(ctx.db, ctx.network.id, id)
    assert contribution is not None  # the subject found it
    if input_windows.redact(ctx.db, ctx.network.id, id, ctx.now) is None:
        raise UserError("{id} is redacted already.", id=f"C-{id}")
    fact = ContributionRedacted(
        about=f"D-{contribution.number}",
        number=contribution.number,
        contribution=id,
        group_id=contribution.group_id,
    )
    ctx.publish(fact)
    ctx.touch(fact.about)
    line = ctx.words.line("The words of {id} are gone, here and in every channel.", id=f"C-{id}")
    if contribution.message_id:
        line = ctx.words.line(
            "The words of {id} are gone from the record and from all that Mycel shows. "
            "The message in which they were said stays until its author deletes it.",
            id=f"C-{id}",
        )
    return Answer(Message((Paragraph(line),)))


def _redaction_subject(ctx: Context, args: Redact) -> Subject:
    letter, number = args.record
    if letter == "D":
        return subject_of(seen(ctx, number))
    if letter == "X":
        # Whose words they are, only the conflict's own room knows: it says no itself.
        return Subject(raiser_id=ctx.actor.id)
    contribution = input_windows.contribution(ctx.db, ctx.network.id, number)
    decision = decisions.find(ctx.db, ctx.network.id, contribution.number) if contribution else None
    if contribution is None or decision is None or not readable(decision, person_reader(ctx.actor)):
        raise UserError("There is no {id} here.", id=f"C-{number}")
    return Subject(decision.group_id, None, contribution.person_id, frozenset(decision.affected_ids))


@command(
    "link",
    summary=mark("Say how two decisions relate; it is kept from both sides"),
    who=Who.OWN,
    examples=("/link D-12 supersedes D-3", "/link D-12 depends-on D-7"),
    subject=lambda ctx, args: subject_of(seen(ctx, args.decision)),
)
def link(ctx: Context, args: LinkDecisions) -> Reply:
    later, earlier = seen(ctx, args.decision), seen(ctx, args.to)
    for known in links.links_of(ctx.db, ctx.network.id, later.number):
        is_same = (known.number, known.relation, known.to_number) == (later.number, args.relation, earlier.number)
        if is_same and known.state != links.REFUSED:
            raise UserError("That link is there already.", f"/show {later.id}")
    state, notes = storing.relate(ctx, later, args.relation, earlier)
    if state == links.ASKED:
        return Answer(Message(tuple(notes)))
    line = ctx.words.line(messages.RELATED[args.relation], later=later.id, earlier=earlier.id)
    return Answer(Message((Paragraph(line), *notes)))


class AnswerLink(Args):
    decision: Annotated[DecisionId, At()] = Field(description=mark("The later decision"))
    relation: Annotated[str, Choice(options=rules.ASKING, shown="|".join(rules.ASKING)), At()] = Field(
        description=mark("How they relate")
    )
    to: Annotated[DecisionId, At()] = Field(description=mark("The earlier decision, your group's"))


@command(
    "accept-link",
    summary=mark("Agree that another group's decision replaces or changes yours"),
    who=Who.OWN,
    examples=("/accept-link D-12 supersedes D-3",),
    subject=lambda ctx, args: subject_of(seen(ctx, args.to)),
)
def accept_link(ctx: Context, args: AnswerLink) -> Reply:
    return _answer(ctx, args, is_kept=True)


@command(
    "decline-link",
    summary=mark("Say that your decision stands as it is"),
    who=Who.OWN,
    examples=("/decline-link D-12 supersedes D-3",),
    subject=lambda ctx, args: subject_of(seen(ctx, args.to)),
)
def decline_link(ctx: Context, args: AnswerLink) -> Reply:
    return _answer(ctx, args, is_kept=False)


def _answer(ctx: Context, args: AnswerLink, *, is_kept: bool) -> Reply:
    later, earlier = seen(ctx, args.decision), seen(ctx, args.to)
    asked = _asked(ctx, args)
    state = links.REFUSED
    if is_kept:
        is_waiting = later.status == "proposed" and args.relation in rules.RETIRING
        state = links.WAITING if is_waiting else links.KEPT
    answered = replace(asked, state=state, by_id=ctx.actor.id, at=ctx.now)
    links.set_link(ctx.db, answered)
    fact = LinkAnswered(
        about=later.id, relation=args.relation, to_number=earlier.number, is_kept=is_kept, group_id=earlier.group_id
    )
    ctx.publish(fact)
    if is_kept:
        storing.keep(ctx, answered, later.taken_at)
    _tell_asking_group(ctx, later, args)
    words = ctx.words
    if is_kept:
        line = words.line(messages.AGREED[args.relation], later=later.id, earlier=earlier.id)
    else:
        line = words.line(
            "{earlier} stands as it is. {group} has been told.", earlier=earlier.id, group=_group(ctx, later)
        )
    return Answer(Message((Paragraph(line),)))


def _asked(ctx: Context, args: AnswerLink) -> links.Link:
    for known in links.links_of(ctx.db, ctx.network.id, args.decision):
        is_same = (known.number, known.relation, known.to_number) == (args.decision, args.relation, args.to)
        if is_same and known.state == links.ASKED:
            return known
    raise UserError("Nobody asked for that link, or it is answered already.", f"/show D-{args.to}")


def _group(ctx: Context, decision: Decision) -> str:
    return directory.groups_by_id(ctx.db, ctx.network.id, [decision.group_id])[decision.group_id].name


def _tell_asking_group(ctx: Context, later: Decision, args: AnswerLink) -> None:
    """The question becomes its answer where it was asked; the asking group is told in a message of its own."""
    ctx.touch(later.id)
    for channel in directory.homes(ctx.db, ctx.network.id, [later.group_id]):
        ctx.say(
            channel,
            "link_answered",
            {"number": later.number, "relation": args.relation, "to": args.to},
            key=f"{later.id}:{args.relation}:{args.to}:answer:{channel.id}",
            about=later.id,
        )
