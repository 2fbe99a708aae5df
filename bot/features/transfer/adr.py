"""An architecture decision record in Markdown (MADR, Nygard's form, or one that Mycel wrote) → ImportedDecision."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date

from bot.features.transfer.records import (
    ImportedDecision,
    ImportedLink,
    ImportedPerson,
    LinkKind,
    Report,
    ReportKind,
    Status,
    UnreadableRecord,
    printable,
)

TEXT_LIMIT, TITLE_LIMIT, TAG_LIMIT = 4_000, 300, 60
STATUSES: dict[str, tuple[Status, tuple[str, ...]]] = {
    "proposed": ("proposed", ()),
    "draft": ("proposed", ()),
    "pending": ("proposed", ()),
    "accepted": ("taken", ()),
    "approved": ("taken", ()),
    "done": ("taken", ()),
    "amended": ("taken", ()),
    "superseded": ("superseded", ()),
    "replaced": ("superseded", ()),
    "deprecated": ("withdrawn", ("deprecated",)),
    "rejected": ("withdrawn", ("rejected",)),
    "withdrawn": ("withdrawn", ()),
}
RELATIONS: tuple[tuple[str, LinkKind], ...] = (
    (r"(?:superseded|replaced|reversed) by", "superseded-by"),
    (r"supersedes|supersede|supercedes|replaces|reverses", "supersedes"),
    (r"depends on|requires|builds on", "depends-on"),
    (r"needed by|required by", "needed-by"),
    (r"amends|amended by|relates to|related to|conflicts with|clarifies|clarified by|extends|refines", "relates-to"),
)
ALTERNATIVES = re.compile(r"considered|alternative|pros and cons|options", re.IGNORECASE)
LEFT_OUT = re.compile(
    r"^(?:status|date|deciders|decision makers|more information|links|references|input)$", re.IGNORECASE
)
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufeff]")
PLAIN = frozenset(("context and problem statement", "context", "considered options", "alternatives considered"))
"""Headings that every record has: their text says enough without them."""
_HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*#*$")
_FIELD = re.compile(r"^\s*[*-]?\s*\**([A-Za-z][A-Za-z -]{1,30}?)\**\s*:\s*\**\s*(.*?)\s*$")
_NUMBERED = re.compile(r"^(?:ADR|MADR|D)?[-_ ]?0*(\d{1,6})(?:[.:)]|\s+[-–—])?\s+", re.IGNORECASE)
_FILE_NUMBER = re.compile(r"^(?:adr[-_ ]?)?0*(\d{1,6})(?!\d)", re.IGNORECASE)
_REFERENCE = re.compile(r"(?:ADR|MADR|D)[-_ ]?0*(\d{1,6})\b|\]\(\.?/?(?:[^)]*/)?0*(\d{1,6})[-_.][^)]*\)", re.IGNORECASE)
_DAY = re.compile(r"\b(\d{4})-(\d\d)-(\d\d)\b")
_OWN = re.compile(r"(mycel:[0-9a-f]{16}):(\d{1,9})")


@dataclass(slots=True)
class _Reading:
    """One record while it is read. `fields`: what stands in the front matter or in lines such as “Status: accepted”."""

    source: str
    fields: dict[str, str]
    sections: list[tuple[int, str, str]]
    title: str
    remarks: list[Report] = field(default_factory=list)

    def value(self, *names: str) -> str:
        return next((self.fields[name] for name in names if self.fields.get(name)), "")

    def section(self, name: str) -> str:
        return next((text for _, title, text in self.sections if title.lower() == name), "")

    def remark(self, kind: ReportKind, detail: str = "") -> None:
        self.remarks.append(Report(kind, self.source, detail=printable(detail)[:200]))


def parse_adr(text: str, name: str, collection: str, written_on: date) -> ImportedDecision:
    """Reads one record; `collection` names where it comes from, so that two collections may both have a number 1.

    `written_on` is the file's day, for records that say none. Raises UnreadableRecord where there is no title.
    """
    reading = _read(CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")), name, collection)
    if not reading.title:
        raise UnreadableRecord(name, "it has no title (a line that begins with #)")
    status, tags = _status(reading)
    created_on = _day(reading, written_on)
    why, alternatives = _texts(reading, name)
    if not why:
        reading.remark("no-reasoning")
    return ImportedDecision(
        source=reading.source,
        title=_clip(reading.title, TITLE_LIMIT),
        why=why,
        alternatives=alternatives,
        status=status,
        people=_people(reading),
        decided_on=None if status == "proposed" else created_on,
        created_on=created_on,
        resolution="",
        tags=tuple(dict.fromkeys((*tags, *_tags(reading)))),
        links=_links(reading),
        remarks=tuple(reading.remarks),
    )


def _read(text: str, name: str, collection: str) -> _Reading:
    fields, body = _front_matter(text)
    opening, sections = _sections(body)
    title = ""
    if (sections and sections[0][0] == 1) or (sections and not opening.strip()):
        _, title, opening = sections.pop(0)
    for line in (*opening.splitlines(), *_lines_of(sections, "status"), *_lines_of(sections, "date")):
        if found := _FIELD.match(line):
            fields.setdefault(found[1].strip().lower(), found[2].strip("*"))
    number = _FILE_NUMBER.match(name) or _NUMBERED.match(title)
    source = _source(fields, collection, int(number[1]) if number else None, name)
    return _Reading(source, fields, sections, printable(_NUMBERED.sub("", title)) or printable(title))


def _source(fields: dict[str, str], collection: str, number: int | None, name: str) -> str:
    """The lasting name: what Mycel wrote carries its own, all else goes by its number, or by its file's name."""
    own = fields.get("mycel", "")
    if _OWN.fullmatch(own):
        return own
    return f"{collection}:{number}" if number is not None else f"{collection}:{name.rpartition('.')[0] or name}"[:200]


def _front_matter(text: str) -> tuple[dict[str, str], str]:
    """Fields of a YAML header in its simplest form: one value a line, lists in brackets or as dashes."""
    lines = text.split("\n")
    if not lines or lines[0].strip() != "---" or "---" not in (line.strip() for line in lines[1:]):
        return {}, text
    end = next(n for n, line in enumerate(lines[1:], start=1) if line.strip() == "---")
    fields: dict[str, str] = {}
    last = ""
    for line in lines[1:end]:
        if line.lstrip().startswith("- ") and last:
            fields[last] = ", ".join(filter(None, (fields[last], line.lstrip()[2:].strip().strip("\"'"))))
        elif ":" in line and not line.lstrip().startswith("#"):
            name, _, value = line.partition(":")
            last = name.strip().lower()
            fields[last] = value.strip().strip("[]").strip("\"'")
    return fields, "\n".join(lines[end + 1 :])


def _sections(body: str) -> tuple[str, list[tuple[int, str, str]]]:
    """What stands before the first heading, then (level, title, text) of each; headings in code are none."""
    opening: list[str] = []
    found: list[tuple[int, str, list[str]]] = []
    is_code = False
    for line in body.split("\n"):
        is_code ^= line.lstrip().startswith("```")
        heading = None if is_code else _HEADING.match(line)
        if heading:
            found.append((len(heading[1]), heading[2], []))
        else:
            (found[-1][2] if found else opening).append(line)
    return "\n".join(opening), [(level, title, _unescaped("\n".join(text).strip())) for level, title, text in found]


def _unescaped(text: str) -> str:
    """What Mycel wrote so that it is no heading."""
    return re.sub(r"(?m)^\\(#{1,6}\s|---\s*$)", r"\1", text)


def _lines_of(sections: list[tuple[int, str, str]], name: str) -> list[str]:
    return [line for _, title, text in sections if title.lower() == name for line in text.splitlines()]


def _status(reading: _Reading) -> tuple[Status, tuple[str, ...]]:
    said = reading.value("status") or next(iter(filter(None, reading.section("status").splitlines())), "")
    word = re.split(r"[^A-Za-z]", said.strip(" *_\"'["))[0].lower()
    known = STATUSES.get(word)
    if known is None:
        reading.remark("unknown-status", said)
    return known or ("proposed", ())


def _day(reading: _Reading, written_on: date) -> date:
    said = " ".join((reading.value("date", "decided", "created"), reading.section("date"), reading.section("status")))
    for year, month, day in _DAY.findall(said):
        try:
            return date(int(year), int(month), int(day))
        except ValueError:
            continue
    reading.remark("unclear-date", f"it says no day such as 2026-03-05; taken as {written_on}, its file's")
    return written_on


def _people(reading: _Reading) -> tuple[ImportedPerson, ...]:
    said = reading.value("decision-makers", "deciders", "decision makers", "author", "authors")
    names = (printable(re.sub(r"[\[\]*_\"]|\(https?:[^)]*\)|<[^>]*>", "", part)) for part in re.split(r"[,;]", said))
    return tuple(ImportedPerson(name[:200], None, "author") for name in dict.fromkeys(names) if name)


def _tags(reading: _Reading) -> list[str]:
    found = (re.sub(r"[^\w.]+", "-", tag.lower())[:TAG_LIMIT].strip("-._") for tag in reading.value("tags").split(","))
    return [tag for tag in found if tag]


def _links(reading: _Reading) -> tuple[ImportedLink, ...]:
    lines = [f"{name.replace('-', ' ')} {value}" for name, value in reading.fields.items() if name != "source"]
    for _, title, text in reading.sections:
        if LEFT_OUT.match(title):
            lines += text.splitlines()
    found: dict[ImportedLink, None] = {}
    for line in lines:
        for kind, target in _said(line):
            found[ImportedLink(kind, _target(reading.source, target))] = None
    return tuple(found)


def _said(line: str) -> list[tuple[LinkKind, int]]:
    for words, kind in RELATIONS:
        if said := re.search(rf"\b(?:{words})\b:?(.*)", line, re.IGNORECASE):
            return [(kind, int(a or b)) for a, b in _REFERENCE.findall(said[1])]
    return []


def _target(source: str, number: int) -> str:
    return f"{source.rpartition(':')[0]}:{number}"


def _texts(reading: _Reading, name: str) -> tuple[str, str]:
    """The reasoning (context, decision, consequences) and what else was considered, each of bounded length."""
    why: list[str] = []
    alternatives: list[str] = []
    inside: tuple[int, list[str]] | None = None
    for level, title, text in reading.sections:
        if inside is None or level <= inside[0]:
            kept = alternatives if ALTERNATIVES.search(title) else why
            inside = None if LEFT_OUT.match(title) else (level, kept)
        if inside is not None and text:
            inside[1].append(text if title.lower() in PLAIN else f"{printable(title)}\n{text}")
    more = f" … (more in {printable(name)[:100]})"
    return _clip("\n\n".join(why), TEXT_LIMIT, more), _clip("\n\n".join(alternatives), TEXT_LIMIT, more)


def _clip(text: str, limit: int, more: str = "…") -> str:
    return text if len(text) <= limit else text[: limit - len(more)].rstrip() + more
