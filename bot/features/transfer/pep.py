"""A PEP-like record (RFC-822 header, then reStructuredText or plain text) → ImportedDecision."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date

from bot.features.transfer import headers, rst
from bot.features.transfer.records import (
    ImportedDecision,
    ImportedLink,
    ImportedPerson,
    LinkKind,
    Part,
    Report,
    ReportKind,
    Status,
    UnreadableRecord,
    printable,
)

TEXT_LIMIT = 4_000
NOTICE_LIMIT = 1_500
TITLE_LIMIT = 300
TAG_LIMIT = 60
# PEP 1 has the meaning of each; what Mycel's four words do not tell apart becomes a tag.
STATUSES: dict[str, tuple[Status, tuple[str, ...]]] = {
    "draft": ("proposed", ()),
    "deferred": ("proposed", ("deferred",)),
    "accepted": ("taken", ()),
    "provisional": ("taken", ("provisional",)),
    "active": ("taken", ()),
    "final": ("taken", ()),
    "superseded": ("superseded", ()),
    "replaced": ("superseded", ()),
    "rejected": ("withdrawn", ("rejected",)),
    "withdrawn": ("withdrawn", ("withdrawn",)),
    "april fool": ("withdrawn", ("april-fool",)),
}
PARTS: dict[str, Part] = {
    "author": "author",
    "authors": "author",
    "sponsor": "sponsor",
    "bdfl-delegate": "delegate",
    "pep-delegate": "delegate",
    "delegate": "delegate",
}
LINKS: dict[str, LinkKind] = {"replaces": "supersedes", "superseded-by": "superseded-by", "requires": "depends-on"}
REPEATABLE = {*PARTS, *LINKS, "topic", "python-version", "post-history", "discussions-to", "resolution"}
FILE_NUMBER = re.compile(r"pep[-_ ]?0*(\d{1,6})(?!\d)", re.IGNORECASE | re.ASCII)
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufeff]")
ABSTRACT = re.compile(r"(?:[\d.]+ )?abstract\b", re.IGNORECASE)
VERDICT = re.compile(
    r"(?:[\d.]+ )?(?:pep )?(?:reject(?:ion|ed)|withdraw(?:al|n)|deferral|acceptance|approval|resolution|replacement)"
    r"(?: of this pep)?(?: and \w+)?(?:[ /](?:notice|note|rationale|reason|withdrawal|rejection))?",
    re.IGNORECASE,
)
ASIDE = re.compile(r"\b(?:note|notice|status|warning|update|copyright|references|footnotes|contents)\b", re.IGNORECASE)
ALTERNATIVES = re.compile(r"\balternativ|\brejected \w|\bconsidered\b", re.IGNORECASE)


@dataclass(slots=True)
class _Reading:
    """The header of one record while it is read; what is odd about it gathers in `remarks`."""

    source: str
    fields: dict[str, list[str]]
    remarks: list[Report] = field(default_factory=list)

    def value(self, name: str) -> str:
        values = self.fields.get(name, [""])
        return " ".join((", ".join(v for v in values if v) if name in REPEATABLE else values[0]).split())

    def remark(self, kind: ReportKind, detail: str = "") -> None:
        self.remarks.append(Report(kind, self.source, detail=printable(detail)[:200]))


def parse_pep(text: str, name: str) -> ImportedDecision:
    """Reads one record; `name` is its file's, used in messages and where the header has no number.

    Dates are calendar days without a zone. Nothing odd is passed over: it stands in `remarks`. Raises
    UnreadableRecord where there is no header, number, title or readable Created date, and nothing else.
    """
    fields, body = headers.split_header(_clean(text).lstrip())
    if not {"pep", "title"} & fields.keys():
        raise UnreadableRecord(name, "it does not begin with a header such as “PEP: 12”")
    reading = _Reading(_source(fields, name), fields)
    title = _title(reading, name)
    created_on = _created(reading, name)
    status, tags = _status(reading)
    why, alternatives = _texts(body, name)
    if not why:
        reading.remark("no-reasoning")
    people, links = _people(reading), _links(reading)
    decided_on = _decided(reading, status, created_on)
    _note_oddities(reading, name)
    return ImportedDecision(
        source=reading.source,
        title=title,
        why=why,
        alternatives=alternatives,
        status=status,
        people=people,
        decided_on=decided_on,
        created_on=created_on,
        resolution=_resolution(reading),
        tags=_tags(reading, tags),
        links=links,
        remarks=tuple(reading.remarks),
    )


def _clean(text: str) -> str:
    return CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).expandtabs(8)


def _source(fields: dict[str, list[str]], name: str) -> str:
    numbers, _ = headers.parse_numbers(" ".join(fields.get("pep", [])))
    if not numbers and (found := FILE_NUMBER.search(name)):
        numbers = [int(found[1])]
    if not numbers:
        raise UnreadableRecord(name, "neither its header nor its file name has a PEP number")
    return f"pep:{numbers[0]}"


def _title(reading: _Reading, name: str) -> str:
    title = printable(rst.inline(reading.value("title")))
    if not title:
        raise UnreadableRecord(name, "its header has no Title")
    if len(title) > TITLE_LIMIT:
        reading.remark("strange-header", f"its title has {len(title)} characters and was cut")
    return _clip(title, TITLE_LIMIT)


def _created(reading: _Reading, name: str) -> date:
    value = reading.value("created")
    read = headers.parse_date(value)
    if read is None and (days := headers.dates_in(value)):
        read = days[0], False
    if read is None:
        said = f"Created is “{printable(value)[:60]}”" if value else "its header has no Created"
        raise UnreadableRecord(name, f"{said}, and a date such as 2015-03-05 is needed")
    if not read[1]:
        reading.remark("unclear-date", f"Created is “{value}”; taken as {read[0]}")
    return read[0]


def _status(reading: _Reading) -> tuple[Status, tuple[str, ...]]:
    value = reading.value("status")
    known = STATUSES.get(re.split(r"[(,;.!]", value)[0].strip().lower())
    if known is None:
        reading.remark("unknown-status", value)
    return known or ("proposed", ())


def _people(reading: _Reading) -> tuple[ImportedPerson, ...]:
    people: list[ImportedPerson] = []
    for name, part in PARTS.items():
        value = reading.value(name)
        people += headers.parse_people(value, part)
        if value and headers.is_placeholder(value):
            reading.remark("strange-header", f"“{name}” is “{value}”; nobody was recorded")
    if not any(person.part == "author" for person in people):
        reading.remark("strange-header", "it names no author")
    return tuple(dict.fromkeys(people))


def _links(reading: _Reading) -> tuple[ImportedLink, ...]:
    links: list[ImportedLink] = []
    for name, kind in LINKS.items():
        numbers, rest = headers.parse_numbers(reading.value(name))
        links += (ImportedLink(kind, f"pep:{number}") for number in numbers)
        if rest:
            reading.remark("strange-header", f"“{name}” also says “{rest}”, which is no number")
    return tuple(links)


def _decided(reading: _Reading, status: Status, created_on: date) -> date | None:
    if status == "proposed":
        return None
    days = headers.dates_in(reading.value("resolution"))
    if days and max(days) < created_on:
        reading.remark("unclear-date", f"Resolution of {max(days)} is before Created; taken as {created_on}")
    return max([created_on, *days])


def _resolution(reading: _Reading) -> str:
    value = reading.value("resolution")
    return printable(" ".join(re.findall(r"https?://[^\s<>`]+", value)) or rst.inline(value))


def _tags(reading: _Reading, of_status: tuple[str, ...]) -> tuple[str, ...]:
    tags = [*of_status, _slug(reading.value("type"))]
    tags += (_slug(topic) for topic in re.split(r"[,;]", reading.value("topic")))
    versions = re.split(r"[\s,;/]+", reading.value("python-version"))
    tags += (f"python-{_slug(version)}" for version in versions if _slug(version))
    return tuple(dict.fromkeys(tag for tag in tags if tag))


def _slug(text: str) -> str:
    return re.sub(r"[^\w.]+", "-", text.lower())[:TAG_LIMIT].strip("-._")


def _note_oddities(reading: _Reading, name: str) -> None:
    found = FILE_NUMBER.search(name)
    if found and f"pep:{int(found[1])}" != reading.source:
        reading.remark("strange-header", f"its file is called “{name}”")
    for field_name, values in reading.fields.items():
        if field_name not in headers.KNOWN:
            reading.remark("strange-header", f"the field “{field_name}” was not imported")
        elif len(values) > 1 and field_name not in REPEATABLE:
            reading.remark("strange-header", f"“{field_name}” stands there {len(values)} times; the first counts")


def _texts(body: str, name: str) -> tuple[str, str]:
    """The reasoning (abstract, then how it ended) and the alternatives, each of bounded length."""
    opening, found = rst.sections(body)
    pointer = f" … (more in {printable(name)[:100]})"
    verdicts = [rst.plain(opening)] if found else []
    verdicts += (_titled(section) for section in found if VERDICT.fullmatch(section.title))
    verdict = _clip("\n\n".join(v for v in verdicts if v), NOTICE_LIMIT, pointer)
    summary = _summary(opening, found)
    why = "\n\n".join(filter(None, (_clip(summary, TEXT_LIMIT - len(verdict) - 2, pointer), verdict)))
    return why, _clip("\n\n".join(_alternatives(found)), TEXT_LIMIT, pointer)


def _summary(opening: str, found: tuple[rst.Section, ...]) -> str:
    if not found:
        return rst.plain(opening)
    abstracts = [section for section in found if ABSTRACT.match(section.title)]
    first = [s for s in found if not VERDICT.fullmatch(s.title) and not ASIDE.search(s.title)]
    return next((text for section in [*abstracts, *first] if (text := rst.plain(section.text))), "")


def _alternatives(found: tuple[rst.Section, ...]) -> list[str]:
    texts: list[str] = []
    inside: int | None = None
    for section in found:
        if inside is not None and section.level > inside:
            continue
        inside = None
        if ALTERNATIVES.search(section.title) and not VERDICT.fullmatch(section.title):
            inside = section.level
            texts.append(_titled(section))
    return [text for text in texts if text]


def _titled(section: rst.Section) -> str:
    text = rst.plain(section.text)
    gap = "\n" if "\n" in text else " "
    return f"{section.title}:{gap}{text}" if text else ""


def _clip(text: str, limit: int, pointer: str = "…") -> str:
    return text if len(text) <= limit else text[: limit - len(pointer)].rstrip() + pointer
