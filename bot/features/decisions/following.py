"""What decisions do when something happens elsewhere: an outcome, a review that is due, people who go or become one."""

from __future__ import annotations

from bot.core.context import Context
from bot.core.events import DecisionConcluded, DecisionReviewDue, IdentityLinked, PersonForgotten, RecordsAsked
from bot.core.message import Block, Bullets, Spans, Text
from bot.features.decisions import carrying, expiring, rules, storing, tellings
from storage import (
    decision_index,
    decision_parties,
    decision_sources,
    decisions,
    drafts,
    links,
    search,
)
from storage.deadlines import Deadline

LATE_FROM_S = 3600
A_STEP = 50


def conclude(ctx: Context, fact: DecisionConcluded) -> tuple[Block, ...]:
    """The proposing group said what becomes of its proposal. After a review the decision stands unless withdrawn."""
    decision = decisions.find(ctx.db, ctx.network.id, fact.number)
    if decision is None or decision.status not in ("proposed", "taken", "expired"):
        return ()
    status = "withdrawn" if fact.outcome == "withdrawn" else "taken"
    taken_at = ctx.now if status == "taken" and decision.taken_at is None else None
    decisions.set_status(ctx.db, ctx.network.id, fact.number, status, taken_at)
    if status == "taken":
        _keep_waiting_links(ctx, fact.number)
        expiring.let_stand(ctx, fact.number)
        carrying.ask_later(ctx, decision)
    else:
        storing.let_go(ctx, fact.number, rules.ASKING)
    storing.touch_with_links(ctx, fact.number)
    return ()


def _keep_waiting_links(ctx: Context, number: int) -> None:
    """Links that waited for the proposal to be adopted now hold."""
    waiting = [x for x in links.links_of(ctx.db, ctx.network.id, number) if x.number == number]
    links.move_state(ctx.db, ctx.network.id, number, links.WAITING, links.KEPT)
    for link in waiting:
        if link.state in (links.WAITING, links.KEPT):
            storing.retire(ctx, link)


def review(ctx: Context, deadline: Deadline) -> None:
    """A review is due: the decision comes back to its group, however long the bot was down."""
    decision = decisions.find(ctx.db, ctx.network.id, int(deadline.about.removeprefix("D-")))
    if decision is None or decision.status not in ("taken", "proposed") or decision.redacted_at is not None:
        return
    late_s = (ctx.now - deadline.due_at).total_seconds()
    late_h = round(late_s / 3600) if late_s >= LATE_FROM_S else 0
    tellings.offer(ctx, decision.group_id, tellings.REVIEW, decision.id, str(deadline.round), late_h=late_h)
    ctx.publish(DecisionReviewDue(about=decision.id, group_id=decision.group_id, number=decision.number))


def forget_words(ctx: Context, deadline: Deadline) -> None:
    """After a redaction, in steps: the words leave the search index's file too."""
    if search.forget_deleted(ctx.db, is_first=deadline.round == 0):
        ctx.due(ctx.now, deadline.kind, deadline.about, round=deadline.round + 1)


def person_linked(ctx: Context, fact: IdentityLinked) -> tuple[Block, ...]:
    decisions.move_author(ctx.db, ctx.network.id, fact.from_id, fact.person_id)
    drafts.move(ctx.db, ctx.network.id, fact.from_id, fact.person_id)
    decision_sources.move(ctx.db, ctx.network.id, fact.from_id, fact.person_id)
    decision_parties.move_person(ctx.db, ctx.network.id, fact.from_id, fact.person_id)
    return ()


def person_forgotten(ctx: Context, fact: PersonForgotten) -> tuple[Block, ...]:
    """Decisions are their group's and stay; their author's name and words said elsewhere go, and so do drafts."""
    said = decision_sources.forget_person(ctx.db, ctx.network.id, fact.person_id, ctx.now)
    for number in {*said, *decision_parties.forget_person(ctx.db, ctx.network.id, fact.person_id)}:
        ctx.touch(f"D-{number}")
    drafts.drop_of_person(ctx.db, ctx.network.id, fact.person_id)
    decision_sources.drop_without_draft(ctx.db, ctx.network.id)
    ctx.due(ctx.now, "name_forgotten", f"person:{fact.person_id}", after=0)
    return ()


def forget_name(ctx: Context, deadline: Deadline) -> None:
    """In steps, as it may be in many decisions: the name leaves them, the search index and what channels show."""
    person_id = int(deadline.about.removeprefix("person:"))
    numbers = decisions.forget_person(ctx.db, ctx.network.id, person_id, deadline.args["after"], A_STEP)
    for number in numbers:
        decision_index.renew(ctx.db, ctx.network.id, number)
        ctx.touch(f"D-{number}")
    if len(numbers) == A_STEP:
        ctx.due(ctx.now, deadline.kind, deadline.about, round=deadline.round + 1, after=numbers[-1])
    elif numbers or deadline.round:
        ctx.due(ctx.now, "words_forgotten", deadline.about)


def records(ctx: Context, asked: RecordsAsked) -> tuple[Block, ...]:
    """What is kept here of somebody, counted."""
    words = ctx.words
    written, waiting = decisions.count_of(ctx.db, ctx.network.id, asked.person_id)
    items: list[Spans] = []
    if written:
        items.append((Text(words.plural("{n} decision that you logged", "{n} decisions that you logged", written)),))
    if waiting:
        items.append((Text(words.plural("{n} draft that only you see", "{n} drafts that only you see", waiting)),))
    said = decision_sources.count_of(ctx.db, ctx.network.id, asked.person_id)
    if said:
        message = words.plural("{n} message that a decision was made from", "{n} messages that became decisions", said)
        items.append((Text(message),))
    spoken = decision_parties.count_of(ctx.db, ctx.network.id, asked.person_id)
    if spoken:
        answers = words.plural("{n} answer for your group on a decision", "{n} answers for your group", spoken)
        items.append((Text(answers),))
    return (Bullets(tuple(items)),) if items else ()


def link_unanswered(ctx: Context, deadline: Deadline) -> None:
    """A group was asked whether another's decision may change its own, and has not said: it is reminded, twice."""
    args = {"relation": deadline.args["relation"], "to": deadline.args["to"]}
    about = f"D-{deadline.args['number']}"
    step = f"{args['relation']}:{args['to']}:{deadline.round}"
    earlier = decisions.find(ctx.db, ctx.network.id, args["to"])
    if earlier is not None:
        tellings.offer(ctx, earlier.group_id, tellings.LINK, about, step, **args)
