"""What is answered to whoever looks for a way: why something is so, what shapes a group, what stands in public."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

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
    Quote,
    RecordMention,
    Spans,
    Text,
)
from bot.features.decisions.life import term_rows
from bot.features.decisions.messages import STATUS, Told, listed, marked, shortened, title
from storage.decisions import Decision

WHY_LENGTH, LINE_LENGTH = 600, 140


@dataclass(frozen=True, slots=True)
class Found:
    """A decision in a list: its group's name, and the number of the one that replaced it, 0 for none."""

    decision: Decision
    group: str
    replaced_by: int = 0


def line_of(words: Words, found: Found) -> Spans:
    """ "D-1 Use Signal – Oakland, Mon 2 Nov 2026, superseded by D-9"."""
    d = found.decision
    day = words.day((d.taken_at or d.created_at).date())
    if found.replaced_by and d.status == "superseded":
        became = words.line("superseded by {id}", id=RecordMention(f"D-{found.replaced_by}"))
    elif found.replaced_by and d.status == "reversed":
        became = words.line("reversed by {id}", id=RecordMention(f"D-{found.replaced_by}"))
    else:
        became = (Text(words(STATUS[d.status])),)
    return (*title(words, d), Text(f" – {found.group}, {day}, "), *became)


def page(words: Words, found: Sequence[Found], more: str) -> Message:
    """A page of a list. `more` is the command for the next page, or ""."""
    bullets = Bullets(tuple(line_of(words, one) for one in found))
    return Message((bullets, Actions((Action(words("More"), more),)))) if more else Message((bullets,))


def why(words: Words, told: Told, dissent: Sequence[Block], others: Sequence[Found], more: str) -> Message:
    """What is in force, why, what was considered, who dissented, whom to ask; then what else there is."""
    d = told.decision
    blocks: list[Block] = [Paragraph(_standing(words, told))]
    if d.why:
        blocks += [Paragraph((Bold(words("Why")),)), Quote(shortened(d.why, WHY_LENGTH))]
    if d.alternatives:
        blocks += [
            Paragraph((Bold(words("Alternatives considered")),)),
            Quote(shortened(d.alternatives, WHY_LENGTH)),
        ]
    if not d.why and not d.alternatives:
        blocks.append(Paragraph(words.line("No reason was written down.")))
    blocks += dissent
    blocks += [Paragraph((Bold(f"{label}: "), *value)) for label, value in term_rows(words, d, told.terms)]
    if told.affected:
        blocks.append(Paragraph(words.line("It affects {groups}.", groups=listed(words, told.affected))))
    blocks.append(Paragraph(_whom(words, told)))
    blocks += _others(words, others, words("See also"))
    actions = [Action(words("Show {id}", id=d.id), f"/show {d.id}")]
    if more:
        actions.append(Action(words("More"), more))
    return Message((*blocks, Actions(tuple(actions))))


def _standing(words: Words, told: Told) -> Spans:
    d = told.decision
    day = words.day((d.taken_at or d.created_at).date())
    what, group = title(words, d), told.group.name
    if d.status == "taken":
        return words.line("In force: {decision} ({group}, {day})", decision=what, group=group, day=day)
    if d.status == "proposed":
        return words.line("Not taken yet: {decision} ({group}, {day})", decision=what, group=group, day=day)
    return words.line(
        "Not in force any more: {decision} ({group}, {day})", decision=marked(words, d), group=group, day=day
    )


def _whom(words: Words, told: Told) -> Spans:
    who = told.author or told.group.name
    if told.decision.taken_by:
        return words.line(
            "To ask: {name}, who logged it for {group}; it was taken by {by}.",
            name=who,
            group=told.group.name,
            by=told.decision.taken_by,
        )
    return words.line("To ask: {name}, who logged it for {group}.", name=who, group=told.group.name)


def _others(words: Words, others: Sequence[Found], label: str) -> list[Block]:
    if not others:
        return []
    return [Paragraph((Bold(label),)), Bullets(tuple(line_of(words, found) for found in others))]


def nothing_about(words: Words, typed: str) -> Message:
    return Message(
        (
            Paragraph(words.line("The log has nothing about “{words}” that you may read.", words=typed)),
            Note(
                words.line(
                    "Try other words, look through {list}, or ask in your channel. What you can type: {help}",
                    list=Code("/decisions"),
                    help=Code("/help"),
                )
            ),
        )
    )


def related(words: Words, others: Sequence[Found]) -> list[Block]:
    """Earlier decisions that a new one may have to do with."""
    return _others(words, others, words("Earlier decisions that may have to do with it"))


def start(words: Words, group: str, shaping: Sequence[Found]) -> Message:
    """The decisions that shape a group, each with the beginning of its reasons."""
    if not shaping:
        line = words.line("{group} has logged no decision yet, and none affects it.", group=group)
        return Message((Paragraph(line), Note(words.line("The first one: {command}", command=Code("/decide TITLE")))))
    lead = words.line("Welcome. These decisions shape {group} more than others:", group=group)
    items = []
    for found in shaping:
        reason = shortened(" ".join(found.decision.why.split()), LINE_LENGTH)
        items.append((*line_of(words, found), *((Text(f": {reason}"),) if reason else ())))
    hint = words.line(
        "Ask for more: {why} answers in words, {show} shows one with all that was said.",
        why=Code("/why WORDS"),
        show=Code(f"/show {shaping[0].decision.id}"),
    )
    return Message((Paragraph(lead), Bullets(tuple(items)), Note(hint)))


def positions(words: Words, found: Sequence[Found], more: str) -> Message:
    """The public positions in force."""
    if not found:
        hint = words.line("Mark one: {command}", command=Code("/edit D-1 --position yes"))
        return Message((Paragraph(words.line("No public position is in force.")), Note(hint)))
    items = tuple(line_of(words, one) for one in found)
    blocks: list[Block] = [Paragraph((Bold(words("Public positions in force")),)), Bullets(items)]
    return Message((*blocks, Actions((Action(words("More"), more),)))) if more else Message(tuple(blocks))
