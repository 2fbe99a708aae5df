"""What channels have chosen for the threads of windows in them: what is relayed, and whether words stay."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import bindparam

from storage.delivery_tables import messages
from storage.input_windows import HEAD_VIEW
from storage.network import CHANNEL_COLUMNS, Channel
from storage.network_tables import channels
from storage.statements import insert
from storage.window_tables import window_channels

CONCERNS, DIGEST, OFF = "concerns", "digest", "off"


@dataclass(frozen=True, slots=True)
class ChannelChoice:
    """`relay`: concerns (one reply each), digest (these, and the rest once a day), off. `keeps_words`: they stay."""

    relay: str = CONCERNS
    keeps_words: bool = False


_FIND = sa.select(window_channels.c.channel_id, window_channels.c.relay, window_channels.c.keeps_words).where(
    window_channels.c.network_id == bindparam("n"), window_channels.c.channel_id.in_(bindparam("ids", expanding=True))
)
_DIGESTING = (
    sa.select(*CHANNEL_COLUMNS)
    .select_from(
        window_channels.join(
            messages,
            sa.and_(
                messages.c.network_id == window_channels.c.network_id,
                messages.c.channel_id == window_channels.c.channel_id,
            ),
        ).join(
            channels,
            sa.and_(channels.c.network_id == messages.c.network_id, channels.c.id == messages.c.channel_id),
        )
    )
    .where(
        window_channels.c.network_id == bindparam("n"),
        window_channels.c.relay == DIGEST,
        messages.c.about == bindparam("subject"),
        messages.c.view == HEAD_VIEW,
        channels.c.state == "active",
    )
)
_SET = insert(window_channels)
_SET = _SET.on_conflict_do_update(
    index_elements=["network_id", "channel_id"],
    set_={"relay": _SET.excluded.relay, "keeps_words": _SET.excluded.keeps_words},
)


def choices(db: sa.Connection, network_id: int, channel_ids: list[int]) -> dict[int, ChannelChoice]:
    """What channels have chosen, by id; those that have chosen nothing are not in it."""
    if not channel_ids:
        return {}
    found = db.execute(_FIND, {"n": network_id, "ids": channel_ids})
    return {id: ChannelChoice(relay, keeps_words) for id, relay, keeps_words in found}


def digesting(db: sa.Connection, network_id: int, about: str) -> list[Channel]:
    """The channels with a thread of a window ("D-1") that want a digest of what is said."""
    return [Channel(*row) for row in db.execute(_DIGESTING, {"n": network_id, "subject": about})]


def choice(db: sa.Connection, network_id: int, channel_id: int) -> ChannelChoice:
    return choices(db, network_id, [channel_id]).get(channel_id, ChannelChoice())


def choose(db: sa.Connection, network_id: int, channel_id: int, chosen: ChannelChoice) -> None:
    """Stores what a channel has chosen."""
    values = {"relay": chosen.relay, "keeps_words": chosen.keeps_words}
    db.execute(_SET, {"network_id": network_id, "channel_id": channel_id} | values)
