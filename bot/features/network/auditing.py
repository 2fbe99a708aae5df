"""`audit`: who changed roles, groups and the protocol, and who took words out; for stewards, from the event log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from bot.core.audience import may_read, person_reader
from bot.core.commands import Args, Option, Who, command
from bot.core.context import Context
from bot.core.kinds import Kind
from bot.core.language import Words, mark
from bot.core.message import (
    Action,
    Actions,
    Block,
    Bold,
    Bullets,
    Heading,
    Message,
    Paragraph,
    PersonMention,
    Spans,
)
from bot.core.replies import Answer, Reply
from storage import decisions, directory, events
from storage.events import Event
from storage.network import Group

A_PAGE = 15
KINDS = (
    "role_given",
    "role_taken",
    "group_registered",
    "group_changed",
    "group_state_changed",
    "group_split",
    "channel_bound",
    "contact_changed",
    "identity_linked",
    "person_forgotten",
    "protocol_changed",
    "decision_redacted",
    "contribution_redacted",
    "decision_taken_over",
)
_STATES = {
    "active": mark("{group} is active again"),
    "paused": mark("{group} paused"),
    "merged": mark("{group} became part of another group"),
    "left": mark("{group} left the network"),
}


class AuditArgs(Args):
    before: Annotated[str, Kind(), Option(is_hidden=True)] = Field("", description=mark("go on before this entry"))


@dataclass(frozen=True, slots=True)
class _Named:
    people: Mapping[int, str]
    groups: Mapping[int, Group]


@command(
    "audit",
    summary=mark("Who changed roles, groups and the protocol, and who took words out"),
    who=Who.STEWARD,
    reads=True,
    works_unbound=True,
    has_form=False,
    examples=("/audit",),
)
def audit(ctx: Context, args: AuditArgs) -> Reply:
    before = int(args.before) if args.before.isdecimal() else None
    found = events.newest(ctx.db, ctx.network.id, KINDS, before, A_PAGE + 1)
    page = found[:A_PAGE]
    named = _names(ctx, page)
    words = ctx.words
    if not page:
        return Answer(Message((Paragraph(words.line("Nothing of that kind has happened.")),)), is_secret=True)
    blocks: list[Block] = [
        Heading(words.line("Who changed what, the newest first")),
        Bullets(tuple(_entry(ctx, event, named) for event in page)),
    ]
    if len(found) > A_PAGE:
        blocks.append(Actions((Action(words("Earlier"), f"/audit --before {page[-1].id}"),)))
    return Answer(Message(tuple(blocks)), is_secret=True)


def _names(ctx: Context, page: list[Event]) -> _Named:
    people = {id for e in page for id in (e.person_id, e.data.get("person_id")) if id is not None}
    groups = {
        id
        for e in page
        for id in (e.group_id, e.data.get("into_id"), e.data.get("new_id"), e.data.get("from_group_id"))
        if id is not None
    }
    return _Named(
        directory.person_names(ctx.db, ctx.network.id, sorted(people)),
        directory.groups_by_id(ctx.db, ctx.network.id, sorted(groups)),
    )


def _entry(ctx: Context, event: Event, named: _Named) -> Spans:
    words = ctx.words
    who: PersonMention | str = words("Mycel")
    if event.person_id is not None:
        who = PersonMention(event.person_id, named.people.get(event.person_id, ""))
    return words.line("{moment}, {who}: {what}", moment=words.moment(event.at), who=who, what=_what(ctx, event, named))


def _what(ctx: Context, event: Event, named: _Named) -> Spans:
    words, data = ctx.words, event.data
    person = PersonMention(data.get("person_id", 0), named.people.get(data.get("person_id", 0), ""))
    found = named.groups.get(event.group_id or 0)
    group = Bold(found.name if found else "–")
    match event.kind:
        case "role_given" | "role_taken":
            return _role(words, event.kind, person, data["role"])
        case "group_registered":
            return words.line("registered {group}", group=group)
        case "group_changed":
            return words.line("changed {what} of {group}", what=", ".join(data["changed"]), group=group)
        case "group_state_changed":
            return words.line(_STATES[data["state"]], group=group)
        case "group_split":
            return words.line("{group} split", group=group)
        case "channel_bound":
            return words.line("a channel became a home of {group}", group=group)
        case "contact_changed":
            if "person_id" in data:
                return words.line("{person} is the contact of {group}", person=person, group=group)
            return words.line("{group} has no contact", group=group)
        case "identity_linked":
            return words.line("linked two accounts of {person}", person=person)
        case "person_forgotten":
            return words.line("somebody had themselves forgotten")
        case "protocol_changed":
            return words.line("changed the protocol: {case}", case=data["case"])
        case "decision_taken_over":
            return words.line("{id} became a decision of {group}", id=_record(ctx, data["number"]), group=group)
        case _:
            return _redacted(ctx, event)


def _role(words: Words, kind: str, person: PersonMention, role: str) -> Spans:
    title = {"steward": words("steward"), "facilitator": words("facilitator")}.get(role, role)
    if kind == "role_given":
        return words.line("made {person} {role}", person=person, role=title)
    return words.line("{person} is no longer {role}", person=person, role=title)


def _redacted(ctx: Context, event: Event) -> Spans:
    if event.kind == "contribution_redacted":
        return ctx.words.line("took words out of the input on {id}", id=_record(ctx, event.data["number"]))
    return ctx.words.line("took the words out of {id}", id=_record(ctx, event.data["number"]))


def _record(ctx: Context, number: int) -> str:
    """The decision's id; that there is one is not told to whom it was not for."""
    found = decisions.find(ctx.db, ctx.network.id, number)
    asked = (*found.affected_ids, *found.told_ids) if found else ()
    if found is None or not may_read(found.audience, found.group_id, asked, person_reader(ctx.actor)):
        return ctx.words("a decision that is not yours to read")
    return found.id
