"""A conflict with all around it, and what a person asks for: found only by those who may read its decisions.

While it is in confidence, only who raised it and the one facilitator who was told find it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa

from bot.core.audience import Reader, channel_reader, may_read, person_reader
from bot.core.context import Context, ViewContext
from bot.core.errors import UserError
from bot.core.permissions import FACILITATOR, Subject
from storage import circles, conflicts, contributions, decisions, directory
from storage.audiences import Eyes
from storage.conflicts import OPEN, Conflict, Entry, Party
from storage.contributions import Contribution
from storage.decisions import Decision
from storage.network import Channel, Group


@dataclass(frozen=True, slots=True)
class Case:
    """`decisions`: one or two; `concern`: what its outcome left unanswered; `groups` and `names` by id."""

    conflict: Conflict
    decisions: tuple[Decision, ...]
    parties: tuple[Party, ...]
    groups: dict[int, Group]
    concern: Contribution | None = None
    log: tuple[Entry, ...] = ()
    names: dict[int, str] = field(default_factory=dict)

    @property
    def about(self) -> str:
        return self.conflict.about

    @property
    def party_ids(self) -> frozenset[int]:
        return frozenset(party.group_id for party in self.parties)

    @property
    def party_groups(self) -> list[Group]:
        return [self.groups[party.group_id] for party in self.parties if party.group_id in self.groups]

    def name(self, person_id: int | None) -> str:
        return self.names.get(person_id, "?") if person_id is not None else ""


def case(db: sa.Connection, network_id: int, id: int) -> Case | None:
    """A conflict with all around it, whoever asks."""
    conflict = conflicts.find(db, network_id, id)
    return loaded(db, conflict) if conflict else None


def loaded(db: sa.Connection, conflict: Conflict) -> Case:
    """A conflict's record with all around it, as it is stored."""
    network_id = conflict.network_id
    found = tuple(d for n in conflict.numbers if (d := decisions.find(db, network_id, n)) is not None)
    parties = conflicts.parties(db, network_id, conflict.id)
    log = conflicts.log(db, network_id, conflict.id)
    concern = None
    if conflict.contribution_id is not None:
        concern = contributions.contribution(db, network_id, conflict.contribution_id)
    group_ids = {party.group_id for party in parties} | {d.group_id for d in found}
    group_ids |= {id for id in (conflict.raiser_group_id, *(e.group_id for e in log)) if id is not None}
    people = {conflict.raiser_id, conflict.host_id, conflict.confidant_id, conflict.ending_by}
    people |= {entry.by_id for entry in log}
    names = directory.person_names(db, network_id, sorted(id for id in people if id is not None))
    groups = directory.groups_by_id(db, network_id, sorted(group_ids))
    return Case(conflict, found, parties, groups, concern, log, names)


def readable(decision: Decision, reader: Reader) -> bool:
    return may_read(decision.audience, decision.group_id, (*decision.affected_ids, *decision.told_ids), reader)


def is_readable(found: Case, reader: Reader, person_id: int | None = None) -> bool:
    """Whether a reader may see it; `person_id` None: a channel."""
    conflict = found.conflict
    if conflict.is_private:
        return person_id is not None and person_id in (conflict.raiser_id, conflict.confidant_id)
    return all(readable(decision, reader) for decision in found.decisions)


def readable_case(ctx: Context, id: int) -> Case:
    """The conflict, if the one who acts may read it. UserError as if there were none otherwise."""
    found = case(ctx.db, ctx.network.id, id)
    if found is None or not is_readable(found, person_reader(ctx.actor), ctx.actor.id):
        raise UserError("There is no {id} here. “conflicts” lists what there is.", "/conflicts", id=f"X-{id}")
    return found


def readable_decision(ctx: Context, number: int) -> Decision:
    """The decision, if the one who acts may read it. UserError as if there were none otherwise."""
    decision = decisions.find(ctx.db, ctx.network.id, number)
    if decision is None or not readable(decision, person_reader(ctx.actor)):
        raise UserError("There is no {id} here. “decisions” lists what there is.", "/decisions", id=f"D-{number}")
    return decision


def subject(ctx: Context, args: Any) -> Subject:
    """Whose the conflict of `args.conflict` is, who raised and who hosts it."""
    return _subject(readable_case(ctx, args.conflict))


def hosts_subject(ctx: Context, args: Any) -> Subject:
    """The same for what only its host does: others are told who that is, and what is theirs to do."""
    found = readable_case(ctx, args.conflict)
    return replace(_subject(found), refusal=_not_host(ctx, found))


def parties_subject(ctx: Context, args: Any) -> Subject:
    """The same for what only its groups do: others can say themselves what they see."""
    found = readable_case(ctx, args.conflict)
    names = ctx.words.listed([group.name for group in found.party_groups])
    if found.conflict.state == OPEN or found.conflict.second is None:
        refusal = UserError("This is for members of {groups}.", f"/conflicts {found.about}", groups=names)
    else:
        anew = f"/conflict D-{found.conflict.first} D-{found.conflict.second} …"
        refusal = UserError("This is for members of {groups}. Others can raise it themselves.", anew, groups=names)
    return replace(_subject(found), refusal=refusal)


def _subject(found: Case) -> Subject:
    conflict = found.conflict
    return Subject(raiser_id=conflict.raiser_id, party_ids=found.party_ids, host_id=conflict.host_id)


def _not_host(ctx: Context, found: Case) -> UserError:
    is_party = not found.party_ids.isdisjoint(ctx.actor.group_ids)
    next_step = f"/log {found.about} …" if is_party else f"/conflicts {found.about}"
    if found.conflict.host_id is not None:
        name = found.name(found.conflict.host_id)
        return UserError(
            "This is for {name}, who hosts {id}. Its groups say in its log what they would agree to, and confirm.",
            next_step,
            name=name,
            id=found.about,
        )
    if FACILITATOR in ctx.actor.roles:
        return UserError("This is for whoever hosts {id}, and nobody does yet.", f"/host {found.about}", id=found.about)
    return UserError(
        "This is for whoever hosts {id}, and nobody does yet. Its groups say in its log what they would agree to.",
        next_step,
        id=found.about,
    )


def eyes(ctx: Context) -> Eyes:
    reader = person_reader(ctx.actor)
    return Eyes(ctx.network.id, reader.group_ids, reader.is_circle, ctx.actor.id)


def reader_here(ctx: Context | ViewContext) -> Reader:
    """Who reads along in a channel: its group, or where a circle meets, facilitators."""
    return _reader(ctx.db, ctx.network.id, ctx.channel, ctx.group)


def _reader(db: sa.Connection, network_id: int, channel: Channel | None, group: Group | None) -> Reader:
    if group is None and channel is not None:
        is_circle = any(place.id == channel.id for place in circles.meeting_places(db, network_id))
        return Reader(frozenset(), is_circle)
    return channel_reader(group)


def is_secret(ctx: Context, found: Collection[Case]) -> bool:
    """Whether the channel in which somebody asks may not read along what they are told."""
    here = reader_here(ctx)
    return not all(is_readable(one, here) for one in found)


def acting_party(ctx: Context, found: Case) -> int | None:
    """The party for which somebody acts: this channel's or the chosen group, else their only one; None without one."""
    here = ctx.acting_as.id if ctx.acting_as else None
    own = found.party_ids & ctx.actor.group_ids
    if here in own:
        return here
    return next(iter(own)) if len(own) == 1 else None
