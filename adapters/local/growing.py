"""More channels and people than the playground begins with: what a platform's own pages do, so Mycel hears nothing."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

from adapters.local import inbound, page_data
from adapters.local.playground import Playground, Refused
from storage import local_chat
from storage.local_chat import Account, LocalChannel
from storage.work import Tx

MOST_CHANNELS = 12
MOST_PEOPLE = 60
RESERVED = {"all", "direct"}
"""Words of scripts that stand where a channel's id does."""

Called = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40), inbound.Clean]


class NewChannel(BaseModel):
    """A channel that belongs to no group yet; where one of that title is there, it is that one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: inbound.Id
    title: Called


class NewPerson(BaseModel):
    """Somebody to speak as, at home in `channel`; where one of that name is there, it is that one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: inbound.Id
    name: Called
    channel: inbound.Name


async def add_channel(playground: Playground, wanted: NewChannel) -> str:
    """The channel's id. Raises Refused, Busy and Closed."""
    network_id = playground.network_id
    channel = await playground.work.write(network_id, lambda tx: _channel(tx, network_id, wanted.title))
    playground.changes.ring()
    return channel


async def add_person(playground: Playground, wanted: NewPerson) -> str:
    """The account of the person, whom Mycel learns to know when they speak. Raises Refused, Busy and Closed."""
    network_id = playground.network_id
    account = await playground.work.write(network_id, lambda tx: _person(tx, network_id, wanted))
    playground.changes.ring()
    return account


def _channel(tx: Tx, network_id: int, title: str) -> str:
    known = page_data.channels(tx, network_id)
    for channel in known:
        if channel["title"].casefold() == title.casefold():
            return str(channel["channel"])
    if len(known) >= MOST_CHANNELS:
        raise Refused(f"{MOST_CHANNELS} channels are enough to play with.")
    id = _free_id(title, "channel", RESERVED | {channel["channel"] for channel in known})
    local_chat.add_channel(tx.db, network_id, LocalChannel(id, title))
    return id


def _person(tx: Tx, network_id: int, wanted: NewPerson) -> str:
    home = next((c for c in page_data.channels(tx, network_id) if c["channel"] == wanted.channel), None)
    if home is None:
        raise Refused("There is no such channel here. Reload the page.")
    known = local_chat.all_accounts(tx.db, network_id)
    for account in known:
        if account.name.casefold() == wanted.name.casefold():
            return account.account
    if len(known) >= MOST_PEOPLE:
        raise Refused(f"{MOST_PEOPLE} people are enough to play with.")
    id = _free_id(wanted.name, "person", {account.account for account in known})
    zone = home["zone"] if home["group"] else ""  # who lives where no group is yet goes by the group's time later on
    local_chat.add_account(tx.db, network_id, Account(id, wanted.name, wanted.channel, zone, ""))
    return id


def _free_id(name: str, kind: str, taken: Collection[str]) -> str:
    """An id such as a platform makes of a name, that nothing else has: "Sao Paulo" is "sao-paulo"."""
    latin = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    wanted = re.sub(r"[^a-z0-9]+", "-", latin).strip("-") or kind
    return next(id for id in (wanted, *(f"{wanted}-{n}" for n in range(2, 1000))) if id not in taken)
