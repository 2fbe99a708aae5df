"""Links of imported decisions, made to hold from both sides; what cannot hold is kept as text and reported."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from graphlib import CycleError, TopologicalSorter

from bot.features.transfer.records import (
    OTHER_SIDE,
    ImportedDecision,
    ImportedLink,
    LinkKind,
    Report,
    ReportKind,
)

FORWARD: tuple[LinkKind, ...] = ("supersedes", "depends-on", "relates-to")
SAID: dict[LinkKind, str] = {
    "supersedes": "supersedes",
    "superseded-by": "is superseded by",
    "depends-on": "depends on",
    "needed-by": "is needed by",
    "relates-to": "relates to",
}
Edge = tuple[LinkKind, str, str]


@dataclass(slots=True)
class _Links:
    records: dict[str, ImportedDecision]
    # Each relation once, in its forward direction, with the sources that stated it.
    stated_by: dict[Edge, list[str]] = field(default_factory=lambda: defaultdict(list))
    loose: dict[str, list[ImportedLink]] = field(default_factory=lambda: defaultdict(list))
    report: list[Report] = field(default_factory=list)

    def set_aside(self, source: str, link: ImportedLink, kind: ReportKind, detail: str) -> None:
        self.loose[source].append(link)
        self.report.append(Report(kind, source, link.target, detail))


def reciprocal(records: Iterable[ImportedDecision]) -> tuple[tuple[ImportedDecision, ...], tuple[Report, ...]]:
    """The same decisions with every link on both of its ends, and what was one-sided, dangling or circular.

    A link that cannot be kept moves to `loose_links`; of a source that comes twice the first is kept. Of a circle of
    `supersedes` the link whose claimant is oldest gives way. Needs all records at once; their own remarks are not
    repeated. A second pass over its result changes nothing.
    """
    kept, duplicates = _unique(records)
    links = _Links(kept, report=duplicates)
    for decision in kept.values():
        for link in dict.fromkeys(decision.links):
            _enter(links, decision.source, link)
    _break_circles(links)
    _report_one_sided(links)
    linked = _with_both_ends(links)
    _report_states(linked, links)
    return linked, tuple(links.report)


def natural(source: str) -> tuple[str, int, str]:
    """Sorts `pep:9` before `pep:10`."""
    found = re.fullmatch(r"(.*?)([0-9]{0,9})", source, re.DOTALL)
    return (found[1], int(found[2] or 0), source) if found else (source, 0, source)


def _unique(records: Iterable[ImportedDecision]) -> tuple[dict[str, ImportedDecision], list[Report]]:
    kept: dict[str, ImportedDecision] = {}
    duplicates: list[Report] = []
    for decision in records:
        if kept.setdefault(decision.source, decision) is not decision:
            duplicates.append(Report("duplicate", decision.source, detail=decision.title))
    return kept, duplicates


def _enter(links: _Links, source: str, link: ImportedLink) -> None:
    if link.target == source:
        links.set_aside(source, link, "self-link", SAID[link.kind])
    elif link.target not in links.records:
        links.set_aside(source, link, "dangling", SAID[link.kind])
    else:
        links.stated_by[_edge(source, link)].append(source)


def _edge(source: str, link: ImportedLink) -> Edge:
    if link.kind == "relates-to":
        first, second = sorted((source, link.target), key=natural)
        return link.kind, first, second
    if link.kind in FORWARD:
        return link.kind, source, link.target
    return OTHER_SIDE[link.kind], link.target, source


def _report_one_sided(links: _Links) -> None:
    """Only of superseding: that a record is needed or related is not customarily said on its own side."""
    for (kind, source, target), claimants in links.stated_by.items():
        if kind == "supersedes" and len(claimants) == 1:
            said = kind if claimants == [source] else OTHER_SIDE[kind]
            other = target if claimants == [source] else source
            links.report.append(Report("one-sided", claimants[0], other, SAID[said]))


def _break_circles(links: _Links) -> None:
    older: dict[str, list[str]] = defaultdict(list)
    for kind, source, target in links.stated_by:
        if kind == "supersedes":
            older[source].append(target)
    while circle := _circle(older):
        claims = [(circle[n + 1], circle[n]) for n in range(len(circle) - 1)]
        source, target = min(claims, key=lambda claim: (links.records[claim[0]].created_on, natural(claim[0])))
        older[source].remove(target)
        around = " → ".join(reversed(circle))
        _withdraw(links, ("supersedes", source, target), around)


def _circle(older: dict[str, list[str]]) -> list[str]:
    try:
        TopologicalSorter(older).prepare()
    except CycleError as problem:
        circle: list[str] = problem.args[1]
        return circle
    return []


def _withdraw(links: _Links, edge: Edge, around: str) -> None:
    kind, source, target = edge
    for claimant in links.stated_by.pop(edge):
        own_side = ImportedLink(kind, target) if claimant == source else ImportedLink(OTHER_SIDE[kind], source)
        links.loose[claimant].append(own_side)
    links.report.append(Report("cycle", source, target, around))


def _with_both_ends(links: _Links) -> tuple[ImportedDecision, ...]:
    ends: dict[str, list[ImportedLink]] = defaultdict(list)
    for kind, source, target in links.stated_by:
        ends[source].append(ImportedLink(kind, target))
        ends[target].append(ImportedLink(OTHER_SIDE[kind], source))
    return tuple(
        replace(
            decision,
            links=tuple(sorted(ends[source], key=lambda link: (link.kind, natural(link.target)))),
            loose_links=tuple(dict.fromkeys((*decision.loose_links, *links.loose[source]))),
        )
        for source, decision in links.records.items()
    )


def _report_states(linked: tuple[ImportedDecision, ...], links: _Links) -> None:
    """Where a record's own status and its successors tell different stories; the status is left as it was said."""
    for decision in linked:
        named = [link for link in (*decision.links, *decision.loose_links) if link.kind == "superseded-by"]
        if decision.status == "superseded" and not named:
            links.report.append(Report("no-successor", decision.source))
        for link in named:
            successor = links.records.get(link.target)
            if decision.status == "taken" and successor and successor.status == "taken":
                links.report.append(Report("still-in-force", decision.source, link.target))
