"""Who decides what: who-decides, mandates with an end, and renew."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from bot.core import parsing
from bot.core.calendars import calendar_of
from bot.core.commands import Args, At, Option, Who, command
from bot.core.context import Context
from bot.core.durations import Duration, ends_at, parse_duration
from bot.core.errors import UserError
from bot.core.events import DecisionLogged, DecisionRenewed
from bot.core.kinds import DecisionId, DurationKind, FreeText, GroupSlug, Prose
from bot.core.language import mark
from bot.core.message import Message, Paragraph, RecordMention
from bot.core.replies import Answer, Reply
from bot.features.decisions import expiring, finding, mandate_messages, rules, storing
from bot.features.decisions.declarations import LogDecision
from bot.features.decisions.loading import deciding_group, eyes, is_secret, seen, subject_of
from bot.features.decisions.mandate_messages import Mandate
from bot.features.decisions.nearby import listed, named, near
from bot.features.decisions.protocol import rule_lines
from bot.features.decisions.storing import Parties
from bot.features.decisions.tellings import ENDING
from storage import decision_lists, decision_terms, decision_versions, decisions, directory, protocol
from storage.decision_lists import Filter
from storage.decision_terms import MANDATE, URGENT, Terms
from storage.decisions import Decision

HELD_FOR, PAGE = "6mo", 10
_BEFORE = Annotated[int | None, DecisionId.__metadata__[0], Option(is_hidden=True)]


class WhoDecides(Args):
    topic: Annotated[str, FreeText(widget="text"), At(rest=True)] = Field(
        "", max_length=300, description=mark("What is to be decided, in your own words")
    )


class GiveMandate(Args):
    topic: Annotated[str, FreeText(widget="text"), At(rest=True)] = Field(
        max_length=200, description=mark("What it is for")
    )
    to: Annotated[str, FreeText(widget="text")] = Field(
        max_length=100, description=mark("Who holds it: a person, a working group")
    )
    length: Annotated[Duration | None, DurationKind(shown="6mo"), Option("for")] = Field(
        None, description=mark("How long it holds; without it, six months")
    )
    why: Prose = Field("", max_length=8000, description=mark("The reasoning, so that it is understood a year from now"))
    as_group: Annotated[GroupSlug, Option("as")] = Field(
        "", description=mark("The group that decides, if not this channel's")
    )


class Mandates(Args):
    before: _BEFORE = None


class Renew(Args):
    decision: Annotated[DecisionId, At()] = Field(description=mark("A mandate, or a decision that could not wait"))
    length: Annotated[Duration | None, DurationKind(shown="30d"), Option("for")] = Field(
        None, description=mark("For how much longer")
    )
    why: Prose = Field("", max_length=300, description=mark("Why it is to hold on"))


@command(
    "mandate",
    summary=mark("Give somebody a mandate until a day; it is logged as a decision"),
    who=Who.OWN,
    examples=('/mandate phones and alerts --to "Ana and Ben" --for 6mo',),
)
def give_mandate(ctx: Context, args: GiveMandate) -> Reply:
    group, words = deciding_group(ctx), ctx.words
    length = args.length or parse_duration(HELD_FOR)
    until = ends_at(length, ctx.now, calendar_of(group))
    title = words("Mandate for {topic}: {holder}", holder=args.to, topic=args.topic)
    terms = Terms(ctx.network.id, 0, MANDATE, expires_at=until, topic=args.topic, holder=args.to)
    logged = LogDecision(title=title[:300], why=args.why, tags=("mandate",))
    decision, _ = storing.store(ctx, logged, Parties(group), "taken", terms)
    expiring.set_end(ctx, replace(terms, number=decision.number))
    more = ctx.publish(DecisionLogged(about=decision.id, group_id=group.id, number=decision.number))
    storing.cards(ctx, decision, Parties(group))
    line = words.line(
        "Logged: {id}. Mandate of {group} for {topic}: {holder}, until {until}. You are told a week before.",
        id=RecordMention(decision.id),
        holder=args.to,
        topic=args.topic,
        group=group.name,
        until=words.moment(until),
    )
    return Answer(Message((Paragraph(line), *more)), subject=decision.id)


@command(
    "mandates",
    summary=mark("List the mandates in force: whose, for what, until when"),
    who=Who.ALL,
    examples=("/mandates",),
    reads=True,
)
def list_mandates(ctx: Context, args: Mandates) -> Reply:
    wanted = Filter(kind=MANDATE, status="taken", before=args.before)
    found = decision_lists.page(ctx.db, eyes(ctx), wanted, PAGE + 1)
    if not found and args.before is not None:
        raise UserError("That was the last page.")
    shown, more = _mandates(ctx, found[:PAGE]), ""
    if len(found) > PAGE:
        following = args.model_copy(update={"before": found[PAGE - 1].number})
        more = "/" + parsing.formatted(list_mandates, following)
    message = mandate_messages.mandates(ctx.words, shown, more)
    return Answer(message, is_secret=is_secret(ctx, named(ctx, [one.found for one in shown])))


def _mandates(ctx: Context, found: list[Decision]) -> list[Mandate]:
    terms = decision_terms.of_many(ctx.db, ctx.network.id, [d.number for d in found])
    return [Mandate(one, terms[one.decision.number]) for one in listed(ctx, found) if one.decision.number in terms]


@command(
    "who-decides",
    summary=mark("What your group decides alone, what needs notice, and whose mandate is for what until when"),
    who=Who.ALL,
    examples=("/who-decides", "/who-decides phones"),
    reads=True,
    has_form=False,
)
def who_decides(ctx: Context, args: WhoDecides) -> Reply:
    searches = finding.question_searches(args.topic, finding.empty_words(ctx.words))
    numbers = finding.ranked(searches, near(ctx, searches))[:PAGE]
    about = decision_lists.those(ctx.db, eyes(ctx), numbers)
    standing = [d for d in sorted(about, key=lambda d: numbers.index(d.number)) if d.status == "taken"]
    given = _mandates(ctx, standing if args.topic else _all_mandates(ctx))
    held = [one for one in given if one.terms.kind == MANDATE]
    others = listed(ctx, [d for d in standing if d.number not in {one.found.decision.number for one in held}][:3])
    group = ctx.acting_as.name if ctx.acting_as else ""
    message = mandate_messages.who_decides(ctx.words, args.topic, group, rule_lines(ctx), held, others)
    return Answer(message, is_secret=is_secret(ctx, named(ctx, [*(one.found for one in held), *others])))


def _all_mandates(ctx: Context) -> list[Decision]:
    return decision_lists.page(ctx.db, eyes(ctx), Filter(kind=MANDATE, status="taken"), PAGE)


@command(
    "renew",
    summary=mark("Let a mandate, or a decision that could not wait, hold for longer"),
    who=Who.OWN,
    examples=("/renew D-12", '/renew D-12 --for 3mo --why "the flood is not over"'),
    subject=lambda ctx, args: subject_of(seen(ctx, args.decision)),
)
def renew(ctx: Context, args: Renew) -> Reply:
    old = seen(ctx, args.decision)
    terms = decision_terms.find(ctx.db, ctx.network.id, old.number)
    rules.check_renewal(old, terms)
    group = directory.groups_by_id(ctx.db, ctx.network.id, [old.group_id])[old.group_id]
    until = expiring.new_end(terms, group, str(args.length or _usual(ctx, terms)), ctx.now)
    new_terms = replace(terms, expires_at=until, renewals=terms.renewals + 1)
    note = args.why.strip() or ctx.words("renewed until {until}", until=ctx.words.moment(until).shown)
    decision_versions.keep(ctx.db, old, ctx.now, ctx.actor.id, note)
    decisions.update(ctx.db, replace(old, version=old.version + 1))
    decisions.set_status(ctx.db, ctx.network.id, old.number, "taken")
    decision_terms.put(ctx.db, new_terms)
    ctx.undue(old.id, expiring.ENDS, ENDING)
    expiring.set_end(ctx, new_terms)
    more = ctx.publish(DecisionRenewed(about=old.id, group_id=old.group_id, number=old.number, until=until))
    storing.touch_with_links(ctx, old.number)
    line = ctx.words.line("{id} holds until {until}.", id=RecordMention(old.id), until=ctx.words.moment(until))
    return Answer(Message((Paragraph(line), *more)), subject=old.id)


def _usual(ctx: Context, terms: Terms) -> Duration:
    """For how long it is renewed where nothing is said."""
    if terms.kind != URGENT:
        return parse_duration(HELD_FOR)
    set_here = protocol.rules(ctx.db, ctx.network.id).get(rules.URGENT, (rules.URGENT_HOLDS, 0))[0]
    return parse_duration(rules.URGENT_HOLDS if set_here == rules.NO_NOTICE else set_here)
