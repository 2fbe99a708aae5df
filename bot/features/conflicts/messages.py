"""What is said of a conflict: its whole story, the message that its groups see, and what those who act are told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.core.language import Words, mark
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
    Quote,
    RecordMention,
    Spans,
    Text,
)
from bot.core.working_time import to_local
from bot.features.conflicts import suggesting, ways
from bot.features.conflicts.loading import Case
from storage.conflicts import CONFIDED, DIFFERING, DISMISSED, OF_VALUES, OPEN, SETTLED, SUGGESTED, Entry
from storage.decisions import Decision
from storage.network import Group

LOG_SHOWN, QUOTE_LENGTH = 3, 600
STATES = {
    SUGGESTED: mark("suggested"),
    CONFIDED: mark("in confidence"),
    OPEN: mark("open"),
    SETTLED: mark("settled"),
    DIFFERING: mark("agreed to differ"),
    OF_VALUES: mark("a conflict of values"),
    DISMISSED: mark("dismissed"),
}
PAST = {
    "superseded": mark("superseded"),
    "reversed": mark("reversed"),
    "withdrawn": mark("withdrawn"),
    "expired": mark("expired"),
}
"""What is no longer in force says so wherever it is shown."""
ENDINGS = {
    SETTLED: mark("This is how it could be settled:"),
    DIFFERING: mark("This is how the groups could differ until {until}:"),
    OF_VALUES: mark("It could be a conflict of values, which calls a coherence conversation:"),
}
_LOG = {
    "tried": mark("{who} noted"),
    "hosted": mark("{who} hosts it"),
    "handed-back": mark("{who} handed it back to the circle"),
    "raised": mark("{who} brought it into the open"),
    "confirmed": mark("{who} confirmed"),
    "reopened": mark("{who} opened it again"),
    "came-back": mark("Its date came, and it is open again"),
    DISMISSED: mark("{who} dismissed it"),
    "taken-back": mark("{who} took it back"),
    SETTLED: mark("{who} proposed to settle it"),
    DIFFERING: mark("{who} proposed to agree to differ"),
    OF_VALUES: mark("{who} proposed to call it a conflict of values"),
}


def named(group: Group) -> GroupMention:
    return GroupMention(group.name, group.slug)


def shortened(text: str, length: int | None) -> str:
    """At most `length` characters, cut at a word; None: all of it."""
    if length is None or len(text) <= length:
        return text
    return text[:length].rsplit(None, 1)[0].rstrip(".,;:") + " …"


def decision_title(words: Words, decision: Decision) -> Spans:
    """ "D-1 Use Signal (superseded)"."""
    title = Bold(decision.title) if decision.redacted_at is None else Text(words("(redacted)"))
    past = (Text(f" ({words(PAST[decision.status])})"),) if decision.status in PAST else ()
    return (RecordMention(decision.id), Text(" "), title, *past)


def title(words: Words, found: Case) -> Spans:
    """ "X-1: D-1 Use Signal – D-2 Use Matrix"."""
    first = decision_title(words, found.decisions[0])
    if len(found.decisions) > 1:
        return words.line(
            "{id}: {first} and {second}",
            id=RecordMention(found.about),
            first=first,
            second=decision_title(words, found.decisions[1]),
        )
    if found.concern is not None:
        return words.line(
            "{id}: {first} and concern {concern}",
            id=RecordMention(found.about),
            first=first,
            concern=RecordMention(f"C-{found.concern.id}"),
        )
    other = found.conflict.other or words("(redacted)")
    return words.line("{id}: {first} and {other}", id=RecordMention(found.about), first=first, other=Bold(other))


def days_old(found: Case, now: datetime) -> int:
    """Its age in whole days, from when it was first raised."""
    return (now - found.conflict.raised_at).days


def age(words: Words, days: int) -> str:
    """ "14 days"; "today" for less than one."""
    return words.plural("{n} day", "{n} days", days) if days else words("today")


def state(words: Words, found: Case, now: datetime) -> Spans:
    """Where it stands, in a sentence."""
    conflict = found.conflict
    since = words.moment(conflict.raised_at)
    match conflict.state:
        case "suggested":
            return _suggestion(words, found)
        case "confided":
            name = found.name(conflict.confidant_id) or words("nobody")
            return words.line("In confidence with {name}, since {at}.", name=name, at=since)
        case "open":
            return words.line("Open since {at}. {host}", at=since, host=_host(words, found))
        case "differing":
            until = words.moment(conflict.review_at or now)
            return words.line("The groups agreed to differ until {until}; then it comes back.", until=until)
        case "values":
            until = words.moment(conflict.review_at or now)
            return words.line(
                "A conflict of values: it calls a coherence conversation, and comes back on {until}.", until=until
            )
        case "settled":
            return words.line("Settled on {at}.", at=words.moment(conflict.ended_at or now))
        case _:
            return words.line("Dismissed on {at}.", at=words.moment(conflict.ended_at or now))


def _host(words: Words, found: Case) -> str:
    if found.conflict.host_id is None:
        return words("Nobody hosts it yet.")
    return words("{name} hosts it.", name=found.name(found.conflict.host_id))


def _suggestion(words: Words, found: Case) -> Spans:
    first = RecordMention(found.decisions[0].id)
    if len(found.decisions) == 1:
        return words.line("{first} may be in conflict – please look.", first=first)
    second = RecordMention(found.decisions[1].id)
    return words.line("{first} may conflict with {second}, or replace it – please look.", first=first, second=second)


def reason(words: Words, found: Case) -> list[Block]:
    """Why it was suggested, from what the decisions say now; nothing where that has changed."""
    if not found.conflict.rule or len(found.decisions) < 2:
        return []
    why = suggesting.reason(found.conflict.rule, *found.decisions)
    return [Note(words.line(suggesting.REASONS[why.rule], what=why.what))] if why else []


def _said(words: Words, found: Case, length: int | None) -> list[Block]:
    """What the one who raised it says, to the letter."""
    conflict = found.conflict
    if found.concern is not None:
        text = found.concern.text if found.concern.redacted_at is None else ""
        line = words.line("{id} was left without an answer.", id=RecordMention(f"C-{found.concern.id}"))
        if found.concern.is_orphan:
            gone = words.line("Nobody speaks for it: who raised it is gone. It stays until its groups end it.")
            return [Paragraph(line), Paragraph(gone)]
        if found.concern.stays_home:
            stays = words.line("(its words stay in the channel where they were said)")
            return [Paragraph(line), Paragraph(stays)]
        return [Paragraph(line), Quote(shortened(text, length) or words("(redacted)"), _raiser(words, found))]
    if conflict.text:
        return [Quote(shortened(conflict.text, length), _raiser(words, found))]
    if conflict.raiser_id is not None and not conflict.rule:
        return [Quote(words("(redacted)"), _raiser(words, found))]
    return []


def _raiser(words: Words, found: Case) -> Spans:
    name = found.name(found.conflict.raiser_id)
    group = found.groups.get(found.conflict.raiser_group_id or 0)
    if group is not None and found.concern is not None and found.concern.stays_home:
        return (named(group),)
    if group is None:
        return (Text(name),)
    return words.line("{name} ({group})", name=name, group=named(group))


def parties(words: Words, found: Case) -> list[tuple[str, Spans]]:
    """Whose it is, and who has confirmed the end that is proposed."""
    rows: list[tuple[str, Spans]] = [
        (words("Groups"), (Text(words.listed([group.name for group in found.party_groups])),))
    ]
    if found.conflict.host_id is not None:
        rows.append((words("Host"), (Text(found.name(found.conflict.host_id)),)))
    return rows


def ending(words: Words, found: Case, length: int | None = None) -> list[Block]:
    """The end that is proposed, or that it came to, and who has confirmed it."""
    conflict = found.conflict
    if not conflict.ending:
        return []
    by = (Text(found.name(conflict.ending_by)),)
    text = shortened(conflict.ending_text, length) or words("(redacted)")
    blocks: list[Block] = []
    if conflict.state == OPEN:
        until = words.moment(conflict.review_at).shown if conflict.review_at else ""
        blocks.append(Paragraph((Bold(words(ENDINGS[conflict.ending], until=until)),)))
    if conflict.ending_by is not None:
        blocks.append(Quote(text, by))
    return blocks + ([Fields(tuple(_confirmations(words, found)))] if conflict.state == OPEN else [])


def _confirmations(words: Words, found: Case) -> list[tuple[str, Spans]]:
    rows: list[tuple[str, Spans]] = []
    for party in found.parties:
        group = found.groups.get(party.group_id)
        has = words("confirmed") if party.confirmed_at else words("not confirmed yet")
        rows.append((group.name if group else "?", (Text(has),)))
    return rows


def entry(words: Words, found: Case, one: Entry, length: int | None = None) -> list[Block]:
    """One line of the log, with its words to the letter."""
    group = found.groups.get(one.group_id or 0)
    who = found.name(one.by_id) or words("Mycel")
    if group is not None and one.by_id is not None:
        who = words("{name} ({group})", name=who, group=group.name)
    what = words(_LOG[one.kind], who=who)
    at = words.day(to_local(one.at, words.zone).date())
    if one.text:
        return [Quote(shortened(one.text, length), (Text(f"{what}, {at}"),))]
    return [Note((Text(f"{what}, {at}"),))]


def whole(words: Words, found: Case, now: datetime, actions: Sequence[Action]) -> Message:
    """Everything about one conflict, for the person who asked."""
    blocks: list[Block] = [Heading(title(words, found)), Paragraph(state(words, found, now)), *reason(words, found)]
    blocks += _said(words, found, None)
    blocks.append(Fields(tuple(parties(words, found))))
    if found.log:
        blocks.append(Paragraph((Bold(words("What was tried")),)))
        for one in found.log:
            blocks += entry(words, found, one)
    if found.conflict.state == OPEN:
        blocks += ending(words, found)
    if actions:
        blocks.append(Actions(tuple(actions)))
    return Message(tuple(blocks))


def head(words: Words, found: Case, now: datetime, actions: Sequence[Action]) -> Message:
    """The message about it in a channel, edited in place."""
    blocks: list[Block] = [Heading(title(words, found)), Paragraph(state(words, found, now)), *reason(words, found)]
    blocks += _said(words, found, QUOTE_LENGTH)
    if found.conflict.state != SUGGESTED:
        blocks.append(Fields(tuple(parties(words, found))))
    tried = [one for one in found.log if one.kind == "tried"][-LOG_SHOWN:]
    for one in tried:
        blocks += entry(words, found, one, QUOTE_LENGTH)
    blocks += ending(words, found, QUOTE_LENGTH)
    blocks += _why_dismissed(words, found)
    if actions:
        blocks.append(Actions(tuple(actions)))
    return Message(tuple(blocks))


def _why_dismissed(words: Words, found: Case) -> list[Block]:
    said = [one for one in found.log if one.kind in (DISMISSED, "taken-back")]
    return entry(words, found, said[-1], QUOTE_LENGTH) if said and found.conflict.state == DISMISSED else []


def raised(words: Words, found: Case) -> Message:
    """For whoever brought it into the open: who was told."""
    groups = words.listed([group.name for group in found.party_groups])
    return Message(
        (
            Paragraph(words.line("{id} is open. Told: {groups}.", id=RecordMention(found.about), groups=groups)),
            Note(
                words.line(
                    "The circle is asked for a host. It stays in sight until each group confirms its end: {command}",
                    command=Code(f"/conflicts {found.about}"),
                )
            ),
        )
    )


def confided(words: Words, found: Case) -> Message:
    """For whoever told it in confidence: who knows, and who would if it were brought into the open."""
    conflict = found.conflict
    groups = words.listed([group.name for group in found.party_groups])
    name = found.name(conflict.confidant_id) or words("nobody")
    knows = words.line("{id}: only you and {name} can read this.", id=RecordMention(found.about), name=Bold(name))
    return Message(
        (
            Paragraph(knows),
            Note(
                words.line(
                    "Nothing of it is published unless you do. If you bring it into the open, {groups} are told, and "
                    "everybody who may read {decisions} can read it with your words and your name.",
                    groups=groups,
                    decisions=words.listed([decision.id for decision in found.decisions]),
                )
            ),
            Actions(tuple(ways.of_raiser_in_confidence(words, found.about))),
        )
    )


def waiting_for(words: Words, found: Case) -> Message:
    """For whoever proposed or confirmed an end: whose word is still missing."""
    missing = [found.groups[p.group_id].name for p in found.parties if p.confirmed_at is None]
    line = words.line(
        "Noted on {id}. Still to confirm: {groups}.", id=RecordMention(found.about), groups=words.listed(missing)
    )
    return Message((Paragraph(line),))


def has_ended(words: Words, found: Case) -> Message:
    """For whoever gave the last word that was missing."""
    line = words.line(
        "{id}: {state}. Every group has confirmed.",
        id=RecordMention(found.about),
        state=Bold(words(STATES[found.conflict.state])),
    )
    return Message((Paragraph(line),))


def of_decision(words: Words, cases: Sequence[Case]) -> tuple[Block, ...]:
    """For whoever reads a decision: the conflicts that it is in."""
    if not cases:
        return ()
    items = [(*title(words, found), Text(f" – {words(STATES[found.conflict.state])}")) for found in cases]
    return (Paragraph((Bold(words("In conflict")),)), Bullets(tuple(items)))


def suggested(words: Words, cases: Sequence[Case]) -> tuple[Block, ...]:
    """For whoever logged a decision that a rule has something to say about."""
    blocks: list[Block] = []
    for found in cases:
        blocks += [Paragraph(_suggestion(words, found)), *reason(words, found)]
        blocks.append(Actions(tuple(ways.is_it_one(words, found.about))))
    return tuple(blocks)
