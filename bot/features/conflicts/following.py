"""What people and groups do elsewhere that changes conflicts: roles, accounts, leaving, merging, new channels."""

from __future__ import annotations

from dataclasses import replace

from bot.core.context import Context
from bot.core.errors import UserError
from bot.core.events import (
    ChannelBound,
    ConcernOrphaned,
    ConcernRested,
    ConcernTakenOver,
    ConflictRedacted,
    ContributionRedacted,
    GroupStateChanged,
    IdentityLinked,
    PersonForgotten,
    RecordsAsked,
    RoleTaken,
)
from bot.core.message import Block, Bullets, Paragraph, Spans, Text
from bot.core.permissions import FACILITATOR, STEWARD
from bot.features.conflicts import rules, telling
from bot.features.conflicts.ending import dismiss, end_if_agreed
from bot.features.conflicts.hosting import release
from bot.features.conflicts.loading import loaded, readable_case
from storage import conflict_people, conflicts, inbox
from storage.conflicts import CONFIDED, OPEN, SUGGESTED


def role_taken(ctx: Context, fact: RoleTaken) -> tuple[Block, ...]:
    """Who is no facilitator any more hosts nothing, and reads nothing that was told in confidence."""
    if fact.role == FACILITATOR:
        _let_go(ctx, fact.person_id)
    return ()


def _let_go(ctx: Context, person_id: int) -> None:
    for conflict in conflicts.held_by(ctx.db, ctx.network.id, person_id):
        if conflict.is_private:
            conflicts.update(ctx.db, replace(conflict, confidant_id=None, changed_at=ctx.now))
        elif conflict.host_id == person_id:
            release(ctx, conflict)


def identity_linked(ctx: Context, fact: IdentityLinked) -> tuple[Block, ...]:
    """Two people were one."""
    conflict_people.relink(ctx.db, ctx.network.id, fact.from_id, fact.person_id)
    return ()


def person_forgotten(ctx: Context, fact: PersonForgotten) -> tuple[Block, ...]:
    """Their words go from every conflict; what they had told in confidence goes with them."""
    _let_go(ctx, fact.person_id)
    for id in conflict_people.forget(ctx.db, ctx.network.id, fact.person_id):
        conflict = conflicts.find(ctx.db, ctx.network.id, id)
        if conflict is None:
            continue
        if conflict.state == CONFIDED and conflict.raiser_id == fact.person_id:
            gone = rules.taken_back(conflict, ctx.now, was_taken_up=False)
            dismiss(ctx, replace(gone, confidant_id=None), "", None)
        ctx.touch(conflict.about)
    return ()


def records(ctx: Context, asked: RecordsAsked) -> tuple[Block, ...]:
    """What is kept here of somebody, counted."""
    raised, written = conflict_people.counts(ctx.db, ctx.network.id, asked.person_id)
    items: list[Spans] = []
    if raised:
        items.append((Text(ctx.words.plural("{n} conflict that you raised", "{n} conflicts that you raised", raised)),))
    if written:
        items.append(
            (Text(ctx.words.plural("{n} entry in a conflict’s log", "{n} entries in conflicts’ logs", written)),)
        )
    return (Bullets(tuple(items)),) if items else ()


def contribution_redacted(ctx: Context, fact: ContributionRedacted) -> tuple[Block, ...]:
    """A concern that became a conflict has lost its words."""
    conflict = conflicts.of_concern(ctx.db, ctx.network.id, fact.number, fact.contribution)
    if conflict is not None:
        ctx.touch(conflict.about)
    return ()


def redacted(ctx: Context, fact: ConflictRedacted) -> tuple[Block, ...]:
    """Who wrote in a conflict takes their words out of it; a steward takes out all."""
    found = readable_case(ctx, fact.conflict)
    is_steward = STEWARD in ctx.actor.roles
    gone = conflict_people.redact(ctx.db, ctx.network.id, fact.conflict, None if is_steward else ctx.actor.id)
    if not gone:
        raise UserError("There are no words of yours in {id}.", f"/conflicts {found.about}", id=found.about)
    inbox.forget_subject(ctx.db, ctx.network.id, found.about)
    ctx.touch(found.about)
    if is_steward:
        said = "The words of {id} are gone, here and in every channel. That it was there stays."
        return (Paragraph(ctx.words.line(said, id=found.about)),)
    return (Paragraph(ctx.words.line("Your words in {id} are gone, here and in every channel.", id=found.about)),)


def concern_left_alone(ctx: Context, fact: ConcernOrphaned | ConcernRested) -> tuple[Block, ...]:
    """Nobody speaks for a concern that became a conflict: this says so, and stays, as silence ends no conflict."""
    conflict = conflicts.of_concern(ctx.db, ctx.network.id, fact.number, fact.contribution)
    if conflict is not None:
        ctx.touch(conflict.about)
    return ()


def concern_taken_over(ctx: Context, fact: ConcernTakenOver) -> tuple[Block, ...]:
    """Whoever speaks for a concern from now on is the raiser of the conflict that it became."""
    conflict = conflicts.of_concern(ctx.db, ctx.network.id, fact.number, fact.contribution)
    if conflict is not None:
        conflicts.update(ctx.db, replace(conflict, raiser_id=ctx.actor.id))
        ctx.touch(conflict.about)
    return ()


def channel_bound(ctx: Context, fact: ChannelBound) -> tuple[Block, ...]:
    """A new home of a group has a message of every conflict that waits for it."""
    if fact.group_id is None:
        return ()
    for conflict in conflicts.of_group(ctx.db, ctx.network.id, fact.group_id):
        if conflict.state in (SUGGESTED, OPEN):
            telling.post_heads(ctx, loaded(ctx.db, conflict))
    return ()


def group_state_changed(ctx: Context, fact: GroupStateChanged) -> tuple[Block, ...]:
    """A group that was merged has its conflicts there; of one that has left no word is waited for any more."""
    if fact.group_id is None or fact.state not in ("merged", "left"):
        return ()
    for conflict in conflicts.of_group(ctx.db, ctx.network.id, fact.group_id):
        parties = conflicts.parties(ctx.db, ctx.network.id, conflict.id)
        if fact.into_id is None and len(parties) == 1:
            continue  # the last one: it stays on the desk, and on the record
        old = next(party for party in parties if party.group_id == fact.group_id)
        conflicts.drop_party(ctx.db, ctx.network.id, conflict.id, fact.group_id)
        if fact.into_id is not None and fact.into_id not in {party.group_id for party in parties}:
            conflicts.add_party(ctx.db, ctx.network.id, conflict.id, fact.into_id)
            conflicts.set_party(ctx.db, ctx.network.id, conflict.id, replace(old, group_id=fact.into_id))
        if conflict.state == OPEN:  # the word that was missing may have been this group's
            end_if_agreed(ctx, conflict)
        ctx.touch(conflict.about)
    return ()
