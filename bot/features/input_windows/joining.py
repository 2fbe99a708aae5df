"""Groups that come into a window, or whose part in it changes: they join, pause, come back, merge or leave."""

from __future__ import annotations

from dataclasses import replace

from bot.core.calendars import calendar_of
from bot.core.context import Context
from bot.core.events import GroupAffected, GroupStateChanged, InputReopened
from bot.core.message import Block
from bot.features.input_windows import ends, joining_messages, moving, opening
from bot.features.input_windows.rooms import Room, room
from storage import contributions, directory, input_windows, window_rounds
from storage.input_windows import ASKED, CANCELLED, LEFT, OPEN, PAUSED, WindowGroup


def group_affected(ctx: Context, fact: GroupAffected) -> tuple[Block, ...]:
    """A group that nobody thought of: it joins an open window, or a review opens; what was decided stands meanwhile."""
    if fact.group_id is None:
        return ()
    found = room(ctx.db, ctx.network.id, fact.number)
    if found is None:
        return opening.open_window(ctx, fact.number, (fact.group_id,), opening.REVIEW_LENGTH, is_review=True)
    if found.window.state == CANCELLED:
        return ()
    if found.window.state == OPEN:
        return _join(ctx, found, fact.group_id)
    return _reopen(ctx, found, fact.group_id)


def _join(ctx: Context, found: Room, group_id: int) -> tuple[Block, ...]:
    old = found.row(group_id)
    if group_id == found.decision.group_id or (old is not None and old.state in (ASKED, PAUSED)):
        return ()
    joined = _ask(ctx, found, group_id)
    moving.tell(ctx, joined, moving.JOINED, f"{group_id}-{joined.window.round}", group_id)
    return joining_messages.joined_in(ctx.words, joined, group_id)


def _ask(ctx: Context, found: Room, group_id: int) -> Room:
    """From now on the window waits for this group too; its homes get a thread."""
    network_id, number = ctx.network.id, found.window.number
    if found.row(group_id) is None:
        input_windows.add_group(ctx.db, ends.new_group(found.window, group_id, ctx.now))
    else:
        input_windows.ask_anew(ctx.db, network_id, number, group_id)
    if contributions.counts_for(ctx.db, network_id, number, group_id, found.window.opened_at):
        input_windows.hear(ctx.db, network_id, number, group_id, ctx.now)
    asked = room(ctx.db, network_id, number) or found
    row, group = asked.row(group_id), asked.groups[group_id]
    assert row is not None  # it has just been asked
    row = replace(row, state=ASKED, joined_at=ctx.now, held_at=None, held_by=None, held_why="", changed_at=None)
    for channel in directory.homes(ctx.db, network_id, [group_id]):
        opening.post_head(ctx, asked.window, channel)
    return moving.settle(ctx, asked, [ends.with_end(asked.window, row, calendar_of(group))])


def _reopen(ctx: Context, found: Room, group_id: int) -> tuple[Block, ...]:
    """A closed window opens again for one group; what became of it before is kept, and its words with it."""
    if group_id == found.decision.group_id:
        return ()
    opening.stop_clocks(ctx, found.window.about)
    new = replace(
        found.window,
        state=OPEN,
        is_review=True,
        length=opening.REVIEW_LENGTH,
        opened_at=ctx.now,
        closes_at=ctx.now,
        closed_at=None,
        extensions=(),
        substance_version=found.decision.version,
        round=found.window.round + 1,
    )
    window_rounds.reopen(ctx.db, found.window, new)
    opened = room(ctx.db, ctx.network.id, found.window.number)
    assert opened is not None  # it has just been opened
    joined = _ask(ctx, opened, group_id)
    opening.set_close(ctx, joined.window)
    fact = InputReopened(
        about=new.about,
        group_id=found.decision.group_id,
        number=new.number,
        round=new.round,
        group_ids=(group_id,),
    )
    ctx.publish(fact)
    moving.tell(ctx, joined, moving.REOPENED, str(new.round), group_id)
    return joining_messages.joined_in(ctx.words, joined, group_id)


def group_state_changed(ctx: Context, fact: GroupStateChanged) -> tuple[Block, ...]:
    """A group is paused, comes back, is merged or leaves: open windows wait for it, or do not, from now on."""
    if fact.group_id is None:
        return ()
    said: list[Block] = []
    for window in input_windows.open_of_group(ctx.db, ctx.network.id, fact.group_id):
        found = room(ctx.db, ctx.network.id, window.number)
        row = found.row(fact.group_id) if found else None
        if found is None or row is None:
            continue
        new = _in_state(found, row, fact, ctx)
        if new is not None:
            after = moving.settle(ctx, found, [new])
            moving.tell_if_moved(ctx, found, after, fact.group_id)
            found = after
        if fact.into_id is not None:
            said += _join(ctx, found, fact.into_id)
    return tuple(said)


def _in_state(found: Room, row: WindowGroup, fact: GroupStateChanged, ctx: Context) -> WindowGroup | None:
    """The group's part in the window from now on; None where it stays as it is."""
    match fact.state, row.state:
        case "paused", "asked":
            return replace(row, state=PAUSED)
        case "active", "paused":
            back = replace(row, state=ASKED, joined_at=ctx.now)
            return ends.with_end(found.window, back, calendar_of(found.groups[row.group_id]))
        case (("merged" | "left"), _):
            return replace(row, state=LEFT)
        case _:
            return None
