"""All that is shown of a window, loaded when it is shown; and the phrases that its messages share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from bot.core.language import Words, mark
from bot.core.message import (
    Block,
    Bold,
    GroupMention,
    Message,
    Paragraph,
    PersonMention,
    Quote,
    RecordMention,
    Span,
    Spans,
    Text,
)
from bot.features.input_windows import rules
from bot.features.input_windows.rooms import Room
from storage import contributions, directory
from storage.contributions import ANSWERED, CARRIED, OPEN, RESOLVED, RESTED, ConcernAnswer, Contribution, Tally
from storage.input_windows import ASKED, BY_PASS, CANCELLED, LEFT, PAUSED
from storage.network import Group

QUOTED, QUOTE_LENGTH, NEWEST = 15, 300, 5
_STATES = {
    OPEN: mark("open"),
    ANSWERED: mark("answered"),
    RESOLVED: mark("resolved"),
    CARRIED: mark("carried into the outcome"),
    RESTED: mark("at rest: its raiser is gone, and nobody took it over"),
}
_NOT_WAITED_FOR = {PAUSED: mark("Paused, not waited for"), LEFT: mark("No longer there")}
_OUTCOMES = {
    rules.ADOPTED: mark("adopted"),
    rules.WITH_CHANGES: mark("adopted with changes"),
    rules.WITHDRAWN: mark("withdrawn"),
}
_REVIEW_OUTCOMES = {
    rules.ADOPTED: mark("it stands"),
    rules.WITH_CHANGES: mark("it stands with changes"),
    rules.WITHDRAWN: mark("it is withdrawn"),
}


@dataclass(frozen=True, slots=True)
class Story:
    """A window with what came in, as it is shown in channel `here`. `names`: of all people in it, by id."""

    room: Room
    concerns: tuple[Contribution, ...] = ()
    answers: dict[int, list[ConcernAnswer]] = field(default_factory=dict)
    tallies: tuple[Tally, ...] = ()
    newest: tuple[Contribution, ...] = ()
    names: dict[int, str] = field(default_factory=dict)
    here: int | None = None

    def person(self, id: int) -> PersonMention:
        return PersonMention(id, self.names.get(id, "?"))

    def group(self, id: int) -> GroupMention | Text:
        found = self.room.groups.get(id)
        return GroupMention(found.name, found.slug) if found else Text("?")


def story(db: sa.Connection, found: Room, here: int | None, newest: int = NEWEST) -> Story:
    """The story of a window for channel `here`, whose readers may read its decision; None: for no channel."""
    network_id, number = found.window.network_id, found.window.number
    concerns = tuple(contributions.concerns(db, network_id, number))
    recent = tuple(contributions.newest(db, network_id, number, newest, here)) if newest else ()
    tallies = tuple(contributions.tally(db, network_id, number, found.window.substance_version))
    return _told(db, found, here, concerns, recent, tallies)


def story_of_one(db: sa.Connection, found: Room, concern: Contribution, here: int | None) -> Story:
    """The story of one concern alone, which costs the same however many others there are."""
    return _told(db, found, here, (concern,))


def _told(
    db: sa.Connection,
    found: Room,
    here: int | None,
    concerns: tuple[Contribution, ...],
    recent: tuple[Contribution, ...] = (),
    tallies: tuple[Tally, ...] = (),
) -> Story:
    network_id = found.window.network_id
    answers = contributions.answers(db, network_id, [c.id for c in concerns])
    people = {found.decision.author_id, *(c.person_id for c in (*concerns, *recent))}
    people |= {c.taken_over_by for c in concerns if c.taken_over_by is not None}
    people |= {answer.by_id for given in answers.values() for answer in given}
    names = directory.person_names(db, network_id, sorted(people))
    return Story(found, concerns, answers, tallies, recent, names, here)


def gone(words: Words, found: Room) -> Message | None:
    """What is left to say of a decision that was undone; None where it is still there.

    One that was redacted is still there, with what others said on it: a concern does not go under with its words.
    """
    if found.window.state != CANCELLED:
        return None
    about = RecordMention(found.window.about)
    return Message((Paragraph(words.line("{id} was taken back by its author, and its window with it.", id=about)),))


def hidden(words: Words, found: Room) -> Message:
    """What a channel is shown that may not read it any more."""
    return Message((Paragraph(words.line("{id} is not open to this channel.", id=RecordMention(found.window.about))),))


def mention(group: Group) -> GroupMention:
    return GroupMention(group.name, group.slug)


def listed(words: Words, groups: Iterable[Group]) -> str:
    return words.listed([group.name for group in groups])


def outcome_word(words: Words, found: Room) -> str:
    """What became of it, in a word or two."""
    known = _REVIEW_OUTCOMES if found.window.is_review else _OUTCOMES
    return words(known[found.window.outcome]) if found.window.outcome else ""


def counted(words: Words, stance: str, n: int) -> str:
    """ "2 concerns"."""
    match stance:
        case rules.SUPPORT:
            return words.plural("{n} in support", "{n} in support", n)
        case contributions.CONCERN:
            return words.plural("{n} concern", "{n} concerns", n)
        case rules.QUESTION:
            return words.plural("{n} question", "{n} questions", n)
        case rules.DATA:
            return words.plural("{n} piece of data", "{n} pieces of data", n)
        case _:
            return words.plural("{n} remark on the local context", "{n} remarks on the local context", n)


def counts(words: Words, tallies: Sequence[Tally], group_id: int) -> str:
    """ "2 in support, 1 concern; late: 1 question" of a group; support counts people, all else what was said."""
    parts = []
    mine = [t for t in tallies if t.group_id == group_id]
    for is_late in (False, True):
        said = {t.stance: t for t in mine if t.is_late is is_late and not t.is_earlier}
        found = [
            counted(words, kind, said[kind].people if kind == rules.SUPPORT else said[kind].contributions)
            for kind in rules.KINDS
            if kind in said
        ]
        earlier = sum(t.people for t in mine if t.is_late is is_late and t.is_earlier)
        if earlier:
            found.append(
                words.plural("{n} in support of an earlier version", "{n} in support of an earlier version", earlier)
            )
        if found:
            what = ", ".join(found)
            parts.append(words("late: {what}", what=what) if is_late else what)
    return "; ".join(parts)


def by_group(words: Words, shown: Story, *, only_spoken: bool = False) -> list[tuple[str, Spans]]:
    """A row for every group that spoke or passed, and one for all that were not heard; or only those that spoke."""
    rows: list[tuple[str, Spans]] = []
    silent = []
    passed = {row.group_id for row in shown.room.rows if row.heard_how == BY_PASS}
    order = dict.fromkeys([*(row.group_id for row in shown.room.rows), shown.room.decision.group_id])
    for id in order:
        said = counts(words, shown.tallies, id)
        if id in passed:
            said = "; ".join(filter(None, (words("passed"), said)))
        group = shown.room.groups[id]
        if said and not (only_spoken and said == words("passed")):
            rows.append((group.name, (Text(said),)))
        if id in shown.room.asked_ids and not _is_heard(shown.room, id):
            silent.append(group)
    if silent and not only_spoken:
        label = words("Not heard yet") if shown.room.window.closed_at is None else words("Silent")
        rows.append((label, (Text(listed(words, silent)),)))
    return rows if only_spoken else [*rows, *_not_waited_for(words, shown.room)]


def _not_waited_for(words: Words, found: Room) -> list[tuple[str, Spans]]:
    there = {
        state: [found.groups[row.group_id] for row in found.rows if row.state == state] for state in _NOT_WAITED_FOR
    }
    return [
        (words(_NOT_WAITED_FOR[state]), (Text(listed(words, groups)),)) for state, groups in there.items() if groups
    ]


def _is_heard(found: Room, group_id: int) -> bool:
    return any(group.group_id == group_id and group.heard_at for group in found.asked)


def concern_source(words: Words, shown: Story, concern: Contribution) -> Spans:
    """Whose concern it is, and in which state."""
    id, group, state = (
        RecordMention(f"C-{concern.id}"),
        shown.group(concern.group_id),
        Bold(_state(words, shown, concern)),
    )
    if not concern.is_shown_in(shown.here):
        return words.line("{id} ({group}): {state}", id=id, group=group, state=state)
    name = shown.person(concern.raiser_id)
    if concern.taken_over_by is not None:
        return words.line("{id}, taken over by {name} ({group}): {state}", id=id, name=name, group=group, state=state)
    return words.line("{id}, {name} ({group}): {state}", id=id, name=name, group=group, state=state)


def _state(words: Words, shown: Story, concern: Contribution) -> str:
    state = words(_STATES.get(concern.state, concern.state))
    if concern.state == CARRIED:
        state = words("answered, not resolved") if shown.answers.get(concern.id) else words("not answered")
    if concern.is_late:
        return words("{state}, came late", state=state)
    if is_reworded_late(shown, concern):
        return words("{state}, reworded after the close", state=state)
    return state


def _instead(words: Words, shown: Story, concern: Contribution) -> str:
    """What stands where a concern has no words to show here."""
    if not concern.text and concern.orphaned_at is not None:
        return words("(its raiser is gone, and the words with them)")
    if not concern.is_shown_in(shown.here):
        return words("(its words stay in the channel where they were said)")
    return words("(raised without words)")


def is_reworded_late(shown: Story, given: Contribution) -> bool:
    """Whether what was said in time reads otherwise than it did at the close."""
    closed_at = shown.room.window.closed_at
    is_changed = given.edited_at is not None and closed_at is not None and given.edited_at > closed_at
    return is_changed and not given.is_late


def quoted(words: Words, shown: Story, concern: Contribution, length: int | None = None) -> list[Block]:
    """A concern to the letter, or its first `length` characters, and the answers to it."""
    source = concern_source(words, shown, concern)
    if concern.text and concern.is_shown_in(shown.here):
        blocks: list[Block] = [Quote(shortened(concern.text, length), source)]
    else:
        blocks = [Paragraph((*source, Text(" "), Text(_instead(words, shown, concern))))]
    for answer in shown.answers.get(concern.id, ()):
        text = shortened(answer.text, length) or words("(redacted)")
        by = words.line("{name}, answering {id}", name=shown.person(answer.by_id), id=RecordMention(f"C-{concern.id}"))
        blocks.append(Quote(text, by))
    return blocks


def shortened(text: str, length: int | None) -> str:
    """At most `length` characters, cut at a word; None: all of it."""
    if length is None or len(text) <= length:
        return text
    return text[:length].rsplit(None, 1)[0].rstrip(".,;:") + " …"


def own_end(found: Room, group: Group | None) -> datetime | None:
    """A group's own end where it is not the window's."""
    row = found.row(group.id) if group else None
    return row.closes_at if row and row.state == ASKED and row.closes_at != found.window.closes_at else None


def joined(*parts: Spans) -> Spans:
    """Sentences in a row."""
    spans: list[Span] = []
    for part in parts:
        if part:
            spans += [Text(" "), *part] if spans else part
    return tuple(spans)
