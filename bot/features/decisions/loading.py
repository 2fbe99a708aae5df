"""Finding decisions for a reader's eyes, with what is needed to speak of them. What is hidden is not there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

import sqlalchemy as sa

from bot.core.audience import Reader, channel_reader, may_read, person_reader
from bot.core.context import Context, ViewContext
from bot.core.errors import UserError
from bot.core.permissions import Subject
from bot.core.presence import check_not_gone, followed
from bot.features.decisions.life import Life
from bot.features.decisions.messages import Told
from storage import decision_parties, decision_sources, decision_terms, decision_versions, decisions, directory, links
from storage.audiences import Eyes
from storage.decisions import Decision
from storage.network import Group


def readable(decision: Decision, reader: Reader) -> bool:
    return may_read(decision.audience, decision.group_id, (*decision.affected_ids, *decision.told_ids), reader)


def seen(ctx: Context, number: int) -> Decision:
    """The decision, if the one who acts may read it; otherwise it is as if there were none."""
    decision = decisions.find(ctx.db, ctx.network.id, number)
    if decision is None or not readable(decision, person_reader(ctx.actor)):
        raise UserError("There is no {id} here. “decisions” lists what there is.", "/decisions", id=f"D-{number}")
    return decision


def is_secret(ctx: Context, found: Iterable[Decision]) -> bool:
    """Whether the channel in which somebody asks may not read along what they are told of these decisions."""
    here = channel_reader(ctx.group)
    return not all(readable(decision, here) for decision in found)


def subject_of(decision: Decision) -> Subject:
    """What rights on it depend on."""
    return Subject(decision.group_id, decision.author_id, None, frozenset(decision.affected_ids))


def eyes(ctx: Context) -> Eyes:
    reader = person_reader(ctx.actor)
    return Eyes(ctx.network.id, reader.group_ids, reader.is_circle, ctx.actor.id)


def told_to_person(ctx: Context, decision: Decision, *, is_whole: bool = False) -> Told:
    """All there is to say of it to the one who acts."""
    return _told(ctx.db, decision, person_reader(ctx.actor), is_whole=is_whole)


def told_to_channel(ctx: ViewContext, number: int) -> Told | None:
    """All there is to say of it in a channel; None where its group may not read it."""
    decision = decisions.find(ctx.db, ctx.network.id, number)
    if decision is None or not readable(decision, channel_reader(ctx.group)):
        return None
    return _told(ctx.db, decision, channel_reader(ctx.group), is_whole=False)


def _told(db: sa.Connection, d: Decision, reader: Reader, *, is_whole: bool) -> Told:
    linked = _linked(db, d, reader)
    ids = {d.group_id, *d.affected_ids, *d.told_ids, *(other.group_id for _, other in linked)}
    groups = directory.groups_by_id(db, d.network_id, sorted(ids))
    author = directory.person_names(db, d.network_id, [d.author_id]).get(d.author_id, "")
    return Told(
        d,
        groups[d.group_id],
        author,
        _pick(groups, d.affected_ids),
        _pick(groups, d.told_ids),
        tuple((link, other, groups[other.group_id]) for link, other in linked),
        tuple(links.loose_of(db, d.network_id, d.number)) if d.source else (),
        tuple(decisions.people(db, d.network_id, d.number)) if is_whole else (),
        tuple(decision_versions.find(db, d.network_id, d.number)) if is_whole and d.version > 1 else (),
        decision_terms.find(db, d.network_id, d.number),
        _life(db, d, reader) if is_whole else None,
    )


def _life(db: sa.Connection, d: Decision, reader: Reader) -> Life:
    """What came to it; words that somebody else said in a channel are for that channel's group alone."""
    source = decision_sources.find(db, d.network_id, d.number)
    joined = decision_parties.joined(db, d.network_id, d.number)
    checks = decision_parties.checks(db, d.network_id, d.number)
    groups = directory.groups_by_id(
        db, d.network_id, sorted({x.group_id for x in joined} | {x.group_id for x in checks})
    )
    people = directory.person_names(db, d.network_id, [source.person_id] if source and source.person_id else [])
    return Life(
        source,
        source is not None and (source.person_id == d.author_id or d.group_id in reader.group_ids),
        tuple(joined),
        tuple(checks),
        {id: group.name for id, group in groups.items()},
        people,
    )


def _linked(db: sa.Connection, d: Decision, reader: Reader) -> list[tuple[links.Link, Decision]]:
    """Links with the decision at their other side; a link to what is hidden is not shown."""
    found = []
    for link in links.links_of(db, d.network_id, d.number):
        other = decisions.find(db, d.network_id, link.to_number if link.number == d.number else link.number)
        if other is not None and readable(other, reader) and link.state != links.REFUSED and other.status != "undone":
            found.append((link, other))
    return found


def _pick(groups: dict[int, Group], ids: Iterable[int]) -> tuple[Group, ...]:
    return tuple(sorted((groups[id] for id in ids if id in groups), key=lambda g: g.name))


def deciding_group(ctx: Context) -> Group:
    """The group for which somebody acts; UserError where none can be told."""
    if ctx.acting_as is None:
        raise UserError("Say for which group: this channel belongs to none.", "/decide TITLE --as GROUP")
    return ctx.acting_as


def groups_named(ctx: Context, slugs: Sequence[str], own: Group) -> tuple[Group, ...]:
    """Groups by slug or name, "all" for all active ones but the deciding one. UserError with the nearest name."""
    if not slugs:
        return ()
    every = [g for g in directory.all_groups(ctx.db, ctx.network.id) if g.id != own.id]
    if "all" in slugs:
        return tuple(g for g in every if g.state == "active")
    known = {g.name.lower(): g for g in every} | {g.slug: g for g in every}
    found: dict[int, Group] = {}
    for slug in slugs:
        if slug in (own.slug, own.name.lower()):
            continue
        group = known.get(slug)
        if group is None:
            raise unknown_group(slug, known, or_all=True)
        check_not_gone(ctx.db, group, slug)
        found[group.id] = group
    return tuple(found.values())


def group_named(ctx: Context, slug: str) -> Group:
    """A group by slug or name; for a merged one that which it is part of. UserError with the nearest name."""
    every = directory.all_groups(ctx.db, ctx.network.id)
    known = {g.name.lower(): g for g in every} | {g.slug: g for g in every}
    if slug.lower() not in known:
        raise unknown_group(slug, known)
    return followed(ctx.db, known[slug.lower()])


def unknown_group(slug: str, known: dict[str, Group], *, or_all: bool = False) -> UserError:
    """What is answered to a group's name that is none, with the nearest one."""
    near = get_close_matches(slug, known, n=1, cutoff=0.5)
    if near:
        return UserError("There is no group “{wrong}”; did you mean “{near}”?", wrong=slug, near=known[near[0]].slug)
    slugs = ", ".join(sorted({g.slug for g in known.values()}))
    if or_all:
        found = "There is no group “{wrong}”. There are: {slugs}; or all of them, “all”."
        return UserError(found, wrong=slug, slugs=slugs)
    return UserError("There is no group “{wrong}”. There are: {slugs}.", wrong=slug, slugs=slugs or "–")
