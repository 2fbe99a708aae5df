"""Writing a new decision down: row, words, links, cards, review. Shared by decide, propose and protocol."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from bot.core import durations, on_call
from bot.core.audience import Reader, channel_reader
from bot.core.calendars import calendar_of
from bot.core.context import Context
from bot.core.errors import UserError
from bot.core.events import DecisionsLinked, LinkAsked
from bot.core.message import Block, Note
from bot.core.working_time import add_business_days
from bot.features.decisions import rules, sourcing
from bot.features.decisions.declarations import LogDecision
from bot.features.decisions.loading import readable, seen
from bot.features.decisions.tellings import LINK
from storage import counters, decision_index, decision_terms, decisions, directory, links, protocol
from storage.decision_sources import Source
from storage.decision_terms import Terms
from storage.decisions import Decision
from storage.group_states import LEFT
from storage.network import Channel, Group

CARD = "decision_card"
LINK_REMINDED_AFTER = (5, 15)
"""Business days after which a group that was asked about a link is reminded."""


@dataclass(frozen=True, slots=True)
class Parties:
    """The deciding group, those affected and those told; and the message that it all began with."""

    own: Group
    affected: tuple[Group, ...] = ()
    told: tuple[Group, ...] = ()
    source: Source | None = None


def store(
    ctx: Context, args: LogDecision, parties: Parties, status: str, terms: Terms | None = None
) -> tuple[Decision, tuple[Block, ...]]:
    """Stores a new decision, its terms, its source and its links; what there is to add to the answer."""
    review_at = durations.ends_at(args.review, ctx.now, calendar_of(parties.own)) if args.review else None
    maker = rules.Maker(
        ctx.network.id,
        parties.own.id,
        ctx.actor.id,
        tuple(g.id for g in parties.affected),
        tuple(g.id for g in parties.told),
    )
    number = counters.take(ctx.db, ctx.network.id, "D")
    decision = rules.new_decision(number, maker, args, status=status, at=ctx.now, review_at=review_at)
    decisions.add(ctx.db, decision)
    if args.position or terms is not None:
        terms = replace(terms or Terms(ctx.network.id, number), number=number, is_position=args.position)
        decision_terms.put(ctx.db, terms)
    decision_index.add(ctx.db, decision, [ctx.actor.name], terms)
    sourcing.keep(ctx, parties.source, decision.number)
    set_review(ctx, decision)
    notes: list[Block] = []
    for earlier in args.supersedes:
        notes += relate(ctx, decision, "supersedes", seen(ctx, earlier))[1]
    return decision, tuple(notes)


def set_position(ctx: Context, number: int, *, is_position: bool) -> None:
    """A decision becomes a public position, or is one no more."""
    terms = decision_terms.find(ctx.db, ctx.network.id, number)
    decision_terms.put(ctx.db, replace(terms, is_position=is_position))


def set_review(ctx: Context, decision: Decision) -> None:
    if decision.review_at is not None:
        ctx.due(decision.review_at, "decision_review", decision.id, round=decision.version)


def cards(ctx: Context, decision: Decision, parties: Parties) -> None:
    """Shows it where it was said, in a home of its group, and in those of groups that are told."""
    wanted: dict[int, tuple[Channel, bool]] = {}
    is_urgent = bool(decision.urgent) and decision.status == "taken"
    ctx.know((parties.own, *parties.told))
    told_homes = directory.homes(ctx.db, ctx.network.id, [g.id for g in parties.told])
    for channel in told_homes:
        wanted[channel.id] = (channel, True)
    here = ctx.channel
    if here is not None and readable(decision, channel_reader(ctx.group)):
        wanted[here.id] = (here, False)
    if here is None or here.group_id != parties.own.id:
        for channel in directory.homes(ctx.db, ctx.network.id, [parties.own.id]):
            wanted[channel.id] = (channel, False)
    for channel, is_told in wanted.values():
        card(ctx, decision, channel, is_told=is_told, is_urgent=is_urgent)
    if is_urgent:
        concerned = {parties.own.id, *(group.id for group in parties.told)}
        on_call.mention(ctx, decision.number, CARD, [c for c, _ in wanted.values() if c.group_id in concerned])


def told_cards(ctx: Context, decision: Decision, told: tuple[Group, ...]) -> None:
    """Shows it in the homes of the groups that are told."""
    is_urgent = bool(decision.urgent) and decision.status == "taken"
    homes = directory.homes(ctx.db, ctx.network.id, [group.id for group in told])
    for channel in homes:
        card(ctx, decision, channel, is_told=True, is_urgent=is_urgent)
    if is_urgent:
        on_call.mention(ctx, decision.number, CARD, homes)


def card(ctx: Context, decision: Decision, channel: Channel, *, is_told: bool, is_urgent: bool = False) -> None:
    ctx.say(
        channel,
        CARD,
        {"number": decision.number, "is_told": is_told},
        key=f"{decision.id}:card:{channel.id}",
        about=decision.id,
        is_urgent=is_urgent,
    )


def relate(ctx: Context, later: Decision, relation: str, earlier: Decision) -> tuple[str, list[Block]]:
    """Links two decisions; where that changes another group's, its homes are asked. Its state, and what to say."""
    leads_back = any(
        relation in relations and links.reaches(ctx.db, ctx.network.id, earlier.number, later.number, relations)
        for relations in rules.ORDERED
    )
    rules.check_link(later, relation, earlier, leads_back=leads_back)
    _check_stands(ctx, relation, earlier)
    if relation in rules.ASKING:
        rules.check_no_rule(earlier, [number for _, number in protocol.rules(ctx.db, ctx.network.id).values()])
    asked_homes = directory.homes(ctx.db, ctx.network.id, [earlier.group_id])
    state = rules.link_state(later, relation, earlier, can_be_asked=bool(asked_homes))
    if state == links.ASKED:
        asked = Reader(frozenset({earlier.group_id}))
        rules.check_asked(later, earlier.id, may_read=readable(later, asked))
    link = links.Link(ctx.network.id, later.number, relation, earlier.number, state, ctx.actor.id, ctx.now)
    links.set_link(ctx.db, link)
    if state == links.ASKED:
        return state, _ask(ctx, link, earlier, asked_homes)
    keep(ctx, link, later.taken_at)
    if state == links.WAITING:
        return state, [Note(ctx.words.line("This holds once {id} is adopted.", id=later.id))]
    return state, []


def _check_stands(ctx: Context, relation: str, earlier: Decision) -> None:
    """UserError where a link would change the decision of a group that has left: it stands as history."""
    group = directory.groups_by_id(ctx.db, ctx.network.id, [earlier.group_id])[earlier.group_id]
    if group.state == LEFT and relation in rules.ASKING:
        raise UserError(
            "{group} has left the network; {id} stands as its history. It can be related to.",
            f"/link D-1 relates-to {earlier.id}",
            group=group.name,
            id=earlier.id,
        )


def keep(ctx: Context, link: links.Link, taken_at: datetime | None) -> None:
    """What a kept link does: a decision that is superseded or reversed says so from now on."""
    if link.state == links.KEPT and taken_at is not None:
        retire(ctx, link)
    ctx.publish(DecisionsLinked(about=f"D-{link.number}", relation=link.relation, to_number=link.to_number))
    ctx.touch(f"D-{link.number}")
    ctx.touch(f"D-{link.to_number}")


def retire(ctx: Context, link: links.Link) -> None:
    """A decision in force becomes superseded or reversed, where the link says so."""
    earlier = decisions.find(ctx.db, ctx.network.id, link.to_number)
    if link.relation in rules.RETIRING and earlier is not None and earlier.is_taken:
        decisions.set_status(ctx.db, ctx.network.id, earlier.number, rules.RETIRING[link.relation])
        ctx.touch(earlier.id)


def let_go(ctx: Context, number: int, relations: tuple[str, ...]) -> None:
    """Takes back what a decision did to others: its links go, and what it had retired stands again.

    Unless another one retired it too.
    """
    touch_with_links(ctx, number)
    outgoing = [x for x in links.links_of(ctx.db, ctx.network.id, number) if x.number == number]
    links.drop_from(ctx.db, ctx.network.id, number, relations)
    for link in outgoing:
        if link.relation in relations and link.state == links.KEPT and link.relation in rules.RETIRING:
            _restore(ctx, link.to_number)


def _restore(ctx: Context, number: int) -> None:
    earlier = decisions.find(ctx.db, ctx.network.id, number)
    if earlier is None or not earlier.is_taken:
        return
    others = [x for x in links.links_of(ctx.db, ctx.network.id, number) if rules.retires(x, number)]
    status = rules.RETIRING[others[-1].relation] if others else "taken"
    ends_at = decision_terms.find(ctx.db, ctx.network.id, number).expires_at
    if status == "taken" and ends_at is not None and ends_at <= ctx.now:
        status = "expired"
    decisions.set_status(ctx.db, ctx.network.id, number, status)


def touch_with_links(ctx: Context, number: int) -> None:
    """Every message about a decision, and about those that name it, is rendered anew."""
    ctx.touch(f"D-{number}")
    for link in links.links_of(ctx.db, ctx.network.id, number):
        ctx.touch(f"D-{link.to_number if link.number == number else link.number}")


def _remind_later(ctx: Context, link: links.Link, asked: Group) -> None:
    """When the asked group is reminded, if it has said nothing by then."""
    about, args = f"D-{link.number}:{link.relation}:D-{link.to_number}", {"number": link.number}
    for n, days in enumerate(LINK_REMINDED_AFTER):
        at = add_business_days(calendar_of(asked), ctx.now, days)
        round = ctx.now.toordinal() * len(LINK_REMINDED_AFTER) + n
        ctx.due(at, LINK, about, group_id=asked.id, round=round, relation=link.relation, to=link.to_number, **args)


def _ask(ctx: Context, link: links.Link, earlier: Decision, homes: list[Channel]) -> list[Block]:
    asked = LinkAsked(
        about=f"D-{link.number}",
        relation=link.relation,
        to_number=link.to_number,
        asked_group_id=earlier.group_id,
        group_id=ctx.acting_as.id if ctx.acting_as else None,
    )
    ctx.publish(asked)
    for channel in homes:
        ctx.say(
            channel,
            "link_asked",
            {"number": link.number, "relation": link.relation, "to": link.to_number},
            key=f"D-{link.number}:{link.relation}:{link.to_number}:{channel.id}",
            about=f"D-{link.number}",
        )
    group = directory.groups_by_id(ctx.db, ctx.network.id, [earlier.group_id])[earlier.group_id]
    _remind_later(ctx, link, group)
    words = ctx.words
    line = words.line(
        "{id} is {group}'s decision; they have been asked, and it changes only by their own hand.",
        id=earlier.id,
        group=group.name,
    )
    return [Note(line)]
