"""The one way to an end, whoever's word it is: proposed, agreed to by each party, ended, and opened again.

Rooms and commands say only which end it is. All ends go through `end`, all beginnings anew through `open_again`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.core.context import Context
from bot.core.events import ConflictEnded, ConflictReopened
from bot.features.conflicts import rules, telling
from bot.features.conflicts.loading import Case, acting_party, loaded
from storage import conflicts
from storage.conflicts import DISMISSED, OF_VALUES, OPEN, Conflict, Party


def propose(ctx: Context, found: Case, ending: str, text: str, review_at: datetime | None = None) -> Case:
    """An end is asked of every party, in a new reply."""
    conflict = rules.proposed(found.conflict, ending, text, ctx.actor.id, ctx.now, review_at)
    conflicts.update(ctx.db, conflict)
    _set_parties(ctx, conflict, rules.asked_anew(found.parties))
    position = conflicts.write(ctx.db, conflict, ending, ctx.now, text=text, by_id=ctx.actor.id)
    asked = loaded(ctx.db, conflict)
    telling.tell_parties(ctx, asked, "conflict_ending", f"log:{position}", position=position)
    ctx.touch(asked.about)
    return asked


def agree(ctx: Context, conflict: Conflict, party: Party) -> Case:
    """One party's word, for the end that is proposed."""
    conflicts.update(ctx.db, conflict)
    _set_parties(ctx, conflict, (party,))
    conflicts.write(ctx.db, conflict, "confirmed", ctx.now, by_id=party.confirmed_by, group_id=party.group_id)
    return end_if_agreed(ctx, conflict)


def end_if_agreed(ctx: Context, conflict: Conflict) -> Case:
    """The end that is proposed, if no party's word is missing any more; the conflict as it is then."""
    found = loaded(ctx.db, conflict)
    now = rules.ended_if_all_agree(conflict, found.parties, ctx.now)
    if now.state != OPEN:
        return end(ctx, now)
    ctx.touch(found.about)
    return found


def dismiss(ctx: Context, conflict: Conflict, reason: str, by_id: int | None, *, as_kind: str = DISMISSED) -> Case:
    """It was none; `by_id` None: what it was about has gone. `as_kind`: how the log calls it."""
    group_id = acting_party(ctx, loaded(ctx.db, conflict)) if by_id else None
    conflicts.write(ctx.db, conflict, as_kind, ctx.now, text=reason, by_id=by_id, group_id=group_id)
    return end(ctx, conflict)


def end(ctx: Context, conflict: Conflict) -> Case:
    """It has ended: nothing more falls due but its review, and all who knew of it know. Of what is in confidence nobody
    is told."""
    conflicts.update(ctx.db, conflict)
    found = loaded(ctx.db, conflict)
    telling.stop_clock(ctx, found)
    if conflict.is_private:
        return found
    if conflict.review_at is not None:
        ctx.due(conflict.review_at, telling.REVIEW, found.about, round=conflict.round)
    if conflict.state != DISMISSED:  # what was none is said by an edit alone
        telling.tell_parties(ctx, found, "conflict_ended", f"end:{conflict.round}")
    if conflict.state == OF_VALUES:
        telling.tell_circle(ctx, found, "conflict_calls", f"calls:{conflict.round}")
    ctx.publish(
        ConflictEnded(
            about=found.about,
            conflict=conflict.id,
            state=conflict.state,
            numbers=conflict.numbers,
            party_ids=tuple(sorted(found.party_ids)),
        )
    )
    ctx.touch(found.about)
    return found


def open_again(ctx: Context, found: Case, why: str = "", *, is_review: bool = False) -> Conflict:
    """It is open again: by a party's word, or because the date has come."""
    conflict = rules.opened(found.conflict, ctx.now)
    by_id, group_id = (None, None) if is_review else (ctx.actor.id, acting_party(ctx, found))
    if conflict.raiser_id is None:  # a suggestion that was dismissed: who opens it says that it is one
        conflict = replace(conflict, raiser_id=by_id, raiser_group_id=group_id)
    conflicts.update(ctx.db, conflict)
    _set_parties(ctx, conflict, tuple(Party(party.group_id) for party in found.parties))
    kind = "came-back" if is_review else "reopened"
    position = conflicts.write(ctx.db, conflict, kind, ctx.now, text=why, by_id=by_id, group_id=group_id)
    now = loaded(ctx.db, conflict)
    telling.post_heads(ctx, now)
    telling.start_clock(ctx, now)
    telling.tell_parties(ctx, now, "conflict_reopened", f"log:{position}", position=position)
    ctx.publish(ConflictReopened(about=now.about, conflict=conflict.id, is_review=is_review))
    return conflict


def _set_parties(ctx: Context, conflict: Conflict, parties: tuple[Party, ...]) -> None:
    for party in parties:
        conflicts.set_party(ctx.db, ctx.network.id, conflict.id, party)
