"""What a nudge is as a telling: whether it is still wanted, how it is said, and what follows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from bot.core.audience import channel_reader, may_read
from bot.core.context import Context, ViewContext
from bot.core.events import GroupNudged
from bot.core.feature import Telling
from bot.core.language import Words, mark
from bot.core.message import Action, Code, GroupMention, RecordMention, Spans, Text
from bot.features.nudges import questions, rules, watching
from storage import activity, decisions, directory, nudges
from storage.decisions import Decision
from storage.tellings import Told

VIEWS = {watching.NUDGE: "nudge", watching.CONTACT: "nudge_contact", watching.CALL: "nudge_call"}


def _is_wanted(ctx: Context, told: Told) -> bool:
    """Not where the channel has spoken meanwhile, or the question is answered."""
    spoke_at = activity.last_at(ctx.db, ctx.network.id, told.group_id, "")
    if spoke_at is not None and spoke_at > told.wanted_at:
        return False
    return questions.is_open(ctx.db, ctx.network.id, told.group_id, told.args["asks"], told.about, ctx.now)


def _is_call_wanted(ctx: Context, told: Told) -> bool:
    spoke_at = activity.last_at(ctx.db, ctx.network.id, told.args["silent_id"], "")
    return spoke_at is None or spoke_at <= told.wanted_at


def _alone(ctx: Context, told: Told) -> str:
    """A message of its own; its buttons need to know under which number it is asked for."""
    key, about = f"T-{told.id}", told.about
    for channel in directory.homes(ctx.db, ctx.network.id, [told.group_id]):
        args: dict[str, Any] = {**told.args, "told": told.id, "about": about}
        ctx.say(channel, VIEWS[told.kind], args, key=f"{key}:{channel.id}", about=about)
    return key


def _after(ctx: Context, told: Told) -> None:
    """It was said: the silence goes on from here."""
    silence = nudges.find(ctx.db, ctx.network.id, told.group_id)
    if silence is None:
        return
    kind = told.args["asks"] if told.kind == watching.NUDGE else rules.CONTACT
    ctx.publish(GroupNudged(about=told.about, group_id=told.group_id, step=kind))
    _go_on(ctx, replace(rules.nudged(silence, told.args["asks"], told.about, ctx.now)))


def _after_call(ctx: Context, told: Told) -> None:
    silence = nudges.find(ctx.db, ctx.network.id, told.args["silent_id"])
    if silence is None:
        return
    fact = GroupNudged(about=told.about, group_id=silence.group_id, step=rules.NEIGHBOUR, asked_group_id=told.group_id)
    ctx.publish(fact)
    asked = replace(silence, neighbours=(*silence.neighbours, told.group_id))
    _go_on(ctx, rules.nudged(asked, rules.NEIGHBOUR, "", ctx.now))


def _go_on(ctx: Context, silence: nudges.Silence) -> None:
    group = directory.groups_by_id(ctx.db, ctx.network.id, [silence.group_id])[silence.group_id]
    seen = watching.watched(ctx, group, silence)
    kind = silence.asked
    at = rules.next_at(silence, seen.spoke_at, seen.pace.threshold, kind, seen.calendar, None)
    watching.look_at(ctx, silence, at)


QUESTIONS = {
    rules.WINDOW: mark("{decision} is open, and your group has not been heard."),
    rules.CONCERN: mark("A concern on {decision} waits for your answer."),
    rules.OUTCOME: mark("{decision} has closed; say what becomes of it."),
    rules.REVIEW: mark("It is time to look at {decision} again."),
}


_AMONG_OTHERS = {
    rules.WINDOW: mark("it is open, and your group has not been heard"),
    rules.CONCERN: mark("a concern on it waits for your answer"),
    rules.OUTCOME: mark("it has closed, and those who were asked wait for the outcome"),
    rules.REVIEW: mark("it is time to look at it again"),
}


def _line(ctx: ViewContext, told: Told) -> Spans | None:
    if not questions.is_open(ctx.db, ctx.network.id, told.group_id, told.args["asks"], told.about, ctx.now):
        return None
    return ctx.words.line(_AMONG_OTHERS[told.args["asks"]])


def titled(ctx: ViewContext, about: str) -> Spans | None:
    """A decision by id and title; None where the channel may not read it."""
    decision = decisions.find(ctx.db, ctx.network.id, int(about.removeprefix("D-")))
    if decision is None or not is_readable(ctx, decision):
        return None
    return (RecordMention(decision.id), Text(f" {decision.title or ctx.words('(redacted)')}"))


def is_readable(ctx: ViewContext, decision: Decision) -> bool:
    may = (*decision.affected_ids, *decision.told_ids)
    return may_read(decision.audience, decision.group_id, may, channel_reader(ctx.group))


def _act(ctx: ViewContext, told: Told) -> Action | None:
    """Of an outcome there are several."""
    words, id, concern = ctx.words, told.about, f"C-{told.args['concern']}"
    ways = {
        rules.WINDOW: Action(words("Pass on {id}", id=id), f"/pass {id}"),
        rules.CONCERN: Action(words("Answer {id}", id=concern), f"/answer {concern}"),
        rules.REVIEW: Action(words("Keep {id} for another 90 days", id=id), f"/edit {id} --review 90d --wording"),
    }
    return ways.get(told.args["asks"])


def _subject(ctx: ViewContext, told: Told) -> Spans | None:
    return titled(ctx, told.about)


def _no_subject(_ctx: ViewContext, _told: Told) -> Spans:
    return ()


def _call_line(ctx: ViewContext, told: Told) -> Spans | None:
    group = directory.groups_by_id(ctx.db, ctx.network.id, [told.args["silent_id"]]).get(told.args["silent_id"])
    if group is None:
        return None
    return ctx.words.line("{group} has gone silent; could you call them?", group=GroupMention(group.name, group.slug))


def _why(words: Words, told: Told) -> Spans:
    days = words.plural("{n} working day", "{n} working days", told.args["quiet_days"])
    line = words.line(
        "a question, as nobody had said anything in your channel for {days} and {id} waited for your group.",
        days=days,
        id=RecordMention(told.about),
    )
    return (*line, *_quieter(words))


def _call_why(words: Words, told: Told) -> Spans:
    line = words.line("a call for a neighbour: your group works on the same things as one that has gone silent.")
    return (*line, *_quieter(words))


def _quieter(words: Words) -> Spans:
    return (Text(" "), *words.line("{command} gives you quiet for a while.", command=Code("/snooze 3d")))


def _telling(
    is_wanted: Callable[[Any, Any], bool],
    subject: Callable[[Any, Any], Spans | None],
    line: Callable[[Any, Any], Spans | None],
    why: Callable[[Any, Any], Spans],
    told: Callable[[Any, Any], None],
    act: Callable[[Any, Any], Action | None] | None = None,
) -> Telling:
    return Telling(is_wanted=is_wanted, subject=subject, line=line, why=why, alone=_alone, told=told, act=act)


TELLINGS = {
    watching.NUDGE: _telling(_is_wanted, _subject, _line, _why, _after, _act),
    watching.CONTACT: _telling(_is_wanted, _subject, _line, _why, _after, _act),
    watching.CALL: _telling(_is_call_wanted, _no_subject, _call_line, _call_why, _after_call),
}
