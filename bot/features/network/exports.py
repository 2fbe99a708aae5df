"""`group export`: what a group takes with it, behind a link that only it is given."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from bot.core.audience import GROUP
from bot.core.commands import Who, command
from bot.core.context import Context
from bot.core.events import ContributionRedacted, DecisionRedacted, PersonForgotten
from bot.core.language import Words, mark
from bot.core.message import Block, Bullets, Message, Paragraph
from bot.core.message import Link as LinkSpan
from bot.core.replies import Answer, Reply
from bot.features.network import state_rules
from bot.features.network.access import NoArgs
from bot.features.network.pausing import own_group
from storage import codes, decisions, directory, group_export, transfer_lines
from storage.network import Group
from storage.transfer import Row

LINK_FOR = timedelta(days=1)
PATH = "/exports/"


@dataclass(frozen=True, slots=True)
class Link:
    """Where an export is fetched until when, by whoever has the code."""

    code: str
    url: str
    until_at: datetime


@dataclass(frozen=True, slots=True)
class Export:
    """A file: its name and its lines."""

    name: str
    lines: list[str]


@command(
    "group-export",
    summary=mark("Get your group's own decisions and what it said, as a file that imports again"),
    who=Who.OWN,
    has_form=False,
    examples=("/group export",),
)
def export_group(ctx: Context, args: NoArgs) -> Reply:
    group = own_group(ctx)
    link = _link(ctx, group, LINK_FOR)
    words = ctx.words
    lines = (
        words.line("decisions of {group} with all versions, links and windows", group=group.name),
        words.line("what it said on decisions of others, and in conflicts"),
        words.line("of what others said on yours: kinds and numbers, without their words"),
    )
    blocks = (
        Paragraph(
            words.line("{link} (until {moment})", link=shown(words, link.url), moment=words.moment(link.until_at))
        ),
        Bullets(lines),
        Paragraph(words.line("Whoever has this link can read all of it: keep it to yourselves.")),
    )
    return Answer(Message(blocks), is_secret=True)


def shown(words: Words, url: str) -> LinkSpan:
    return LinkSpan(words("export"), url)


def set_aside(ctx: Context, group: Group) -> Link:
    """Keeps the export of a group that leaves, as it is now, for as long as its link is good."""
    group_export.keep(ctx.db, ctx.network.id, group.id, lines_of(ctx.db, ctx.network.slug, group, ctx.now))
    return _link(ctx, group, state_rules.EXPORT_KEPT_FOR)


def drop(ctx: Context, group_id: int) -> None:
    group_export.drop(ctx.db, ctx.network.id, group_id)


def _link(ctx: Context, group: Group, good_for: timedelta) -> Link:
    code, until_at = ctx.new_code(), ctx.now + good_for
    codes.add(ctx.db, ctx.network.id, code, codes.EXPORT, ctx.now, until_at, data={"group_id": group.id})
    return Link(code, f"{ctx.base_url}{PATH}{code}", until_at)


def lines_of(db: sa.Connection, network: str, group: Group, at: datetime) -> list[str]:
    """A group's export, line by line."""
    found = [
        transfer_lines.row_line(table, row) for table, row in group_export.rows(db, group.network_id, group.id, at)
    ]
    header = transfer_lines.header_line(network, at, group.slug)
    return [header, *found, transfer_lines.end_line(len(found))]


def of_group(db: sa.Connection, network: str, group: Group, at: datetime) -> Export:
    """What was set aside when it left, else as it is now."""
    lines = group_export.kept(db, group.network_id, group.id) or lines_of(db, network, group, at)
    return Export(f"{group.slug}.jsonl", lines)


def fetch(db: sa.Connection, code: str, at: datetime) -> Export | None:
    """The export that a link leads to; None where the code is unknown or its time is over. `at`: the real time."""
    network_id = codes.network_of_export(db, code)
    if network_id is None:
        return None
    network = directory.network(db, network_id)
    now = at + network.clock_ahead
    found = codes.find(db, network_id, code, codes.EXPORT, now)
    if found is None:
        return None
    group_id = found.data["group_id"]
    group = directory.groups_by_id(db, network_id, [group_id])[group_id]
    return of_group(db, network.slug, group, now)


def person_forgotten(ctx: Context, fact: PersonForgotten) -> tuple[Block, ...]:
    """Name, accounts and words leave exports that nobody has fetched yet too."""

    def revised(table: str, row: Row) -> Row | None:
        if table in ("identities", "memberships") and row["person_id"] == fact.person_id:
            return None
        if table == "people" and row["id"] == fact.person_id:
            left = Words(ctx.network.language)("someone who left")
            return row | {"name": left, "zone": None, "forgotten_at": ctx.now.isoformat()}
        if table == "contributions" and row["person_id"] == fact.person_id:
            return row | {"text": "", "redacted_at": ctx.now.isoformat()}
        if table == "conflicts" and row["raiser_id"] == fact.person_id:
            return row | {"text": "", "raiser_id": None}
        if table == "conflict_log" and row["by_id"] == fact.person_id:
            return row | {"text": "", "by_id": None}
        return None if table == "circle_people" and row["person_id"] == fact.person_id else row

    group_export.revise(ctx.db, ctx.network.id, revised)
    return ()


_WORDS = dict.fromkeys(("title", "why", "alternatives", "taken_by", "urgent", "note"), "")


def decision_redacted(ctx: Context, fact: DecisionRedacted) -> tuple[Block, ...]:
    """A redaction reaches what waits to be fetched; what a group kept to itself goes with it alone, and stays there."""
    decision = decisions.find(ctx.db, ctx.network.id, fact.number)
    if decision is None or decision.audience == GROUP:
        return ()

    def revised(table: str, row: Row) -> Row | None:
        if row.get("number") != fact.number:
            return row
        if table in ("decisions", "decision_versions"):
            blank = {name: text for name, text in _WORDS.items() if name in row}
            lists: Row = {name: [] for name in ("tags", "rests_on") if name in row}
            at = {"redacted_at": ctx.now.isoformat()} if "redacted_at" in row else {}
            return row | blank | lists | at
        return row | {"outcome_text": ""} if table == "input_windows" else row

    group_export.revise(ctx.db, ctx.network.id, revised)
    return ()


def contribution_redacted(ctx: Context, fact: ContributionRedacted) -> tuple[Block, ...]:
    """The same for what somebody said."""

    def revised(table: str, row: Row) -> Row | None:
        if table == "contributions" and row["id"] == fact.contribution:
            return row | {"text": "", "redacted_at": ctx.now.isoformat()}
        return row

    group_export.revise(ctx.db, ctx.network.id, revised)
    return ()
