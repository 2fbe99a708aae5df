"""Imported decisions before they meet the database, and what an import has to report about them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from bot.core.language import mark

Status = Literal["proposed", "taken", "superseded", "withdrawn"]
Part = Literal["author", "sponsor", "delegate"]
LinkKind = Literal["supersedes", "superseded-by", "depends-on", "needed-by", "relates-to"]
ReportKind = Literal[
    "unreadable",
    "unknown-status",
    "unclear-date",
    "strange-header",
    "no-reasoning",
    "duplicate",
    "dangling",
    "one-sided",
    "self-link",
    "cycle",
    "no-successor",
    "still-in-force",
]

OTHER_SIDE: dict[LinkKind, LinkKind] = {
    "supersedes": "superseded-by",
    "superseded-by": "supersedes",
    "depends-on": "needed-by",
    "needed-by": "depends-on",
    "relates-to": "relates-to",
}

SENTENCES: dict[ReportKind, str] = {
    "unreadable": mark("{source} was not imported: {detail}."),
    "unknown-status": mark("{source}: Mycel does not know the status “{detail}”; recorded as proposed."),
    "unclear-date": mark("{source}: {detail}."),
    "strange-header": mark("{source}: {detail}."),
    "no-reasoning": mark("{source} says nothing below its header; its reasoning is empty."),
    "duplicate": mark("{source} came more than once; the first was kept, not “{detail}”."),
    "dangling": mark("{source} {detail} {target}, which is not among the imported; kept as text."),
    "one-sided": mark("{source} {detail} {target}, and only one of the two says so; both show it now."),
    "self-link": mark("{source} {detail} itself; kept as text."),
    "cycle": mark("{source} supersedes {target} would close a circle ({detail}); kept as text."),
    "no-successor": mark("{source} is superseded and does not say by what."),
    "still-in-force": mark("{source} is in force, and so is {target}, which supersedes it."),
}


@dataclass(frozen=True, slots=True)
class Report:
    """One thing an import noticed. `str()` is one plain line of English; `kind` and the rest are for counting."""

    kind: ReportKind
    source: str
    target: str = ""
    detail: str = ""

    def __str__(self) -> str:
        line = SENTENCES[self.kind].format(source=self.source, target=self.target, detail=self.detail)
        return printable(line)


@dataclass(frozen=True, slots=True)
class ImportedPerson:
    """Someone named in a record. `email` only where the record prints it; it is no proof of who somebody is."""

    name: str
    email: str | None
    part: Part


@dataclass(frozen=True, slots=True)
class ImportedLink:
    """A relation to another record; `target` is that record's `source`, for example `pep:248`."""

    kind: LinkKind
    target: str

    def __str__(self) -> str:
        return f"{self.kind.replace('-', ' ')} {self.target}"


@dataclass(frozen=True, slots=True)
class ImportedDecision:
    """A decision taken elsewhere, in plain text.

    `source` is its lasting name (`pep:249`), by which a second import knows it again. `decided_on` is None while it is
    proposed. `loose_links` could not become links (nothing there, itself, a circle): they are kept to be shown as text.
    `remarks` is what reading it noticed.
    """

    source: str
    title: str
    why: str
    alternatives: str
    status: Status
    people: tuple[ImportedPerson, ...]
    decided_on: date | None
    created_on: date
    resolution: str
    tags: tuple[str, ...]
    links: tuple[ImportedLink, ...]
    loose_links: tuple[ImportedLink, ...] = ()
    remarks: tuple[Report, ...] = ()


class UnreadableRecord(Exception):
    """A text that is no decision record; `name` says which, `reason` why, in words for the one who imports."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name}: {reason}")
        self.name = name
        self.reason = reason

    def report(self) -> Report:
        """The same as an item of the import's report."""
        return Report("unreadable", self.name, detail=self.reason)


def printable(text: str) -> str:
    """The text on one line, without what a terminal or a database refuses."""
    line = " ".join(text.split()).encode("utf-8", "replace").decode("utf-8")
    return "".join(character for character in line if character.isprintable())
