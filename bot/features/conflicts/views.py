"""What channels are shown of a conflict, rendered when it is sent and whenever it changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.core.context import ViewContext
from bot.core.language import Words
from bot.core.message import Action, Actions, Block, Code, Message, Note, Paragraph, PersonMention, RecordMention
from bot.features.conflicts import messages, ways
from bot.features.conflicts.loading import Case, case, is_readable, reader_here
from storage import directory, roles
from storage.conflicts import OF_VALUES, OPEN


def conflict_head(ctx: ViewContext, args: Mapping[str, Any]) -> Message | None:
    """The one message about it in a channel."""
    found = case(ctx.db, ctx.network.id, args["id"])
    if found is None:
        return None
    if not is_readable(found, reader_here(ctx)):
        return _hidden(ctx.words, found)
    group_id = ctx.group.id if ctx.group else None
    return messages.head(ctx.words, found, ctx.now, ways.for_channel(ctx.words, found, group_id))


def conflict_hosted(ctx: ViewContext, args: Mapping[str, Any]) -> Message | None:
    """A facilitator hosts it, in the groups' channels; it goes when they hand it back."""
    found, entry = _entry(ctx, args)
    if found is None or entry is None or found.conflict.host_id != entry.by_id or entry.by_id is None:
        return None
    line = ctx.words.line(
        "{name} hosts {id} and will speak with each of its groups. Hosting is not deciding.",
        name=PersonMention(entry.by_id, found.name(entry.by_id)),
        id=RecordMention(found.about),
    )
    return Message((Paragraph(line),))


def conflict_ending(ctx: ViewContext, args: Mapping[str, Any]) -> Message | None:
    """An end is proposed and waits for this group; it goes when another is proposed or it has ended."""
    found, entry = _entry(ctx, args)
    if found is None or entry is None or found.conflict.state != OPEN or found.conflict.ending != entry.kind:
        return None
    if any(later.kind in messages.ENDINGS for later in found.log[entry.position :]):
        return None
    group_id = ctx.group.id if ctx.group else None
    line = ctx.words.line("A word is asked of you on {id}.", id=RecordMention(found.about))
    blocks: list[Block] = [Paragraph(line), *messages.ending(ctx.words, found)]
    if any(party.group_id == group_id and party.confirmed_at is None for party in found.parties):
        another = Action(ctx.words("Say what is missing"), f"/log {found.about}")
        blocks.append(Actions((ways.confirm(ctx.words, found.about), another)))
    return Message(tuple(blocks))


def conflict_ended(ctx: ViewContext, args: Mapping[str, Any]) -> Message | None:
    """It has ended, by every group's own word."""
    found = _readable(ctx, args)
    if found is None or found.conflict.state == OPEN:
        return None
    state = messages.state(ctx.words, found, ctx.now)
    line = ctx.words.line("{id}: {state}", id=RecordMention(found.about), state=state)
    return Message((Paragraph(line), *messages.ending(ctx.words, found)))


def conflict_calls(ctx: ViewContext, args: Mapping[str, Any]) -> Message | None:
    """It is one of values: where the circle meets, who has to bring people together for it."""
    found = _readable(ctx, args)
    if found is None or found.conflict.state != OF_VALUES or found.conflict.review_at is None:
        return None
    words, groups = ctx.words, [group.name for group in found.party_groups]
    line = words.line("{id} is a conflict of values, by the word of each of its groups.", id=RecordMention(found.about))
    call = words.line(
        "The circle calls a coherence conversation on it: people of {groups} and of other groups, "
        "before it comes back on {until}.",
        groups=words.listed(groups),
        until=words.moment(found.conflict.review_at),
    )
    show = Action(words("Open {id}", id=found.about), f"/conflicts {found.about}")
    return Message((Paragraph(line), *messages.ending(words, found), Paragraph(call), Actions((show,))))


def conflict_reopened(ctx: ViewContext, args: Mapping[str, Any]) -> Message | None:
    """It is open again."""
    found, entry = _entry(ctx, args)
    if found is None or entry is None or found.conflict.state != OPEN:
        return None
    if entry.by_id is None:
        line = ctx.words.line("{id} is open again: the date has come that its groups had set.", id=found.about)
        agreed = [one for one in found.log[: entry.position] if one.kind in messages.ENDINGS]
        return Message((Paragraph(line), *messages.entry(ctx.words, found, agreed[-1])))
    line = ctx.words.line("{id} is open again.", id=RecordMention(found.about))
    return Message((Paragraph(line), *messages.entry(ctx.words, found, entry)))


def conflict_waits(ctx: ViewContext, args: Mapping[str, Any]) -> Message | None:
    """It has grown old: a word to one of its groups; it goes when it has ended or the group has confirmed."""
    found = _readable(ctx, args)
    if found is None or found.conflict.state != OPEN or ctx.group is None:
        return None
    words, id = ctx.words, RecordMention(found.about)
    party = next((p for p in found.parties if p.group_id == ctx.group.id), None)
    if party is None or party.confirmed_at is not None:
        return None
    old = messages.age(words, args["days"])
    blocks: list[Block] = [Paragraph(words.line("{id} is still open ({age}).", id=id, age=old))]
    if found.conflict.ending:
        blocks.append(Note(words.line("An end is proposed and waits for your group’s word.")))
        blocks.append(Actions((ways.confirm(words, found.about),)))
    else:
        blocks.append(
            Note(words.line("What would settle it for you? {command}", command=Code(f"/log {found.about} …")))
        )
    return Message(tuple(blocks))


def conflict_with_host(ctx: ViewContext, args: Mapping[str, Any]) -> Message | None:
    """Its host is reminded, in the thread that its groups read too."""
    found = _readable(ctx, args)
    if found is None or found.conflict.state != OPEN or found.conflict.host_id is None:
        return None
    words = ctx.words
    line = words.line(
        "{name}, you host {id}, which is still open ({age}). What was tried? {command}",
        name=PersonMention(found.conflict.host_id, found.name(found.conflict.host_id), is_addressed=True),
        id=RecordMention(found.about),
        age=messages.age(words, args["days"]),
        command=Code(f"/log {found.about} …"),
    )
    return Message((Paragraph(line),))


def conflict_offered(ctx: ViewContext, args: Mapping[str, Any]) -> Message | None:
    """Nobody hosts it: it is offered where the circle meets."""
    found = _readable(ctx, args)
    if found is None or found.conflict.state != OPEN or found.conflict.host_id is not None:
        return None
    words = ctx.words
    old = messages.age(words, args["days"])
    line = words.line("{id} is open ({age}), and nobody hosts it.", id=RecordMention(found.about), age=old)
    return Message((Paragraph(line), Actions((ways.host(words, found.about),))))


def conflict_escalated(ctx: ViewContext, args: Mapping[str, Any]) -> Message | None:
    """It has waited too long: the circle is told, hosted or not."""
    found = _readable(ctx, args)
    if found is None or found.conflict.state != OPEN:
        return None
    words, conflict = ctx.words, found.conflict
    old = messages.age(words, args["days"])
    line = words.line("{id} has been open for {age}.", id=RecordMention(found.about), age=old)
    hint = words.line("It does not close by itself. All that waits: {command}", command=Code("/conflicts"))
    hosting = () if conflict.host_id else (ways.host(words, found.about),)
    actions = (*hosting, Action(words("Open {id}", id=found.about), f"/conflicts {found.about}"))
    return Message((Paragraph(line), Note(hint), Actions(actions)))


def confided(ctx: ViewContext, args: Mapping[str, Any]) -> Message | None:
    """A facilitator is told that something waits: not what, not from whom."""
    person_id = args["person_id"]
    if person_id is None or "facilitator" not in roles.of(ctx.db, ctx.network.id, person_id):
        return None
    name = directory.person_names(ctx.db, ctx.network.id, [person_id]).get(person_id, "?")
    line = ctx.words.line(
        "{name}, somebody has told you something in confidence. Only you are shown it: {command}",
        name=PersonMention(person_id, name, is_addressed=True),
        command=Code("/conflicts mine"),
    )
    return Message((Paragraph(line),))


def _readable(ctx: ViewContext, args: Mapping[str, Any]) -> Case | None:
    found = case(ctx.db, ctx.network.id, args["id"])
    return found if found is not None and is_readable(found, reader_here(ctx)) else None


def _entry(ctx: ViewContext, args: Mapping[str, Any]) -> Any:
    found = _readable(ctx, args)
    entry = next((e for e in found.log if e.position == args["position"]), None) if found else None
    return found, entry


def _hidden(words: Words, found: Case) -> Message:
    return Message((Paragraph(words.line("{id} is not open to this channel.", id=RecordMention(found.about))),))


VIEWS = {
    "conflict_head": conflict_head,
    "conflict_hosted": conflict_hosted,
    "conflict_ending": conflict_ending,
    "conflict_ended": conflict_ended,
    "conflict_calls": conflict_calls,
    "conflict_reopened": conflict_reopened,
    "conflict_waits": conflict_waits,
    "conflict_with_host": conflict_with_host,
    "conflict_offered": conflict_offered,
    "conflict_escalated": conflict_escalated,
    "confided": confided,
}
