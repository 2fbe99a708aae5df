"""What is answered about authority: who holds which mandate until when, and who decides what."""

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
    RecordMention,
    Span,
    Spans,
)
from bot.features.decisions.finding_messages import Found, line_of
from storage.decision_terms import Terms


@dataclass(frozen=True, slots=True)
class Mandate:
    """A decision by which somebody was given a mandate, and its terms."""

    found: Found
    terms: Terms


def mandate_line(words: Words, one: Mandate) -> Spans:
    """ "Ana, for phones, from Oakland, until Sun 2 May 2027 (D-9)"."""
    values: dict[str, str | Span] = {
        "holder": Bold(one.terms.holder or "?"),
        "topic": one.terms.topic or "?",
        "group": one.found.group,
    }
    id = RecordMention(one.found.decision.id)
    if one.terms.expires_at is None:
        return words.line("{holder}, for {topic}; given by {group} ({id})", **values, id=id)
    return words.line(
        "{holder}, for {topic}; given by {group}, until {until} ({id})",
        **values,
        id=id,
        until=words.moment(one.terms.expires_at),
    )


def mandates(words: Words, given: Sequence[Mandate], more: str) -> Message:
    if not given:
        hint = words.line("Give one: {command}", command=Code("/mandate TOPIC --to NAME --for 6mo"))
        return Message((Paragraph(words.line("No mandate is in force.")), Note(hint)))
    items = Bullets(tuple(mandate_line(words, one) for one in given))
    blocks: list[Block] = [Paragraph((Bold(words("Mandates in force")),)), items]
    return Message((*blocks, Actions((Action(words("More"), more),)))) if more else Message(tuple(blocks))


def who_decides(
    words: Words, topic: str, group: str, rules: Sequence[Spans], given: Sequence[Mandate], others: Sequence[Found]
) -> Message:
    """What is decided alone, what needs notice, whose mandate it is, and what stands on it."""
    blocks: list[Block] = []
    if given:
        blocks += [
            Paragraph((Bold(words("Mandates in force")),)),
            Bullets(tuple(mandate_line(words, one) for one in given)),
        ]
    elif topic:
        blocks.append(Paragraph(words.line("Nobody holds a mandate for “{topic}”.", topic=topic)))
    if group:
        blocks.append(Paragraph(words.line("What affects nobody else, {group} decides alone.", group=group)))
    else:
        blocks.append(Paragraph(words.line("What affects nobody else, each group decides alone.")))
    blocks += [Paragraph(words.line("Otherwise, in this network a decision that …")), Bullets(tuple(rules))]
    if others:
        blocks += [
            Paragraph((Bold(words("In force on this")),)),
            Bullets(tuple(line_of(words, found) for found in others)),
        ]
    return Message(tuple(blocks))
