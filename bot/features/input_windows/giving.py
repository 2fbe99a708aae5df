"""Something is said in a window: stored, counted, and a concern made known in every thread."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum

from bot.core.context import Context
from bot.core.events import ContributionChanged, ContributionGiven
from bot.features.input_windows import relaying, rules
from bot.features.input_windows.rooms import Room, head_key
from bot.features.input_windows.rules import Said
from storage import contributions, counters, input_windows
from storage.contributions import TALK, Contribution
from storage.network import Channel

MESSAGE, COMMAND, REACTION = "message", "command", "reaction"


@dataclass(frozen=True, slots=True)
class Source:
    """How and where something was said. `said_at`: the platform's time; `was_at`: the same by the network's clock."""

    via: str
    said_at: datetime
    was_at: datetime
    channel: Channel | None = None
    message_id: str = ""
    stays_home: bool = False


class What(Enum):
    """What came of it: a new contribution, words for one that had none, nothing that was not there, or support that
    was given to an earlier version and is given to this one too."""

    NEW = "new"
    WORDS = "words"
    KNOWN = "known"
    AGAIN = "again"


def give(ctx: Context, room: Room, said: Said, group_id: int, source: Source) -> tuple[Contribution, What]:
    """Takes up what the actor said for a group. A mere sign and its words become one contribution."""
    before = _sign(ctx, room, said, group_id)
    if before is not None and not said.text:
        if before.version >= room.window.substance_version:
            return before, What.KNOWN
        return _give_again(ctx, room, before), What.AGAIN
    is_late = rules.is_late(room.window, source.was_at)
    if before is not None and not before.text and (before.is_late or not is_late):
        return _give_words(ctx, before, said, source), What.WORDS
    given = _new(ctx, room, said, group_id, source)
    contributions.add(ctx.db, given)
    if given.stance != TALK and not given.is_late and group_id in room.speaking_ids:
        input_windows.hear(ctx.db, ctx.network.id, given.number, group_id, source.was_at)
    ctx.publish(
        ContributionGiven(
            about=room.window.about,
            group_id=group_id,
            number=given.number,
            contribution=given.id,
            stance=given.stance,
            is_late=given.is_late,
        )
    )
    ctx.touch(room.window.about)
    if given.is_concern:
        announce(ctx, given)
    elif given.stance != TALK and not given.is_late:
        relaying.note_for_digest(ctx, room)
    return given, What.NEW


def announce(ctx: Context, concern: Contribution) -> None:
    """A new concern is one new reply in every thread but the one where all have read it: an edit notifies nobody."""
    about = f"D-{concern.number}"
    heads = input_windows.head_channels(ctx.db, ctx.network.id, about)
    for channel in relaying.wanting_concerns(ctx, heads):
        if concern.via == MESSAGE and channel.id == concern.channel_id:
            continue
        ctx.say(
            channel,
            "concern_raised",
            {"id": concern.id},
            key=f"C-{concern.id}:raised:{channel.id}",
            about=f"C-{concern.id}",
            thread_of=head_key(concern.number, channel.id),
        )


def _sign(ctx: Context, room: Room, said: Said, group_id: int) -> Contribution | None:
    """The actor's own contribution of a kind that can be given by a mere sign."""
    if said.stance not in rules.REACTIONS.values():
        return None
    number = room.window.number
    found = contributions.of_person(ctx.db, ctx.network.id, number, ctx.actor.id, said.stance)
    return found if found and found.group_id == group_id else None


def _give_again(ctx: Context, room: Room, before: Contribution) -> Contribution:
    given = replace(before, version=room.decision.version)
    contributions.change(ctx.db, given)
    publish_change(ctx, given)
    return given


def _give_words(ctx: Context, sign: Contribution, said: Said, source: Source) -> Contribution:
    channel_id = source.channel.id if source.channel else None
    given = replace(
        sign,
        text=said.text,
        said_at=source.said_at,
        edited_at=ctx.now,
        via=source.via,
        channel_id=channel_id,
        message_id=source.message_id,
        stays_home=source.stays_home,
    )
    contributions.change(ctx.db, given)
    publish_change(ctx, given)
    return given


def publish_change(ctx: Context, changed: Contribution) -> None:
    """Other words or another kind: wherever it is shown, it is shown anew."""
    about = f"D-{changed.number}"
    ctx.publish(
        ContributionChanged(about=about, group_id=changed.group_id, number=changed.number, contribution=changed.id)
    )
    ctx.touch(about)
    ctx.touch(f"C-{changed.id}")


def _new(ctx: Context, room: Room, said: Said, group_id: int, source: Source) -> Contribution:
    return Contribution(
        network_id=ctx.network.id,
        id=counters.take(ctx.db, ctx.network.id, "C"),
        number=room.window.number,
        person_id=ctx.actor.id,
        group_id=group_id,
        stance=said.stance,
        text=said.text,
        state=rules.first_state(said.stance),
        is_late=rules.is_late(room.window, source.was_at),
        given_at=ctx.now,
        said_at=source.said_at,
        edited_at=None,
        redacted_at=None,
        version=room.decision.version,
        via=source.via,
        channel_id=source.channel.id if source.channel else None,
        message_id=source.message_id,
        stays_home=source.stays_home,
    )
