"""A group that leaves, merges, splits or hands a decision over: what it is asked, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.core.context import ViewContext
from bot.core.language import Words
from bot.core.message import (
    Action,
    Actions,
    Block,
    Bold,
    Bullets,
    Code,
    Message,
    Note,
    Paragraph,
    PersonMention,
    RecordMention,
    Spans,
    text,
)
from bot.features.network.exports import Link, shown
from bot.features.network.state_messages import came_back
from storage import directory
from storage.group_states import LEFT
from storage.network import Group

OF_TWO = ("leave", "merge", "split")


def change_asked(ctx: ViewContext, args: Mapping[str, Any]) -> Message | None:
    """The question to a group, and its answer. `args`: a Request's fields, code, verdict, closed_by."""
    ids = [args["group_id"], args["other_id"]]
    groups = directory.groups_by_id(ctx.db, ctx.network.id, ids)
    names = directory.person_names(ctx.db, ctx.network.id, [args["by"], args["closed_by"] or 0])
    words, who = ctx.words, PersonMention(args["by"], names.get(args["by"], ""))
    asked = Paragraph(_question(words, args, groups, who))
    if args["verdict"]:
        closer = PersonMention(args["closed_by"], names.get(args["closed_by"], ""))
        line = words.line("{who} agreed.", who=closer)
        if args["verdict"] == "refused":
            line = words.line("{who} said no. Nothing changes.", who=closer)
        return Message((asked, Paragraph(line)))
    expires_at = datetime.fromisoformat(args["expires_at"])
    if ctx.now >= expires_at:
        return Message((asked, Paragraph(words.line("Nobody agreed in time. Nothing changes."))))
    blocks: list[Block] = [asked, Bullets(_meaning(words, args, groups))]
    if args["kind"] in OF_TWO:
        blocks.append(
            Note(
                words.line(
                    "Somebody else of the group agrees by {moment}, or nothing changes.",
                    moment=words.moment(expires_at),
                )
            )
        )
    else:
        blocks.append(
            Note(words.line("Somebody here agrees by {moment}, or nothing changes.", moment=words.moment(expires_at)))
        )
    blocks.append(
        Actions(
            (
                Action(words("Agree"), f"/group-agree {args['code']}", "primary"),
                Action(words("No"), f"/group-refuse {args['code']}"),
            )
        )
    )
    return Message(tuple(blocks))


def _question(words: Words, args: Mapping[str, Any], groups: Mapping[int, Group], who: PersonMention) -> Spans:
    group, other = groups[args["group_id"]], groups.get(args["other_id"])
    own, others = Bold(group.name), Bold(other.name) if other else ""
    match args["kind"]:
        case "leave":
            return words.line("{who} asks that {group} leaves the network.", who=who, group=own)
        case "merge":
            return words.line("{who} asks that {group} becomes part of {other}.", who=who, group=own, other=others)
        case "welcome":
            return words.line("{other} wants to become part of {group}.", group=own, other=others)
        case "split":
            return words.line(
                "{who} asks that {new} splits off from {group}.", who=who, group=own, new=Bold(args["name"])
            )
        case _:
            record = RecordMention(f"D-{args['number']}")
            return words.line("{other} wants to take over {id} from {group}.", other=others, id=record, group=own)


def _meaning(words: Words, args: Mapping[str, Any], groups: Mapping[int, Group]) -> tuple[Spans, ...]:
    """What would happen, in short."""
    match args["kind"]:
        case "leave":
            return (
                words.line("its own decisions, and what it said on others, are exported to a file that imports again"),
                words.line("what it decided for others to read stays in the network as history, under its name"),
                words.line("what it logged for itself alone is removed from the network"),
                words.line("its channels belong to the network no more; roles of people in no other group end"),
                words.line(
                    "who wants their name out of the history too types {command} first", command=Code("/forget-me")
                ),
            )
        case "merge" | "welcome":
            return (
                words.line(
                    "its decisions, channels and people become the other group’s; each decision says whose it was"
                ),
                words.line("what either group logged for itself alone can then be read by all of both"),
                words.line("hours, holidays, language and open input windows are the other group’s from then on"),
                words.line("it cannot be taken back; the one group can split again"),
            )
        case "split":
            return (
                words.line("the new group begins with the settings of this one, without a channel"),
                words.line("each person chooses; decisions stay here unless they are handed over one by one"),
            )
        case _:
            return (words.line("it is decided, changed and reviewed by them from then on; where it came from is said"),)


def change_refused(ctx: ViewContext, args: Mapping[str, Any]) -> Message | None:
    """What those are told who had asked another group."""
    groups = directory.groups_by_id(ctx.db, ctx.network.id, [args["group_id"], args["other_id"]])
    asked = Bold(groups[args["group_id"]].name)
    if args["kind"] == "take":
        record = RecordMention(f"D-{args['number']}")
        return Message((Paragraph(ctx.words.line("{group} keeps {id}.", group=asked, id=record)),))
    other = groups[args["other_id"]].name
    line = ctx.words.line("{group} said no: {other} stays a group of its own.", group=asked, other=other)
    return Message((Paragraph(line),))


def groups_merged(ctx: ViewContext, args: Mapping[str, Any]) -> Message | None:
    """Said in all channels of both. `args`: group_id, into_id."""
    groups = directory.groups_by_id(ctx.db, ctx.network.id, [args["group_id"], args["into_id"]])
    group, into = groups[args["group_id"]], groups[args["into_id"]]
    words = ctx.words
    line = words.line("{group} is part of {into} now.", group=Bold(group.name), into=Bold(into.name))
    here = words.line(
        "This channel is a home of {into}; its decisions, people and open questions are too.", into=into.name
    )
    return Message((Paragraph(line), Note(here)))


def group_left(ctx: ViewContext, args: Mapping[str, Any]) -> Message | None:
    """The last message in the channels of a group that left. `args`: group_id, code, until (ISO 8601), url."""
    group = directory.groups_by_id(ctx.db, ctx.network.id, [args["group_id"]])[args["group_id"]]
    if group.state != LEFT:
        return Message((Paragraph(came_back(ctx.words, group.name)),))
    link = Link(args["code"], args["url"], datetime.fromisoformat(args["until"]))
    return Message(_left(ctx.words, group, link))


def left_answer(words: Words, group: Group, link: Link) -> Message:
    """What the one is answered who agreed last."""
    return Message(_left(words, group, link))


def _left(words: Words, group: Group, link: Link) -> tuple[Block, ...]:
    fetched = words.line(
        "What is yours: {link} (until {moment}). Whoever has this link can read all of it.",
        link=shown(words, link.url),
        moment=words.moment(link.until_at, group.zone),
    )
    return (
        Paragraph(words.line("{group} has left the network. Thank you, and good luck.", group=Bold(group.name))),
        Paragraph(fetched),
        Note(words.line("This channel belongs to no network now. Mycel hears nothing here but a code.")),
    )


def group_split(ctx: ViewContext, args: Mapping[str, Any]) -> Message | None:
    """Said in the channels of the group that split. `args`: group_id, new_id."""
    groups = directory.groups_by_id(ctx.db, ctx.network.id, [args["group_id"], args["new_id"]])
    group, new = groups[args["group_id"]], groups[args["new_id"]]
    words = ctx.words
    count = directory.member_count(ctx.db, ctx.network.id, new.id)
    chosen = words.plural("{n} person has gone with it.", "{n} people have gone with it.", count)
    return Message(
        (
            Paragraph(words.line("{new} has split off from {group}.", new=Bold(new.name), group=group.name)),
            Paragraph(words.line("Who goes with it says so; who stays does nothing.")),
            Note(text(chosen)),
            Actions((Action(words("I go with {new}", new=new.name), f"/group-choose {new.slug}"),)),
        )
    )


def decision_taken_over(ctx: ViewContext, args: Mapping[str, Any]) -> Message | None:
    """Said in the channels of the group that has it now. `args`: group_id (whose it was), new_id, number."""
    groups = directory.groups_by_id(ctx.db, ctx.network.id, [args["group_id"], args["new_id"]])
    record = RecordMention(f"D-{args['number']}")
    line = ctx.words.line(
        "{id} is {new}'s now; it was {group}'s.",
        id=record,
        new=groups[args["new_id"]].name,
        group=groups[args["group_id"]].name,
    )
    return Message((Paragraph(line),))


def not_asked(words: Words, paused: Sequence[tuple[Group, datetime | None]]) -> tuple[Block, ...]:
    """What is added to the answer where somebody affects groups that pause."""
    lines = []
    for group, until_at in paused:
        line = words.line("{group} is paused and is not asked meanwhile.", group=group.name)
        if until_at is not None:
            until = words.moment(until_at)
            line = words.line(
                "{group} is paused until {moment} and is not asked meanwhile.", group=group.name, moment=until
            )
        lines.append(line)
    return (Note(lines[0]),) if len(lines) == 1 else tuple(Note(line) for line in lines)


def whose_it_was(
    words: Words, origins: Sequence[tuple[Group, datetime]], group: Group, left: datetime | None
) -> tuple[Block, ...]:
    """What is added where a decision is shown that was another group's, or whose group left."""
    blocks: list[Block] = [
        Note(words.line("It was {group}'s until {moment}.", group=was.name, moment=words.moment(until)))
        for was, until in origins
    ]
    if left is not None:
        moment = words.moment(left)
        blocks.append(
            Note(
                words.line(
                    "{group} left the network on {moment}: it stands as history.", group=group.name, moment=moment
                )
            )
        )
    return tuple(blocks)
