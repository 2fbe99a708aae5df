"""What other facts mean for windows: redactions, decisions undone or edited, calendars, people linked or forgotten."""

from __future__ import annotations

from bot.core.calendars import calendar_of
from bot.core.context import Context
from bot.core.events import (
    ChannelBound,
    ContributionRedacted,
    DecisionRedacted,
    DecisionShown,
    DecisionUndone,
    GroupChanged,
    IdentityLinked,
    PersonForgotten,
)
from bot.core.message import Block
from bot.features.input_windows import ends, messages, moving, opening, orphans, rules
from bot.features.input_windows.rooms import Room, room
from bot.features.input_windows.story import story
from bot.features.input_windows.summary import whole
from storage import contributions, directory, gone_people, inbox, input_windows, window_rounds
from storage.input_windows import CANCELLED

SHOWN_AT_MOST = 1000


def contribution_redacted(ctx: Context, fact: ContributionRedacted) -> tuple[Block, ...]:
    """A contribution counts no more: its group may not be heard any more, and every copy of its words goes."""
    given = contributions.contribution(ctx.db, ctx.network.id, fact.contribution)
    if given is None:
        return ()
    input_windows.unhear(ctx.db, ctx.network.id, given.number, given.group_id)
    contributions.blank_answers_to(ctx.db, ctx.network.id, given.id)
    inbox.forget_subject(ctx.db, ctx.network.id, f"C-{given.id}")
    ctx.touch(f"D-{given.number}")
    ctx.touch(f"C-{given.id}")
    return ()


def decision_undone(ctx: Context, fact: DecisionUndone) -> tuple[Block, ...]:
    """The window goes with its decision, unless a concern would go under with it."""
    if input_windows.window(ctx.db, ctx.network.id, fact.number) is None:
        return ()
    rules.check_no_concern(fact.about, contributions.concerns(ctx.db, ctx.network.id, fact.number))
    input_windows.cancel(ctx.db, ctx.network.id, fact.number)
    about = f"D-{fact.number}"
    opening.stop_clocks(ctx, about)
    _touch_all(ctx, fact.number)
    return ()


def decision_redacted(ctx: Context, fact: DecisionRedacted) -> tuple[Block, ...]:
    """The outcome's words go with the decision's; what others said on it stays theirs."""
    input_windows.blank_outcome(ctx.db, ctx.network.id, fact.number)
    window_rounds.blank(ctx.db, ctx.network.id, fact.number)
    if input_windows.window(ctx.db, ctx.network.id, fact.number) is not None:
        _touch_all(ctx, fact.number)
    return ()


def _touch_all(ctx: Context, number: int) -> None:
    ctx.touch(f"D-{number}")
    for concern in contributions.concerns(ctx.db, ctx.network.id, number):
        ctx.touch(f"C-{concern.id}")


def group_changed(ctx: Context, fact: GroupChanged) -> tuple[Block, ...]:
    """A group's calendar is another one: its open ends that are still ahead are computed anew, and said."""
    if fact.group_id is None:
        return ()
    said: list[Block] = []
    for window in input_windows.open_of_group(ctx.db, ctx.network.id, fact.group_id):
        found = room(ctx.db, ctx.network.id, window.number)
        moved = _recomputed(ctx, found, fact.group_id) if found else None
        if found is not None and moved is not None:
            said.append(messages.moved(ctx.words, moved, fact.group_id))
            moving.tell_if_moved(ctx, found, moved, fact.group_id)
        ctx.touch(window.about)
    return tuple(said)


def channel_bound(ctx: Context, fact: ChannelBound) -> tuple[Block, ...]:
    """A new home of a group has a thread of every open window that asks it."""
    channel = directory.channel(ctx.db, ctx.network.id, fact.channel_id)
    if fact.group_id is None or channel is None:
        return ()
    for window in input_windows.open_of_group(ctx.db, ctx.network.id, fact.group_id):
        opening.post_head(ctx, window, channel)
    return ()


def _recomputed(ctx: Context, found: Room, group_id: int) -> Room | None:
    """The room with the group's new end; None where it stays, or is over. What has fired is not armed again."""
    old = found.row(group_id)
    if old is None or not old.is_asked or old.closes_at <= ctx.now:
        return None
    new = ends.with_end(found.window, old, calendar_of(found.groups[group_id]), ctx.now)
    moved = moving.settle(ctx, found, [new])
    return moved if new.closes_at != old.closes_at else None


def identity_linked(ctx: Context, fact: IdentityLinked) -> tuple[Block, ...]:
    """Two people were one."""
    gone_people.relink(ctx.db, ctx.network.id, fact.from_id, fact.person_id)
    input_windows.relink_person(ctx.db, ctx.network.id, fact.from_id, fact.person_id)
    window_rounds.relink_person(ctx.db, ctx.network.id, fact.from_id, fact.person_id)
    return ()


def person_forgotten(ctx: Context, fact: PersonForgotten) -> tuple[Block, ...]:
    """All that somebody said here leaves; a concern that needs an answer stands without words, for its group."""
    gone = gone_people.forget(ctx.db, ctx.network.id, fact.person_id, ctx.now)
    for given in gone.redacted:
        ctx.publish(
            ContributionRedacted(
                about=f"D-{given.number}", group_id=given.group_id, number=given.number, contribution=given.id
            )
        )
    for concern in gone.orphaned:
        orphans.left_alone(ctx, concern)
    for id in gone.answered:
        given_to = contributions.contribution(ctx.db, ctx.network.id, id)
        ctx.touch(f"C-{id}")
        if given_to is not None:
            ctx.touch(f"D-{given_to.number}")
    window_rounds.forget_person(ctx.db, ctx.network.id, fact.person_id)
    for number in input_windows.forget_person(ctx.db, ctx.network.id, fact.person_id):
        ctx.touch(f"D-{number}")
    return ()


def decision_shown(ctx: Context, fact: DecisionShown) -> tuple[Block, ...]:
    """The window's part of the whole story; who asks may read the decision."""
    found = room(ctx.db, ctx.network.id, fact.number)
    if found is None or found.window.state == CANCELLED:
        return ()
    shown = story(ctx.db, found, ctx.channel.id if ctx.channel else None, 0)
    said = contributions.page(ctx.db, ctx.network.id, fact.number, 0, SHOWN_AT_MOST)
    names = directory.person_names(ctx.db, ctx.network.id, sorted({given.person_id for given in said}))
    earlier = window_rounds.rounds(ctx.db, ctx.network.id, fact.number)
    return whole(ctx.words, shown, said, names, earlier)
