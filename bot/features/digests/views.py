"""The digest as a group's channel shows it: short, with links, nothing that its group may not read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bot.core import telling
from bot.core.audience import Reader
from bot.core.context import Context, ViewContext
from bot.core.events import DigestAsked
from bot.core.language import Words
from bot.core.message import (
    Block,
    Bold,
    Bullets,
    Code,
    GroupMention,
    Heading,
    Message,
    Note,
    Paragraph,
    Picture,
    RecordMention,
    Spans,
    Text,
)
from bot.features.digests import timeline
from bot.features.digests.choosing import MOST, Chosen, from_args, readable
from storage import contributions, directory
from storage import digest_content as content
from storage.decisions import Decision
from storage.network import Group


@dataclass(frozen=True, slots=True)
class Shown:
    """What the lines are made of: decisions that may be read, groups, ends of windows, concerns' decisions."""

    words: Words
    decisions: Mapping[int, Decision]
    groups: Mapping[int, Group]
    ends: Mapping[int, datetime]
    concerns: Mapping[int, int]

    def entry(self, number: int) -> Spans:
        """ "D-12 Use Signal for alerts – Oakland"."""
        decision = self.decisions[number]
        group = self.groups.get(decision.group_id)
        title = decision.title or self.words("(redacted)")
        by = (Text(" – "), GroupMention(group.name, group.slug)) if group else ()
        return (RecordMention(decision.id), Text(f" {title}"), *by)


def digest(ctx: ViewContext, args: Mapping[str, Any]) -> Message | None:
    """A view; None where the group is gone."""
    return None if ctx.group is None else rendered(ctx, ctx.group, args)


def rendered(ctx: ViewContext | Context, group: Group, args: Mapping[str, Any]) -> Message:
    """The digest of a group from what was chosen for it."""
    words, chosen = ctx.words, from_args(args)
    shown = _load(ctx.db, ctx.network.id, words, group, chosen)
    since, until = datetime.fromisoformat(args["since"]), datetime.fromisoformat(args["until"])
    asked = DigestAsked(about=f"group:{group.id}", group_id=group.id, since=since, until=until, most=MOST)
    blocks = [*_yours(shown, chosen, group), *ctx.ask(asked), *_news(shown, chosen)]
    late = timedelta(seconds=args.get("late_s", 0))
    if not blocks:
        line = words.line("Nothing new for {group} since {moment}.", group=group.name, moment=words.moment(since))
        return Message((Paragraph(line),))
    heading = Heading(words.line("What concerns {group}, since {moment}", group=group.name, moment=words.moment(since)))
    if late:
        blocks.insert(0, Note(words.line("This comes late by {hours} h.", hours=round(late.total_seconds() / 3600))))
    if args.get("picture"):
        heard = timeline.heard(ctx.db, ctx.network.id, args["picture"])
        blocks.append(Picture(args["picture"], _alternative(shown, chosen, heard)))
    if args.get("told"):
        blocks.append(telling.why_asked(ctx, args["told"]))
    return Message((heading, *blocks))


def _load(db: sa.Connection, network_id: int, words: Words, group: Group, chosen: Chosen) -> Shown:
    concerns = {c.id: c.number for id in chosen.concerns if (c := contributions.contribution(db, network_id, id))}
    numbers = {*chosen.numbers, *concerns.values()}
    found = content.decisions_by_number(db, network_id, numbers)
    reader = Reader(frozenset((group.id,)))
    seen = {n: d for n, d in found.items() if d.status != "undone" and readable(d, reader)}
    silent = {id for _, ids in chosen.silent for id in ids}
    groups = directory.groups_by_id(db, network_id, sorted({*silent, *(d.group_id for d in seen.values())}))
    ends = content.ends(db, network_id, group.id, [*chosen.closing, *chosen.open])
    return Shown(words, seen, groups, ends, concerns)


def _yours(shown: Shown, chosen: Chosen, group: Group) -> list[Block]:
    """What waits for the group: its input, what it owes."""
    words = shown.words
    more = words.plural("and {n} more", "and {n} more", chosen.more_open) if chosen.more_open else ""
    return [
        *_section(words("Closing soon, and you have not been heard"), _until(shown, chosen.closing)),
        *_section(words("Open for your input"), _until(shown, chosen.open), more),
        *_section(words("Yours to finish: say what becomes of it"), _entries(shown, chosen.outcomes)),
        *_section(words("Concerns that wait for your answer"), list(_concerns(shown, chosen.concerns))),
        *_section(words("Time to look at again"), _entries(shown, chosen.reviews)),
    ]


def _news(shown: Shown, chosen: Chosen) -> list[Block]:
    """What happened elsewhere, and who was silent."""
    words = shown.words
    more = ""
    if chosen.more_decided:
        more = words("and {n} more: {command}", n=chosen.more_decided, command="/decisions --since 7d")
    return [
        *_section(words("Decided"), [_decided(shown, n) for n in chosen.decided if n in shown.decisions], more),
        *_section(words("Closed without you"), _entries(shown, chosen.missed)),
        *_section(words("Who was silent on yours"), list(_silent(shown, chosen.silent))),
    ]


def _section(title: str, lines: Sequence[Spans], more: str = "") -> tuple[Block, ...]:
    if not lines:
        return ()
    items = (*lines, (Text(more),)) if more else tuple(lines)
    return (Paragraph((Bold(title),)), Bullets(items))


def _entries(shown: Shown, numbers: Iterable[int]) -> list[Spans]:
    return [shown.entry(number) for number in numbers if number in shown.decisions]


def _until(shown: Shown, numbers: Iterable[int]) -> list[Spans]:
    lines = []
    for number in numbers:
        if number in shown.decisions and number in shown.ends:
            until = shown.words.line(", until {end}", end=shown.words.moment(shown.ends[number]))
            lines.append((*shown.entry(number), *until))
    return lines


def _decided(shown: Shown, number: int) -> Spans:
    words, decision = shown.words, shown.decisions[number]
    marks = {
        "withdrawn": words("withdrawn"),
        "superseded": words("replaced since"),
        "reversed": words("reversed since"),
        "proposed": words("open for input"),
    }
    mark = marks.get(decision.status) or (words("urgent") if decision.urgent else "")
    return (*shown.entry(number), *((Text(f" ({mark})"),) if mark else ()))


def _concerns(shown: Shown, ids: Iterable[int]) -> Iterable[Spans]:
    for id in ids:
        number = shown.concerns.get(id)
        if number in shown.decisions:
            yield shown.words.line(
                "{concern} on {decision}: {command}",
                concern=RecordMention(f"C-{id}"),
                decision=RecordMention(f"D-{number}"),
                command=Code(f"/answer C-{id} …"),
            )


def _silent(shown: Shown, silent: Iterable[Sequence[Any]]) -> Iterable[Spans]:
    for number, ids in silent:
        names = sorted(shown.groups[id].name for id in ids if id in shown.groups)
        if number in shown.decisions and names:
            yield (RecordMention(f"D-{number}"), Text(f": {shown.words.listed(names)}"))


def _alternative(shown: Shown, chosen: Chosen, heard: Mapping[str, tuple[int, int]]) -> str:
    """What the picture shows, in words."""
    numbers = [n for n in (*chosen.closing, *chosen.open) if n in shown.ends and n in shown.decisions]
    windows = [_on_the_line(shown, n, heard.get(f"D-{n}")) for n in numbers]
    return shown.words("Open windows on a time line: {windows}.", windows="; ".join(windows))


def _on_the_line(shown: Shown, number: int, heard: tuple[int, int] | None) -> str:
    words, end = shown.words, shown.words.moment(shown.ends[number]).shown
    if heard is None:
        return words("{id} until {end}", id=f"D-{number}", end=end)
    return words("{id} until {end}, {n} of {asked} heard", id=f"D-{number}", end=end, n=heard[0], asked=heard[1])
