"""Links between imported decisions: made in their forward direction; what leads nowhere yet is kept and waits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from bot.core.context import Context
from bot.features.transfer.linking import FORWARD, natural
from bot.features.transfer.records import OTHER_SIDE, ImportedLink, LinkKind
from storage import imports, links
from storage.imports import Known, Loose
from storage.links import KEPT, Link

NO_CIRCLES: tuple[tuple[str, ...], ...] = (("supersedes", "reverses", "amends"), ("depends-on",))
"""Relations among which a circle makes no sense."""
Fate = Literal["linked", "kept", "joined", "dangling", "cycle", "self-link"]


@dataclass(frozen=True, slots=True)
class Linking:
    """A record's links: `links` have both ends in this import, `loose` may not."""

    source: str
    links: tuple[ImportedLink, ...] = ()
    loose: tuple[ImportedLink, ...] = ()


@dataclass(frozen=True, slots=True)
class Joined:
    """What became of one link. "kept": it was there; "joined": its target was imported at another time."""

    source: str
    kind: LinkKind
    target: str
    fate: Fate


def link_chunk(ctx: Context, items: Sequence[Linking]) -> tuple[Joined, ...]:
    """Makes the links whose both ends are here; one that would close a circle is kept as text."""
    known = _known(ctx, items)
    told = []
    for item in items:
        for link in item.links:
            if link.kind not in FORWARD:
                continue
            fate = _link(ctx, known, item.source, link)
            if fate in ("cycle", "self-link", "dangling") and not known[item.source].is_own:
                links.keep_loose(ctx.db, ctx.network.id, known[item.source].number, link.kind, link.target)
            told.append(Joined(item.source, link.kind, link.target, fate))
    return tuple(told)


def settle_chunk(ctx: Context, items: Sequence[Linking]) -> tuple[Joined, ...]:
    """Keeps loose links, and joins those whose target is here by now: these records' own, and others' that wait.

    To be called when the links of all records are made, so that a loose one never stands in a kept one's way.
    """
    waiting = imports.waiting_for(ctx.db, ctx.network.id, [item.source for item in items])
    known = _known(ctx, items) | imports.known(ctx.db, ctx.network.id, [loose.source for loose in waiting])
    told = []
    for item in items:
        for link in item.loose if not known[item.source].is_own else ():
            own = Loose(known[item.source].number, item.source, link.kind, link.target[:200])
            links.keep_loose(ctx.db, ctx.network.id, own.number, own.relation, own.target)
            told.append(_settle(ctx, known, own))
    said = {(j.source, j.kind, j.target) for j in told}
    others = [
        _settle(ctx, known, loose) for loose in waiting if (loose.source, loose.relation, loose.target) not in said
    ]
    return (*told, *(joined for joined in others if joined.fate == "joined"))


def _settle(ctx: Context, known: Mapping[str, Known], loose: Loose) -> Joined:
    link = ImportedLink(_kind(loose.relation), loose.target)
    fate = _link(ctx, known, loose.source, link)
    if fate in ("linked", "kept"):
        imports.drop_loose(ctx.db, ctx.network.id, loose)
        fate = "joined"
    return Joined(loose.source, link.kind, link.target, fate)


def _kind(relation: str) -> LinkKind:
    return next(kind for kind in OTHER_SIDE if kind == relation)


def _known(ctx: Context, items: Sequence[Linking]) -> dict[str, Known]:
    named = {source for item in items for source in (item.source, *(x.target for x in (*item.links, *item.loose)))}
    return imports.known(ctx.db, ctx.network.id, sorted(named))


def _link(ctx: Context, known: Mapping[str, Known], source: str, link: ImportedLink) -> Fate:
    if source == link.target:
        return "self-link"
    if link.target not in known:
        return "dangling"
    if known[source].is_own or known[link.target].is_own:
        # What the network wrote down itself has its links; a file cannot change what groups have decided here.
        return "kept" if known[source].is_own and known[link.target].is_own else "dangling"
    kind, later, earlier = _forward(known[source], link.kind, known[link.target])
    if _closes_circle(ctx, kind, later, earlier):
        return "cycle"
    at = max(later.created_at, earlier.created_at)
    made = Link(ctx.network.id, later.number, kind, earlier.number, KEPT, later.author_id, at)
    return "linked" if imports.add_link(ctx.db, made) else "kept"


def _forward(one: Known, kind: LinkKind, other: Known) -> tuple[LinkKind, Known, Known]:
    if kind == "relates-to":
        first, second = sorted((one, other), key=lambda known: natural(known.source))
        return kind, first, second
    return (kind, one, other) if kind in FORWARD else (OTHER_SIDE[kind], other, one)


def _closes_circle(ctx: Context, kind: LinkKind, later: Known, earlier: Known) -> bool:
    return any(
        kind in relations and links.reaches(ctx.db, ctx.network.id, earlier.number, later.number, relations)
        for relations in NO_CIRCLES
    )
