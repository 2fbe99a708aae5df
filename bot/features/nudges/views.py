"""What a nudge looks like: the group's own figures, one question, the ways to answer, and how to have quiet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.core import telling
from bot.core.context import ViewContext
from bot.core.message import (
    Action,
    Actions,
    Block,
    GroupMention,
    Message,
    Note,
    Paragraph,
    PersonMention,
    Quote,
    RecordMention,
    Spans,
)
from bot.features.nudges import questions, rules
from bot.features.nudges.saying import QUESTIONS, is_readable, titled
from storage import contributions, decisions, directory, group_contacts, nudges
from storage.network import Group


def nudge(ctx: ViewContext, args: Mapping[str, Any]) -> Message | None:
    """A question to a channel that is silent; it goes when it is answered."""
    asked = _question(ctx, args)
    if asked is None:
        return None
    return Message((Paragraph(_figures(ctx, args)), *asked, *_slowed(ctx, args), _ways(ctx, args)))


def nudge_contact(ctx: ViewContext, args: Mapping[str, Any]) -> Message | None:
    """The same, to whoever keeps contact for the group."""
    asked = _question(ctx, args)
    if asked is None or ctx.group is None:
        return None
    opening = _to_contact(ctx, ctx.group)
    return Message((Paragraph(opening), Paragraph(_figures(ctx, args)), *asked, _ways(ctx, args)))


def _to_contact(ctx: ViewContext, group: Group) -> Spans:
    """Addressed to the person who speaks for the group now, where there is one."""
    term = group_contacts.current(ctx.db, ctx.network.id, group.id, ctx.now)
    names = directory.person_names(ctx.db, ctx.network.id, [term.person_id]) if term else {}
    if term is None or term.person_id not in names:
        return ctx.words.line(
            "To whoever keeps contact for {group}: two questions in this channel found no answer."
            " Could you ask your people, or say that this is not the time?",
            group=GroupMention(group.name, group.slug),
        )
    return ctx.words.line(
        "{contact}: two questions in this channel found no answer."
        " Could you ask your people, or say that this is not the time?",
        contact=PersonMention(term.person_id, names[term.person_id], is_addressed=True),
    )


def nudge_call(ctx: ViewContext, args: Mapping[str, Any]) -> Message | None:
    """To a neighbouring group: could somebody call? How often, or by whom, the silent group speaks is not told."""
    words, silent_id = ctx.words, args["silent_id"]
    silent = directory.groups_by_id(ctx.db, ctx.network.id, [silent_id]).get(silent_id)
    if silent is None:
        return None
    group = GroupMention(silent.name, silent.slug)
    days = words.plural("{n} working day", "{n} working days", args["quiet_days"])
    blocks: list[Block] = [
        Paragraph(
            words.line(
                "{group} has been silent for {days}, and questions there found no answer."
                " Could somebody of you call them?",
                group=group,
                days=days,
            )
        )
    ]
    shared = decisions.find(ctx.db, ctx.network.id, args["number"]) if args["number"] else None
    if shared is not None and is_readable(ctx, shared):
        blocks.append(Note(words.line("You were both asked about {decision}.", decision=RecordMention(shared.id))))
    state = nudges.find(ctx.db, ctx.network.id, silent_id)
    caller = state.called_by if state else None
    if caller is not None:
        by = directory.groups_by_id(ctx.db, ctx.network.id, [caller]).get(caller)
        blocks.append(Paragraph(words.line("{group} has reached them. Thank you.", group=by.name if by else "?")))
        return Message(tuple(blocks))
    reached = Action(words("We have reached them"), f"/called {silent.slug}")
    why = telling.why_asked(ctx, args["told"]).actions
    return Message((*blocks, Actions((reached, *why))))


def _question(ctx: ViewContext, args: Mapping[str, Any]) -> list[Block] | None:
    """What is asked; None where it is answered, or the channel may not read it."""
    if ctx.group is None:
        return None
    title = titled(ctx, args["about"])
    if title is None:
        return None
    if not questions.is_open(ctx.db, ctx.network.id, ctx.group.id, args["asks"], args["about"], ctx.now):
        return None
    blocks: list[Block] = [Paragraph(ctx.words.line(QUESTIONS[args["asks"]], decision=title))]
    concern = contributions.contribution(ctx.db, ctx.network.id, args["concern"]) if args["concern"] else None
    if concern is not None and concern.is_concern:
        text = concern.text if concern.is_shown_in(ctx.channel.id) else ""
        blocks.append(Quote(text or ctx.words("(without words)"), (RecordMention(f"C-{concern.id}"),)))
    return blocks


def _figures(ctx: ViewContext, args: Mapping[str, Any]) -> Spans:
    """The group's own figures, which it sees first."""
    words = ctx.words
    days = words.plural("{n} working day", "{n} working days", args["quiet_days"])
    if not args["usual"]:
        return words.line("Nobody has said anything here for {days}.", days=days)
    usual = words.plural("every working day", "every {n} working days", args["usual"])
    return words.line(
        "Nobody has said anything here for {days}; usually somebody does {usual}.", days=days, usual=usual
    )


def _slowed(ctx: ViewContext, args: Mapping[str, Any]) -> tuple[Block, ...]:
    if not rules.is_slowed(args["unanswered"]):
        return ()
    line = ctx.words.line(
        "The last {n} questions of this kind found no answer here, so they come more rarely now.", n=args["unanswered"]
    )
    return (Note(line),)


def _ways(ctx: ViewContext, args: Mapping[str, Any]) -> Actions:
    words, id = ctx.words, args["about"]
    ways = {
        rules.WINDOW: Action(words("Pass on {id}", id=id), f"/pass {id}"),
        rules.CONCERN: Action(words("Answer {id}", id=f"C-{args['concern']}"), f"/answer C-{args['concern']}"),
        rules.OUTCOME: Action(words("Adopted"), f"/outcome {id} adopted"),
        rules.REVIEW: Action(words("Keep it for another 90 days"), f"/edit {id} --review 90d --wording"),
    }
    snooze = Action(words("Not now: three days of quiet"), "/snooze 3d")
    return Actions((ways[args["asks"]], snooze, *telling.why_asked(ctx, args["told"]).actions))
