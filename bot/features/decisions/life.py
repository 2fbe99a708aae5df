"""What came to a decision in its life, as it is shown: its term, its source, who joined, whether it was carried out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.core.language import Words, mark
from bot.core.message import Block, Bold, Paragraph, Quote, Spans, Text
from storage.decision_parties import Check, Joined
from storage.decision_sources import Source
from storage.decision_terms import MANDATE, Terms
from storage.decisions import Decision

ANSWERS = {
    "as-is": mark("{group}: carried out as it is"),
    "adapted": mark("{group}: adapted"),
    "not": mark("{group}: not carried out"),
    "": mark("{group}: no answer yet"),
}


@dataclass(frozen=True, slots=True)
class Life:
    """`source` None: there is none. `is_source_shown`: the reader may read its words. Names are by id."""

    source: Source | None = None
    is_source_shown: bool = False
    joined: tuple[Joined, ...] = ()
    checks: tuple[Check, ...] = ()
    groups: Mapping[int, str] = field(default_factory=dict)
    people: Mapping[int, str] = field(default_factory=dict)


def term_rows(words: Words, d: Decision, terms: Terms | None) -> list[tuple[str, Spans]]:
    """That it is a position or a mandate, and until when it holds."""
    if terms is None or d.redacted_at is not None:
        return []
    rows: list[tuple[str, Spans]] = []
    if terms.is_position:
        rows.append((words("Public position"), (Text(words("yes")),)))
    if terms.kind == MANDATE:
        held = words.line("{holder}, for {topic}", holder=Bold(terms.holder), topic=terms.topic)
        rows.append((words("Mandate"), held))
    if terms.expires_at is not None:
        until = words.moment(terms.expires_at)
        if d.status == "expired":
            rows.append((words("Ended"), (until,)))
        elif d.status in ("taken", "proposed"):
            rows.append((words("Holds until"), words.line("{until}, unless it is renewed", until=until)))
    return rows


def life_blocks(words: Words, life: Life) -> list[Block]:
    """The source, the groups that joined, and what came of it in practice."""
    return [*_source(words, life), *_joined(words, life), *_checks(words, life)]


def _source(words: Words, life: Life) -> list[Block]:
    source = life.source
    if source is None:
        return []
    label = Paragraph((Bold(words("Made from a message")),))
    if source.redacted_at is not None:
        return [label, Paragraph((Text(words("It was taken back, and its words are gone.")),))]
    if not life.is_source_shown:
        return [label, Paragraph((Text(words("Its words are for the group in which it was said.")),))]
    name = life.people.get(source.person_id or 0, source.name) or "?"
    said = words.line("{name}, {at}", name=name, at=words.moment(source.said_at))
    return [label, Quote(source.text, said)]


def _joined(words: Words, life: Life) -> list[Block]:
    if not life.joined:
        return []
    blocks: list[Block] = [Paragraph((Bold(words("Affected too, by their own word")),))]
    for one in life.joined:
        said = words.line("{group}, {at}", group=life.groups.get(one.group_id, "?"), at=words.moment(one.at))
        blocks.append(Quote(one.why, said) if one.why else Paragraph(said))
    return blocks


def _checks(words: Words, life: Life) -> list[Block]:
    if not life.checks:
        return []
    blocks: list[Block] = [Paragraph((Bold(words("What came of it")),))]
    for check in sorted(life.checks, key=lambda check: life.groups.get(check.group_id, "?")):
        line = words.line(ANSWERS[check.answer], group=life.groups.get(check.group_id, "?"))
        blocks.append(Quote(check.text, line) if check.text else Paragraph(line))
    return blocks
