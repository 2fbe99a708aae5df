"""Imported decisions into the log, some at a time: stored and findable, and nobody is notified of the past."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Literal

from bot.core.context import Context
from bot.core.errors import UserError
from bot.core.events import DecisionImported, GroupRegistered
from bot.features.transfer.records import ImportedDecision
from storage import counters, decision_index, decision_versions, decisions, directory, imports
from storage.decision_versions import Version
from storage.decisions import Decision
from storage.network import Group

MADE_FOR = {"pep": "Python Enhancement Proposals", "adr": "Architecture decision records"}
"""Groups that are made for an import that names none, by collection."""
DORMANT = "dormant"
"""State of a group that nobody speaks for: it is not among `--affects all`."""
NOBODY = "(no author named)"
NOON = time(12, tzinfo=UTC)
What = Literal["new", "here", "changed", "redacted"]


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of one record. `detail`: what is not as it was, of one that has changed."""

    source: str
    number: int
    what: What
    detail: str = ""


def group_for(ctx: Context, slug: str | None, collection: str = "pep") -> Group:
    """The group whose decisions they become: the one of this slug, or else one made for them. UserError if unknown."""
    wanted = slug or collection
    found = directory.groups_by_slug(ctx.db, ctx.network.id, [wanted.lower()]).get(wanted.lower())
    if found is not None:
        return found
    if slug is not None:
        slugs = ", ".join(sorted(g.slug for g in directory.all_groups(ctx.db, ctx.network.id)))
        raise UserError("There is no group “{slug}”. There are: {slugs}.", slug=slug, slugs=slugs or "none yet")
    named = (collection, MADE_FOR[collection])
    group = Group(ctx.network.id, ctx.new_id(), *named, "UTC", None, "mon-fri", "off", "en", DORMANT, day_overrides=())
    directory.add_group(ctx.db, group, ctx.now)
    ctx.publish(GroupRegistered(about=f"G-{group.id}", group_id=group.id, slug=group.slug))
    return group


def store_chunk(ctx: Context, group: Group, records: Sequence[ImportedDecision]) -> tuple[Stored, ...]:
    """Stores those that are not here yet; one that is here is left as it is, whatever the record says now.

    Links come later (`joining`), when all of them are here.
    """
    here = imports.known(ctx.db, ctx.network.id, [r.source for r in records])
    new = [r for r in {r.source: r for r in records}.values() if r.source not in here]
    authors = _authors(ctx, new)
    first = counters.take(ctx.db, ctx.network.id, "D", len(new)) if new else 0
    numbers = {r.source: number for number, r in enumerate(new, start=first)}
    for record in new:
        _add(ctx, group, record, numbers[record.source], authors)
    told = [Stored(r.source, numbers[r.source], "new") for r in new]
    known = [(r, here[r.source]) for r in records if r.source in here]
    return (*told, *(Stored(r.source, k.number, "here") if k.is_own else _compared(ctx, r, k.number) for r, k in known))


def _authors(ctx: Context, records: Sequence[ImportedDecision]) -> dict[str, int]:
    """Person ids by name: whoever is named as an author is a person, known by that name alone."""
    names = list(dict.fromkeys(_author(r) for r in records))
    found = imports.people_without_account(ctx.db, ctx.network.id, names)
    for name in names:
        if name not in found:
            found[name] = ctx.new_id()
            directory.add_person(ctx.db, ctx.network.id, found[name], name, None, ctx.now)
    return found


def _author(record: ImportedDecision) -> str:
    return next((p.name[:200] for p in record.people if p.part == "author"), NOBODY)


def _add(ctx: Context, group: Group, record: ImportedDecision, number: int, authors: dict[str, int]) -> None:
    decision = as_decision(record, number, group, authors[_author(record)])
    people = dict.fromkeys((p.name[:200], authors.get(p.name[:200]), p.part) for p in record.people)
    decisions.add(ctx.db, decision, tuple(people))
    decision_index.add(ctx.db, decision, [_author(record), *(p.name for p in record.people)])
    ctx.publish(DecisionImported(about=decision.id, group_id=group.id, number=number, source=record.source))


def as_decision(record: ImportedDecision, number: int, group: Group, author_id: int) -> Decision:
    """The record as a decision of a group, readable by the whole network. Its days become noon UTC."""
    is_taken = record.status in ("taken", "superseded")
    return Decision(
        network_id=group.network_id,
        number=number,
        group_id=group.id,
        author_id=author_id,
        status=record.status,
        audience="network",
        title=record.title,
        why=_why(record),
        alternatives=record.alternatives,
        taken_by="",
        urgent="",
        is_reversible=False,
        tags=tuple(tag[:100] for tag in record.tags),
        rests_on=(),
        version=1,
        created_at=_noon(record.created_on),
        taken_at=_noon(record.decided_on or record.created_on) if is_taken else None,
        review_at=None,
        redacted_at=None,
        source=record.source,
    )


def _noon(day: date) -> datetime:
    return datetime.combine(day, NOON)


def _why(record: ImportedDecision) -> str:
    """The reasoning, and how it ended: what was not taken has no other place for its day."""
    day = record.decided_on if record.status == "withdrawn" and record.decided_on != record.created_on else None
    ended = " ".join(part for part in (f"({day})" if day else "", record.resolution) if part)
    return "\n\n".join(part for part in (record.why, f"Resolution: {ended}" if ended else "") if part)


def _compared(ctx: Context, record: ImportedDecision, number: int) -> Stored:
    """What a record that is here says now, against what it said when it came (not against later edits)."""
    here = decisions.find(ctx.db, ctx.network.id, number)
    if here is None or here.redacted_at is not None:
        return Stored(record.source, number, "redacted")
    first: Decision | Version = here
    if here.version > 1:
        first = decision_versions.find(ctx.db, ctx.network.id, number)[0]
    new = as_decision(record, number, Group(ctx.network.id, *_NO_GROUP), here.author_id)
    changed = [name for name in ("title", "why", "alternatives") if getattr(first, name) != getattr(new, name)]
    if here.version == 1:
        changed += [name for name in ("tags", "created_at") if getattr(here, name) != getattr(new, name)]
    if here.status != new.status and here.status not in ("superseded", "reversed"):
        changed.append("status")
    changed += ["people"] if _have_changed(ctx, record, number) else []
    return Stored(record.source, number, "changed" if changed else "here", ", ".join(SAID[name] for name in changed))


SAID = {
    "title": "title",
    "why": "reasoning",
    "alternatives": "alternatives",
    "tags": "tags",
    "created_at": "date",
    "status": "status",
    "people": "people",
}
_NO_GROUP = (0, "", "", "UTC", None, "", "off", "en", DORMANT, ())


def _have_changed(ctx: Context, record: ImportedDecision, number: int) -> bool:
    """Whether other people are named; those who have asked to be forgotten ("") are not missed."""
    here = {name for name, _ in decisions.people(ctx.db, ctx.network.id, number)}
    named = {p.name[:200] for p in record.people}
    return bool(here - {""} - named) or ("" not in here and named != here)
