"""The header of a PEP-like record: fields with continuation lines, dates, people, numbers of other records."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from bot.features.transfer.records import ImportedPerson, Part

FIELD = re.compile(r"([A-Za-z][A-Za-z0-9_-]{0,40})[ \t]*:(?!//)(.*)")
KNOWN = frozenset(
    {
        "pep",
        "title",
        "author",
        "authors",
        "sponsor",
        "bdfl-delegate",
        "pep-delegate",
        "delegate",
        "discussions-to",
        "status",
        "type",
        "topic",
        "created",
        "python-version",
        "post-history",
        "requires",
        "replaces",
        "superseded-by",
        "resolution",
        "content-type",
        "version",
        "last-modified",
    }
)
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MONTH = rf"(?P<month>(?:{'|'.join(MONTHS)})[a-z]*\.?)"
GAP = r"[\s./,-]{1,3}"
EXACT_DATES = (
    re.compile(r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})", re.ASCII),
    re.compile(rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th)?{GAP}{MONTH}{GAP}(?P<year>\d{{4}})", re.ASCII | re.IGNORECASE),
    re.compile(rf"{MONTH}{GAP}(?P<day>\d{{1,2}})(?:st|nd|rd|th)?{GAP}(?P<year>\d{{4}})", re.ASCII | re.IGNORECASE),
)
ROUGH_DATES = (
    re.compile(rf"{MONTH}{GAP}(?P<year>\d{{4}})", re.ASCII | re.IGNORECASE),
    re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})", re.ASCII),
    re.compile(r"(?P<year>\d{4})", re.ASCII),
)
PLACEHOLDERS = frozenset({"", "todo", "tbd", "none", "n/a", "nobody", "unknown", "pending", "-", "?"})
SUFFIX = re.compile(r"(?:Jr|Sr|II|III|IV|Ph\.?D|M\.?D|Esq)\.?\s*(?=[<(]|$)")
MEMBER = re.compile(r'(?:<[^<>]*>|\([^()]*\)|"[^"]*"|[^,;])+')
MAIL = re.compile(r"[^\s@<>()\",;]+@[^\s@<>()\",;.]+\.[^\s@<>()\",;]+")
AT = re.compile(r"\s+at\s+|\s*[(\[]at[)\]]\s*", re.IGNORECASE)
DOT = re.compile(r"\s+dot\s+|\s*[(\[]dot[)\]]\s*", re.IGNORECASE)
NAME_THEN_MAIL = re.compile(r"(?P<name>[^<>()]*)[<(](?P<mail>[^<>()]*)[>)]")
MAIL_THEN_NAME = re.compile(r"(?P<mail>[^<>()\s]+)\s*\((?P<name>[^()]*)\)")


def split_header(text: str) -> tuple[dict[str, list[str]], str]:
    """Fields by lower-case name, each with every value it was given, and the body below them.

    A blank line ends the header, and so does any line that is neither a field nor indented; a known field that was
    not there yet, directly after a blank line, still belongs to it.
    """
    lines = text.split("\n")
    fields: dict[str, list[str]] = {}
    for n, line in enumerate(lines):
        found = FIELD.fullmatch(line)
        after_blank = n > 0 and not lines[n - 1].strip()
        if found and (not fields or not after_blank or _is_late_field(found[1], fields)):
            fields.setdefault(found[1].lower(), []).append(found[2].strip())
            last = found[1].lower()
        elif fields and line[:1] in {" ", "\t"} and line.strip() and not after_blank:
            fields[last][-1] = f"{fields[last][-1]} {line.strip()}".strip()
        elif line.strip():
            return fields, "\n".join(lines[n:])
    return fields, ""


def _is_late_field(name: str, fields: dict[str, list[str]]) -> bool:
    return name.lower() in KNOWN and name.lower() not in fields


def parse_date(text: str) -> tuple[date, bool] | None:
    """The day that a text names, and whether it names the day itself; a month or year alone means its first day."""
    value = " ".join(text.split()).strip(" ()")
    for exact, patterns in ((True, EXACT_DATES), (False, ROUGH_DATES)):
        for pattern in patterns:
            if (found := pattern.fullmatch(value)) and (day := _day(found)):
                return day, exact
    return None


def dates_in(text: str) -> list[date]:
    """Every exact day named anywhere in a text, the text of its links included, their addresses not."""
    readable = re.sub(r"<[^<>]*>|https?://\S+", " ", text)
    return [day for pattern in EXACT_DATES for found in pattern.finditer(readable) if (day := _day(found))]


def _day(found: re.Match[str]) -> date | None:
    parts = found.groupdict()
    month = parts.get("month") or "1"
    number = int(month) if month.isdigit() else MONTHS.index(month[:3].lower()) + 1
    try:
        return date(int(parts["year"]), number, int(parts.get("day") or 1))
    except ValueError:
        return None


def parse_people(text: str, part: Part) -> Iterator[ImportedPerson]:
    """The people of a comma list: `Name <mail>`, `Name`, `mail (Name)`, also with `at` for the sign in a mail."""
    members: list[str] = []
    for member in (found[0].strip() for found in MEMBER.finditer(text)):
        if members and SUFFIX.match(member) and "<" not in members[-1]:
            members[-1] = f"{members[-1]}, {member}"
        else:
            members.append(member)
    for member in members:
        if not is_placeholder(member):
            yield _person(member, part)


def is_placeholder(text: str) -> bool:
    """Whether a field was left open (`TODO`, `None`)."""
    return text.strip().lower().strip("<>()") in PLACEHOLDERS


def _person(member: str, part: Part) -> ImportedPerson:
    for pattern in (NAME_THEN_MAIL, MAIL_THEN_NAME):
        found = pattern.fullmatch(member)
        if found and (mail := _mail(DOT.sub(".", found["mail"]))):
            return ImportedPerson(_name(found["name"]) or mail, mail, part)
    bare = re.sub(r"\s*<[^<>]*>", "", member) or member
    mail = _mail(bare)
    return ImportedPerson(mail or _name(bare), mail, part)


def _name(text: str) -> str:
    return " ".join(text.replace('"', " ").split()) or text


def _mail(text: str) -> str | None:
    plain = AT.sub("@", text.strip())
    return plain if MAIL.fullmatch(plain) else None


def parse_numbers(text: str) -> tuple[list[int], str]:
    """The record numbers of a list such as `245, PEP 246`, each once, and whatever else stood there."""
    value = re.sub(r"<[^<>]*>", " ", text)
    numbers = [int(number) for number in re.findall(r"(?<![\w.])[0-9]{1,6}(?![\w.])", value)]
    rest = re.sub(r"(?<![\w.])[0-9]{1,6}(?![\w.])|\bpeps?\b|\band\b|[\s,;:.`_&-]", "", value, flags=re.IGNORECASE)
    return list(dict.fromkeys(numbers)), "" if is_placeholder(rest) else rest
