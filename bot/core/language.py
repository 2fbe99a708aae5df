"""Message catalogues: every sentence the bot says, in the language of the channel it is said in.

English stands in the code; other languages in `bot/locale/<language>/LC_MESSAGES/mycel.po`, read when needed.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from string import Formatter
from typing import Any
from zoneinfo import ZoneInfo

from bot.core.message import Bold, Moment, Span, Spans, Text

LOCALE_FOLDER = Path(__file__).parent.parent / "locale"
DEFAULT_LANGUAGE = "en"


def mark(text: str) -> str:
    """Marks a text for the catalogues where it is declared; it is translated where it is shown."""
    return text


@lru_cache(maxsize=1)
def languages() -> tuple[str, ...]:
    """Languages the bot speaks, English first."""
    return (DEFAULT_LANGUAGE, *sorted(p.parent.parent.name for p in LOCALE_FOLDER.glob("*/LC_MESSAGES/mycel.po")))


@lru_cache
def _catalogue(language: str) -> NullTranslations:
    source = LOCALE_FOLDER / language / "LC_MESSAGES" / "mycel.po"
    if language == DEFAULT_LANGUAGE or not source.exists():
        return NullTranslations()
    # Babel takes 0.1 s to load: only those who need a second language pay for it.
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    compiled = io.BytesIO()
    with source.open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return GNUTranslations(compiled)


@lru_cache(maxsize=4096)
def _sentence(language: str, template: str) -> str:
    # The template of no words would be the catalogue's own header.
    return _catalogue(language).gettext(template) if template else ""


@lru_cache(maxsize=4096)
def _parts(language: str, template: str) -> tuple[tuple[str, str | None], ...]:
    return tuple((literal, name) for literal, name, _, _ in Formatter().parse(_sentence(language, template)))


@lru_cache(maxsize=1024)
def _day(language: str, day: date) -> str:
    if language == DEFAULT_LANGUAGE:
        return f"{day:%a} {day.day} {day:%b %Y}"
    from babel.dates import format_date

    return format_date(day, "EEE d MMM y", locale=language)


@dataclass(frozen=True, slots=True)
class Words:
    """The bot's words in one language; moments are written out in `zone` (IANA name)."""

    language: str = DEFAULT_LANGUAGE
    zone: str = "UTC"

    def __call__(self, template: str, /, **values: object) -> str:
        """A sentence; `{name}` is replaced by the value of that name."""
        sentence = _sentence(self.language, template)
        return sentence.format(**values) if values else sentence

    def plural(self, one: str, many: str, n: int, /, **values: object) -> str:
        """A sentence that counts; `{n}` is the number."""
        return _catalogue(self.language).ngettext(one, many, n).format(n=n, **values)

    def line(self, template: str, /, **values: str | int | Span | Spans) -> Spans:
        """A sentence whose values may be spans (mentions, links, bold); the result is spans."""
        spans: list[Span] = []
        for literal, name in _parts(self.language, template):
            if literal:
                spans.append(Text(literal))
            if name is not None:
                spans.extend(_as_spans(values[name]))
        return tuple(spans)

    def bold(self, template: str, /, **values: object) -> Bold:
        return Bold(self(template, **values))

    def listed(self, items: list[str]) -> str:
        """ "a, b and c" in this language."""
        if len(items) < 2:
            return "".join(items)
        return self("{some} and {last}", some=", ".join(items[:-1]), last=items[-1])

    def day(self, day: date) -> str:
        """A date with weekday, short: "Fri 4 Dec 2026"."""
        return _day(self.language, day)

    def moment(self, at: datetime, zone: str | None = None) -> Moment:
        """A moment with its absolute date and the zone's city: "Fri 4 Dec 2026, 17:00 (Nairobi)"."""
        shown_in = zone or self.zone
        local = at.astimezone(ZoneInfo(shown_in))
        city = shown_in.rpartition("/")[2].replace("_", " ")
        return Moment(at, shown_in, f"{self.day(local.date())}, {local:%H:%M} ({city})")


def _as_spans(value: Any) -> Spans:
    if isinstance(value, tuple):
        return value
    if isinstance(value, (str, int)):
        return (Text(str(value)),)
    span: Span = value
    return (span,)
