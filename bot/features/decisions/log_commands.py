"""decide, propose, draft, undo: how a decision comes into the network's memory, and how it leaves it again."""

from __future__ import annotations

from dataclasses import replace

from bot.core import forms, parsing
from bot.core.audience import person_reader
from bot.core.calendars import calendar_of
from bot.core.commands import Who, command
from bot.core.context import Context
from bot.core.durations import Duration, parse_duration
from bot.core.errors import UserError
from bot.core.events import DecisionLogged, DecisionProposed, DecisionUndone
from bot.core.language import mark
from bot.core.message import Block, Bold, Bullets, Code, Message, Note, Paragraph
from bot.core.replies import Answer, Form, Reply
from bot.features.decisions import expiring, finding_messages, messages, rules, sourcing, storing
from bot.features.decisions.declarations import RELATIONS, LogDecision, ProposeDecision, Undo, UseDraft
from bot.features.decisions.finding_messages import Found
from bot.features.decisions.loading import (
    deciding_group,
    groups_named,
    is_secret,
    readable,
    seen,
    subject_of,
    told_to_person,
)
from bot.features.decisions.nearby import named, related
from bot.features.decisions.storing import Parties
from bot.features.decisions.tellings import ENDING
from storage import (
    counters,
    decision_index,
    decision_lists,
    decision_sources,
    decision_terms,
    decisions,
    directory,
    drafts,
    inbox,
    protocol,
)
from storage.decisions import Decision


@command(
    "decide",
    summary=mark("Log a decision where it happens"),
    who=Who.OWN,
    examples=(
        "/decide Use Signal for alerts",
        '/decide Use Signal for alerts --why "WhatsApp shares our numbers" --affects all',
        '/decide Close the office on Friday --affects nairobi --urgent "the water is off"',
    ),
    quoted_into="title",
)
def decide(ctx: Context, args: LogDecision) -> Reply:
    parties = _parties(ctx, args)
    needed = _notice(ctx, args, parties)
    if needed is None:
        return _take(ctx, args, parties, None)
    if args.urgent or args.taken:
        return _take(ctx, args, parties, None if _is_asking(ctx) else needed)
    return _preview(ctx, ProposeDecision(**dict(args)), parties, needed)


@command(
    "propose",
    summary=mark("Open a proposal for input from those it affects"),
    who=Who.OWN,
    examples=(
        "/propose Use Signal for alerts --affects nairobi,bilbao --for 10bd",
        '/propose One newsletter --why "three are too many" --affects all --for 2w',
    ),
    quoted_into="title",
)
def propose(ctx: Context, args: ProposeDecision) -> Reply:
    parties = _parties(ctx, args)
    if not parties.affected:
        raise UserError(
            "Nobody else is affected, so there is nobody to ask. Say who is, or just log it.",
            f"/propose {args.title} --affects all",
        )
    length = args.length or _length(ctx, args, parties)
    if _is_asking(ctx):
        return _preview(ctx, args, parties, rules.Notice(rules.AFFECTS_OTHERS, str(length)))
    return _open(ctx, args, parties, length)


@command(
    "draft",
    summary=mark("Go on with a decision that only you have seen"),
    who=Who.ALL,
    examples=("/draft", "/draft 7 open", '/draft 7 now "the water is off"'),
    has_form=False,
)
def use_draft(ctx: Context, args: UseDraft) -> Reply:
    if not args.draft:
        return _list_drafts(ctx)
    draft = drafts.find(ctx.db, ctx.network.id, ctx.actor.id, args.draft)
    if draft is None:
        raise UserError("There is no draft {id} of yours. “draft” lists them.", "/draft", id=args.draft)
    if args.action == "drop":
        _drop(ctx, draft.id)
        return Answer(Message((Paragraph(ctx.words.line("Dropped; nothing was logged.")),)))
    wanted = parsing.parse(propose, draft.command.partition(" ")[2])
    assert isinstance(wanted, ProposeDecision)
    _act_for(ctx, wanted.as_group)
    parties = replace(_parties(ctx, wanted), source=decision_sources.of_draft(ctx.db, ctx.network.id, draft.id))
    if args.action == "now":
        if not args.why:
            return _ask_why(ctx, draft.id)
        _drop(ctx, draft.id)
        urgent = wanted.model_copy(update={"urgent": args.why})
        return _take(ctx, urgent, parties, _notice(ctx, wanted, parties))
    if args.action == "log":
        rules.check_only_logged(draft.id, is_asking=_is_asking(ctx))
        _drop(ctx, draft.id)
        return _take(ctx, wanted, parties, None)
    if args.action == "open":
        _drop(ctx, draft.id)
        return _open(ctx, wanted, parties, wanted.length or _length(ctx, wanted, parties))
    needed = _notice(ctx, wanted, parties) or rules.Notice(rules.AFFECTS_OTHERS, "10bd")
    if wanted.length is not None:
        needed = rules.Notice(needed.case, str(wanted.length))
    return Answer(messages.preview(ctx.words, _previewed(ctx, wanted, parties, needed, draft.id)), is_secret=True)


@command(
    "undo",
    summary=mark("Take back what you just logged (for ten minutes)"),
    who=(Who.AUTHOR, Who.OWN),
    examples=("/undo", "/undo D-12"),
    subject=lambda ctx, args: subject_of(_to_undo(ctx, args)),
)
def undo(ctx: Context, args: Undo) -> Reply:
    decision = _to_undo(ctx, args)
    rules.check_undo(decision, ctx.now)
    network_id = ctx.network.id
    rules.check_no_rule(decision, [number for _, number in protocol.rules(ctx.db, network_id).values()])
    decisions.set_status(ctx.db, network_id, decision.number, "undone")
    decision_index.drop(ctx.db, network_id, decision.number)
    storing.let_go(ctx, decision.number, RELATIONS)
    inbox.forget_subject(ctx.db, network_id, decision.id)
    ctx.undue(decision.id, "decision_review", expiring.ENDS, ENDING)
    ctx.publish(DecisionUndone(about=decision.id, number=decision.number, group_id=decision.group_id))
    ctx.touch(decision.id)
    line = ctx.words.line("{id} is taken back. It is in no list and no search any more.", id=decision.id)
    return Answer(Message((Paragraph(line),)))


def _to_undo(ctx: Context, args: Undo) -> Decision:
    if args.decision is not None:
        return seen(ctx, args.decision)
    number = decision_lists.newest_of(ctx.db, ctx.network.id, ctx.actor.id)
    if number is None:
        raise UserError("You have logged nothing that could be undone.", "/decisions")
    return seen(ctx, number)


def _parties(ctx: Context, args: LogDecision) -> Parties:
    own = deciding_group(ctx)
    affected, told = groups_named(ctx, args.affects, own), groups_named(ctx, args.tell, own)
    rules.check_readers(args.audience, tuple(g.id for g in affected), tuple(g.id for g in told))
    return Parties(own, affected, tuple(g for g in told if g not in affected), sourcing.quoted(ctx))


def _notice(ctx: Context, args: LogDecision, parties: Parties) -> rules.Notice | None:
    if not parties.affected:
        return None
    set_here = {case: length for case, (length, _) in protocol.rules(ctx.db, ctx.network.id).items()}
    return rules.notice(set_here, affects_others=True, is_reversible=args.reversible)


def _length(ctx: Context, args: LogDecision, parties: Parties) -> Duration:
    """What the protocol says, and its default where it asks for none."""
    needed = _notice(ctx, args, parties)
    case = rules.REVERSIBLE if args.reversible else rules.AFFECTS_OTHERS
    return parse_duration(needed.length if needed else rules.DEFAULT_PROTOCOL[case])


def _is_asking(ctx: Context) -> bool:
    """Whether this network only logs, and asks before it opens a window."""
    set_here = {case: value for case, (value, _) in protocol.rules(ctx.db, ctx.network.id).items()}
    return rules.is_asking(set_here, ctx.network.settings, ctx.now)


def _take(ctx: Context, args: LogDecision, parties: Parties, needed: rules.Notice | None) -> Reply:
    near = related(ctx, args.title, but=args.supersedes)
    terms = expiring.urgent_terms(ctx, parties.own) if needed is not None else None
    decision, notes = storing.store(ctx, args, parties, "taken", terms)
    fact = DecisionLogged(
        about=decision.id,
        group_id=decision.group_id,
        number=decision.number,
        affected_ids=decision.affected_ids,
        told_ids=decision.told_ids,
        is_urgent=needed is not None,
        length=needed.length if needed else "",
        record=decision,
    )
    more = ctx.publish(fact)
    if needed is None:
        storing.cards(ctx, decision, _telling_affected(parties))
    else:  # the head message of the review shows it where it is asked about
        storing.told_cards(ctx, decision, parties.told)
    if terms is not None and terms.expires_at is not None:
        expiring.set_end(ctx, replace(terms, number=decision.number))
        more = (*more, messages.holds_until(ctx.words, decision.id, terms.expires_at))
    told = told_to_person(ctx, decision) if args.supersedes else _fresh(ctx, decision, parties)
    return _logged(ctx, told, (*notes, *more, *_by_mandate(ctx, args.taken_by)), near)


def _by_mandate(ctx: Context, taken_by: str) -> tuple[Block, ...]:
    """What is to be said of the mandate by which it was taken ("--taken-by D-9"); nothing where it names none."""
    number = rules.mandate_named(taken_by)
    mandate = decisions.find(ctx.db, ctx.network.id, number) if number else None
    if mandate is None or not readable(mandate, person_reader(ctx.actor)):
        return ()
    return messages.by_mandate(ctx.words, mandate, decision_terms.find(ctx.db, ctx.network.id, mandate.number))


def _telling_affected(parties: Parties) -> Parties:
    """Where the protocol asks for no notice, those affected are told."""
    return replace(parties, told=(*parties.told, *parties.affected))


def _open(ctx: Context, args: LogDecision, parties: Parties, length: Duration) -> Reply:
    near = related(ctx, args.title, but=args.supersedes)
    decision, notes = storing.store(ctx, args, parties, "proposed")
    fact = DecisionProposed(
        about=decision.id,
        group_id=decision.group_id,
        number=decision.number,
        length=str(length),
        affected_ids=decision.affected_ids,
        told_ids=decision.told_ids,
        record=decision,
    )
    more = ctx.publish(fact)
    storing.told_cards(ctx, decision, parties.told)
    told = told_to_person(ctx, decision) if args.supersedes else _fresh(ctx, decision, parties)
    return _logged(ctx, told, (*notes, *more), near)


def _logged(ctx: Context, told: messages.Told, more: tuple[Block, ...], near: list[Found]) -> Answer:
    shown = (told.decision, *(other for _, other, _ in told.links), *named(ctx, near))
    message = messages.logged(ctx.words, told, (*more, *finding_messages.related(ctx.words, near)))
    return Answer(message, subject=told.decision.id, is_secret=is_secret(ctx, shown))


def _fresh(ctx: Context, decision: Decision, parties: Parties) -> messages.Told:
    return messages.Told(decision, parties.own, ctx.actor.name, parties.affected, parties.told)


def _preview(ctx: Context, args: ProposeDecision, parties: Parties, needed: rules.Notice) -> Reply:
    id = str(counters.take(ctx.db, ctx.network.id, "d"))
    kept = args.model_copy(update={"as_group": parties.own.slug})
    drafts.prune(ctx.db, ctx.network.id, ctx.now - drafts.KEPT_FOR)
    drafts.add(ctx.db, drafts.Draft(ctx.network.id, id, ctx.actor.id, ctx.now, parsing.formatted(propose, kept)))
    if parties.source is not None:
        decision_sources.add_to_draft(ctx.db, parties.source, id)
    return Answer(messages.preview(ctx.words, _previewed(ctx, args, parties, needed, id)), is_secret=True)


def _previewed(ctx: Context, args: LogDecision, parties: Parties, needed: rules.Notice, draft: str) -> messages.Preview:
    calendars = [calendar_of(group) for group in parties.affected]
    until = rules.last_end(parse_duration(needed.length), ctx.now, calendars)
    homes = directory.homes(ctx.db, ctx.network.id, [g.id for g in parties.affected])
    asking_until = rules.asks_until(ctx.network.settings) or ctx.now
    near = related(ctx, args.title, but=args.supersedes)
    return messages.Preview(
        *(args.title, parties.own, parties.affected, args.audience, needed.case, needed.length, until, len(homes)),
        *(draft, asking_until if _is_asking(ctx) else None, tuple(finding_messages.related(ctx.words, near))),
    )


def _ask_why(ctx: Context, draft: str) -> Form:
    form = forms.form(ctx, use_draft, {"draft": draft, "action": "now"})
    why = tuple(replace(f, is_required=True) for f in form.fields if f.name == "why")
    title = ctx.words("Take it now and say why")
    return replace(
        form, title=title, fields=why, hidden={"draft": draft, "action": "now"}, typed=f'/draft {draft} now "…"'
    )


def _drop(ctx: Context, draft: str) -> None:
    drafts.drop(ctx.db, ctx.network.id, ctx.actor.id, draft)
    decision_sources.drop_without_draft(ctx.db, ctx.network.id)


def _act_for(ctx: Context, slug: str) -> None:
    """A draft is for the group for which it was begun; its author still has to belong to it."""
    group = directory.groups_by_slug(ctx.db, ctx.network.id, [slug]).get(slug)
    if group is None or group.id not in ctx.actor.group_ids:
        raise UserError("You no longer belong to the group that this draft is for.", "/draft")
    ctx.acting_as = group


def _list_drafts(ctx: Context) -> Reply:
    words = ctx.words
    found = drafts.of_person(ctx.db, ctx.network.id, ctx.actor.id)
    if not found:
        return Answer(Message((Paragraph(words.line("You have no drafts.")),)))
    items = tuple((Bold(d.id), *words.line(" – {command}", command=messages.shortened(d.command, 120))) for d in found)
    hint = Note(words.line("Go on with one: {command}", command=Code(f"/draft {found[0].id}")))
    return Answer(Message((Bullets(items), hint)), is_secret=True)
