"""What those who act are told about a window, to them alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

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
    RecordMention,
    Span,
    paragraph,
)
from bot.features.input_windows.giving import What
from bot.features.input_windows.head import kind_word
from bot.features.input_windows.rooms import Room
from bot.features.input_windows.story import listed, mention, outcome_word
from storage.contributions import TALK, Contribution
from storage.network import Channel


def opened(words: Words, found: Room, homes: Sequence[Channel], asleep: Mapping[int, datetime]) -> tuple[Block, ...]:
    """For the answer to the one who opened it: until when, in which channels, and who is shown it later."""
    end = words.moment(found.window.closes_at)
    if found.window.is_review:
        until = words.line("It stands; those affected can look at it until {end}.", end=end)
    else:
        until = words.line("Open for input until {end}.", end=end)
    return (Paragraph(until), *group_ends(words, found), *_reached(words, found, homes), *_later(words, found, asleep))


def group_ends(words: Words, found: Room) -> tuple[Block, ...]:
    """Each group's own end in its own zone, where they differ."""
    if len({row.closes_at for row in found.asked}) < 2:
        return ()
    lines = tuple(
        words.line(
            "{group}: until {end}",
            group=mention(found.groups[row.group_id]),
            end=words.moment(row.closes_at, row.zone),
        )
        for row in found.asked
    )
    return (Bullets(lines),)


def _reached(words: Words, found: Room, homes: Sequence[Channel]) -> tuple[Block, ...]:
    reached = {channel.group_id for channel in homes}
    there = listed(words, [group for id, group in found.groups.items() if id in reached])
    count = words.plural("{n} channel", "{n} channels", len(homes))
    posted = Note(words.line("Posted to {groups} ({count}).", groups=there, count=count))
    missing = [group for group in found.asked_groups if group.id not in reached]
    if not missing:
        return (posted,)
    line = words.line(
        "{groups} cannot be reached: no channel of theirs is connected yet.", groups=listed(words, missing)
    )
    return (posted, Paragraph(line))


def _later(words: Words, found: Room, asleep: Mapping[int, datetime]) -> tuple[Block, ...]:
    """Whose quiet hours it waits for."""
    if not asleep:
        return ()
    lines = tuple(
        words.line("{group}: {at}", group=mention(found.groups[id]), at=words.moment(at, found.groups[id].zone))
        for id, at in sorted(asleep.items(), key=lambda one: (one[1], one[0]))
    )
    opening = words.line("These have quiet hours now, and are shown it when those end:")
    return (Paragraph(opening), Bullets(lines))


def noted(words: Words, found: Room, given: Contribution, what: What) -> Message:
    """For the answer to `input`: what it became."""
    if given.is_concern and what is not What.KNOWN:
        return concern_noted(words, found, given)
    values = {"id": RecordMention(f"C-{given.id}"), "decision": RecordMention(found.window.about)}
    if what is What.KNOWN:
        kind = Bold(kind_word(words, given.stance))
        sentence = words.line("You have said so already: {kind} on {decision}, {id}.", kind=kind, **values)
        return Message((Paragraph(sentence), *_late(words, given)))
    if what is What.AGAIN:
        sentence = words.line("Your support holds for {decision} as it is now, {id}.", **values)
        return Message((Paragraph(sentence),))
    if given.stance == TALK:
        return Message(
            (
                Paragraph(words.line("Kept as talk on {decision}, {id}.", **values)),
                Note(
                    words.line(
                        "Your group counts as heard once somebody says of which kind it is: {example}",
                        example=Code(f"/input {found.window.about} question {given.text[:40]}".strip()),
                    )
                ),
                *_late(words, given),
            )
        )
    sentence = words.line(
        "Noted as {id}: {kind} on {decision}, for {group}.",
        kind=Bold(kind_word(words, given.stance)),
        group=_group(found, given),
        **values,
    )
    return Message((Paragraph(sentence), *_late(words, given)))


def concern_noted(words: Words, found: Room, given: Contribution) -> Message:
    """What whoever raises a concern is told."""
    id = RecordMention(f"C-{given.id}")
    decision, group = RecordMention(found.window.about), _group(found, given)
    blocks: list[Block] = [
        Paragraph(words.line("{id}: your concern on {decision}, for {group}.", id=id, decision=decision, group=group))
    ]
    if not given.text:
        example = Code(f"/input {found.window.about} concern …")
        blocks.append(Paragraph(words.line("It has no words yet. Say what it is: {example}", example=example)))
    if not given.is_late:
        blocks.append(
            Note(
                words.line(
                    "{group} is asked to answer it. It stays in sight until you say that it is resolved: {example}",
                    group=mention(found.deciding),
                    example=Code(f"/resolve C-{given.id}"),
                )
            )
        )
    return Message((*blocks, *_late(words, given)))


def _group(found: Room, given: Contribution) -> Bold:
    group = found.groups.get(given.group_id)
    return Bold(group.name if group else "?")


def _late(words: Words, given: Contribution) -> tuple[Block, ...]:
    if not given.is_late:
        return ()
    return (Note(words.line("The window had closed already: it is kept, and marked as late.")),)


def passed(words: Words, found: Room, group_id: int, *, is_new: bool) -> Message:
    """For the answer to `pass`."""
    values: dict[str, Span] = {
        "group": mention(found.groups[group_id]),
        "decision": RecordMention(found.window.about),
    }
    if not is_new:
        return Message((Paragraph(words.line("{group} has passed on {decision} already.", **values)),))
    return Message(
        (
            Paragraph(words.line("{group} passes on {decision} and is not reminded any more.", **values)),
            Note(words.line("Anybody of you can still say something until it closes.")),
        )
    )


def answered(words: Words, concern: Contribution) -> Message:
    """For the answer to `answer`."""
    id = RecordMention(f"C-{concern.id}")
    return Message((paragraph(*words.line("Your answer stands under {id}; who raised it was told.", id=id)),))


def resolved(words: Words, concern: Contribution) -> Message:
    """For the answer to `resolve`."""
    id, decision = RecordMention(f"C-{concern.id}"), RecordMention(f"D-{concern.number}")
    line = words.line("{id} is resolved. It stays on the record of {decision}.", id=id, decision=decision)
    return Message((Paragraph(line),))


def outcome_label(words: Words, found: Room, outcome: str) -> str:
    """An outcome that is not given yet, in a word or two."""
    return outcome_word(words, replace(found, window=replace(found.window, outcome=outcome)))


def concluded(words: Words, found: Room, carried: Sequence[int], unanswered: Sequence[int]) -> tuple[Block, ...]:
    """For the answer to `outcome`."""
    id, outcome = RecordMention(found.window.about), Bold(outcome_word(words, found))
    blocks: list[Block] = [Paragraph(words.line("{id}: {outcome}. All threads are told.", id=id, outcome=outcome))]
    if carried:
        ids = ", ".join(f"C-{id}" for id in carried)
        blocks.append(Paragraph(words.line("These concerns stay with it as dissent: {ids}.", ids=ids)))
    if unanswered:
        ids = ", ".join(f"C-{id}" for id in unanswered)
        blocks.append(Paragraph(words.line("Shown as not answered: {ids}.", ids=ids)))
    return tuple(blocks)


def moved(words: Words, found: Room, group_id: int) -> Block:
    """Said to whoever changed a group's calendar: what it means for an open window."""
    end = next(group for group in found.asked if group.group_id == group_id)
    return Note(
        words.line(
            "{id} is now open for {group} until {end}.",
            id=RecordMention(found.window.about),
            group=mention(found.groups[group_id]),
            end=words.moment(end.closes_at, end.zone),
        )
    )


def outcome_actions(words: Words, found: Room) -> Actions:
    """The ways to conclude, for the deciding group."""
    id = found.window.about
    if found.window.is_review:
        labels = (words("It stands"), words("It stands with changes"), words("It is withdrawn"))
    else:
        labels = (words("Adopted"), words("Adopted with changes"), words("Withdrawn"))
    return Actions(
        (
            Action(labels[0], f"/outcome {id} adopted", "primary"),
            Action(labels[1], f"/outcome {id} adopted-with-changes"),
            Action(labels[2], f"/outcome {id} withdrawn"),
        )
    )
