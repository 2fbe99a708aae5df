"""What a decision said before: each earlier version with what it said otherwise than the one after it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.core.language import Words
from bot.core.message import Block, Bold, Moment, Paragraph, Quote, Span, Text
from storage.decision_versions import Version
from storage.decisions import Decision


def earlier_versions(words: Words, now: Decision, versions: Sequence[Version]) -> list[Block]:
    """The newest first; nothing where there are none."""
    blocks: list[Block] = []
    later: Decision | Version = now
    for version in reversed(versions):
        line = words.line("Version {n}, until {at}:", n=version.version, at=words.moment(version.replaced_at))
        note = f" ({version.note})" if version.note else ""
        blocks.append(Paragraph((*line, Text(f" {version.title or words('(redacted)')}{note}"))))
        blocks += _texts(words, version, later)
        blocks += _facts(words, version, later)
        later = version
    return [Paragraph((Bold(words("Earlier versions")),)), *blocks] if blocks else []


def _texts(words: Words, version: Version, later: Decision | Version) -> Iterator[Block]:
    if version.why and version.why != later.why:
        yield Quote(version.why, (Text(words("Why")),))
    if version.alternatives and version.alternatives != later.alternatives:
        yield Quote(version.alternatives, (Text(words("Alternatives considered")),))


def _facts(words: Words, version: Version, later: Decision | Version) -> Iterator[Block]:
    def row(label: str, value: Span) -> Block:
        return Paragraph((Text(f"{label}: "), value))

    if version.taken_by and version.taken_by != later.taken_by:
        yield row(words("Taken by"), Text(version.taken_by))
    if version.tags and version.tags != later.tags:
        yield row(words("Tags"), Text(", ".join(version.tags)))
    if version.rests_on and version.rests_on != later.rests_on:
        yield row(words("Rests on"), Text(", ".join(version.rests_on)))
    if version.review_at is not None and version.review_at != later.review_at:
        moment: Moment = words.moment(version.review_at)
        yield row(words("To be reviewed"), moment)
