"""What is said about decisions: records in, blocks out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.core.durations import parse_duration
from bot.core.language import Words, mark
from bot.core.lengths import in_words
from bot.core.message import (
    Action,
    Actions,
    Block,
    Bold,
    Bullets,
    Code,
    Fields,
    GroupMention,
    Heading,
    Message,
    Note,
    Paragraph,
    RecordMention,
    Span,
    Spans,
    Text,
)
from bot.features.decisions.history import earlier_versions
from bot.features.decisions.life import Life, life_blocks, term_rows
from storage.decision_terms import MANDATE, Terms
from storage.decision_versions import Version
from storage.decisions import Decision
from storage.links import Link
from storage.network import Group

READERS = {
    "group": mark("{group} only"),
    "affected": mark("{group} and the affected groups"),
    "network": mark("everyone in the network"),
    "circle": mark("{group} and the facilitation circle"),
}
STATUS = {
    "proposed": mark("proposed: not taken yet"),
    "taken": mark("taken"),
    "withdrawn": mark("withdrawn"),
    "superseded": mark("superseded"),
    "reversed": mark("reversed"),
    "expired": mark("ended: it was not renewed"),
    "undone": mark("taken back"),
}
PAST = ("withdrawn", "superseded", "reversed", "expired", "undone")
"""What is not in force any more says so wherever it is named."""
FORWARD = {
    "supersedes": mark("Supersedes {id}"),
    "reverses": mark("Reverses {id}"),
    "amends": mark("Amends {id}"),
    "depends-on": mark("Depends on {id}"),
    "relates-to": mark("Relates to {id}"),
    "conflicts-with": mark("Conflicts with {id}"),
}
RELATED = {
    "supersedes": mark("{later} supersedes {earlier}."),
    "reverses": mark("{later} reverses {earlier}."),
    "amends": mark("{later} amends {earlier}."),
    "depends-on": mark("{later} depends on {earlier}."),
    "relates-to": mark("{later} relates to {earlier}."),
    "conflicts-with": mark("{later} conflicts with {earlier}."),
}
AGREED = {
    "supersedes": mark("Agreed: {later} supersedes {earlier}."),
    "reverses": mark("Agreed: {later} reverses {earlier}."),
    "amends": mark("Agreed: {later} amends {earlier}."),
}
ASKED = {
    "supersedes": mark("{group} logged {later}, which would supersede your {earlier}."),
    "reverses": mark("{group} logged {later}, which would reverse your {earlier}."),
    "amends": mark("{group} logged {later}, which would amend your {earlier}."),
}
LOOSE = {
    **FORWARD,
    "superseded-by": mark("Superseded by {id}"),
    "needed-by": mark("{id} depends on this"),
}
"""Links of imported decisions to what is not here, from whichever side they were written."""
BACKWARD = {
    "supersedes": mark("Superseded by {id}"),
    "reverses": mark("Reversed by {id}"),
    "amends": mark("Amended by {id}"),
    "depends-on": mark("{id} depends on this"),
    "relates-to": mark("Relates to {id}"),
    "conflicts-with": mark("Conflicts with {id}"),
}
NOT_YET_FORWARD = {
    "supersedes": mark("Would supersede {id}"),
    "reverses": mark("Would reverse {id}"),
    "amends": mark("Would amend {id}"),
}
NOT_YET_BACKWARD = {
    "supersedes": mark("Would be superseded by {id}"),
    "reverses": mark("Would be reversed by {id}"),
    "amends": mark("Would be amended by {id}"),
}
"""While the other group has not agreed, or the proposal has not been adopted."""
PARTS = {
    "author": mark("author"),
    "sponsor": mark("sponsor"),
    "delegate": mark("delegate"),
}
STATES = {
    "waiting": mark("once it is adopted"),
    "asked": mark("{group} has been asked"),
    "refused": mark("{group} said no"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """A decision with all that is needed to speak of it. `links`: (link, decision at its other side)."""

    decision: Decision
    group: Group
    author: str
    affected: tuple[Group, ...] = ()
    told: tuple[Group, ...] = ()
    links: tuple[tuple[Link, Decision, Group], ...] = ()
    loose: tuple[tuple[str, str], ...] = ()
    people: tuple[tuple[str, str], ...] = ()
    versions: tuple[Version, ...] = ()
    terms: Terms | None = None
    life: Life | None = None


def named(group: Group) -> GroupMention:
    return GroupMention(group.name, group.slug)


def listed(words: Words, groups: Sequence[Group]) -> str:
    return words.listed([group.name for group in groups])


def readers(words: Words, told: Told) -> str:
    """Who may read it, in words."""
    return words(READERS[told.decision.audience], group=told.group.name)


def title(words: Words, decision: Decision) -> Spans:
    """ "D-12 Use Signal", or what is left of it."""
    if decision.redacted_at is not None:
        return (RecordMention(decision.id), Text(" "), Text(words("(redacted)")))
    return (RecordMention(decision.id), Text(" "), Bold(decision.title))


def marked(words: Words, decision: Decision) -> Spans:
    """The title, and what became of it where it is not in force any more."""
    spans = title(words, decision)
    return (*spans, Text(f" ({words(STATUS[decision.status])})")) if decision.status in PAST else spans


def headline(words: Words, decision: Decision) -> Heading:
    return Heading(title(words, decision))


def card(words: Words, told: Told, *, is_told: bool, mentioned: Sequence[Block] = ()) -> Message:
    """The decision as its channel, or a channel that is told of it, shows it; `mentioned`: who is on call there."""
    d = told.decision
    if d.status == "undone":
        return Message((Paragraph(words.line("{id} was taken back.", id=RecordMention(d.id))),))
    blocks: list[Block] = [headline(words, d)]
    if d.urgent and d.status == "taken":
        blocks += [Paragraph((Bold(words("Urgent")),)), *mentioned]
    if is_told:
        blocks.insert(0, Paragraph(words.line("{group} lets you know:", group=named(told.group))))
    blocks.append(Fields(tuple(_facts(words, told))))
    if d.why:
        blocks.append(Paragraph((Bold(words("Why:")), Text(" " + shortened(d.why, 600)))))
    blocks += _links(words, told)
    blocks.append(Note(words.line("More: {command}", command=Code(f"/show {d.id}"))))
    return Message(tuple(blocks))


def _facts(words: Words, told: Told) -> list[tuple[str, Spans]]:
    d = told.decision
    status = (Text(words(STATUS[d.status])),)
    rows: list[tuple[str, Spans]] = [(words("Group"), (named(told.group),))]
    if d.taken_at is None:
        rows.append((words("Status"), status))
    elif d.status == "taken":
        rows.append((words("Status"), (*status, Text(", "), words.moment(d.taken_at))))
    else:
        rows += [(words("Status"), status), (words("Taken"), (words.moment(d.taken_at),))]
    if d.taken_by:
        rows.append((words("Taken by"), (Text(d.taken_by),)))
    if d.urgent:
        rows.append((words("Could not wait"), (Text(d.urgent),)))
    if told.affected:
        rows.append((words("Affects"), (Text(listed(words, told.affected)),)))
    if told.told:
        rows.append((words("Told"), (Text(listed(words, told.told)),)))
    if d.audience != "network":
        rows.append((words("Can be read by"), (Text(readers(words, told)),)))
    return rows + term_rows(words, d, told.terms)


def whole(words: Words, told: Told, more: Sequence[Block] = ()) -> Message:
    """Everything about one decision, for the person who asked."""
    d = told.decision
    if d.status == "undone":
        return card(words, told, is_told=False)
    rows = _facts(words, told)
    rows.insert(1, (words("Logged"), words.line("{at} by {name}", at=words.moment(d.created_at), name=told.author)))
    if told.people:
        people = [f"{name} ({words(PARTS.get(part, part))})" for name, part in told.people]
        rows.append((words("People"), (Text(words.listed(people)),)))
    if d.rests_on:
        rows.append((words("Rests on"), (Text(", ".join(d.rests_on)),)))
    if d.tags:
        rows.append((words("Tags"), (Text(", ".join(d.tags)),)))
    if d.review_at is not None:
        rows.append((words("To be reviewed"), (words.moment(d.review_at),)))
    if d.source:
        rows.append((words("Imported from"), (Text(d.source),)))
    blocks: list[Block] = [headline(words, d), Fields(tuple(rows))]
    blocks += _links(words, told)
    blocks += _texts(words, d)
    blocks += more
    if told.life is not None:
        blocks += life_blocks(words, told.life)
    blocks += earlier_versions(words, d, told.versions)
    return Message(tuple(blocks))


def _texts(words: Words, d: Decision) -> list[Block]:
    if d.redacted_at is not None:
        at = words.moment(d.redacted_at)
        return [Paragraph(words.line("Its words were redacted on {at}.", at=at))]
    blocks: list[Block] = []
    for label, said in ((words("Why"), d.why), (words("Alternatives considered"), d.alternatives)):
        if said:
            blocks += [Paragraph((Bold(label),)), Paragraph((Text(said),))]
    return blocks


def _links(words: Words, told: Told) -> list[Block]:
    lines = [_link(words, told, *link) for link in told.links]
    lines += [words.line(LOOSE[kind], id=Text(target)) for kind, target in told.loose]
    return [Bullets(tuple(lines))] if lines else []


def _link(words: Words, told: Told, link: Link, other: Decision, other_group: Group) -> Spans:
    is_forward = link.number == told.decision.number
    templates = FORWARD if is_forward else BACKWARD
    if link.state in STATES:
        templates = {**templates, **(NOT_YET_FORWARD if is_forward else NOT_YET_BACKWARD)}
    is_own_doing = is_forward and link.relation in ("supersedes", "reverses")
    line: list[Span] = list(
        words.line(templates[link.relation], id=title(words, other) if is_own_doing else marked(words, other))
    )
    if link.state in STATES:
        asked = other_group if is_forward else told.group
        line.append(Text(f" ({words(STATES[link.state], group=asked.name)})"))
    return tuple(line)


def logged(words: Words, told: Told, more: Sequence[Block]) -> Message:
    """What the author is answered: what was understood, who is affected, who can read it."""
    d = told.decision
    blocks: list[Block] = [Paragraph(words.line("Logged: {decision}", decision=title(words, d)))]
    if told.affected:
        blocks.append(Paragraph(words.line("It affects {groups}.", groups=listed(words, told.affected))))
    if told.told:
        blocks.append(Paragraph(words.line("{groups} will be told.", groups=listed(words, told.told))))
    blocks.append(Note(words.line("It can be read by {readers}.", readers=readers(words, told))))
    blocks += more
    blocks += _links(words, told)
    blocks.append(Actions((Action(words("Undo (ten minutes)"), f"/undo {d.id}"),)))
    return Message(tuple(blocks))


def by_mandate(words: Words, mandate: Decision, terms: Terms) -> tuple[Block, ...]:
    """By whose mandate it was taken; or that it is none any more, which does not undo what was decided."""
    about = RecordMention(mandate.id)
    if terms.kind == MANDATE and mandate.status == "taken":
        line = words.line("By mandate {id}: {holder}, for {topic}.", id=about, holder=terms.holder, topic=terms.topic)
    elif terms.kind == MANDATE:
        line = words.line("The mandate {id} is not in force any more. Say who took it instead.", id=about)
    else:
        line = words.line("{id} gives nobody a mandate. Say who took it instead.", id=about)
    return (Note(line),)


@dataclass(frozen=True, slots=True)
class Preview:
    """A decision that was only shown to its author: what the protocol says and where it would open."""

    title: str
    group: Group
    affected: tuple[Group, ...]
    audience: str
    case: str
    length: str
    until: datetime
    channels: int
    draft: str
    asking_until: datetime | None = None
    related: tuple[Block, ...] = ()


def preview(words: Words, shown: Preview) -> Message:
    """A decision that affects others, to its author alone: two ways on, and no permission to ask for."""
    length = Bold(in_words(words, parse_duration(shown.length)))
    asked = words.line(
        "This network gives those affected {length} to say something first. You decide how to go on:", length=length
    )
    if shown.asking_until is not None:
        asked = words.line(
            "Until {until} this network only logs, and asks before it opens a window. You decide how to go on:",
            until=words.moment(shown.asking_until),
        )
    reading = words(READERS[shown.audience], group=shown.group.name)
    return Message(
        (
            Paragraph(words.line("Only you see this yet: {title}", title=Bold(shown.title))),
            Paragraph(words.line("It affects {groups}.", groups=listed(words, shown.affected))),
            Paragraph(asked),
            Bullets(_ways_on(words, shown)),
            *shown.related,
            Note(words.line("It would be read by {readers}. This draft is kept for a week.", readers=reading)),
            Actions(
                (
                    Action(words("Open for input"), f"/draft {shown.draft} open", "primary"),
                    Action(words("Only log it"), f"/draft {shown.draft} log")
                    if shown.asking_until
                    else Action(words("Take it now and say why"), f"/draft {shown.draft} now"),
                )
            ),
        )
    )


def _ways_on(words: Words, shown: Preview) -> tuple[Spans, ...]:
    opened = words.line(
        "open it for input until {until}, in {channels}.",
        until=words.moment(shown.until),
        channels=(Text(words.plural("{n} channel", "{n} channels", shown.channels)),),
    )
    if shown.asking_until is not None:
        return (opened, words.line("or only log it: it is taken, and those affected are told."))
    return (opened, words.line("or take it now and say why; they are asked afterwards, and it stands meanwhile."))


def holds_until(words: Words, id: str, until: datetime) -> Block:
    """How long a decision holds for which nobody was asked first."""
    return Note(
        words.line(
            "It holds until {until}, unless it is renewed ({renew}) or adopted after its review.",
            until=words.moment(until),
            renew=Code(f"/renew {id}"),
        )
    )


def shortened(text: str, length: int) -> str:
    """At most `length` characters, cut at a word."""
    if len(text) <= length:
        return text
    return text[:length].rsplit(None, 1)[0].rstrip(".,;:") + " …"
