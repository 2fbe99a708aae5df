"""A proposal changes while it is open: what it said before and says now, and whom that asks again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Any

from bot.core.audience import channel_reader
from bot.core.calendars import calendar_of
from bot.core.context import Context, ViewContext
from bot.core.events import DecisionEdited
from bot.core.language import Words, mark
from bot.core.message import (
    Action,
    Actions,
    Block,
    Bold,
    Message,
    Note,
    Paragraph,
    PersonMention,
    RecordMention,
    Span,
    Spans,
    Text,
)
from bot.features.input_windows import ends, moving
from bot.features.input_windows.rooms import Room, head_key, is_readable, room
from bot.features.input_windows.story import gone, hidden
from storage import contributions, decision_versions, directory, input_windows
from storage.contributions import Contribution
from storage.decisions import Decision
from storage.input_windows import CANCELLED, OPEN

AROUND = 6
"""Words that are shown before and after a change."""
LABELS = {"title": mark("Title"), "why": mark("Why"), "alternatives": mark("Alternatives considered")}


@dataclass(frozen=True, slots=True)
class Change:
    """A field of a proposal that reads otherwise now."""

    field: str
    before: str
    after: str


def decision_changed(ctx: Context, fact: DecisionEdited) -> tuple[Block, ...]:
    """The words of a proposal are others: shown anew everywhere. A change of substance asks supporters once."""
    found = room(ctx.db, ctx.network.id, fact.number)
    if found is None or found.window.state == CANCELLED:
        return ()
    ctx.touch(fact.about)
    for concern in contributions.concerns(ctx.db, ctx.network.id, fact.number):
        ctx.touch(f"C-{concern.id}")
    changes = changes_since(ctx, found.decision, fact.version - 1)
    if not changes:
        return ()
    if not fact.is_substance or found.window.state != OPEN:
        return (*shown(ctx.words, changes), *_wording_note(ctx.words, fact))
    return (*shown(ctx.words, changes), *_changed_in_substance(ctx, found, fact.version))


def _wording_note(words: Words, fact: DecisionEdited) -> tuple[Block, ...]:
    if fact.is_substance:
        return ()
    return (Note(words.line("Only the wording: what was said on it stands, and nobody is asked again.")),)


def _changed_in_substance(ctx: Context, found: Room, version: int) -> tuple[Block, ...]:
    number = found.window.number
    window = replace(found.window, substance_version=version)
    late = [
        ends.with_end(window, replace(row, changed_at=ctx.now), calendar_of(found.groups[row.group_id]))
        for row in found.asked
        if ends.needs_time(row, ctx.now)
    ]
    moved = moving.settle(ctx, found, late, window)
    for channel in input_windows.head_channels(ctx.db, ctx.network.id, window.about):
        ctx.say(
            channel,
            "proposal_changed",
            {"number": number, "version": version},
            key=f"D-{number}:changed:{version}:{channel.id}",
            about=window.about,
            thread_of=head_key(number, channel.id),
        )
    asked = {given.person_id for given in _to_ask(ctx, number, version)}
    line = ctx.words.plural(
        "All threads are told. {n} person supported the earlier version and is asked once.",
        "All threads are told. {n} people supported the earlier version and are asked once.",
        len(asked),
    )
    blocks: list[Block] = [Paragraph((Text(line),))]
    if moved.window.closes_at != found.window.closes_at:
        end = ctx.words.moment(moved.window.closes_at)
        line_moved = ctx.words.line("As it was about to close, it is open until {end} now.", end=end)
        blocks.append(Paragraph(line_moved))
    return tuple(blocks)


def proposal_changed(ctx: ViewContext, args: Mapping[str, Any]) -> Message | None:
    """A reply in a thread: what has changed in substance, and who of this group is asked whether it still holds."""
    found = room(ctx.db, ctx.network.id, args["number"])
    if found is None or found.decision.redacted_at is not None or gone(ctx.words, found):
        return None
    if not is_readable(found.decision, channel_reader(ctx.group)):
        return hidden(ctx.words, found)
    version, words, about = args["version"], ctx.words, found.window.about
    opening = words.line("{id} has changed in substance (version {n}):", id=RecordMention(about), n=version)
    blocks: list[Block] = [Paragraph(opening), *shown(words, _between(ctx, found.decision, version))]
    if found.window.state == OPEN and version == found.window.substance_version:
        end = words.moment(found.window.closes_at)
        blocks += [*_asked_again(ctx, found, version), Note(words.line("It is open until {end}.", end=end))]
    return Message(tuple(blocks))


def _asked_again(ctx: ViewContext, found: Room, version: int) -> list[Block]:
    """The people of this channel's group whose support was given to an earlier version."""
    own = ctx.group.id if ctx.group else None
    waiting = [given for given in _to_ask(ctx, found.window.number, version) if given.group_id == own]
    if not waiting:
        return []
    names = directory.person_names(ctx.db, ctx.network.id, sorted({given.person_id for given in waiting}))
    people: list[Span] = []
    for id, name in names.items():
        people += (
            [Text(", "), PersonMention(id, name, is_addressed=True)] if people else [PersonMention(id, name, True)]
        )
    line = ctx.words.line(
        "{people}: you supported the earlier version. Does your support still hold?", people=tuple(people)
    )
    again = Action(ctx.words("I support this version too"), f"/input {found.window.about} support")
    concern = Action(ctx.words("Concern"), f"/input {found.window.about} concern")
    return [Paragraph(line), Actions((again, concern))]


def _to_ask(ctx: Context | ViewContext, number: int, version: int) -> list[Contribution]:
    """Earlier support of people who have not supported this version."""
    return contributions.earlier_support(ctx.db, ctx.network.id, number, version)


def changes_since(ctx: Context | ViewContext, decision: Decision, version: int) -> list[Change]:
    """What a version said otherwise than the decision does now."""
    old = next((v for v in _versions(ctx, decision) if v.version == version), None)
    return list(_differing(old, decision)) if old else []


def _between(ctx: ViewContext, decision: Decision, version: int) -> list[Change]:
    """What `version` changed; later changes apart."""
    known: list[Any] = [*_versions(ctx, decision), decision]
    by_number = {each.version: each for each in known}
    old, new = by_number.get(version - 1), by_number.get(version)
    return list(_differing(old, new)) if old and new else []


def _versions(ctx: Context | ViewContext, decision: Decision) -> list[decision_versions.Version]:
    return decision_versions.find(ctx.db, ctx.network.id, decision.number)


def _differing(old: Any, new: Any) -> Iterator[Change]:
    for field in LABELS:
        before, after = getattr(old, field), getattr(new, field)
        if before != after:
            yield Change(field, before, after)


def shown(words: Words, changes: list[Change]) -> list[Block]:
    """What reads otherwise, with some words around it: [– gone] and, in bold, [+ new]."""
    return [
        Paragraph((Bold(words(LABELS[change.field])), Text(": "), *differences(change.before, change.after)))
        for change in changes
    ]


def differences(before: str, after: str) -> Spans:
    """Word by word: what stayed as text (its middle left out), what is gone in [– …], what is new in bold."""
    old, new = before.split(), after.split()
    spans: list[Span] = []
    for tag, i, j, k, end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            spans.append(Text(_elided(old[i:j], is_first=i == 0, is_last=j == len(old))))
            continue
        if j > i:
            spans.append(Text(f"[– {' '.join(old[i:j])}]"))
        if end > k:
            spans.append(Bold(f"[+ {' '.join(new[k:end])}]"))
    spaced: list[Span] = []
    for span in spans:
        spaced += [Text(" "), span] if spaced else [span]
    return tuple(spaced)


def _elided(words: list[str], *, is_first: bool, is_last: bool) -> str:
    """The words next to a change; the middle of a long stretch is left out."""
    head = [] if is_first else words[:AROUND]
    tail = [] if is_last else words[-AROUND:]
    if len(words) <= len(head) + len(tail) or len(words) <= AROUND:
        return " ".join(words)
    return " ".join([*head, "…", *tail])
